use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that a process group has one restart policy.
    ///
    /// ## Why
    ///
    /// Of several entries of `[[restart]]` for one group flyctl takes the last, and drops the others without a word.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.worker.restart]]
    /// policy = "always"
    ///
    /// [[app.worker.restart]]
    /// policy = "on-failure"
    /// retries = 3
    /// ```
    ///
    /// ```toml,good
    /// [[app.worker.restart]]
    /// policy = "on-failure"
    /// retries = 3
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/appconfig/machines.go
    static RULE = {
        name: "duplicate-restart",
        code: "FA391",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for (index, restart) in app.toml.restart.iter().enumerate() {
        let names = restart.processes.iter().flat_map(|names| names.iter());
        let mut groups = names.filter_map(|name| app.groups.iter().find(|group| group.name.value == name.value));
        let Some(group) = groups.find(|group| group.restart.is_some_and(|last| last != index)) else { continue };
        let Some(last) = group.restart.map(|last| &app.toml.restart[last]) else { continue };
        cx.report(
            Origin::written(restart.range()),
            format!("group `{}` has another restart policy below", group.name.value),
        )
        .label("has no effect")
        .related(Origin::written(last.range()), "the last one is taken")
        .help("keep one of them, or say for which `processes` each is");
    }
}
