use crate::fly_toml::Signal;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::nearest;
use crate::spec::Level;
use crate::value::Sourced;

declare_rule! {
    /// Checks that `kill_signal` is a signal that Fly.io sends.
    ///
    /// ## Why
    ///
    /// flyctl takes any text, and Fly.io refuses the machine. `TERM`, `sigterm` and `15` are spellings of other
    /// tools; here it is `SIGTERM`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// kill_signal = "TERM"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// kill_signal = "SIGTERM"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, machines/api/machines-resource
    static RULE = {
        name: "unknown-signal",
        code: "FA671",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: false,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let toml = &app.toml;
    let of_services = toml.services.iter().flat_map(|service| &service.machine_checks);
    let of_http = toml.http_service.iter().flat_map(|service| &service.machine_checks);
    let checks = toml.machine_checks.iter().chain(of_services).chain(of_http);
    let signals = toml.kill_signal.iter().chain(checks.filter_map(|check| check.kill_signal.as_ref()));
    for signal in signals.filter(|signal| signal.origin.is_written()) {
        judge(app, signal, cx);
    }
}

fn judge(app: &App, signal: &Sourced<Signal>, cx: &mut Cx<'_>) {
    let known = cx.facts.names.signals.known;
    if known.contains(&signal.0.as_str()) {
        return;
    }
    let upper = signal.to_ascii_uppercase();
    let full = if upper.starts_with("SIG") { upper } else { format!("SIG{upper}") };
    let meant = known.iter().copied().find(|name| *name == full);
    let near = meant.or_else(|| nearest(&full, known.iter().copied()));
    let edit = near.map(|near| cx.edits().replace_word(signal.range(), near));
    let title = format!("write {}", near.unwrap_or_default());
    let fix = if meant.is_some() { cx.safe_fix(title, edit) } else { cx.unsafe_fix(title, edit) };
    let help = match near {
        Some(near) => format!("write \"{near}\""),
        None => format!("write one of {}", known.join(", ")),
    };
    cx.report(signal.origin, format!("Fly.io sends no signal `{}` to `{}`", signal.0, app.name.value))
        .label("not the name of a signal")
        .help(help)
        .fix(fix);
}
