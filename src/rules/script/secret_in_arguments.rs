use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that secrets are not handed to flyctl as arguments.
    ///
    /// ## Why
    ///
    /// Arguments of a program can be read by every user of the machine, are kept in the history of shells, and in CI end up in
    /// logs as soon as somebody turns tracing on. `fly secrets import` reads them from standard input instead, and stages them
    /// all at once, so that the app is restarted once and not for each.
    ///
    /// Values that a page shows as examples are not looked at.
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
    ///       - run: flyctl secrets set API_KEY=${{ secrets.API_KEY }}
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
    ///       - run: printenv API_KEY | sed "s/^/API_KEY=/" | flyctl secrets import
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, apps/secrets
    static RULE = {
        name: "secret-in-arguments",
        code: "FA820",
        group: Group::Security,
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
        if !command.is(&["secrets", "set"]) {
            continue;
        }
        let pairs = command.words.iter().skip(3).filter_map(|word| word.split_once('='));
        let given = |value: &str| !value.is_empty() && value != "-" && !value.starts_with('@');
        if let Some((name, value)) = pairs.into_iter().find(|(name, value)| !name.starts_with('-') && given(value)) {
            let at = Origin::written(command.range);
            let finding = cx.within(command.file).report(at, format!("others can read `{name}` while it is set"));
            // A variable shows nothing.
            let finding = if value.contains('$') { finding } else { finding.redact(at) };
            finding.help("write `NAME=value` lines to the standard input of `fly secrets import`");
        }
    }
    cx.back();
}
