use crate::diag::Fix;
use crate::diag::fix::string_literal;
use crate::kinds::postgres::Engine;
use crate::model::{Model, Use};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Kind;

declare_rule! {
    /// Checks that an app that uses a Postgres cluster has its primary region near it.
    ///
    /// ## Why
    ///
    /// A page asks its database ten or fifty times, one question after the other. Beside the database that takes a few
    /// milliseconds, from another continent seconds, and every question is billed as traffic between regions. A cluster
    /// has its primary in one region, for good: Managed Postgres has no replicas in others, and those of an unmanaged
    /// cluster take no writes.
    ///
    /// Other regions of the app may be far: how it deals with that, by replaying writes or by caching, is its own
    /// affair. The primary region is where writes are at home.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { fra = 2, ams = 2 }
    /// uses = { DATABASE_URL = "postgres.db" }
    ///
    /// [postgres.db]
    /// plan = "launch"
    /// region = "iad"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// regions = { fra = 2, ams = 2 }
    /// uses = { DATABASE_URL = "postgres.db" }
    ///
    /// [postgres.db]
    /// plan = "launch"
    /// region = "fra"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, mpg/index
    /// - Fly.io, about/pricing
    /// - Fly.io, postgres/advanced-guides/high-availability-and-global-replication
    static RULE = {
        name: "distant-postgres",
        code: "FA524",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (index, app) in model.apps.iter().enumerate() {
        let Some(primary) = &app.primary_region else { continue };
        for used in app.uses.iter().filter(|used| used.target.kind == Kind::Postgres) {
            let cluster = &model.postgres[used.target.index];
            if !cx.facts.far(primary, &cluster.region) {
                continue;
            }
            let fix = fix(model, used.target.index, primary, cx.about(index));
            let city =
                |code: &str| cx.facts.region(code).map_or_else(|| code.to_owned(), |region| region.city.to_owned());
            let (here, there) = (city(primary), city(&cluster.region));
            cx.about(index)
                .report(used.target.origin, format!("`{}` asks its database across the world", app.name.value))
                .label(format!("from {here} to {there}"))
                .related(cluster.region.origin, "the cluster is here")
                .help(format!(
                    "let the app have its primary region near {there}, or create the cluster in a region near {here}"
                ))
                .fix(fix);
        }
    }
}

/// The cluster in the region of the app: while it is not there yet, and where everybody who uses it wants it.
fn fix(model: &Model, index: usize, primary: &str, cx: &Cx<'_>) -> Option<Fix> {
    let cluster = &model.postgres[index];
    let region = cx.facts.region(primary).filter(|region| region.mpg || cluster.engine.value == Engine::Unmanaged)?;
    let of_this = |used: &Use| used.target.kind == Kind::Postgres && used.target.index == index;
    let mut users = model.apps.iter().filter(|app| app.uses.iter().any(of_this));
    let all = users.all(|app| app.is_primary(primary));
    let free =
        cluster.region.origin.is_written() && cluster.replicas.iter().all(|(replica, _)| replica.as_str() != primary);
    let edit = (all && free).then(|| cx.edits().replace(cluster.region.range(), string_literal(primary)));
    cx.unsafe_fix(format!("create it in {}", region.city), edit)
}
