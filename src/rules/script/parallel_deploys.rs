use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that a workflow does not deploy an app twice at the same time.
    ///
    /// ## Why
    ///
    /// Two pushes in a row start two runs. Without a `concurrency` group both deploy at once: they take each other's machines
    /// away, and the older commit may be the one that stays.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- .github/workflows/deploy.yml
    /// name: Deploy
    /// on: push
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - run: flyctl deploy
    /// ```
    ///
    /// ```toml,files,good
    /// # --- .github/workflows/deploy.yml
    /// name: Deploy
    /// on: push
    /// concurrency: deploy
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - run: flyctl deploy
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, launch/continuous-deployment-with-github-actions
    /// - GitHub, actions/using-concurrency
    static RULE = {
        name: "parallel-deploys",
        code: "FA827",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for workflow in model.beside.workflows.iter().filter(|workflow| !workflow.concurrency) {
        let deploys = model.beside.commands.iter().filter(|c| c.file == workflow.file && c.is(&["deploy"]));
        for job in workflow.jobs.iter().filter(|job| !job.concurrency) {
            if let Some(deploy) = deploys.clone().find(|deploy| job.runs(deploy.range)) {
                cx.within(workflow.file)
                    .report(Origin::written(deploy.range), "two runs of this workflow may deploy at the same time")
                    .related_in(workflow.file, Origin::written(job.key.1), "no `concurrency` here or above")
                    .help("give the job a group: `concurrency: deploy`");
                break;
            }
        }
    }
    cx.back();
}
