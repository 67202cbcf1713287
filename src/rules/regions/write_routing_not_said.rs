use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Kind;

declare_rule! {
    /// Checks that an app with machines far from its database says how its writes get there.
    ///
    /// ## Why
    ///
    /// A database has one primary. Machines in other regions have two ways to write: they answer the request with `fly-replay`,
    /// and the proxy repeats it beside the primary, or they connect across regions and pay a round trip for each statement.
    /// Either works when it was chosen. When it was not, a request with twenty statements takes seconds for half of the
    /// visitors, and a replica that is written to by mistake answers with an error.
    ///
    /// Regions that are near each other, such as Amsterdam and Frankfurt, are left alone.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [postgres.main]
    /// region = "iad"
    /// plan = "starter"
    ///
    /// [app.web]
    /// regions = { iad = 2, lhr = 2 }
    /// uses = { DATABASE_URL = "postgres.main" }
    /// ```
    ///
    /// ```toml,good
    /// [postgres.main]
    /// region = "iad"
    /// plan = "starter"
    ///
    /// [app.web]
    /// write_routing = "direct"
    /// regions = { iad = 2, lhr = 2 }
    /// uses = { DATABASE_URL = "postgres.main" }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, blueprints/multi-region-fly-replay
    /// - Fly.io, networking/dynamic-request-routing
    static RULE = {
        name: "write-routing-not-said",
        code: "FA384",
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
    if app.write_routing.is_some() {
        return;
    }
    let Some(used) = app.uses.iter().find(|used| used.target.kind == Kind::Postgres) else { return };
    let cluster = &cx.model.postgres[used.target.index];
    // An app that is at home elsewhere has a finding of its own.
    if !app.is_primary(&cluster.region.value) {
        return;
    }
    let regions = app.regions();
    // A replica answers reads alone: writes take the same way with one.
    let far = regions.iter().find(|region| cx.facts.far(region, &cluster.region));
    let Some(far) = far else { return };
    let edit = cx.edits().insert_entry(app.header, "write_routing", "\"direct\"");
    let fix = cx.unsafe_fix("write across regions", edit);
    cx.report(used.target.origin, format!("nobody has said how `{}` writes from {}", app.name.value, far.value))
        .label(format!("its primary is in {}", cluster.region.value))
        .related(far.origin, "machines here too")
        .help("say how: `write_routing = \"fly-replay\"`, or \"direct\" if a round trip for each statement is fine")
        .fix(fix);
}
