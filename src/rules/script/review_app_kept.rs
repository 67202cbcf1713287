use crate::beside::Workflow;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that apps which are made for pull requests are destroyed with them.
    ///
    /// ## Why
    ///
    /// `superfly/fly-pr-review-apps` destroys the app of a pull request when it is told that the request was closed. A
    /// workflow that does not start then leaves an app, with its machines and volumes, for every request that there ever
    /// was. Without `types` GitHub does not start it then.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- .github/workflows/review.yml
    /// on:
    ///   pull_request:
    ///     types: [opened, reopened, synchronize]
    /// jobs:
    ///   review:
    ///     runs-on: ubuntu-latest
    ///     concurrency: pr-${{ github.event.number }}
    ///     steps:
    ///       - uses: actions/checkout@v4
    ///       - uses: superfly/fly-pr-review-apps@1.5.0
    /// ```
    ///
    /// ```toml,files,good
    /// # --- .github/workflows/review.yml
    /// on:
    ///   pull_request:
    ///     types: [opened, reopened, synchronize, closed]
    /// jobs:
    ///   review:
    ///     runs-on: ubuntu-latest
    ///     concurrency: pr-${{ github.event.number }}
    ///     steps:
    ///       - uses: actions/checkout@v4
    ///       - uses: superfly/fly-pr-review-apps@1.5.0
    /// ```
    ///
    /// ## Sources
    ///
    /// - superfly/fly-pr-review-apps: <https://github.com/superfly/fly-pr-review-apps>
    /// - Fly.io, blueprints/review-apps-guide
    /// - GitHub, events that trigger workflows
    static RULE = {
        name: "review-app-kept",
        code: "FA851",
        group: Group::Cost,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    let is_told = |workflow: &Workflow| workflow.pull_request_types.iter().flatten().any(|(name, _)| name == "closed");
    // Another workflow may see to the end of all of them.
    if model.beside.workflows.iter().any(is_told) {
        return;
    }
    for workflow in &model.beside.workflows {
        let mut actions = workflow.jobs.iter().flat_map(|job| &job.steps).filter_map(|step| step.uses.as_ref());
        let deploys = actions.find(|(action, _)| action.starts_with("superfly/fly-pr-review-apps@"));
        let (Some((_, uses)), Some((_, event))) = (deploys, workflow.event(&["pull_request"])) else { continue };
        cx.within(workflow.file)
            .report(Origin::written(*uses), "the app of a closed pull request stays, and costs")
            .label("destroys it when it is told")
            .related_in(workflow.file, Origin::written(*event), "not when one is closed")
            .help("add `closed` to the `types` of `pull_request`");
    }
    cx.back();
}
