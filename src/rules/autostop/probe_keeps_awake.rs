use crate::model::{Model, Service};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that nothing asks an app that scales to zero more often than the proxy would stop it.
    ///
    /// ## Why
    ///
    /// The proxy stops a machine after some minutes without requests. A probe that asks every few minutes is a request
    /// like any other: the machine never stops, and what was meant to cost nothing costs a machine. One project paid 61
    /// dollars a month for it (https://github.com/manavgup/wikimind/pull/831). A probe that asks less often wakes the
    /// machine each time, and measures how long it takes to start.
    ///
    /// Workflows of GitHub Actions with a schedule are looked at. Probes from elsewhere are not known.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- fly.toml
    /// app = "my-web"
    ///
    /// [http_service]
    /// internal_port = 8080
    /// auto_stop_machines = "stop"
    /// auto_start_machines = true
    /// min_machines_running = 0
    ///
    /// # --- .github/workflows/uptime.yml
    /// name: Uptime
    /// on:
    ///   schedule:
    ///     - cron: "*/5 * * * *"
    /// jobs:
    ///   probe:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - run: curl -fsS https://my-web.fly.dev/healthz
    /// ```
    ///
    /// ```toml,files,good
    /// # --- fly.toml
    /// app = "my-web"
    ///
    /// [http_service]
    /// internal_port = 8080
    /// auto_stop_machines = "stop"
    /// auto_start_machines = true
    /// min_machines_running = 0
    ///
    /// # --- .github/workflows/uptime.yml
    /// name: Uptime
    /// on:
    ///   schedule:
    ///     - cron: "17 4 * * *"
    /// jobs:
    ///   probe:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - run: curl -fsS https://my-web.fly.dev/healthz
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, launch/autostop-autostart
    /// - GitHub, actions/events-that-trigger-workflows
    static RULE = {
        name: "probe-keeps-awake",
        code: "FA830",
        group: Group::Cost,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

/// In minutes: a machine is stopped after a few of them without a request.
const OFTEN: u32 = 15;

fn check(model: &Model, cx: &mut Cx<'_>) {
    for workflow in &model.beside.workflows {
        let Some((_, at)) = workflow.schedules.iter().find(|(cron, _)| is_often(cron)) else { continue };
        let steps = || workflow.jobs.iter().flat_map(|job| &job.steps).filter_map(|step| step.run.as_ref());
        for (index, app) in model.apps.iter().enumerate() {
            let none_kept = |service: &&Service| app.stops(service) && service.min_machines_running.value == 0;
            let Some(service) = app.services.iter().find(none_kept) else { continue };
            let own = format!("{}.fly.dev", app.name.value);
            let hosts = app.domains.iter().map(|domain| domain.as_str()).chain([own.as_str()]);
            let Some((_, run)) = steps().find(|(text, _)| hosts.clone().any(|host| asks(text, host))) else { continue };
            let message = format!("machines of `{}` never stop: they are asked every few minutes", app.name.value);
            cx.about(index)
                .within(workflow.file)
                .report(Origin::written(*run), message)
                .related_in(workflow.file, Origin::written(*at), "this often")
                .related_in(app.file, service.auto_stop.origin, "they are to stop")
                .help("let one machine run (`min_machines_running = 1`), or ask once in some hours");
        }
    }
    cx.back();
}

/// Whether the minutes of a schedule are many.
fn is_often(cron: &str) -> bool {
    let minutes = cron.split_whitespace().next().unwrap_or_default();
    match minutes.strip_prefix("*/") {
        Some(step) => step.parse().is_ok_and(|step: u32| step <= OFTEN),
        None => minutes == "*" || minutes.split(',').count() >= 4,
    }
}

/// Whether a script asks a host.
fn asks(script: &str, host: &str) -> bool {
    let begins = |at: usize| script[..at].ends_with("//");
    let ends =
        |at: usize| !script[at + host.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.');
    script.match_indices(host).any(|(at, _)| begins(at) && ends(at))
}
