use crate::beside::Kind;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that commands of flyctl in scripts and workflows are given the words that they need.
    ///
    /// ## Why
    ///
    /// Many commands ask when it is not said which machine or volume they are for. Where there is no terminal they end
    /// with an error instead. Others need their words everywhere.
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
    ///       - run: flyctl machine restart -a my-web
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
    ///       - run: flyctl machine restart d8d9510a295118 -a my-web
    /// ```
    ///
    /// ```toml,files,bad
    /// # --- backup.sh
    /// fly volumes snapshots create -a my-db
    /// ```
    ///
    /// ```toml,files,good
    /// # --- backup.sh
    /// fly volumes snapshots create vol_okgj54 -a my-db
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, the arguments of its commands
    static RULE = {
        name: "missing-fly-argument",
        code: "FA833",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(_: &Model, cx: &mut Cx<'_>) {
    for usage in cx.usages.iter().filter(|usage| usage.kind != Kind::Page && !usage.is_vague()) {
        let command = usage.command;
        let alone = usage.kind == Kind::Workflow && !usage.has(&["select"]);
        let wanted = if alone { command.min_args_alone } else { command.min_args };
        let given = usage.args.len();
        if given >= wanted as usize {
            continue;
        }
        let message = if given < command.min_args as usize {
            format!("`fly {}` fails: it needs a word more", command.path)
        } else {
            format!("`fly {}` would ask, and nobody is there to answer", command.path)
        };
        cx.within(usage.line.file)
            .report(usage.at(), message)
            .help(format!("say what it is for: `fly {} --help`", command.path));
    }
    cx.back();
}
