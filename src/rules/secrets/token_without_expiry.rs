use crate::kinds::app::SecretSource;
use crate::model::{App, Model};
use crate::rules::fly_commands::each_fly_command;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::source::TextRange;
use crate::value::Origin;

declare_rule! {
    /// Checks that tokens which an app gets end some day.
    ///
    /// ## Why
    ///
    /// A token without `--expiry` lives for 20 years. It survives the people who made it, and what leaks once is
    /// valid for good. A short life makes somebody replace it, and shows that replacing works.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.runner.secrets.DEPLOY_TOKEN]
    /// command = ["fly", "tokens", "create", "deploy", "-a", "my-runner"]
    /// ```
    ///
    /// ```toml,good
    /// [app.runner.secrets.DEPLOY_TOKEN]
    /// command = ["fly", "tokens", "create", "deploy", "-a", "my-runner", "--expiry", "720h"]
    /// ```
    ///
    /// ```toml,bad
    /// [app.runner]
    /// console_command = "fly tokens create readonly"
    /// ```
    ///
    /// A token that the set-up makes ends when the spec says so:
    ///
    /// ```toml,bad
    /// [app.scaler.secrets.FAS_PROMETHEUS_TOKEN]
    /// token = { kind = "readonly" }
    /// ```
    ///
    /// ```toml,good
    /// [app.scaler.secrets.FAS_PROMETHEUS_TOKEN]
    /// token = { kind = "readonly", expiry = "8760h" }
    /// ```
    ///
    /// Scripts and workflows beside a fly.toml are looked at too:
    ///
    /// ```toml,files,bad
    /// # --- deploy.sh
    /// fly tokens create deploy -a my-web
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
    static RULE = {
        name: "token-without-expiry",
        code: "FA651",
        group: Group::Security,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Both(check, beside),
    }
}

/// Commands in scripts and workflows. What a page shows is for a person.
fn beside(model: &Model, cx: &mut Cx<'_>) {
    for command in &model.beside.commands {
        let creates = command.is(&["tokens", "create"]) || command.is(&["token", "create"]);
        let ends = command.has_flag(&["-x", "--expiry", "-h", "--help"]);
        if creates && !ends && command.words.len() > 3 && !cx.is_page(command.file) {
            cx.within(command.file)
                .report(Origin::written(command.range), "this token outlives its makers")
                .label("no --expiry")
                .help("say when it ends, such as `--expiry 720h`, and make a new one before that");
        }
    }
    cx.back();
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for secret in &app.secrets {
        let SecretSource::Token(token) = &secret.source else { continue };
        if token.expiry.is_none() {
            cx.report(
                secret.name.origin,
                format!("the token `{}` of `{}` outlives its makers", secret.name.value, app.name.value),
            )
            .label("valid for 20 years")
            .help(
                "say when it ends, such as `expiry = \"8760h\"`, and replace it before that: ARCHITECTURE.md says how",
            );
        }
    }
    each_fly_command(app, |command| {
        let creates = command.is(&["tokens", "create"]) || command.is(&["token", "create"]);
        if !creates || command.has(&["-x", "--expiry", "-h", "--help"]) || command.words.len() < 3 {
            return;
        }
        let end = command.at.range.end;
        let edit = command.listed && command.key == "secrets";
        let edit = edit.then(|| cx.edits().replace(TextRange { start: end, end }, ", \"--expiry\", \"720h\""));
        let fix = cx.unsafe_fix("let it end after 30 days", edit);
        cx.report(
            command.at,
            format!("`{}` of `{}` makes a token that outlives its makers", command.key, app.name.value),
        )
        .label("no --expiry")
        .help("say when it ends, such as `--expiry 720h`, and make a new one before that")
        .fix(fix);
    });
}
