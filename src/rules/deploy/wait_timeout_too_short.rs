use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that a deploy waits for a machine as long as it takes to start.
    ///
    /// ## Why
    ///
    /// flyctl waits `wait_timeout` for each machine to start and to pass its checks, and then gives the deploy up:
    /// half of the machines run the new release, half of them the old one. A start that takes longer fails every
    /// time.
    ///
    /// How long a start takes is not in any file of Fly.io; a spec may say it, in `workload.boot_seconds`. A
    /// `grace_period` as long as the timeout is a warning: a check that fails to the end of it is given up on before
    /// it counts. So is `0s`, for which flyctl takes two minutes.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.deploy]
    /// wait_timeout = "30s"
    ///
    /// [[app.web.http_service.checks]]
    /// path = "/healthz"
    /// grace_period = "45s"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.deploy]
    /// wait_timeout = "300s"
    ///
    /// [[app.web.http_service.checks]]
    /// path = "/healthz"
    /// grace_period = "45s"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web]
    /// workload = { boot_seconds = 400 }
    ///
    /// [app.web.deploy]
    /// wait_timeout = "300s"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// workload = { boot_seconds = 400 }
    ///
    /// [app.web.deploy]
    /// wait_timeout = "800s"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/command/deploy/machines.go
    static RULE = {
        name: "wait-timeout-too-short",
        code: "FA663",
        group: Group::Reliability,
        levels: Levels::RELIABILITY,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(wait) = app.toml.deploy.as_ref().and_then(|deploy| deploy.wait_timeout) else { return };
    let usual = cx.facts.deploy.wait_timeout_seconds;
    let name = &app.name.value;
    let nanoseconds = wait.nanoseconds();
    let fix = |seconds: i64, cx: &Cx<'_>| {
        let edit = wait.origin.is_written().then(|| cx.edits().replace(wait.range(), format!("\"{seconds}s\"")));
        cx.unsafe_fix(format!("wait for {seconds} seconds"), edit)
    };
    if let Some(boot) = app.workload.boot_seconds.filter(|boot| i64::from(boot.value) * 1_000_000_000 >= nanoseconds) {
        let seconds = i64::from(boot.value) * 2;
        let fix = fix(seconds, cx);
        let at = if wait.origin.is_written() { wait.origin } else { boot.origin };
        let finding = cx.report(at, format!("deploys of `{name}` give up before a machine has started"));
        let finding = if wait.origin.is_written() {
            finding
                .label(format!("{} for each machine", wait.value))
                .related(boot.origin, format!("a start takes {} s", boot.value))
        } else {
            finding.label(format!("flyctl waits for {usual} s"))
        };
        finding
            .help(format!("let flyctl wait longer: `wait_timeout = \"{seconds}s\"` in `{}`", app.table("deploy")))
            .fix(fix);
        return;
    }
    if nanoseconds == 0 {
        let fix = fix(usual, cx);
        cx.warn(wait.origin, format!("deploys of `{name}` do not wait as the file says"))
            .label("flyctl takes a time of its own for zero")
            .help(format!("write how long: `wait_timeout = \"{usual}s\"` is the default"))
            .fix(fix);
        return;
    }
    let of_services = app.services.iter().flat_map(|service| &service.checks).filter_map(|check| check.grace_period);
    let of_services = of_services.map(|grace| (grace.value, grace.origin));
    let named = app.toml.checks.iter().filter_map(|(_, check)| check.grace_period);
    let longest = of_services.chain(named.map(|grace| (grace.nanoseconds(), grace.origin)));
    let Some((_, at)) = { longest }.max_by_key(|&(grace, _): &(i64, Origin)| grace).filter(|&(g, _)| g >= nanoseconds)
    else {
        return;
    };
    let fix = fix(usual, cx);
    cx.warn(wait.origin, format!("deploys of `{name}` give up before its checks count"))
        .label(format!("{} for each machine", wait.value))
        .related(at, "until then failures do not count")
        .help(format!("let flyctl wait longer: `wait_timeout = \"{usual}s\"` is the default"))
        .fix(fix);
}
