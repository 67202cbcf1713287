use crate::diag::fix::string_literal;
use crate::facts::secret_in_words;
use crate::fly_toml::command::split;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that a shell as entrypoint gets each command as one word.
    ///
    /// ## Why
    ///
    /// `sh -c` runs its next argument as a script, and hands the others to it as `$0`, `$1` and so on. flyctl splits commands
    /// into words: of `node server.js` behind the entrypoint `["sh", "-c"]` the script is `node`, and `server.js` is lost. The
    /// machine starts the wrong program and ends, or waits for input that never comes. In quotes the command is one word.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// processes = { web = "node server.js" }
    ///
    /// [app.web.experimental]
    /// entrypoint = ["/bin/sh", "-c"]
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// processes = { web = "'node server.js'" }
    ///
    /// [app.web.experimental]
    /// entrypoint = ["/bin/sh", "-c"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/appconfig/processgroups.go
    /// - flyctl, internal/appconfig/machines.go
    static RULE = {
        name: "shell-entrypoint",
        code: "FA398",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

const SHELLS: [&str; 6] = ["sh", "bash", "ash", "dash", "zsh", "ksh"];

fn check(app: &App, cx: &mut Cx<'_>) {
    let experimental = app.toml.experimental.as_ref().filter(|experimental| experimental.exec.is_none());
    let Some(entrypoint) = experimental.and_then(|experimental| experimental.entrypoint.as_ref()) else { return };
    let [shell, option] = entrypoint.0.as_slice() else { return };
    let is_shell = SHELLS.contains(&shell.rsplit('/').next().unwrap_or(shell));
    if !is_shell || !option.starts_with('-') || !option.ends_with('c') {
        return;
    }
    // The console command runs in a machine that has no entrypoint of the file's.
    for (key, command) in app.command_lines().filter(|(key, _)| *key != "console_command") {
        let Ok(words) = split(command) else { continue };
        let [script, rest @ ..] = words.words.as_slice() else { continue };
        // What takes arguments of its own says so: `sh -c '… "$@"' -- a b`.
        if rest.is_empty() || script.text.contains('$') {
            continue;
        }
        let texts: Vec<&str> = words.words.iter().map(|word| word.text.as_str()).collect();
        let secret = secret_in_words(cx.facts, &texts).is_some();
        let plain = !secret && !command.contains(['\'', '"', '\\', '#']);
        let edit = plain.then(|| cx.edits().replace(command.range(), string_literal(&format!("'{}'", command.value))));
        let fix = cx.unsafe_fix("make one word of it", edit);
        cx.report(command.origin, format!("`{key}` of `{}` runs its first word alone", app.name.value))
            .label("flyctl splits it")
            .related(entrypoint.origin, "runs one argument")
            .help("put the command in quotes of its own, or leave out the entrypoint")
            .fix(fix);
    }
}
