use crate::fly_toml::Strategy;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that the tests of new machines are run by the strategy of the deploy.
    ///
    /// ## Why
    ///
    /// `machine_checks` start a machine with the new image and run a command against it. Only the strategies `rolling` and
    /// `canary` do so: with `bluegreen` and `immediate` they are skipped without a word, and whoever relies on them deploys
    /// untested.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// deploy = { strategy = "immediate" }
    ///
    /// [[app.web.machine_checks]]
    /// command = ["node", "smoke.js"]
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// deploy = { strategy = "rolling" }
    ///
    /// [[app.web.machine_checks]]
    /// command = ["node", "smoke.js"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/health-checks
    /// - flyctl, internal/command/deploy/strategy_bluegreen.go
    static RULE = {
        name: "machine-checks-not-run",
        code: "FA378",
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
    let Some(strategy) = app.toml.deploy.as_ref().and_then(|deploy| deploy.strategy) else { return };
    if !matches!(strategy.value, Strategy::BlueGreen | Strategy::Immediate) {
        return;
    }
    let http = app.toml.http_service.iter().flat_map(|service| &service.machine_checks);
    let services = app.toml.services.iter().flat_map(|service| &service.machine_checks);
    let Some(first) = app.toml.machine_checks.iter().chain(http).chain(services).next() else { return };
    let fix =
        cx.unsafe_fix("replace machines one after another", Some(cx.edits().replace(strategy.range(), "\"rolling\"")));
    cx.report(strategy.origin, format!("deploys of `{}` skip its machine checks", app.name.value))
        .label("runs no machine checks")
        .related(Origin::written(first.range()), "skipped")
        .help("write `strategy = \"rolling\"` or \"canary\", or remove the checks")
        .fix(fix);
}
