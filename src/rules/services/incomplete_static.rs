use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that a mapping of static files says which URLs it is for, and where the files are.
    ///
    /// ## Why
    ///
    /// Both `url_prefix` and `guest_path` are needed. flyctl marks them so in its source and evaluates that nowhere: the
    /// mapping is sent as it is, and no file is served.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// http_service = { internal_port = 3000 }
    /// statics = [{ guest_path = "/app/public" }]
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
    /// - flyctl, internal/appconfig/config.go
    static RULE = {
        name: "incomplete-static",
        code: "FA356",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for mapping in &app.toml.statics {
        let (key, example) = match (&mapping.url_prefix, &mapping.guest_path) {
            (None, _) => ("url_prefix", "/public"),
            (_, None) => ("guest_path", "/app/public"),
            _ => continue,
        };
        cx.report(Origin::written(mapping.range()), format!("a mapping of static files has no `{key}`"))
            .label("serves no file")
            .help(format!("add `{key}`, such as \"{example}\""));
    }
}
