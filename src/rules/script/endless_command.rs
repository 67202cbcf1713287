use crate::beside::Kind;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that no workflow runs a command that does not end.
    ///
    /// ## Why
    ///
    /// `fly logs` shows logs as they come, and `fly proxy` listens, until somebody stops them. A job that runs them in
    /// front of its other steps is stopped after six hours, and every minute of them is paid for.
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
    ///       - run: flyctl logs -a my-web
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
    ///       - run: flyctl logs -a my-web --no-tail
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
    ///       - run: flyctl proxy 5432 -a my-db
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
    ///       - run: flyctl proxy 5432 -a my-db &
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/command/logs/logs.go
    /// - GitHub, limits of jobs
    static RULE = {
        name: "endless-command",
        code: "FA853",
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
    let of_workflow = cx.usages.iter().filter(|usage| usage.kind == Kind::Workflow);
    for usage in of_workflow.filter(|usage| !usage.is_vague() && !usage.is_ended()) {
        let (message, help) = match usage.command.path {
            "logs" if !usage.on("no-tail") && !usage.line.piped => {
                ("this job waits for more logs until it is stopped", "add `--no-tail`")
            }
            "proxy" if !usage.has(&["watch-stdin"]) => {
                ("this job listens until it is stopped", "let it run beside the next commands: end the line with `&`")
            }
            _ => continue,
        };
        cx.within(usage.line.file).report(usage.at(), message).help(help);
    }
    cx.back();
}
