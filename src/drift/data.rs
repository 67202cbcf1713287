//! Postgres clusters, Redis databases and buckets: whether they are there, and what their lists say of them. The script
//! makes what is missing, and changes none that is there (`kinds/postgres/managed.sh`, `unmanaged.sh`,
//! `kinds/redis/functions.sh`, `kinds/bucket/functions.sh`).

use super::{Class, Cx, Finding, Next, command, machine, words};
use crate::kinds::bucket::BucketStep;
use crate::kinds::postgres::{Engine, PostgresStep};
use crate::live::{Dump, Machine};
use crate::model::{Bucket, Postgres, Redis};
use crate::plan::StepText;
use crate::source::TextRange;
use crate::value::Sourced;

fn missing(cx: &Cx<'_>, of: &str, name: &str, what: &str, text: &StepText<'_>) -> Finding {
    Finding::new(Class::Missing, name, what)
        .of(of)
        .at(cx.at_step(text))
        .then(Next::Adds, "`setup.sh` makes it, empty. Apps that have the URL of the old one go on with that.")
        .person(format!("When it was lost, restore it before. {} makes a new one.", command(words(&text.command))))
}

/// Compares one thing that a list shows, and that a run of the script does not change.
fn differs(
    cx: &mut Cx<'_>,
    of: &str,
    name: &str,
    what: &str,
    (want, at): (String, TextRange),
    have: String,
    tells: bool,
) {
    if want == have {
        return;
    }
    let (next, then) = if tells {
        (Next::Tells, "`setup.sh` says so, and leaves it.")
    } else {
        (Next::Nothing, "`setup.sh` looks whether it is there, and at nothing else of it.")
    };
    let finding = Finding::new(Class::Changed, name, what)
        .of(of)
        .expected(want)
        .runs(have)
        .at(cx.at(at))
        .then(next, then)
        .person("Say in the spec what runs; or change it in the dashboard, where Fly.io lets that be changed.");
    cx.add(finding);
}

pub(super) fn postgres(cx: &mut Cx<'_>, postgres: &Postgres, of: &str, step: PostgresStep, text: &StepText<'_>) {
    match (postgres.engine.value, step) {
        (Engine::Managed, PostgresStep::Create) => managed(cx, postgres, of, text),
        (Engine::Managed, PostgresStep::Database(_) | PostgresStep::User(_) | PostgresStep::Extension(_)) => {
            let unseen = format!("the databases, users and extensions of {}", postgres.name.value);
            if !cx.found.unseen.contains(&unseen) {
                cx.found.unseen.push(unseen);
            }
        }
        (Engine::Unmanaged, PostgresStep::Create) => unmanaged(cx, postgres, of, text),
        (Engine::Unmanaged, PostgresStep::Replicas(i)) => {
            let (region, count) = &postgres.replicas[i];
            members(cx, postgres, of, region.as_str(), count.get(), text);
        }
        (Engine::Unmanaged, _) | (Engine::Managed, PostgresStep::Replicas(_)) => {}
    }
}

fn managed(cx: &mut Cx<'_>, postgres: &Postgres, of: &str, text: &StepText<'_>) {
    let (org, name) = (cx.model.project().org.value.to_string(), postgres.name.as_str());
    let Some(all) = cx.live.org(&org).and_then(|live| live.clusters.clone()) else {
        return cx.not_dumped(Dump::Clusters, &org, format!("the Managed Postgres clusters of {org}"));
    };
    let ours: Vec<_> = all.iter().filter(|cluster| cluster.name == name).collect();
    let [cluster] = ours.as_slice() else {
        let finding = if ours.is_empty() {
            missing(cx, of, name, "the Managed Postgres cluster", text)
        } else {
            let ids: Vec<&str> = ours.iter().map(|cluster| cluster.id.as_str()).collect();
            Finding::new(Class::Undeclared, name, "clusters of one name")
                .of(of)
                .expected("1")
                .runs(format!("{}: {}", ids.len(), ids.join(", ")))
                .at(cx.at_step(text))
                .then(Next::Stops, "`setup.sh` stops: it cannot know which one is meant.")
                .person(format!(
                    "When one of them holds nothing, take it away: {}.",
                    command(["fly", "mpg", "destroy", ids[0], "--yes"])
                ))
        };
        return cx.add(finding);
    };
    let plan =
        (postgres.plan.as_ref()).map_or((String::new(), postgres.header), |plan| (plan.to_string(), plan.range()));
    differs(
        cx,
        of,
        name,
        "the region",
        (postgres.region.to_string(), postgres.region.range()),
        cluster.region.clone(),
        true,
    );
    differs(cx, of, name, "the plan", plan, cluster.plan.clone(), true);
    let storage = (format!("{} GB", postgres.storage_gb.value), postgres.storage_gb.range());
    if cluster.disk > 0 {
        differs(cx, of, name, "the storage", storage, format!("{} GB", cluster.disk), false);
    }
}

fn unmanaged(cx: &mut Cx<'_>, postgres: &Postgres, of: &str, text: &StepText<'_>) {
    let name = postgres.name.as_str();
    if cx.live.lacks(name) {
        let finding = missing(cx, of, name, "the Postgres cluster", text);
        return cx.add(finding);
    }
    members(cx, postgres, of, postgres.region.as_str(), postgres.nodes.get(), text);
}

/// The machines of an unmanaged cluster in one region.
fn members(cx: &mut Cx<'_>, postgres: &Postgres, of: &str, region: &str, wanted: u32, text: &StepText<'_>) {
    let name = postgres.name.as_str();
    if cx.live.lacks(name) {
        return;
    }
    let Some(all) = cx.app(name).and_then(|live| live.machines.clone()) else {
        return cx.not_dumped(Dump::Machines, name, format!("the machines of {name}"));
    };
    let ours: Vec<&Machine> = all.iter().filter(|m| !m.is_passing() && m.region == region).collect();
    let have = u32::try_from(ours.len()).unwrap_or(u32::MAX);
    if have != wanted {
        let finding = Finding::new(
            if have < wanted { Class::Missing } else { Class::Undeclared },
            name,
            format!("machines of the cluster in {region}"),
        )
        .of(of)
        .expected(wanted.to_string())
        .runs(have.to_string())
        .at(cx.at_step(text));
        let list = command(["fly", "machine", "list", "-a", name]);
        cx.add(if have < wanted {
            finding
                .then(
                    Next::Adds,
                    "`setup.sh` clones the primary until there are as many; without any in its region it stops.",
                )
                .person(format!("{list} shows which are there."))
        } else {
            finding
                .then(Next::Tells, "`setup.sh` says so, and leaves them.")
                .person(format!("{list} shows them. Never take away the one whose role is primary."))
        });
    }
    let Some(size) = cx.facts.machine_size(postgres.size.as_str()) else { return };
    let memory = postgres.memory_mb.as_ref().map_or(size.memory_mb, |memory| memory.value);
    let want = machine::size(size.kind, size.cpus, memory);
    for machine in ours {
        let (kind, cpus, memory) = machine.guest();
        if cpus > 0 {
            let what = format!("the size of the machine {}", machine.id);
            let have = machine::size(&kind, cpus, memory);
            differs(cx, of, name, &what, (want.clone(), postgres.size.range()), have, false);
        }
    }
}

pub(super) fn redis(cx: &mut Cx<'_>, redis: &Redis, of: &str, text: &StepText<'_>) {
    let (org, name) = (cx.model.project().org.value.to_string(), redis.name.as_str());
    let Some(all) = cx.live.org(&org).and_then(|live| live.databases.clone()) else {
        return cx.not_dumped(Dump::Databases, &org, format!("the Redis databases of {org}"));
    };
    let Some(database) = all.into_iter().find(|database| database.name == name) else {
        let finding = missing(cx, of, name, "the Redis database", text);
        return cx.add(finding);
    };
    let says = |on: bool| if on { "on" } else { "off" }.to_owned();
    differs(cx, of, name, "the region", (redis.region.to_string(), redis.region.range()), database.region, false);
    let mut replicas: Vec<String> = redis.replicas.iter().map(|region| region.value.to_string()).collect();
    replicas.sort_unstable();
    let list = |regions: &[String]| if regions.is_empty() { "none".to_owned() } else { regions.join(", ") };
    let at = redis.replicas.first().map_or(redis.header, Sourced::range);
    differs(cx, of, name, "the replicas", (list(&replicas), at), list(&database.replicas), false);
    let eviction = (says(redis.eviction.value), redis.eviction.range());
    differs(cx, of, name, "eviction", eviction, says(database.has_eviction), false);
    if let Some(plan) = &redis.plan {
        // What is asked for and what is shown are two spellings of one name.
        let plain = |text: &str| text.to_lowercase().replace([' ', '-', '_'], "");
        if plain(plan) != plain(&database.plan) {
            differs(cx, of, name, "the plan", (plan.value.clone(), plan.range()), database.plan, false);
        }
    }
    if redis.prodpack.value {
        cx.found.unseen.push(format!("whether {name} has the production add-on"));
    }
}

pub(super) fn bucket(cx: &mut Cx<'_>, bucket: &Bucket, of: &str, step: BucketStep, text: &StepText<'_>) {
    let (org, name) = (cx.model.project().org.value.to_string(), bucket.name.as_str());
    if step == BucketStep::Domain {
        return cx.found.unseen.push(format!("the host name of the bucket {name}"));
    }
    cx.found.unseen.push(format!("whether everybody may read the bucket {name}"));
    let Some(all) = cx.live.org(&org).and_then(|live| live.buckets.as_ref()) else {
        return cx.not_dumped(Dump::Buckets, &org, format!("the buckets of {org}"));
    };
    if !all.iter().any(|other| other == name) {
        let finding = missing(cx, of, name, "the bucket", text);
        return cx.add(finding);
    }
    let owner = &cx.model.apps[bucket.owner.value];
    let Some(secrets) = cx.app(&owner.name).and_then(|live| live.secrets.as_ref()) else { return };
    if !secrets.iter().any(|secret| secret.name == "AWS_SECRET_ACCESS_KEY") {
        let finding = Finding::new(Class::SecretNotSet, owner.name.as_str(), "AWS_SECRET_ACCESS_KEY")
            .of(of)
            .at(cx.at(bucket.owner.range()))
            .then(Next::Tells, "`setup.sh` says how to make a key: it cannot make one for a bucket that is there.")
            .person(format!("Make a key in the dashboard: {}.", command(["fly", "storage", "dashboard", name])));
        cx.add(finding);
    }
}
