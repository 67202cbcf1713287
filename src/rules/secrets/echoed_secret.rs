use crate::fly_toml::command::{commands_in, shell_script};
use crate::kinds::app::SecretSource;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that no command hands out a secret that stands in the spec itself.
    ///
    /// ## Why
    ///
    /// `command` says where a secret comes from: a program that asks a store. `echo` asks nobody; what it prints
    /// stands beside it, in the spec and in setup.sh, which are committed and shared. That a value is never written
    /// down is the point of `secrets`.
    ///
    /// The message never shows the words.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.secrets.SMTP_LOGIN]
    /// command = ["echo", "correct horse battery"]
    /// ```
    ///
    /// ```toml,good
    /// [app.web.secrets.SMTP_LOGIN]
    /// command = ["op", "read", "op://shop/smtp/login"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, apps/secrets
    static RULE = {
        name: "echoed-secret",
        code: "FA694",
        group: Group::Security,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for secret in &app.secrets {
        let SecretSource::Command(command) = &secret.source else { continue };
        let (Some(first), Some(last)) = (command.first(), command.last()) else { continue };
        let words: Vec<&str> = command.iter().map(|word| word.as_str()).collect();
        let echoed = match shell_script(&words) {
            None => prints(&words),
            Some(script) => {
                let commands = commands_in(script);
                // More commands, a pipe or a substitution, and what is printed comes from elsewhere.
                let words: Vec<&str> = commands.iter().flatten().map(String::as_str).collect();
                commands.iter().filter(|words| !words.is_empty()).count() == 1
                    && !script.contains(['$', '`'])
                    && prints(&words)
            }
        };
        if !echoed {
            continue;
        }
        let at = Origin::written(first.range().cover(last.range()));
        cx.report(at, format!("the value of `{}` of `{}` stands in the spec", secret.name.value, app.name.value))
            .label("prints what is written here")
            .redact(at)
            .help(format!(
                "take it from the environment of setup.sh: `env = \"{}\"`; and replace it if this file was ever shared",
                secret.name.value
            ));
    }
}

/// Whether a command prints its own words.
fn prints(words: &[&str]) -> bool {
    let program = words.first().map_or("", |word| word.rsplit('/').next().unwrap_or(word));
    matches!(program, "echo" | "printf") && words.len() > 1
}
