use crate::fly_toml::command::programs;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that a program which works through a queue is not stopped for having no requests.
    ///
    /// ## Why
    ///
    /// `fly launch` writes an `http_service` for every app, and a copied fly.toml has one too. A worker such as `celery worker`
    /// or `sidekiq` answers no requests: with `auto_stop_machines` the proxy takes it for idle, stops it in the middle of its
    /// work, and nothing starts it again, because no request comes.
    /// ([docs#2416](https://github.com/superfly/docs/pull/2416)).
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.jobs]
    /// processes = { jobs = "celery -A shop worker" }
    ///
    /// [app.jobs.http_service]
    /// internal_port = 8000
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ```toml,good
    /// [app.jobs]
    /// processes = { jobs = "celery -A shop worker" }
    ///
    /// [app.jobs.http_service]
    /// internal_port = 8000
    /// auto_stop_machines = "off"
    /// ```
    ///
    /// ```toml,good
    /// [app.jobs]
    /// processes = { jobs = "celery -A shop worker" }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, launch/processes
    /// - Fly.io, blueprints/long-running-tasks
    /// - https://github.com/superfly/docs/pull/2416
    static RULE = {
        name: "worker-behind-service",
        code: "FA401",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

/// Programs that take work from a queue or from a clock.
const PROGRAMS: [&str; 8] = ["cron", "crond", "dramatiq", "huey_consumer", "resque", "rq", "sidekiq", "supercronic"];
/// Words by which other programs are told to do so.
const TASKS: [&str; 9] = [
    "good_job",
    "horizon",
    "jobs:work",
    "queue:work",
    "resque:work",
    "schedule:work",
    "sidekiq",
    "solid_queue:start",
    "supercronic",
];

fn check(app: &App, cx: &mut Cx<'_>) {
    for (index, group) in app.groups.iter().enumerate().filter(|(_, group)| group.serves) {
        let Some(command) = &group.command else { continue };
        let [program] = &*programs(command) else { continue };
        let services = || app.services.iter().filter(|service| service.groups.contains(&index));
        // Beside groups that listen, `worker-in-service` says more.
        if !is_worker(program) || group.is_called_worker() && services().any(|service| service.groups.len() > 1) {
            continue;
        }
        let Some(service) = services().find(|service| app.stops(service)) else { continue };
        let stop = service.auto_stop;
        let fix = cx.unsafe_fix("let the machines run", Some(cx.edits().replace(stop.range(), "\"off\"")));
        cx.report(command.origin, format!("a worker of `{}` is stopped in the middle of its work", app.name.value))
            .label("answers no requests")
            .related(stop.origin, "stops what has no requests")
            .help("remove the service, or write `auto_stop_machines = \"off\"`")
            .fix(fix);
    }
}

fn is_worker(program: &[String]) -> bool {
    let Some(first) = program.first().map(|word| word.rsplit('/').next().unwrap_or(word)) else { return false };
    PROGRAMS.contains(&first)
        || first == "celery" && program.iter().any(|word| word == "worker" || word == "beat")
        || program.iter().skip(1).take(3).any(|word| TASKS.contains(&word.as_str()))
}
