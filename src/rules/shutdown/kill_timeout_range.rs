use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that `kill_timeout` is a time that Fly.io gives.
    ///
    /// ## Why
    ///
    /// Fly.io waits for five minutes at most, on every kind of machine, and flyctl does not look at the number: a program
    /// that counts on more may be ended in the middle of its work. When the key came, Fly.io announced one second as the
    /// least; what zero means, no page says.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// kill_timeout = "10m"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// kill_timeout = "300s"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web]
    /// kill_timeout = "0s"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// kill_timeout = "5s"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, blueprints/long-running-tasks
    /// - Fly.io, community.fly.io/t/504 (the least)
    static RULE = {
        name: "kill-timeout-range",
        code: "FA113",
        group: Group::Reliability,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(timeout) = app.toml.kill_timeout.filter(|timeout| timeout.origin.is_written()) else { return };
    let (usual, most) = (cx.facts.shutdown.kill_timeout_seconds, cx.facts.shutdown.kill_timeout_seconds_max);
    let name = &app.name.value;
    if timeout.nanoseconds() > most * 1_000_000_000 {
        let edit = cx.edits().replace(timeout.range(), format!("\"{most}s\""));
        let fix = cx.safe_fix(format!("write {most}s"), Some(edit));
        cx.report(timeout.origin, format!("`{name}` asks for more than {most} seconds to stop"))
            .label("more than Fly.io gives")
            .help(format!("write `kill_timeout = \"{most}s\"`, and let longer work be interrupted and resumed"))
            .fix(fix);
    } else if timeout.nanoseconds() == 0 {
        let edit = cx.edits().replace(timeout.range(), format!("\"{usual}s\""));
        let fix = cx.unsafe_fix(format!("write {usual}s, the default"), Some(edit));
        cx.warn(timeout.origin, format!("`{name}` does not say how long it may take to stop"))
            .label("what zero means, no page of Fly.io says")
            .help(format!("say how long: `kill_timeout = \"{usual}s\"` is the default, {most}s are the most"))
            .fix(fix);
    }
}
