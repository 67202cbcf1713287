use crate::kinds::app::{SecretSource, TokenKind};
use crate::model::{App, Model};
use crate::rules::fly_commands::each_fly_command;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

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
    /// Which token several apps need is a question that users ask (<https://github.com/brockamer/findajob/issues/914>):
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
    /// A token that the set-up makes may be for one app:
    ///
    /// ```toml,bad
    /// [app.scaler.secrets.FAS_API_TOKEN]
    /// token = { kind = "org", expiry = "8760h" }
    /// ```
    ///
    /// ```toml,good
    /// [app.worker]
    /// processes = { worker = "node worker.js" }
    ///
    /// [app.scaler.secrets.FAS_API_TOKEN]
    /// token = { kind = "deploy", app = "app.worker", expiry = "8760h" }
    /// ```
    ///
    /// Scripts and workflows beside a fly.toml are looked at too:
    ///
    /// ```toml,files,bad
    /// # --- deploy.sh
    /// FLY_API_TOKEN=$(fly auth token)
    /// ```
    ///
    /// ```toml,files,good
    /// # --- deploy.sh
    /// fly tokens create deploy -a my-web --expiry 720h
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
        check: Check::Both(check, beside),
    }
}

/// Whose token a command prints, and what may be done with it.
fn whose(is: impl Fn(&[&str]) -> bool) -> Option<(&'static str, &'static str)> {
    if is(&["auth", "token"]) {
        Some(("a person", "everything that this person may do"))
    } else if is(&["tokens", "create", "org"]) || is(&["token", "create", "org"]) {
        Some(("the organisation", "everything in all of its apps"))
    } else {
        None
    }
}

/// Commands in scripts and workflows. What a page shows is for a person.
fn beside(model: &Model, cx: &mut Cx<'_>) {
    for command in &model.beside.commands {
        if cx.is_page(command.file) {
            continue;
        }
        if let Some((whose, label)) = whose(|path| command.is(path)) {
            cx.within(command.file)
                .warn(Origin::written(command.range), format!("this works with the token of {whose}"))
                .label(label)
                .help("make one for one app: `fly tokens create deploy -a APP --expiry 720h`");
        }
    }
    cx.back();
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for secret in &app.secrets {
        let SecretSource::Token(token) = &secret.source else { continue };
        if token.kind.value == TokenKind::Org {
            cx.report(token.kind.origin, format!("`{}` gets a token of the whole organisation", app.name.value))
                .label("everything in all of its apps")
                .help("a deploy token is for one app: `kind = \"deploy\"` and `app = \"app.…\"`; one that looks is `kind = \"readonly\"`");
        }
    }
    each_fly_command(app, |command| {
        let Some((whose, label)) = whose(|path| command.is(path)) else { return };
        let message = format!("`{}` of `{}` hands out the token of {whose}", command.key, app.name.value);
        cx.report(command.at, message).label(label).help(format!(
            "make one for one app: `fly tokens create deploy -a {} --expiry 720h`; or `fly tokens create readonly` for what only looks",
            app.name.value
        ));
    });
}
