use crate::diag::fix::string_literal;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that the prefix of static files is the beginning of a path.
    ///
    /// ## Why
    ///
    /// The proxy compares the prefix with the path of a request, and a path begins with a slash. `public`, or a whole address,
    /// is the beginning of none: all requests go to the app, which answers more slowly or not at all.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// http_service = { internal_port = 3000 }
    /// statics = [{ guest_path = "/app/public", url_prefix = "public" }]
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// http_service = { internal_port = 3000 }
    /// statics = [{ guest_path = "/app/public", url_prefix = "/public" }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "static-url-prefix",
        code: "FA399",
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
    for prefix in app.toml.statics.iter().filter_map(|mapping| mapping.url_prefix.as_ref()) {
        if prefix.is_empty() || prefix.starts_with('/') {
            continue;
        }
        let right = string_literal(&format!("/{}", prefix.value));
        let url = prefix.contains("://");
        let edit = (!url).then(|| cx.edits().replace(prefix.range(), right.as_str()));
        let fix = cx.safe_fix("begin with a slash", edit);
        let example = if url { "\"/assets\"" } else { &right };
        cx.report(prefix.origin, format!("no request of `{}` has a path like this", app.name.value))
            .label("no path")
            .help(format!("write the beginning of a path, such as {example}"))
            .fix(fix);
    }
}
