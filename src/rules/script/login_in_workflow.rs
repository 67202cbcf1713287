use crate::beside::Kind;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no workflow logs in as a person.
    ///
    /// ## Why
    ///
    /// `fly auth login` opens a browser and waits for somebody to sign in: in a workflow it waits for ever. With an email
    /// and a password it puts a person into the hands of everybody who can change the workflow. flyctl takes the token in
    /// `FLY_API_TOKEN`.
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
    ///       - run: flyctl auth login
    ///       - run: flyctl deploy --remote-only
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
    ///       - run: flyctl deploy --remote-only
    ///         env:
    ///           FLY_API_TOKEN: ${{ secrets.FLY_API_TOKEN }}
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, launch/continuous-deployment-with-github-actions
    /// - Fly.io, flyctl/cmd/fly_auth_login
    static RULE = {
        name: "login-in-workflow",
        code: "FA850",
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
    let logins = cx.usages.iter().filter(|usage| usage.kind == Kind::Workflow && usage.is(&["auth login"]));
    for usage in logins.filter(|usage| !usage.is_vague()) {
        cx.within(usage.line.file)
            .report(usage.at(), "nobody is there to sign in")
            .help("give the step a token: `FLY_API_TOKEN: ${{ secrets.FLY_API_TOKEN }}` under `env`");
    }
    cx.back();
}
