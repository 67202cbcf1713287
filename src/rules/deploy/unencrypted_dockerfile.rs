use crate::model::App;
use crate::rules::variables::part_of_text;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that a Dockerfile from elsewhere is fetched by HTTPS.
    ///
    /// ## Why
    ///
    /// `dockerfile` may be a URL. Over plain `http://` whoever is on the way can put other commands into it, and they
    /// run with everything that the build may see.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.build]
    /// dockerfile = "http://builds.example.com/web/Dockerfile"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.build]
    /// dockerfile = "https://builds.example.com/web/Dockerfile"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/appconfig/config.go
    static RULE = {
        name: "unencrypted-dockerfile",
        code: "FA696",
        group: Group::Security,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

const PLAIN: &str = "http://";

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(url) = app.toml.build.as_ref().and_then(|build| build.dockerfile.as_ref()) else { return };
    if !url.starts_with(PLAIN) {
        return;
    }
    let range = part_of_text(url, url.origin, 0..PLAIN.len(), cx);
    let fix = cx.unsafe_fix("fetch it by HTTPS", range.map(|range| cx.edits().replace(range, "https://")));
    cx.report(url.origin, format!("whoever is on the way can change how `{}` is built", app.name.value))
        .label("not encrypted")
        .help("write `https://`, or keep the Dockerfile beside the code")
        .fix(fix);
}
