use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that every app says how its machines are asked to stop, and how long they may take.
    ///
    /// ## Why
    ///
    /// Every deploy stops every machine. By default Fly.io sends SIGINT, waits for five seconds, and ends the machine.
    /// Most servers and job runners finish their work on SIGTERM and end at once on SIGINT, as on a Ctrl-C; and the pages
    /// of Fly.io do not agree on the default. Five seconds are enough to close idle connections, and too few for an
    /// upload or a job. What is right is known to those who wrote the program, so the file should say it.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { iad = 2, lhr = 2 }
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// kill_signal = "SIGTERM"
    /// kill_timeout = "30s"
    /// regions = { iad = 2, lhr = 2 }
    /// ```
    ///
    /// ```toml,bad
    /// [app.web]
    /// kill_signal = "SIGINT"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// kill_timeout = "30s"
    /// kill_signal = "SIGINT"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, blueprints/long-running-tasks
    static RULE = {
        name: "implicit-kill-signal",
        code: "FA111",
        group: Group::Style,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

/// What is suggested: the signal that servers expect.
const SIGNAL: &str = "\"SIGTERM\"";
/// And time for a slow request, in seconds.
const TIMEOUT: i64 = 30;
/// What is added to the time that work takes, in seconds.
const MARGIN: i64 = 5;

fn check(app: &App, cx: &mut Cx<'_>) {
    let (Some(signal), Some(timeout)) = (&app.toml.kill_signal, &app.toml.kill_timeout) else { return };
    let (no_signal, no_timeout) = (!signal.origin.is_written(), !timeout.origin.is_written());
    if !no_signal && !no_timeout {
        return;
    }
    let drain = app.workload.drain_seconds.map_or(0, |seconds| i64::from(seconds.value) + MARGIN);
    let seconds = format!("\"{}s\"", drain.clamp(TIMEOUT, cx.facts.shutdown.kill_timeout_seconds_max));
    let entries: Vec<(&str, &str)> = [(no_signal, "kill_signal", SIGNAL), (no_timeout, "kill_timeout", &seconds)]
        .into_iter()
        .filter_map(|(missing, key, literal)| missing.then_some((key, literal)))
        .collect();
    let list = |separator: &str| {
        entries.iter().map(|(key, literal)| format!("{key} = {literal}")).collect::<Vec<_>>().join(separator)
    };
    let label = entries.iter().map(|(key, _)| format!("no {key}")).collect::<Vec<_>>().join(" and ");
    let fix = cx.unsafe_fix(format!("add {}", list(" and ")), cx.insert_in_app(app, &entries));
    // An empty word is none to flyctl.
    let signal = if signal.value.0.is_empty() { cx.facts.shutdown.kill_signal } else { &signal.value.0 };
    let name = &app.name.value;
    let message = format!("`{name}` is stopped with {signal}, and killed {} later", timeout.value);
    cx.report(Origin::written(app.header), message)
        .label(label)
        .help(format!("say what the program needs: `{}`", list("`, `")))
        .fix(fix);
}
