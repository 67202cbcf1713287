use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no two mappings of static files are for the same URLs.
    ///
    /// ## Why
    ///
    /// Only one mapping is honoured for a prefix: of two for `/assets` one is never used, and which one is not said. A prefix
    /// within another, such as `/assets/img` beside `/assets`, overlaps too, and Fly.io's documentation asks not to do that;
    /// there it is a warning.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// http_service = { internal_port = 3000 }
    /// statics = [
    ///   { guest_path = "/app/public", url_prefix = "/assets" },
    ///   { guest_path = "/app/build", url_prefix = "/assets" },
    /// ]
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// http_service = { internal_port = 3000 }
    /// statics = [
    ///   { guest_path = "/app/public", url_prefix = "/assets" },
    ///   { guest_path = "/app/build", url_prefix = "/build" },
    /// ]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "overlapping-statics",
        code: "FA353",
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
    // More than Fly.io takes are another mistake.
    if app.toml.statics.len() > cx.facts.services.statics_max {
        return;
    }
    let prefixes: Vec<_> = app.toml.statics.iter().filter_map(|mapping| mapping.url_prefix.as_ref()).collect();
    for (index, prefix) in prefixes.iter().enumerate() {
        let clean = |prefix: &str| prefix.trim_end_matches('/').to_owned();
        let own = clean(prefix);
        let within = |outer: &str, inner: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let overlaps = |other: &str| within(other, &own) || within(&own, other);
        let Some(first) = prefixes[..index].iter().find(|other| overlaps(&clean(other))) else { continue };
        let finding = if clean(first) == own {
            cx.report(prefix.origin, format!("two folders are mapped to `{}`", prefix.value)).label("one is never used")
        } else {
            cx.warn(prefix.origin, format!("`{}` and `{}` overlap", first.value, prefix.value))
                .label("which one is used?")
        };
        finding
            .related(first.origin, "the other mapping")
            .help("give every folder a prefix of its own, none within another");
    }
}
