//! What a `[postgres.<key>]` means.

use super::{Engine, Extensions, PostgresSpec};
use crate::lower::{CONFLICT, LowerCx, WRONG_REFERENCE};
use crate::model::{FIRST_DATABASE, FIRST_USER, Postgres};
use crate::schema::MISSING_KEY;
use crate::spec::Tier;
use crate::value::{Count, Key, OneOrList, Origin, PostgresName, Sourced, Why};

static NAME: Why = Why { reason: "names are made of the project's name and the key", source: "docs/language.md" };
static ENGINE: Why = Why { reason: "Managed Postgres is the product that Fly.io supports", source: "postgres/index" };
static REGION: Why = Why {
    reason: "a database belongs where its writers are: the project's primary region",
    source: "docs/language.md",
};
static STORAGE: Why =
    Why { reason: "the smallest size that flyctl asks for", source: "flyctl internal/command/mpg/create.go" };
static VERSION: Why = Why { reason: "the newest major version that is offered", source: "mpg/index" };
static POSTGIS: Why = Why {
    reason: "an extension that is not asked for is not installed",
    source: "flyctl internal/command/mpg/create.go",
};
static NODES: Why = Why {
    reason: "in production three nodes elect a leader when one is lost; elsewhere one is enough",
    source: "postgres/advanced-guides/high-availability-and-global-replication",
};
static SIZE: Why =
    Why { reason: "256 MB of a shared-cpu-1x are too few for replication and a query", source: "postgres/index" };

/// The cluster that a table declares.
pub(crate) fn lower(key: Sourced<Key>, spec: Sourced<PostgresSpec>, cx: &mut LowerCx<'_>) -> Option<Postgres> {
    let header = spec.range();
    let spec = spec.value;
    let engine = spec.engine.unwrap_or_else(|| Sourced::filled(Engine::Managed, header, &ENGINE));
    let unmanaged = engine.value == Engine::Unmanaged;
    // Keys of the other engine would be ignored in silence.
    let foreign = if unmanaged {
        [
            ("plan", spec.plan.as_ref().map(|v| v.origin)),
            ("version", spec.version.map(|v| v.origin)),
            ("postgis", spec.postgis.map(|v| v.origin)),
            ("databases", spec.databases.first().map(|v| v.origin)),
            ("users", spec.users.first().map(|(name, _)| name.origin)),
            ("extensions", spec.extensions.as_ref().map(|v| v.origin)),
        ]
        .to_vec()
    } else {
        [
            ("nodes", spec.nodes.map(|v| v.origin)),
            ("vm", spec.vm.as_ref().map(|v| v.origin)),
            ("replicas", spec.replicas.first().map(|(region, _)| region.origin)),
        ]
        .to_vec()
    };
    for (name, origin) in foreign {
        let Some(origin) = origin else { continue };
        let (this, other) = if unmanaged { ("an unmanaged", "managed") } else { ("a managed", "unmanaged") };
        let help = match name {
            "replicas" => {
                "Managed Postgres has a standby in its own region and no replica in another one; remove the key"
            }
            "databases" | "users" | "extensions" => {
                "nobody but you looks after an unmanaged cluster: say it in SQL (`fly postgres connect`), and remove the key"
            }
            "nodes" | "vm" => "the plan decides about the machines of a managed cluster; remove the key",
            _ => "remove the key, or use the other engine",
        };
        cx.report
            .error(CONFLICT, origin, format!("{this} cluster has no `{name}`"))
            .label(format!("a key of {other} clusters"))
            .help(help);
    }
    if !unmanaged && spec.plan.is_none() {
        let plans = cx.facts.postgres.plans.iter().filter(|plan| plan.scriptable).map(|plan| plan.name);
        let plans: Vec<&str> = plans.collect();
        cx.report
            .error(MISSING_KEY, Origin::written(header), format!("[postgres.{}] has no `plan`", key.value))
            .help(format!("add `plan`: one of {}; it decides the price, so there is no default", plans.join(", ")));
    }
    let nodes = if cx.project.tier == Tier::Production { cx.facts.postgres.quorum } else { 1 };
    let name = cx.name(spec.name, &key, &NAME);
    let region = cx.region(spec.region, header, &REGION);
    let (size, memory) = spec.vm.map(|vm| (vm.value.size, vm.value.memory)).unwrap_or_default();
    let facts = &cx.facts.postgres;
    let storage = if unmanaged { facts.unmanaged_storage_gb } else { facts.storage_gb };
    let databases = unique(spec.databases, FIRST_DATABASE, cx);
    for (user, _) in spec.users.iter().filter(|(user, _)| user.as_str() == FIRST_USER) {
        cx.report
            .error(CONFLICT, user.origin, format!("every cluster has the user `{FIRST_USER}`"))
            .help("leave it out");
    }
    let extensions = spec.extensions.map(|all| extensions(all.value, &databases, &key, cx)).unwrap_or_default();
    let geographic = extensions.iter().find(|(_, name)| name.starts_with("postgis"));
    if let (Some((_, name)), false) = (geographic, spec.postgis.is_some_and(|postgis| postgis.value)) {
        cx.report
            .error(CONFLICT, name.origin, format!("`{}` in a cluster without PostGIS", name.value))
            .label("cannot be installed")
            .help("add `postgis = true`: it is chosen when the cluster is made, and never later");
    }
    Some(Postgres {
        header,
        databases,
        users: spec.users,
        extensions,
        name: name?,
        engine,
        region: region?,
        plan: spec.plan,
        storage_gb: spec.storage_gb.unwrap_or_else(|| Sourced::filled(storage, header, &STORAGE)),
        version: spec.version.unwrap_or_else(|| Sourced::filled(facts.major, header, &VERSION)),
        postgis: spec.postgis.unwrap_or_else(|| Sourced::filled(false, header, &POSTGIS)),
        nodes: match spec.nodes {
            Some(nodes) => nodes,
            None => Sourced::filled(Count::new(i64::from(nodes))?, header, &NODES),
        },
        size: size
            .map_or_else(|| Sourced::filled(facts.unmanaged_size.to_owned(), header, &SIZE), |size| size.map(|s| s.0)),
        memory_mb: memory.map(|memory| memory.map(|m| m.mebibytes())),
        replicas: spec.replicas,
        key,
    })
}

/// Names without the one that is there anyway, and without repetition.
fn unique(names: Vec<Sourced<PostgresName>>, first: &str, cx: &mut LowerCx<'_>) -> Vec<Sourced<PostgresName>> {
    for (i, name) in names.iter().enumerate() {
        if name.as_str() == first {
            cx.report.error(CONFLICT, name.origin, format!("every cluster has `{first}`")).help("leave it out");
        } else if let Some(earlier) = names[..i].iter().find(|earlier| earlier.value == name.value) {
            cx.report
                .error(CONFLICT, name.origin, format!("`{}` is listed twice", name.value))
                .related(earlier.origin, "first listed here")
                .help("keep one of the two");
        }
    }
    names
}

/// Each extension with its database, which the cluster must have.
fn extensions(
    written: Extensions,
    databases: &[Sourced<PostgresName>],
    key: &Sourced<Key>,
    cx: &mut LowerCx<'_>,
) -> Vec<(PostgresName, Sourced<PostgresName>)> {
    let mut out = Vec::new();
    let mut add = |database: &PostgresName, names: Vec<Sourced<PostgresName>>, cx: &mut LowerCx<'_>| {
        out.extend(unique(names, "plpgsql", cx).into_iter().map(|name| (database.clone(), name)));
    };
    match written {
        OneOrList::List(names) => {
            if let Ok(first) = FIRST_DATABASE.parse() {
                add(&first, names, cx);
            }
        }
        OneOrList::One(table) => {
            for (database, names) in table {
                let known =
                    database.as_str() == FIRST_DATABASE || databases.iter().any(|known| known.value == database.value);
                if !known {
                    cx.report
                        .error(
                            WRONG_REFERENCE,
                            database.origin,
                            format!("postgres.{} has no database `{}`", key.value, database.value),
                        )
                        .help(format!("add it to `databases`; every cluster has `{FIRST_DATABASE}`"));
                }
                add(&database.value, names, cx);
            }
        }
    }
    out
}
