use crate::fly_toml::Strategy;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that an app with volumes is not deployed by a strategy that needs a second set of machines.
    ///
    /// ## Why
    ///
    /// A volume belongs to one machine. `canary` and `bluegreen` start new machines beside those that run, and there
    /// is no volume for them. flyctl refuses a file with `canary` and any mount, even when the mount is for another
    /// process group. `bluegreen` it lets pass; Fly.io documents that it does not work with volumes, and the deploy is
    /// where that shows.
    ///
    /// `rolling` updates each machine in its place, and its volume stays with it.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.db]
    /// mounts = { source = "data", destination = "/data" }
    ///
    /// [app.db.deploy]
    /// strategy = "canary"
    /// ```
    ///
    /// ```toml,good
    /// [app.db]
    /// mounts = { source = "data", destination = "/data" }
    ///
    /// [app.db.deploy]
    /// strategy = "rolling"
    /// ```
    ///
    /// ```toml,bad
    /// [app.db]
    /// mounts = { source = "data", destination = "/data" }
    /// deploy = { strategy = "bluegreen" }
    /// ```
    ///
    /// ```toml,good
    /// [app.db]
    /// mounts = { source = "data", destination = "/data" }
    /// deploy = { strategy = "rolling" }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/appconfig/validation.go
    static RULE = {
        name: "strategy-with-volumes",
        code: "FA312",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: false,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(mount) = app.toml.mounts.first() else { return };
    let Some(strategy) = app.toml.deploy.as_ref().and_then(|deploy| deploy.strategy) else { return };
    let label = match strategy.value {
        Strategy::Canary => "flyctl refuses the file",
        Strategy::BlueGreen => "the deploy would fail",
        Strategy::Rolling | Strategy::Immediate => return,
    };
    let other = cx.facts.deploy.strategy;
    let edit = cx.edits().replace_word(strategy.range(), other);
    let fix = cx.safe_fix(format!("write {other}"), strategy.origin.is_written().then_some(edit));
    cx.report(strategy.origin, format!("`{}` cannot deploy machines with volumes", strategy.value))
        .label(label)
        .related(mount.origin, "each volume belongs to one machine")
        .help(format!("write \"{other}\": machines are updated in their places"))
        .fix(fix);
}
