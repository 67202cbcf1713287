use crate::fly_toml::Strategy;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that production is not replaced all at once.
    ///
    /// ## Why
    ///
    /// With `immediate` all machines are updated at the same time, and flyctl does not wait for their health checks.
    /// Users see errors until the new machines answer; and when the release does not start, there is none left that
    /// did. `rolling` keeps most machines running and stops at the first one that fails.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.deploy]
    /// strategy = "immediate"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.deploy]
    /// strategy = "rolling"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, blueprints/seamless-deployments
    static RULE = {
        name: "immediate-strategy",
        code: "FA660",
        group: Group::Reliability,
        levels: Levels { production: Level::Warn, staging: Level::Allow, development: Level::Allow },
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(strategy) = app.toml.deploy.as_ref().and_then(|deploy| deploy.strategy) else { return };
    if strategy.value != Strategy::Immediate || !strategy.origin.is_written() {
        return;
    }
    let other = cx.facts.deploy.strategy;
    let fix = cx.unsafe_fix(format!("write {other}"), Some(cx.edits().replace_word(strategy.range(), other)));
    cx.report(strategy.origin, format!("a release that does not start takes all machines of `{}`", app.name.value))
        .label("no health check is waited for")
        .help(format!("write \"{other}\": it stops at the first machine that fails"))
        .fix(fix);
}
