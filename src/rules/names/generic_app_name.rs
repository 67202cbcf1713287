use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that the name of an app is not one that somebody has taken.
    ///
    /// ## Why
    ///
    /// Apps of all customers of Fly.io share one namespace. `api`, `test` and `my-app` were taken years ago: the
    /// first step of setup.sh fails, and everything else of the architecture stays undone. Names that begin with the
    /// project's are free more often, and say to whom an app belongs; without `name` an app is called
    /// `<project>-<key>`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// name = "web"
    /// kill_timeout = "30s"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// kill_timeout = "30s"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, machines/api/apps-resource
    /// - Fly.io, blueprints/staging-prod-isolation
    static RULE = {
        name: "generic-app-name",
        code: "FA682",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    if !cx.facts.names.taken.contains(&app.name.as_str()) {
        return;
    }
    let edits = cx.edits();
    let key = if app.name.origin.is_written() { edits.key_of(app.name.range()) } else { None };
    let edit = key.and_then(|key| edits.remove_entry(key, app.name.range()));
    let fix = cx.unsafe_fix("name it after the project", edit);
    cx.report(app.name.origin, format!("somebody has an app called `{}` already", app.name.value))
        .label("one namespace for everybody")
        .help("leave `name` out: the app is then called <project>-<key>; or begin it with what is yours")
        .fix(fix);
}
