use crate::fly_toml::command::programs;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that a scheduler runs on one machine.
    ///
    /// ## Why
    ///
    /// Two machines with one crontab run every job twice, at the same second: mails go out twice, invoices are written twice.
    /// A scheduler has one machine, or takes a lock before each job. The first deploy creates a second machine for a group
    /// unless it is told not to; the set-up script of a spec creates as many as `regions` says.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.cron]
    /// regions = { iad = 2 }
    /// processes = { cron = "supercronic /app/crontab" }
    /// ```
    ///
    /// ```toml,good
    /// [app.cron]
    /// regions = { iad = 1 }
    /// processes = { cron = "supercronic /app/crontab" }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, blueprints/task-scheduling
    /// - Fly.io, blueprints/supercronic
    static RULE = {
        name: "cron-runs-twice",
        code: "FA387",
        group: Group::Reliability,
        levels: Levels::RELIABILITY,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

/// Programs that do nothing but start others by the clock.
const SCHEDULERS: [&str; 6] = ["clockwork", "cron", "crond", "go-crond", "supercronic", "yacron"];

fn check(app: &App, cx: &mut Cx<'_>) {
    for group in app.groups.iter().filter(|group| group.machines() > 1) {
        let Some(command) = group.command.as_ref().filter(|command| schedules(command)) else { continue };
        let at = group.placement.first().map_or(Origin::written(app.header), |(region, _)| region.origin);
        cx.report(command.origin, format!("every job of `{}` runs {} times", app.name.value, group.machines()))
            .label("starts jobs by the clock")
            .related(at, format!("{} machines", group.machines()))
            .help("give the group one machine, or let each job take a lock and waive this");
    }
}

fn schedules(command: &str) -> bool {
    programs(command).iter().any(|program| {
        let Some(first) = program.first().map(|word| word.rsplit('/').next().unwrap_or(word)) else { return false };
        SCHEDULERS.contains(&first) || first == "celery" && program.iter().any(|word| word == "beat")
    })
}
