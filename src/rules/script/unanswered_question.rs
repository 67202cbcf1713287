use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that no workflow runs a command that waits for an answer.
    ///
    /// ## Why
    ///
    /// Where there is no terminal flyctl cannot ask, and ends with an error instead: the job fails at the point where something
    /// was to be destroyed or paid for. `--yes` is the answer, if it is meant.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- .github/workflows/deploy.yml
    /// name: Deploy
    /// on: push
    /// concurrency: deploy
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - run: flyctl scale count 3 -a my-web
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
    ///       - run: flyctl scale count 3 -a my-web --yes
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/prompt
    /// - Fly.io, flyctl/cmd/fly_scale_count
    static RULE = {
        name: "unanswered-question",
        code: "FA825",
        group: Group::Correctness,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

/// Commands that ask before they do anything, and take `--yes`.
const ASKS: [&[&str]; 8] = [
    &["scale", "count"],
    &["apps", "destroy"],
    &["volumes", "destroy"],
    &["volumes", "create"],
    &["ips", "allocate-v4"],
    &["certs", "remove"],
    &["postgres", "failover"],
    &["redis", "destroy"],
];

fn check(model: &Model, cx: &mut Cx<'_>) {
    for command in &model.beside.commands {
        if !cx.is_workflow(command.file) {
            continue;
        }

        let asks = ASKS.iter().find(|path| command.is(path));
        if let Some(path) = asks.filter(|_| !command.has_flag(&["--yes", "-y", "--help", "--auto-confirm"])) {
            cx.within(command.file)
                .report(
                    Origin::written(command.range),
                    format!("`fly {}` fails here: nobody can answer it", path.join(" ")),
                )
                .help("add `--yes` if it is to go on without being asked");
        }
    }
    cx.back();
}
