use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that work in progress can be finished when a machine stops.
    ///
    /// ## Why
    ///
    /// A machine that is to stop gets a signal, and `kill_timeout` later it is ended, whatever it does. Every deploy and
    /// every automatic stop does that. Work that takes longer than the timeout is cut off: requests fail, uploads are
    /// lost, jobs run twice. The timeout should be a few seconds longer than the work, `workload.drain_seconds`, because
    /// the signal has to arrive first. It has an upper limit; longer work must be able to be interrupted and resumed.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// kill_timeout = "30s"
    /// workload = { drain_seconds = 60 }
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// kill_timeout = "65s"
    /// workload = { drain_seconds = 60 }
    /// ```
    ///
    /// ```toml,bad
    /// [app.web]
    /// workload = { drain_seconds = 60 }
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// kill_timeout = "65s"
    /// workload = { drain_seconds = 60 }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, blueprints/long-running-tasks
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "drain-exceeds-kill-timeout",
        code: "FA112",
        group: Group::Reliability,
        levels: Levels::RELIABILITY,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

/// What is added to the time that work takes, in seconds.
const MARGIN: i64 = 5;

fn check(app: &App, cx: &mut Cx<'_>) {
    let (Some(drain), Some(timeout)) = (app.workload.drain_seconds, app.toml.kill_timeout) else { return };
    let seconds = i64::from(drain.value);
    if timeout.nanoseconds() > seconds * 1_000_000_000 {
        return;
    }
    let most = cx.facts.shutdown.kill_timeout_seconds_max;
    let suggestion = (seconds + MARGIN).min(most);
    let literal = format!("\"{suggestion}s\"");
    let written = timeout.origin.is_written();
    let edit = if suggestion <= seconds {
        None
    } else if written {
        Some(cx.edits().replace(timeout.range(), literal))
    } else {
        cx.edits().insert_entry(app.header, "kill_timeout", &literal)
    };
    let fix = cx.unsafe_fix(format!("give it {suggestion} seconds"), edit);
    let help = if suggestion > seconds {
        format!("give it a few seconds more than it needs: `kill_timeout = \"{suggestion}s\"`")
    } else {
        format!("{most} seconds are the most: let the work be interrupted and resumed, and drain for less than that")
    };
    let message =
        format!("work of `{}` is cut off {} after its machine is asked to stop", app.name.value, timeout.value);
    let finding = if written {
        cx.report(timeout.origin, message)
            .label("then the machine is ended")
            .related(drain.origin, format!("the work takes {seconds} s"))
    } else {
        cx.report(drain.origin, message).label(format!("kill_timeout is not said: {}", timeout.value))
    };
    finding.help(help).fix(fix);
}
