use crate::beside::{Kind, Workflow};
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::list;

declare_rule! {
    /// Checks that workflows which create things say everything that flyctl would ask for.
    ///
    /// ## Why
    ///
    /// `fly volumes create` asks for a region, `fly redis create` for seven things and `fly postgres create` for five.
    /// Where there is no terminal the first that is missing ends the job, after the steps before it have created their
    /// part. `fly mpg create` does not even fail: without `--plan` it buys the smallest plan.
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
    ///       - run: flyctl volumes create data -a my-web --size 10 --yes
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
    ///       - run: flyctl volumes create data -a my-web --size 10 -r fra --yes
    /// ```
    ///
    /// ```toml,files,bad
    /// # --- .github/workflows/deploy.yml
    /// on: push
    /// concurrency: deploy
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - run: flyctl mpg create --name my-db --org my --region fra > log
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
    ///       - run: flyctl mpg create --name my-db --org my --region fra --plan basic > log
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/prompt
    /// - flyctl, internal/command/redis/create.go
    /// - flyctl, internal/command/mpg/plans.go
    static RULE = {
        name: "unanswered-choice",
        code: "FA834",
        group: Group::Correctness,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

/// What a command asks for, and the flags that answer: one of each list is enough.
struct Asks {
    path: &'static str,
    answers: &'static [&'static [&'static str]],
}

const ASKS: [Asks; 4] = [
    Asks { path: "volumes create", answers: &[&["region"]] },
    Asks { path: "mpg create", answers: &[&["name"], &["region"], &["plan"]] },
    Asks {
        path: "redis create",
        answers: &[
            &["name"],
            &["region"],
            &["no-replicas", "replica-regions"],
            &["enable-eviction", "disable-eviction"],
            &["enable-prodpack"],
        ],
    },
    Asks {
        path: "postgres create",
        answers: &[
            &["name", "generate-name"],
            &["region"],
            &["initial-cluster-size"],
            &["vm-size", "vm-cpus", "vm-memory", "vm-cpu-kind"],
            &["volume-size"],
        ],
    },
];

fn check(model: &Model, cx: &mut Cx<'_>) {
    for usage in cx.usages.iter().filter(|usage| usage.kind == Kind::Workflow && !usage.is_vague()) {
        let Some(asks) = ASKS.iter().find(|asks| asks.path == usage.command.path) else { continue };
        let Some(missing) = asks.answers.iter().find(|flags| !usage.has(flags)) else { continue };
        // A fork or a restore takes sizes from what it copies, and the region may stand in a variable.
        let of_workflow = model.beside.workflows.iter().find(|workflow| workflow.file == usage.line.file);
        let regional = missing == &["region"] && of_workflow.is_none_or(says_region);
        if regional || usage.has(&["fork-from", "snapshot-id"]) {
            continue;
        }
        let flags: Vec<String> = missing.iter().map(|flag| format!("--{flag}")).collect();
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let message = if *missing == ["plan"] {
            format!("without `--plan` this buys the plan `{}`", cx.facts.postgres.fallback_plan)
        } else {
            format!("`fly {}` would ask, and nobody is there to answer", asks.path)
        };
        cx.within(usage.line.file).report(usage.at(), message).help(format!("add {}", list(&flags, "or")));
    }
    cx.back();
}

/// Whether the variable that flyctl takes a region from may be set.
fn says_region(workflow: &Workflow) -> bool {
    let steps = || workflow.jobs.iter().flat_map(|job| &job.steps);
    let of_jobs = workflow.jobs.iter().flat_map(|job| &job.env);
    let mut names = workflow.env.iter().chain(of_jobs).chain(steps().flat_map(|step| &step.env));
    names.any(|(name, _)| name == "FLY_REGION")
        || steps().filter_map(|step| step.run.as_ref()).any(|(run, _)| run.contains("FLY_REGION"))
}
