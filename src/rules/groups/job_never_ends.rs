use crate::fly_toml::command::programs;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that a job's command comes to an end.
    ///
    /// ## Why
    ///
    /// A machine with a schedule is started at its time, and stops when its command has ended. A server, or a program
    /// that starts others by the clock, never ends: the machine runs all the time and is paid for all the time, and
    /// what the schedule says means nothing.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.shop.schedule.nightly]
    /// command = "supercronic /app/crontab"
    /// every = "daily"
    /// ```
    ///
    /// ```toml,good
    /// [app.shop.schedule.nightly]
    /// command = "node jobs/nightly.js"
    /// every = "daily"
    /// ```
    ///
    /// ```toml,bad
    /// [app.shop]
    /// processes = { web = "node server.js" }
    ///
    /// [app.shop.schedule.nightly]
    /// command = "node server.js"
    /// every = "daily"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, machines/flyctl/fly-machine-run
    /// - Fly.io, blueprints/task-scheduling
    static RULE = {
        name: "job-never-ends",
        code: "FA747",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

/// Programs that run until they are stopped.
const ENDLESS: [&str; 7] = ["clockwork", "cron", "crond", "go-crond", "supercronic", "yacron", "nginx"];

fn check(app: &App, cx: &mut Cx<'_>) {
    for job in &app.jobs {
        let same = |other: &str| other.split_whitespace().eq(job.command.split_whitespace());
        let mut groups = app.groups.iter().filter_map(|group| group.command.as_ref());
        let group: Option<Origin> = groups.find(|command| same(command)).map(|command| command.origin);
        let endless = programs(&job.command).iter().any(|program| {
            let first = program.first().map_or("", |word| word.rsplit('/').next().unwrap_or(word));
            ENDLESS.contains(&first)
        });
        if group.is_none() && !endless && !same("sleep infinity") {
            continue;
        }
        let finding =
            cx.report(job.command.origin, format!("the job `{}` of `{}` never ends", job.key.value, app.name.value));
        let finding = match group {
            Some(group) => finding.related(group, "what the app's machines run all the time"),
            None => finding,
        };
        finding.label("runs until it is stopped").help(format!(
            "write what is done once every {}; a program with a clock of its own belongs into `processes`",
            job.every.period()
        ));
    }
}
