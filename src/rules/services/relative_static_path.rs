use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that static files are not uploaded to a bucket that nobody ordered.
    ///
    /// ## Why
    ///
    /// An absolute `guest_path` is a folder of the machine. A relative one is something else: a deploy creates a Tigris bucket
    /// for the app, uploads the folder of that name from the working directory of whoever deploys, and serves the files from
    /// there. The bucket is billed, outlives the app, and a deploy from another folder uploads other files.
    ///
    /// When that is wanted, waive the rule and say so.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// http_service = { internal_port = 3000 }
    /// statics = [{ guest_path = "public", url_prefix = "/public" }]
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
    /// - flyctl, internal/command/deploy/statics/deployer.go
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "relative-static-path",
        code: "FA357",
        group: Group::Cost,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for mapping in app.toml.statics.iter().filter(|mapping| mapping.tigris_bucket.is_none()) {
        let Some(path) = mapping.guest_path.as_ref().filter(|path| !path.starts_with('/') && !path.is_empty()) else {
            continue;
        };
        cx.report(path.origin, format!("deploys of `{}` create a bucket, and upload a folder to it", app.name.value))
            .label("relative to where the deploy runs")
            .help(format!(
                "write where the files lie in the machine, such as \"/app/{}\"",
                path.trim_start_matches("./")
            ));
    }
}
