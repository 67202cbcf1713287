use crate::model::Model;
use crate::rules::Usage;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that workflows which deploy have a token.
    ///
    /// ## Why
    ///
    /// A secret of the repository is no variable of a step until `env` makes it one. Without a token flyctl ends with "no
    /// access token available".
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
    ///       - uses: actions/checkout@v4
    ///       - uses: superfly/flyctl-actions/setup-flyctl@1.5
    ///       - run: flyctl deploy --remote-only
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
    ///       - uses: actions/checkout@v4
    ///       - uses: superfly/flyctl-actions/setup-flyctl@1.5
    ///       - run: flyctl deploy --remote-only
    ///         env:
    ///           FLY_API_TOKEN: ${{ secrets.FLY_API_TOKEN }}
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, launch/continuous-deployment-with-github-actions
    /// - flyctl, internal/command/command.go
    static RULE = {
        name: "workflow-without-token",
        code: "FA852",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for workflow in &model.beside.workflows {
        let usages = cx.usages_in(workflow.file);
        let of_file = || usages.iter();
        let logs_in = of_file().any(|usage| usage.is(&["auth login"]) || usage.has(&["access-token"]));
        let steps = || workflow.jobs.iter().flat_map(|job| &job.steps);
        // Other actions may set it, and so may a line of a script.
        let known = |action: &str| ["actions/", "superfly/", "docker/"].iter().any(|owner| action.starts_with(owner));
        let foreign = steps().filter_map(|step| step.uses.as_ref()).any(|(action, _)| !known(action));
        if logs_in || foreign || cx.source_of(workflow.file).contains("TOKEN") {
            continue;
        }
        let runs = |usage: &&Usage<'_>| workflow.jobs.iter().any(|job| job.runs(usage.line.range));
        if let Some(deploy) = of_file().filter(runs).find(|usage| usage.is(&["deploy"]) && !usage.is_vague()) {
            cx.within(workflow.file)
                .report(deploy.at(), "flyctl has no token here, and ends with an error")
                .help("give the step one: `FLY_API_TOKEN: ${{ secrets.FLY_API_TOKEN }}` under `env`");
        }
    }
    cx.back();
}
