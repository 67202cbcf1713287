use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::source::TextRange;
use crate::value::{Name, Origin, Sourced};

declare_rule! {
    /// Checks that sections of an app with several process groups say for which group they are.
    ///
    /// ## Why
    ///
    /// Without `processes` a mount, a check, a restart policy and a metrics endpoint are for one group alone: `app` if there is
    /// one, else the first by the alphabet. The other groups have no volume, no check, no policy, and nobody says so: the
    /// worker writes to a disk that is gone after the next deploy. Only `[[vm]]` is for all groups.
    ///
    /// The fix states what happens today.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// processes = { web = "node server.js", worker = "node worker.js" }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// processes = ["web"]
    ///
    /// [[app.web.restart]]
    /// policy = "always"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// processes = { web = "node server.js", worker = "node worker.js" }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// processes = ["web"]
    ///
    /// [[app.web.restart]]
    /// processes = ["web"]
    /// policy = "always"
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/appconfig/processgroups.go
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "section-for-default-group",
        code: "FA389",
        group: Group::Correctness,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

type Selector = Option<Sourced<Vec<Sourced<Name>>>>;

fn check(app: &App, cx: &mut Cx<'_>) {
    if app.groups.len() < 2 {
        return;
    }
    let toml = &app.toml;
    let mounts = toml.mounts.iter().map(|mount| ("a volume", mount.range(), &mount.processes));
    let restart = toml.restart.iter().map(|restart| ("a restart policy", restart.range(), &restart.processes));
    let checks = toml.checks.iter().map(|(_, check)| ("a check", check.range(), &check.processes));
    let metrics = toml.metrics.iter().map(|metrics| ("metrics", metrics.range(), &metrics.processes));
    for (what, at, selector) in mounts.chain(restart).chain(checks).chain(metrics) {
        implicit(app, what, at, selector, cx);
    }
}

fn implicit(app: &App, what: &str, at: TextRange, selector: &Selector, cx: &mut Cx<'_>) {
    let Some(groups) = selector.as_ref().filter(|groups| !groups.origin.is_written()) else { return };
    let Some(only) = groups.first() else { return };
    let literal = format!("[\"{}\"]", only.value);
    let fix =
        cx.unsafe_fix(format!("say that it is for {}", only.value), cx.edits().insert_entry(at, "processes", &literal));
    cx.report(Origin::written(at), format!("of the groups of `{}` only `{}` has {what}", app.name.value, only.value))
        .label("says nothing of groups")
        .help(format!("say which groups are meant: `processes = {literal}`"))
        .fix(fix);
}
