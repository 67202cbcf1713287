use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that `index_document` stands beside a bucket.
    ///
    /// ## Why
    ///
    /// The key says which file is served for a directory of a Tigris bucket. For files in a machine it has no effect: a request
    /// for the directory goes to the app.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// http_service = { internal_port = 3000 }
    /// statics = [{ guest_path = "/app/public", url_prefix = "/docs", index_document = "index.html" }]
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// http_service = { internal_port = 3000 }
    /// statics = [{ guest_path = "/app/public", url_prefix = "/docs" }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "index-document-without-bucket",
        code: "FA355",
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
    for mapping in &app.toml.statics {
        // Files with a relative path are put into a bucket by the deploy itself.
        let relative = mapping.guest_path.as_ref().is_some_and(|path| !path.starts_with('/'));
        let Some(document) = mapping.index_document.as_ref().filter(|_| mapping.tigris_bucket.is_none() && !relative)
        else {
            continue;
        };
        let fix = cx.safe_fix("remove it", cx.edits().remove(document.range()));
        cx.report(document.origin, "`index_document` has no effect without a bucket")
            .label("the files lie in the machine")
            .help("remove it, or name the bucket: `tigris_bucket = \"…\"`")
            .fix(fix);
    }
}
