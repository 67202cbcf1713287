use crate::fly_toml::command::programs;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no process group runs what a deploy should run once.
    ///
    /// ## Why
    ///
    /// A process group is a machine that stays. A migration ends: its machine is left stopped, or with `policy = "always"`
    /// runs the migration again and again; and it runs beside the new version, not before it. A Procfile's `release` line is
    /// not a process on Fly.io. `release_command` runs once for each deploy, before any machine is replaced, and stops the
    /// deploy when it fails.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// processes = { web = "bin/rails server", release = "bin/rails db:migrate" }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// processes = ["web"]
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// processes = { web = "bin/rails server" }
    ///
    /// [app.web.deploy]
    /// release_command = "bin/rails db:migrate"
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// processes = ["web"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, launch/processes
    static RULE = {
        name: "one-shot-process",
        code: "FA388",
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
    for group in &app.groups {
        let Some(command) = &group.command else { continue };
        if group.serves || !migrates(command) {
            continue;
        }
        let message =
            format!("group `{}` of `{}` ends, and is no machine that stays", group.name.value, app.name.value);
        cx.report(command.origin, message)
            .label("a migration")
            .help(format!("let it run once, before each deploy: `{}` with `release_command`", app.table("deploy")));
    }
}

/// Whether the last that a command does is a migration of a database.
fn migrates(command: &str) -> bool {
    let programs = programs(command);
    let Some(last) = programs.last() else { return false };
    let migration = |word: &String| matches!(word.as_str(), "migrate" | "db:migrate" | "migrate:latest" | "db:prepare");
    let alembic = last[0].ends_with("alembic") && last.iter().any(|word| word == "upgrade");
    alembic || last.iter().any(migration)
}
