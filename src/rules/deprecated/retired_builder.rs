use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no image is built by a builder that gets no updates.
    ///
    /// ## Why
    ///
    /// A builder brings the operating system of the image and the runtime of the program. Those of Paketo on Ubuntu
    /// 18.04 have had no security updates since 2023 and are called unsafe by their makers; Heroku's builders before
    /// `heroku/builder` were made to fail. A build that works today builds on holes that are known, and stops when
    /// the image is taken away.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.build]
    /// builder = "paketobuildpacks/builder:base"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.build]
    /// builder = "paketobuildpacks/builder-jammy-base"
    /// ```
    ///
    /// ## Sources
    ///
    /// - <https://blog.paketo.io/posts/paketo-bionic-builder-is-unsafe>
    /// - <https://github.com/heroku/cnb-builder-images/issues/474>
    static RULE = {
        name: "retired-builder",
        code: "FA687",
        group: Group::Security,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(builder) = app.toml.build.as_ref().and_then(|build| build.builder.as_ref()) else { return };
    let image = builder.trim_start_matches("docker.io/");
    let Some(known) = cx.facts.names.builders.iter().find(|known| known.image == image) else { return };
    let fix = cx
        .unsafe_fix(format!("write {}", known.instead), Some(cx.edits().replace_word(builder.range(), known.instead)));
    cx.report(builder.origin, format!("`{}` is built on a system without security updates", app.name.value))
        .label("a retired builder")
        .help(format!("write `builder = \"{}\"`, and try the build: versions of runtimes differ", known.instead))
        .fix(fix);
}
