use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that an image is named by a tag or a digest that stands for one image.
    ///
    /// ## Why
    ///
    /// `latest`, or no tag, is another image tomorrow. Two deploys of one commit then differ, machines that are
    /// replaced in between run something else than their neighbours, and when a release turns out to be wrong nobody
    /// can name the one before it: `fly deploy --image` needs its reference.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.build]
    /// image = "registry.example.com/shop/web:latest"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.build]
    /// image = "registry.example.com/shop/web:2026.8.3"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, blueprints/rollback-guide
    /// - Fly.io, blueprints/using-the-fly-docker-registry
    static RULE = {
        name: "mutable-image",
        code: "FA666",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(image) = app.toml.build.as_ref().and_then(|build| build.image.as_ref()) else { return };
    let last = image.rsplit('/').next().unwrap_or(image);
    let label = match last.split_once(':') {
        _ if last.contains('@') || image.is_empty() => return,
        Some((_, "latest")) => "another image tomorrow",
        Some(_) => return,
        None => "no tag: latest",
    };
    cx.report(image.origin, format!("which image `{}` runs depends on the day of its deploy", app.name.value))
        .label(label)
        .help("write a tag that is never moved, such as the commit's, or the digest");
}
