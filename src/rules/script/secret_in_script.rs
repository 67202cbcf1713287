use crate::facts::{Facts, SecretKind, secret_in_words, takes_secret, token_kind};
use crate::fly_toml::command::{has_any, split};
use crate::kinds::app::SecretSource;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that no command holds a secret.
    ///
    /// ## Why
    ///
    /// The commands of an app stand in fly.toml, and those that fetch its secrets in setup.sh: files that are committed,
    /// reviewed and shown in the logs of a build. In a machine every process can read the command line of every other.
    /// A secret belongs in the environment: `secrets = ["API_TOKEN"]`, and the program reads the variable.
    ///
    /// A word is taken for a secret when it has the format of a known kind of token or is a URL with a password, when it
    /// follows a flag such as `--password`, and when it is the value of a variable that `secret-in-env` would not take.
    /// What begins with `$` is not.
    ///
    /// The message never shows the word.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.secrets.SESSION_KEY]
    /// command = ["vault", "read", "--token", "s3cr3t-of-ours", "session"]
    /// ```
    ///
    /// ```toml,good
    /// [app.web.secrets.SESSION_KEY]
    /// command = ["vault", "read", "--token-file", "/run/token", "session"]
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.deploy]
    /// release_command = "node migrate.js --url postgres://app:hunter2@db.internal:5432/app"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.deploy]
    /// release_command = "sh -c 'exec node migrate.js --url $DATABASE_URL'"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web]
    /// console_command = "env GH_TOKEN=ghp_0123456789abcdefghij0123456789 gh repo sync"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, apps/secrets
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "secret-in-script",
        code: "FA202",
        group: Group::Security,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let facts = cx.facts;
    for (key, line) in app.command_lines() {
        if let Some(kind) = in_line(facts, line) {
            report(app, &format!("`{key}`"), line.origin, kind, Place::FlyToml, cx);
        }
    }
    for command in app.machine_checks() {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        if let Some((_, kind)) = secret_in_words(facts, &words) {
            report(app, "`machine_checks`", command.origin, kind, Place::FlyToml, cx);
        }
    }
    let experimental = app.toml.experimental.iter();
    for command in experimental.flat_map(|e| [&e.cmd, &e.entrypoint, &e.exec]).flatten() {
        let words: Vec<&str> = command.0.iter().map(String::as_str).collect();
        if let Some((_, kind)) = secret_in_words(facts, &words) {
            report(app, "`experimental`", command.origin, kind, Place::FlyToml, cx);
        }
    }
    for file in &app.toml.files {
        if let Some(text) = &file.raw_value
            && let Some(kind) = text.lines().find_map(|line| in_line(facts, line))
        {
            report(app, "`files`", text.origin, kind, Place::Files, cx);
        }
    }
    for secret in &app.secrets {
        let name = &secret.name.value;
        let found = match &secret.source {
            SecretSource::Command(words) => {
                let texts: Vec<&str> = words.iter().map(|word| word.as_str()).collect();
                secret_in_words(facts, &texts).map(|(at, kind)| (words[at].origin, kind))
            }
            SecretSource::Manual(text) => in_line(facts, text).map(|kind| (text.origin, kind)),
            SecretSource::Env(_) | SecretSource::File(_) | SecretSource::Generate(_) | SecretSource::Token(_) => None,
        };
        if let Some((at, kind)) = found {
            report(app, &format!("the source of `{name}`"), at, kind, Place::SetUp, cx);
        }
    }
}

/// Where a command stands.
#[derive(Clone, Copy)]
enum Place {
    FlyToml,
    Files,
    SetUp,
}

fn report(app: &App, what: &str, at: Origin, kind: SecretKind, place: Place, cx: &mut Cx<'_>) {
    let label = match kind {
        SecretKind::Named => "a secret by its name".to_owned(),
        SecretKind::Token(what) => format!("it holds {what}"),
        SecretKind::UrlPassword => "it holds a URL with a password".to_owned(),
        SecretKind::UrlParameter => "a parameter of the URL is a secret".to_owned(),
        SecretKind::Random => "it holds a random key".to_owned(),
    };
    let way = match place {
        Place::FlyToml => {
            format!("let it be a secret: {}, and let the program read the variable NAME", app.secret("NAME"))
        }
        Place::Files => "let the content be a secret: `secret_name` in place of `raw_value`".to_owned(),
        Place::SetUp => "let the command read it from its environment or from a file: setup.sh is shared".to_owned(),
    };
    cx.report(at, format!("{what} of `{}` holds a secret in plain sight", app.name.value))
        .label(label)
        .redact(at)
        .help(format!("{way}; and replace the value if this file was ever shared"));
}

/// A secret in a command line, or in another text.
fn in_line(facts: &Facts, line: &str) -> Option<SecretKind> {
    if let Some(what) = token_kind(facts, line) {
        return Some(SecretKind::Token(what));
    }
    if !has_any(line, *b"=@?") && !has_flag(facts, line) {
        return None;
    }
    let found = match split(line) {
        Ok(split) => {
            let words: Vec<&str> = split.words.iter().map(|word| word.text.as_str()).collect();
            secret_in_words(facts, &words)
        }
        Err(_) => secret_in_words(facts, &line.split_whitespace().collect::<Vec<_>>()),
    };
    found.map(|(_, kind)| kind)
}

/// Whether a line has a flag that takes a secret.
fn has_flag(facts: &Facts, line: &str) -> bool {
    let flags = line.split("--").skip(1).map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_'));
    has_any(line, *b"-") && flags.filter_map(|mut words| words.next()).any(|flag| takes_secret(facts, flag))
}
