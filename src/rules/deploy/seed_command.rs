use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that nobody counts on `seed_command`.
    ///
    /// ## Why
    ///
    /// `seed_command` is run by the deploy that `fly launch` begins with, and by no other. setup.sh deploys with `fly
    /// deploy`, so that the database of a new architecture stays empty, and no message says so.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.deploy]
    /// release_command = "bin/migrate"
    /// seed_command = "bin/seed"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.deploy]
    /// release_command = "bin/migrate"
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/command/launch/launch.go
    static RULE = {
        name: "seed-command",
        code: "FA665",
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
    let Some(seed) = app.toml.deploy.as_ref().and_then(|deploy| deploy.seed_command.as_ref()) else { return };
    let edits = cx.edits();
    let edit = edits.key_of(seed.range()).and_then(|key| edits.remove_entry(key, seed.range()));
    let fix = cx.unsafe_fix("remove it", edit);
    cx.report(seed.origin, format!("the seed command of `{}` is never run", app.name.value))
        .label("for fly launch alone")
        .help("let the release command seed an empty database, or run it once by hand")
        .fix(fix);
}
