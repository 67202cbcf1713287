use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that tokens are not handed to flyctl as arguments.
    ///
    /// ## Why
    ///
    /// An argument is visible to every process of the machine and to whoever reads a trace of the script. flyctl takes its token
    /// from the variable `FLY_API_TOKEN` as well, which is not.
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
    ///       - run: flyctl deploy --access-token ${{ secrets.FLY_API_TOKEN }}
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
    /// - Fly.io, security/tokens
    static RULE = {
        name: "token-in-arguments",
        code: "FA821",
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
        if let Some(token) = command.flag(&["--access-token", "-t"])
            && !token.is_empty()
            && !command.is(&["ssh"])
        {
            let at = Origin::written(command.range);
            let finding = cx.within(command.file).report(at, "others can read the token while flyctl runs");
            // A variable shows nothing.
            let finding = if token.contains('$') { finding } else { finding.redact(at) };
            finding.help("give it in the environment: `FLY_API_TOKEN`");
        }
    }
    cx.back();
}
