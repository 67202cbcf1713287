use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that an app has no more mappings of static files than Fly.io takes.
    ///
    /// ## Why
    ///
    /// An app may have ten entries of `[[statics]]`. flyctl does not count; the deploy fails once the image has been built.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// http_service = { internal_port = 3000 }
    /// statics = [
    ///   { guest_path = "/app/a", url_prefix = "/a" },
    ///   { guest_path = "/app/b", url_prefix = "/b" },
    ///   { guest_path = "/app/c", url_prefix = "/c" },
    ///   { guest_path = "/app/d", url_prefix = "/d" },
    ///   { guest_path = "/app/e", url_prefix = "/e" },
    ///   { guest_path = "/app/f", url_prefix = "/f" },
    ///   { guest_path = "/app/g", url_prefix = "/g" },
    ///   { guest_path = "/app/h", url_prefix = "/h" },
    ///   { guest_path = "/app/i", url_prefix = "/i" },
    ///   { guest_path = "/app/j", url_prefix = "/j" },
    ///   { guest_path = "/app/k", url_prefix = "/k" },
    /// ]
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
        name: "too-many-statics",
        code: "FA352",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: false,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let (statics, most) = (&app.toml.statics, cx.facts.services.statics_max);
    if let Some(first) = statics.get(most) {
        cx.report(
            Origin::written(first.range()),
            format!("`{}` maps {} folders of static files", app.name.value, statics.len()),
        )
        .label(format!("{most} is the most"))
        .help("map a folder that holds several of them, or serve them from a bucket");
    }
}
