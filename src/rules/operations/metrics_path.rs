use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that the path of metrics begins with a slash.
    ///
    /// ## Why
    ///
    /// The path is put behind the address and the port. Without a slash no address comes of it, nothing is collected,
    /// and nothing says so.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.metrics]
    /// port = 9091
    /// path = "metrics"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.metrics]
    /// port = 9091
    /// path = "/metrics"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, monitoring/metrics
    static RULE = {
        name: "metrics-path",
        code: "FA688",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for path in app.toml.metrics.iter().filter_map(|metrics| metrics.path.as_ref()) {
        if path.is_empty() || path.starts_with('/') {
            continue;
        }
        let edit = cx.edits().replace_word(path.range(), &format!("/{}", path.value));
        let fix = cx.safe_fix("begin with a slash", Some(edit));
        cx.report(path.origin, format!("metrics of `{}` are not collected", app.name.value))
            .label("no slash in front")
            .help(format!("write `path = \"/{}\"`", path.value))
            .fix(fix);
    }
}
