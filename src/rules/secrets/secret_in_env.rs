use crate::diag::fix::string_literal;
use crate::diag::{Applicability, Fix};
use crate::facts::{SecretKind, secret_in};
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{Origin, Scalar, Sourced};

declare_rule! {
    /// Checks that no value in `[env]` is a secret.
    ///
    /// ## Why
    ///
    /// What stands in `[env]` is written into fly.toml, which is committed, and is shown to everybody who may see the
    /// app's configuration. Once a secret has been in a repository it must be replaced. Fly.io keeps secrets apart: they
    /// are encrypted, cannot be read back, and reach the app as the same environment variables.
    ///
    /// A value is taken for a secret when it has the format of a known kind of token, is a URL with a password, looks
    /// random, or when the name of its variable says that it is one. Paths, switches, numbers, public keys and names
    /// such as `TOKEN_TTL` or `API_KEY_HEADER` are not.
    ///
    /// The message never shows the value.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// secrets = ["SESSION_KEY"]
    ///
    /// [app.web.env]
    /// LOG_LEVEL = "info"
    /// SMTP_PASSWORD = "correct horse battery" # rotate in March
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// secrets = ["SESSION_KEY", "SMTP_PASSWORD"]
    ///
    /// [app.web.env]
    /// LOG_LEVEL = "info"
    /// # rotate in March
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// DATABASE_URL = "postgres://app:hunter2@db.internal:5432/app"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// DATABASE_URL = "/data/app.db"
    /// PUBLIC_KEY_ID = "k-2024"
    /// TOKEN_TTL = "1h"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, apps/secrets
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "secret-in-env",
        code: "FA201",
        group: Group::Security,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for (name, value) in &app.toml.env {
        // Variables that the compiler sets itself hold addresses and names.
        if !value.origin.is_written() {
            continue;
        }
        let Some(kind) = secret_in(cx.facts, name, value.as_str()) else { continue };
        let what = match kind {
            SecretKind::Named => "by its name it is a secret".to_owned(),
            SecretKind::Token(what) => format!("it is {what}"),
            SecretKind::UrlPassword => "the URL holds a password".to_owned(),
            SecretKind::UrlParameter => "a parameter of the URL is a secret".to_owned(),
            SecretKind::Random => "it is random, as keys are".to_owned(),
        };
        let fix = fix(app, name, value, cx);
        cx.report(name.origin, format!("`{}` of `{}` is a secret in plain sight", name.value, app.name.value))
            .label(what)
            .redact(value.origin)
            .help(format!(
                "let it be a secret: {}{}; and replace it if this file was ever shared",
                app.secret(name),
                if app.is_plain() { " from its input" } else { " takes it from the environment of setup.sh" }
            ))
            .fix(fix);
    }
}

/// Moves the variable to `secrets`. The value goes: no form of the language can hold it.
fn fix(app: &App, name: &Sourced<String>, value: &Sourced<Scalar>, cx: &Cx<'_>) -> Option<Fix> {
    if app.is_plain() {
        // The secret must be set first, which no edit does.
        return None;
    }
    let edits = cx.edits();
    let literal = string_literal(name);
    let add = match app.secrets_at {
        Some(at) => edits.append_item(at, &literal)?,
        None if cx.text(Origin::written(app.header)).starts_with('[') => {
            edits.insert_entry(app.header, "secrets", &format!("[{literal}]"))?
        }
        None => return None,
    };
    let remove = edits.remove_entry(name.range(), value.range())?;
    let mut both = vec![add, remove];
    both.sort_by_key(|edit| edit.span.range);
    Some(Fix { title: format!("make `{}` a secret", name.value), applicability: Applicability::Unsafe, edits: both })
}
