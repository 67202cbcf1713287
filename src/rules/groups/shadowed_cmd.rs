use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that `experimental.cmd` is read by some process group.
    ///
    /// ## Why
    ///
    /// `experimental.cmd` is the command of groups that have none. Where every group of `[processes]` has a command, it is
    /// ignored, and a change of it changes nothing.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// processes = { web = "node server.js" }
    ///
    /// [app.web.experimental]
    /// cmd = ["node", "old-server.js"]
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// processes = { web = "node server.js" }
    ///
    /// [app.web.experimental]
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/appconfig/machines.go
    static RULE = {
        name: "shadowed-cmd",
        code: "FA392",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(cmd) = app.toml.experimental.as_ref().and_then(|experimental| experimental.cmd.as_ref()) else { return };
    let commands = app.groups.iter().map(|group| group.command.as_ref().filter(|command| !command.trim().is_empty()));
    let commands: Option<Vec<_>> = commands.collect();
    let Some(first) = commands.as_ref().and_then(|commands| commands.first()) else { return };
    let fix = cx.unsafe_fix("remove it", cx.edits().remove(cmd.range()));
    cx.report(cmd.origin, format!("no group of `{}` runs this command", app.name.value))
        .label("for groups without a command")
        .related(first.origin, "every group has one")
        .help("remove it, or the command of the group that should run it")
        .fix(fix);
}
