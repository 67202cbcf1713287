use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that automation deploys with `fly deploy`, and not with `fly launch`.
    ///
    /// ## Why
    ///
    /// `fly launch` is a conversation: it asks, picks another name when the wanted one is taken, creates databases, and writes
    /// fly.toml anew. In a script it makes another app on each run, or changes the file that was to be deployed. What exists is
    /// deployed with `fly deploy`, and what is missing created with `fly apps create`.
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
    ///       - run: flyctl launch --now --yes
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
    /// - Fly.io, flyctl/cmd/fly_launch
    static RULE = {
        name: "launch-in-script",
        code: "FA824",
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
    for command in &model.beside.commands {
        if cx.is_page(command.file) {
            continue;
        }

        if command.is(&["launch"]) && !command.has_flag(&["--no-create", "--help", "-h"]) {
            cx.within(command.file)
                .report(Origin::written(command.range), "each run may make another app, and write fly.toml anew")
                .help("create the app once with `fly apps create`, and deploy it with `fly deploy`");
        }
    }
    cx.back();
}
