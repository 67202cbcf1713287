use crate::model::App;
use crate::rules::fly_commands::each_fly_command;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no app holds a token of a person or of a whole organisation.
    ///
    /// ## Why
    ///
    /// `fly auth token` prints the token of whoever is logged in: it can do everything in every organisation of that
    /// person, and is deprecated. `fly tokens create org` makes one for all apps of an organisation. In an app,
    /// either hands the whole estate to whoever gets into one machine. A deploy token is for one app, `fly tokens
    /// create readonly` changes nothing.
    ///
    /// Which token several apps need is a question that users ask (https://github.com/brockamer/findajob/issues/914):
    /// one token for each of them.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.runner.secrets.FLY_API_TOKEN]
    /// command = ["fly", "auth", "token"]
    /// ```
    ///
    /// ```toml,good
    /// [app.runner.secrets.FLY_API_TOKEN]
    /// command = ["fly", "tokens", "create", "deploy", "-a", "my-runner", "--expiry", "720h"]
    /// ```
    ///
    /// ```toml,bad
    /// [app.runner]
    /// console_command = "sh -c 'FLY_API_TOKEN=$(cat /run/token); fly tokens create org -o mine'"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, security/tokens
    /// - Fly.io, flyctl/integrating
    static RULE = {
        name: "broad-token",
        code: "FA650",
        group: Group::Security,
        levels: Levels { production: Level::Error, staging: Level::Warn, development: Level::Warn },
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    each_fly_command(app, |command| {
        let (whose, label) = if command.is(&["auth", "token"]) {
            ("a person", "everything that this person may do")
        } else if command.is(&["tokens", "create", "org"]) || command.is(&["token", "create", "org"]) {
            ("the organisation", "everything in all of its apps")
        } else {
            return;
        };
        let message = format!("`{}` of `{}` hands out the token of {whose}", command.key, app.name.value);
        cx.report(command.at, message).label(label).help(format!(
            "make one for one app: `fly tokens create deploy -a {} --expiry 720h`; or `fly tokens create readonly` for what only looks",
            app.name.value
        ));
    });
}
