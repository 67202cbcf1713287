use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that no workflow for pull requests of strangers deploys.
    ///
    /// ## Why
    ///
    /// `pull_request_target` runs with the secrets of the repository, also for a pull request from a fork. A workflow that checks
    /// the fork's code out and deploys it gives `FLY_API_TOKEN` to whoever opens a pull request: a Dockerfile or a script in it
    /// can send it anywhere.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- .github/workflows/preview.yml
    /// name: Preview
    /// on: pull_request_target
    /// concurrency: preview
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - uses: actions/checkout@v5
    ///         with:
    ///           ref: ${{ github.event.pull_request.head.sha }}
    ///       - run: flyctl deploy
    /// ```
    ///
    /// ```toml,files,good
    /// # --- .github/workflows/preview.yml
    /// name: Preview
    /// on: pull_request
    /// concurrency: preview
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - uses: actions/checkout@v5
    ///       - run: flyctl deploy
    /// ```
    ///
    /// ## Sources
    ///
    /// - GitHub Security Lab, preventing pwn requests
    /// - Fly.io, blueprints/review-apps-guide
    static RULE = {
        name: "token-for-strangers",
        code: "FA828",
        group: Group::Security,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for workflow in &model.beside.workflows {
        let Some((_, event)) = workflow.event(&["pull_request_target"]) else { continue };
        let steps = || workflow.jobs.iter().flat_map(|job| &job.steps);
        let foreign = |value: &str| value.contains("pull_request.head") || value.contains("github.head_ref");
        let takes = steps().flat_map(|step| &step.with).any(|(key, (value, _))| key == "ref" && foreign(value));
        let deploy = model.beside.commands.iter().find(|c| c.file == workflow.file && c.is(&["deploy"]));
        if let Some(deploy) = deploy.filter(|_| takes) {
            cx.within(workflow.file)
                .report(Origin::written(*event), "whoever opens a pull request can take the token for Fly.io")
                .label("runs with the secrets of the repository")
                .related_in(workflow.file, Origin::written(deploy.range), "runs what the pull request brings")
                .help("start it on `pull_request`, which has no secrets for forks, or let a person approve each run");
        }
    }
    cx.back();
}
