use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that workflows do not print the credentials of a new database or bucket.
    ///
    /// ## Why
    ///
    /// `fly mpg create`, `fly postgres create`, `fly redis create` and `fly storage create` print the password or the keys once.
    /// In a workflow they stand in its log, which everybody may read who may see the repository, and GitHub does not know that
    /// they are to be masked.
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
    ///       - run: flyctl storage create -n my-assets -o acme --yes
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
    ///       - run: flyctl storage list -o acme
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, tigris/index
    /// - Fly.io, flyctl/cmd/fly_mpg_create
    static RULE = {
        name: "credentials-in-log",
        code: "FA826",
        group: Group::Security,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

const PRINTS: [&[&str]; 4] =
    [&["mpg", "create"], &["postgres", "create"], &["redis", "create"], &["storage", "create"]];

fn check(model: &Model, cx: &mut Cx<'_>) {
    for command in &model.beside.commands {
        if !cx.is_workflow(command.file) {
            continue;
        }

        let prints = PRINTS.iter().any(|path| command.is(path));
        if prints && !command.piped {
            cx.within(command.file)
                .report(Origin::written(command.range), "the log of this workflow shows the new credentials")
                .help("create it from a machine of your own, or keep the output out of the log");
        }
    }
    cx.back();
}
