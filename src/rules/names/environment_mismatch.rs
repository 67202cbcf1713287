use crate::lower::files::tier_in;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::{Level, Tier};

declare_rule! {
    /// Checks that a file for one environment does not configure an app of another.
    ///
    /// ## Why
    ///
    /// `fly deploy -c fly.staging.toml` deploys the app that the file names. When the file was copied from the one
    /// for production and still says `app = "shop-production"`, the rehearsal is the release: the machines of
    /// production get the settings of staging. Between files that are alike but for a few lines it is the line that
    /// nobody looks at.
    ///
    /// The environment is known by words in the names of the file and of the app, such as `production`, `staging` and
    /// `dev`; in a spec by `tier` where it is written. One of the two must be production: between rehearsals names
    /// are not so strict.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// tier = "staging"
    /// regions = ["iad", "lhr"]
    ///
    /// [app.web]
    /// name = "shop-production"
    /// ```
    ///
    /// ```toml,good
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// tier = "staging"
    /// regions = ["iad", "lhr"]
    ///
    /// [app.web]
    /// name = "shop-staging"
    /// ```
    ///
    /// ```toml,files,bad
    /// # --- fly.staging.toml
    /// app = "shop-production"
    /// ```
    ///
    /// ```toml,files,good
    /// # --- fly.staging.toml
    /// app = "shop-staging"
    ///
    /// # --- fly.toml
    /// app = "shop"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, blueprints/staging-prod-isolation
    /// - Fly.io, flyctl/cmd/fly_deploy
    static RULE = {
        name: "environment-mismatch",
        code: "FA689",
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
    if !app.name.origin.is_written() {
        return;
    }
    let Some(of_app) = tier_in(&app.name.value) else { return };
    let written = cx.model.project.as_ref().map(|project| project.tier).filter(|tier| tier.origin.is_written());
    let file = cx.file_name().rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let (expected, what) = match written {
        Some(tier) => (Some(tier.value), "the architecture".to_owned()),
        None if app.is_plain() => (tier_in(&file), format!("`{file}`")),
        None => return,
    };
    // Between rehearsals names are not so strict.
    let differ = |expected: &Tier| *expected != of_app && [*expected, of_app].contains(&Tier::Production);
    let Some(expected) = expected.filter(differ) else { return };
    let (expected, actual) = (expected.as_str(), of_app.as_str());
    cx.report(app.name.origin, format!("{what} is for {expected}, and `{}` is for {actual}", app.name.value))
        .label(format!("a deploy changes {actual}"))
        .help(format!("write the name of the app for {expected}, or move it to where {actual} is"));
}
