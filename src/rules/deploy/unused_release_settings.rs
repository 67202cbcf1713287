use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that settings of the release command have one.
    ///
    /// ## Why
    ///
    /// `release_command_timeout` and `release_command_vm` say how a release command runs. Without `release_command`
    /// there is none: whoever reads the file believes that migrations run, and they do not.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.deploy]
    /// strategy = "rolling"
    /// release_command_timeout = "10m"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.deploy]
    /// strategy = "rolling"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/appconfig/config.go
    static RULE = {
        name: "unused-release-settings",
        code: "FA664",
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
    let Some(deploy) = &app.toml.deploy else { return };
    if deploy.release_command.as_ref().is_some_and(|command| !command.trim().is_empty()) {
        return;
    }
    let timeout = deploy.release_command_timeout.map(|timeout| timeout.origin).filter(|origin| origin.is_written());
    let vm = deploy.release_command_vm.as_ref().map(|vm| vm.origin);
    for (key, at) in [("release_command_timeout", timeout), ("release_command_vm", vm)] {
        let Some(at) = at else { continue };
        let edits = cx.edits();
        let edit = edits.key_of(at.range).and_then(|key| edits.remove_entry(key, at.range));
        let fix = cx.unsafe_fix("remove it", edit);
        cx.report(at, format!("`{key}` of `{}` is for no command", app.name.value))
            .label("no release_command")
            .help("add `release_command`, or remove this")
            .fix(fix);
    }
}
