use crate::beside::Kind;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that workflows wait for what they deploy.
    ///
    /// ## Why
    ///
    /// With `--detach` flyctl skips all checks: that new machines stay up, that their health checks pass, that names
    /// resolve. The job is green when the app is down, and the steps behind it run against a release that may never come.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- .github/workflows/deploy.yml
    /// on: push
    /// concurrency: deploy
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - run: flyctl deploy --remote-only --detach
    /// ```
    ///
    /// ```toml,files,good
    /// # --- .github/workflows/deploy.yml
    /// on: push
    /// concurrency: deploy
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - run: flyctl deploy --remote-only
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/command/deploy/deploy.go
    /// - Fly.io, flyctl/cmd/fly_deploy
    static RULE = {
        name: "detached-deploy",
        code: "FA844",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(_: &Model, cx: &mut Cx<'_>) {
    for usage in cx.usages.iter().filter(|usage| usage.kind == Kind::Workflow && usage.is(&["deploy"])) {
        if usage.on("detach") {
            cx.within(usage.line.file)
                .report(usage.at_word("--detach"), "the job is green even when the new machines do not start")
                .label("skips all checks")
                .help("leave it out");
        }
    }
    cx.back();
}
