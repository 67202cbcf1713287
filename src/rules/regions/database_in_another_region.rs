use crate::kinds::postgres::Engine;
use crate::model::{App, Postgres};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Kind;
use crate::value::{Origin, Sourced};

declare_rule! {
    /// Checks that an app has its primary region where its database has its own.
    ///
    /// ## Why
    ///
    /// One page asks a database ten or fifty times. Beside it that takes milliseconds; from another region each question takes
    /// a round trip, and the traffic between regions is billed. In the primary region the machines that are kept running and
    /// the release command live: they should be the ones beside the data.
    ///
    /// Managed Postgres is not offered in every region: an app whose primary region has none is left alone.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [postgres.main]
    /// region = "iad"
    /// plan = "starter"
    ///
    /// [app.web]
    /// primary_region = "lhr"
    /// regions = { lhr = 2, iad = 1 }
    /// uses = { DATABASE_URL = "postgres.main" }
    /// ```
    ///
    /// ```toml,good
    /// [postgres.main]
    /// region = "iad"
    /// plan = "starter"
    ///
    /// [app.web]
    /// primary_region = "iad"
    /// regions = { lhr = 2, iad = 1 }
    /// uses = { DATABASE_URL = "postgres.main" }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, mpg
    /// - Fly.io, blueprints/multi-region-fly-replay
    static RULE = {
        name: "database-in-another-region",
        code: "FA383",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(primary) = &app.primary_region else { return };
    for used in app.uses.iter().filter(|used| used.target.kind == Kind::Postgres) {
        let cluster = &cx.model.postgres[used.target.index];
        let offered =
            cluster.engine.value != Engine::Managed || cx.facts.region(primary).is_some_and(|region| region.mpg);
        let replicated = cluster.replicas.iter().any(|(region, _)| region.value == primary.value);
        if cluster.region.value == primary.value || !offered || replicated {
            continue;
        }
        report(app, primary, cluster, used.target.origin, cx);
        return;
    }
}

fn report(app: &App, primary: &Sourced<crate::value::RegionCode>, cluster: &Postgres, used: Origin, cx: &mut Cx<'_>) {
    let region = &cluster.region.value;
    let literal = format!("\"{region}\"");
    // Every group needs a machine in the primary region.
    let fits = app.groups.iter().all(|group| group.machines_in(region) > 0);
    let edit = if primary.origin.is_written() {
        Some(cx.edits().replace(primary.range(), literal.as_str()))
    } else {
        cx.edits().insert_entry(app.header, "primary_region", &literal)
    };
    let within = primary.range().start >= app.header.start || !primary.origin.is_written();
    let fix = cx.unsafe_fix(format!("make {region} its primary region"), edit.filter(|_| fits && within));
    let name = &app.name.value;
    cx.report(used, format!("`{name}` is at home in {}, and its database in {region}", primary.value))
        .label("every query crosses regions")
        .related(cluster.region.origin, "the database")
        .help(format!("write `primary_region = \"{region}\"` with machines there, or move the database"))
        .fix(fix);
}
