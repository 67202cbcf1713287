use crate::fly_toml::AutoStop;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Kind;

declare_rule! {
    /// Checks that an app with connections to a database is not suspended.
    ///
    /// ## Why
    ///
    /// A suspended machine wakes with its memory as it was, and with it a pool of connections that the other side closed long
    /// ago. The first requests after waking fail, until the pool notices; some pools never do. A machine that is stopped starts
    /// anew, with new connections.
    ///
    /// When the pool checks connections before it hands them out, waive the rule and say so.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [postgres.main]
    /// region = "iad"
    /// plan = "starter"
    ///
    /// [app.web]
    /// uses = { DATABASE_URL = "postgres.main" }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// auto_stop_machines = "suspend"
    /// ```
    ///
    /// ```toml,good
    /// [postgres.main]
    /// region = "iad"
    /// plan = "starter"
    ///
    /// [app.web]
    /// uses = { DATABASE_URL = "postgres.main" }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/suspend-resume
    /// - Fly.io, mpg/client-configuration
    static RULE = {
        name: "suspend-with-connections",
        code: "FA363",
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
    let database = |kind: Kind| matches!(kind, Kind::Postgres | Kind::Redis);
    let Some(used) = app.uses.iter().find(|used| database(used.target.kind)) else { return };
    let Some(service) = app.services.iter().find(|service| {
        service.auto_stop.value == AutoStop::Suspend
            && service.groups.iter().any(|&group| app.auto_stop(group) == AutoStop::Suspend)
    }) else {
        return;
    };
    let stop = service.auto_stop;
    let edit = cx.edits().replace(stop.range(), "\"stop\"");
    let fix = cx.unsafe_fix("stop them instead", Some(edit));
    let name = cx.model.reference(used.target.value);
    cx.report(stop.origin, format!("`{}` wakes with dead connections to {name}", app.name.value))
        .label("keeps memory, not connections")
        .related(used.target.origin, "has closed them by then")
        .help("write `auto_stop_machines = \"stop\"`, or let the pool check connections before it uses them")
        .fix(fix);
}
