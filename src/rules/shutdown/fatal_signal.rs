use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that machines are asked to stop in a way that they can act on.
    ///
    /// ## Why
    ///
    /// `SIGKILL` ends a program where it is, and `SIGSTOP` freezes it: no program is told of either. Requests in
    /// flight are cut off at every deploy and every automatic stop, jobs stay half done, buffers are not written.
    /// With `SIGTERM` a program finishes, and one that does not is ended when `kill_timeout` is over.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// kill_signal = "SIGKILL"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// kill_signal = "SIGTERM"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, blueprints/long-running-tasks
    /// - signal(7)
    static RULE = {
        name: "fatal-signal",
        code: "FA672",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

/// What programs expect.
const USUAL: &str = "SIGTERM";

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(signal) = app.toml.kill_signal.as_ref().filter(|signal| signal.origin.is_written()) else { return };
    if !cx.facts.names.signals.fatal.contains(&signal.0.as_str()) {
        return;
    }
    let fix = cx.unsafe_fix(format!("write {USUAL}"), Some(cx.edits().replace_word(signal.range(), USUAL)));
    cx.report(signal.origin, format!("`{}` loses what it is doing whenever a machine stops", app.name.value))
        .label("no program can act on it")
        .help(format!("write `kill_signal = \"{USUAL}\"`: what is not done within kill_timeout is ended all the same"))
        .fix(fix);
}
