use crate::fly_toml::AutoStop;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that `auto_stop_machines` is one of its words, and no boolean.
    ///
    /// ## Why
    ///
    /// `true` and `false` are the old spellings of `"stop"` and `"off"`. They are still read; whoever finds `true` beside
    /// `auto_start_machines = true` has to know that the two keys have different types, and cannot see that `"suspend"` was a
    /// choice.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    /// auto_stop_machines = true
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// internal_port = 3000
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "boolean-auto-stop",
        code: "FA362",
        group: Group::Style,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for service in &app.services {
        let stop = service.auto_stop;
        if !stop.origin.is_written() || !matches!(cx.text(stop.origin), "true" | "false") {
            continue;
        }
        let word = if stop.value == AutoStop::Off { "\"off\"" } else { "\"stop\"" };
        let fix = cx.safe_fix(format!("write {word}"), Some(cx.edits().replace(stop.range(), word)));
        cx.report(stop.origin, format!("`auto_stop_machines` of `{}` has its old spelling", app.name.value))
            .label(format!("means {word}"))
            .help(format!("write {word}"))
            .fix(fix);
    }
}
