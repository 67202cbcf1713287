//! The commands of flyctl that an app runs: in its own commands, in checks, and where its secrets come from.

use crate::fly_toml::command::{commands_in, shell_script, split};
use crate::kinds::app::SecretSource;
use crate::model::App;
use crate::value::Origin;

/// A command of flyctl.
pub(super) struct FlyCommandLine<'w> {
    /// The key that it stands under.
    pub(super) key: &'static str,
    /// What follows `fly`.
    pub(super) words: &'w [&'w str],
    /// Where it stands.
    pub(super) at: Origin,
    /// Whether it is a list of words, and these are all of them.
    pub(super) listed: bool,
}

impl FlyCommandLine<'_> {
    /// Whether it begins with these words.
    pub(super) fn is(&self, path: &[&str]) -> bool {
        self.words.starts_with(path)
    }

    /// Whether it has one of these flags, with or without a value behind `=`.
    pub(super) fn has(&self, flags: &[&str]) -> bool {
        self.words.iter().any(|word| flags.contains(&word.split('=').next().unwrap_or(word)))
    }
}

/// Shows a rule every command of flyctl that an app runs.
pub(super) fn each_fly_command(app: &App, mut judge: impl FnMut(&FlyCommandLine<'_>)) {
    for (key, line) in app.command_lines().filter(|(_, line)| line.contains("fly")) {
        if let Ok(split) = split(line) {
            let words: Vec<&str> = split.words.iter().map(|word| word.text.as_str()).collect();
            in_words(&words, &mut |words, _| judge(&FlyCommandLine { key, words, at: line.origin, listed: false }));
        }
    }
    for command in app.machine_checks().filter(|words| words.iter().any(|word| word.contains("fly"))) {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let (key, at) = ("machine_checks", command.origin);
        in_words(&words, &mut |words, _| judge(&FlyCommandLine { key, words, at, listed: false }));
    }
    for secret in &app.secrets {
        if let SecretSource::Command(list) = &secret.source
            && list.iter().any(|word| word.contains("fly"))
            && let (Some(first), Some(last)) = (list.first(), list.last())
        {
            let at = Origin::written(first.range().cover(last.range()));
            let words: Vec<&str> = list.iter().map(|word| word.as_str()).collect();
            in_words(&words, &mut |words, listed| judge(&FlyCommandLine { key: "secrets", words, at, listed }));
        }
    }
}

/// The commands of flyctl among these words, or in the script that they hand to a shell.
fn in_words(words: &[&str], each: &mut dyn FnMut(&[&str], bool)) {
    let Some(script) = shell_script(words) else {
        if let Some(words) = after_fly(words) {
            each(words, true);
        }
        return;
    };
    for command in commands_in(script) {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        if let Some(words) = after_fly(&words) {
            each(words, false);
        }
    }
}

/// What follows `fly`, where that is the program.
fn after_fly<'w, 't>(words: &'w [&'t str]) -> Option<&'w [&'t str]> {
    let before = |word: &&str| matches!(*word, "exec" | "env" | "sudo" | "time" | "command") || word.contains('=');
    let program = words.iter().position(|word| !before(word))?;
    let is_fly = matches!(words[program].rsplit('/').next(), Some("fly" | "flyctl"));
    is_fly.then(|| &words[program + 1..])
}
