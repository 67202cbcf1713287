use crate::diag::Fix;
use crate::diag::fix::string_literal;
use crate::facts::is_secret_name;
use crate::fly_toml::command::{shell_script, split};
use crate::model::App;
use crate::rules::variables::references;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::{Kind, Level};
use crate::value::{EnvName, Origin};

declare_rule! {
    /// Checks that secrets which an app reads are secrets that it gets.
    ///
    /// ## Why
    ///
    /// A file of a secret that nobody sets is not written, and a command with `$STRIPE_KEY` gets an empty text.
    /// Neither is noticed before the deploy; teams learn it from a deploy that fails after five minutes
    /// (<https://github.com/getlarge/themoltnet/issues/136>), or from an app that starts and shows a blank page
    /// (<https://github.com/arthurgeek/vaultwarden-fly-template/issues/15>).
    ///
    /// What an app gets is said by `secrets` and `uses`. The rule looks at `secret_name` of `[[files]]`, which is an
    /// error, and at variables in commands for a shell whose names are those of secrets, which is a warning: an image
    /// may set them itself.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// secrets = ["SESSION_KEY"]
    ///
    /// [[app.web.files]]
    /// guest_path = "/etc/app/license"
    /// secret_name = "LICENSE_FILE"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// secrets = ["SESSION_KEY", "LICENSE_FILE"]
    ///
    /// [[app.web.files]]
    /// guest_path = "/etc/app/license"
    /// secret_name = "LICENSE_FILE"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web]
    /// kill_timeout = "30s"
    ///
    /// [app.web.deploy]
    /// release_command = "sh -c 'exec node migrate.js --token $VAULT_TOKEN'"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// secrets = ["VAULT_TOKEN"]
    /// kill_timeout = "30s"
    ///
    /// [app.web.deploy]
    /// release_command = "sh -c 'exec node migrate.js --token $VAULT_TOKEN'"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, apps/secrets
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "undeclared-secret",
        code: "FA643",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let mut told: Vec<String> = Vec::new();
    for file in &app.toml.files {
        let Some(name) = &file.secret_name else { continue };
        if gets(app, name) || told.contains(&name.value) {
            continue;
        }
        told.push(name.value.clone());
        let fix = fix(app, name, cx);
        cx.report(
            name.origin,
            format!("nobody sets the secret `{}` of `{}`: the file is missing", name.value, app.name.value),
        )
        .label("no such secret")
        .help(format!("add it: {}; its value is the content as base64", app.secret(name)))
        .fix(fix);
    }
    for (key, line) in app.command_lines().filter(|(_, line)| line.contains('$')) {
        let Ok(split) = split(line) else { continue };
        let words: Vec<&str> = split.words.iter().map(|word| word.text.as_str()).collect();
        let Some(script) = shell_script(&words) else { continue };
        for name in references(script) {
            let set_here = script.contains(&format!("{name}=")) || script.contains(&format!("read {name}"));
            let wanted = is_secret_name(cx.facts, name) && !set_here && !gets(app, name);
            if !wanted || told.iter().any(|other| other == name) {
                continue;
            }
            told.push(name.to_owned());
            missing(app, key, name, line.origin, cx);
        }
    }
}

fn missing(app: &App, key: &str, name: &str, at: Origin, cx: &mut Cx<'_>) {
    let fix = fix(app, name, cx);
    cx.warn(at, format!("`{key}` of `{}` reads `{name}`, which nobody sets", app.name.value))
        .label(format!("${name} is empty"))
        .help(format!("add it: {}", app.secret(name)))
        .fix(fix);
}

/// Whether a machine has a variable of this name, as far as the spec says.
fn gets(app: &App, name: &str) -> bool {
    let bucket = app.uses.iter().any(|used| used.target.kind == Kind::Bucket);
    app.secrets.iter().any(|secret| secret.name.as_str() == name)
        || app.uses.iter().any(|used| used.variable.as_str() == name)
        || app.toml.env.get(name).is_some()
        || (bucket && (name.starts_with("AWS_") || name == "BUCKET_NAME"))
        || name.starts_with("FLY_")
}

fn fix(app: &App, name: &str, cx: &Cx<'_>) -> Option<Fix> {
    if !EnvName::accepts(name) {
        return None;
    }
    let literal = string_literal(name);
    let edit = match app.secrets_at {
        Some(at) => cx.edits().append_item(at, &literal),
        None if cx.text(Origin::written(app.header)).starts_with('[') => {
            cx.edits().insert_entry(app.header, "secrets", &format!("[{literal}]"))
        }
        None => None,
    };
    cx.unsafe_fix(format!("declare `{name}`"), edit)
}
