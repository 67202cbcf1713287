use crate::facts::{Facts, FlyCommand};
use crate::fly_toml::command::{commands_in, shell_script, split};
use crate::kinds::app::SecretSource;
use crate::model::{App, Model};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::nearest;
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that commands which run flyctl run something that it has.
    ///
    /// ## Why
    ///
    /// flyctl fails on an unknown command, but only on the first word: below a group it prints help and ends without an
    /// error, and so it does for old commands that it keeps and that do nothing any more. A script goes on as though
    /// all were well. `fly releases rollback` is the best known of the commands that never existed.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.ops]
    /// console_command = "fly releases rollback 3"
    /// ```
    ///
    /// ```toml,good
    /// [app.ops]
    /// console_command = "fly releases --image"
    /// ```
    ///
    /// ```toml,bad
    /// [app.ops.processes]
    /// nightly = "sh -c 'sleep 3600; exec flyctl volumes snapshot list -a my-db'"
    /// weekly = "fly volumes snapshots take -a my-db"
    /// ```
    ///
    /// Scripts, workflows of GitHub Actions and blocks of code in pages beside a fly.toml are looked at too:
    ///
    /// ```toml,files,bad
    /// # --- runbook.md
    /// To go back:
    ///
    /// ~~~sh
    /// fly releases rollback 41 -a my-web
    /// ~~~
    /// ```
    ///
    /// ```toml,files,good
    /// # --- runbook.md
    /// To go back:
    ///
    /// ~~~sh
    /// fly deploy --image registry.fly.io/my-web:deployment-41 -a my-web
    /// ~~~
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, the tree of its commands
    /// - Fly.io, blueprints/rollback-guide
    static RULE = {
        name: "nonexistent-fly-command",
        code: "FA311",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Both(check, beside),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for (key, line) in app.command_lines() {
        if line.contains("fly")
            && let Ok(split) = split(line)
        {
            let words: Vec<&str> = split.words.iter().map(|word| word.text.as_str()).collect();
            judge(app, key, &words, line.origin, cx);
        }
    }
    for command in app.machine_checks() {
        if command.iter().any(|word| word.contains("fly")) {
            let words: Vec<&str> = command.iter().map(String::as_str).collect();
            judge(app, "machine_checks", &words, command.origin, cx);
        }
    }
    for secret in &app.secrets {
        if let SecretSource::Command(words) = &secret.source
            && words.iter().any(|word| word.contains("fly"))
            && let (Some(first), Some(last)) = (words.first(), words.last())
        {
            let at = Origin::written(first.range().cover(last.range()));
            let words: Vec<&str> = words.iter().map(|word| word.as_str()).collect();
            judge(app, "secrets", &words, at, cx);
        }
    }
}

/// Commands in scripts, workflows and pages.
fn beside(model: &Model, cx: &mut Cx<'_>) {
    for command in &model.beside.commands {
        let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
        if let Some(Wrong { command: wrong, what, label, help }) = wrong_in(&words, cx.facts) {
            cx.within(command.file)
                .report(Origin::written(command.range), format!("`{wrong}` {what}"))
                .label(label)
                .help(help);
        }
    }
    cx.back();
}

fn judge(app: &App, key: &str, words: &[&str], at: Origin, cx: &mut Cx<'_>) {
    let facts = cx.facts;
    let mut wrong = None;
    match shell_script(words) {
        None => wrong = wrong_in(words, facts),
        Some(script) => {
            for command in commands_in(script) {
                let words: Vec<&str> = command.iter().map(String::as_str).collect();
                wrong = wrong.or_else(|| wrong_in(&words, facts));
            }
        }
    }
    if let Some(Wrong { command, what, label, help }) = wrong {
        let message = format!("`{key}` of `{}` runs `{command}`, which {what}", app.name.value);
        cx.report(at, message).label(label).help(help);
    }
}

const UNKNOWN: &str = "does not exist";
const TOO_MANY: &str = "takes fewer words";

/// What is wrong with a command.
struct Wrong {
    command: String,
    what: &'static str,
    label: &'static str,
    help: String,
}

/// What is wrong with a command, if it runs flyctl.
fn wrong_in(words: &[&str], facts: &Facts) -> Option<Wrong> {
    const BEFORE: [&str; 13] =
        ["exec", "env", "sudo", "time", "command", "nohup", "if", "then", "else", "while", "do", "!", "{"];
    let mut words = words.iter().copied().skip_while(|word| BEFORE.contains(word) || word.contains('=')).peekable();
    let program = words.next()?;
    if !matches!(program.rsplit('/').next(), Some("fly" | "flyctl")) {
        return None;
    }
    while let Some(flag) = words.next_if(|word| word.starts_with('-')) {
        match flag {
            "-t" | "--access-token" => drop(words.next()),
            "--verbose" | "--debug" => {}
            _ => return None,
        }
    }
    let words: Vec<&str> = words.take_while(|word| !word.starts_with('-')).collect();
    let mut here: Option<&FlyCommand> = None;
    for (i, word) in words.iter().enumerate() {
        let path = here.map_or("", |here| here.path);
        if let Some(next) = below(path, facts).find(|next| last(next) == *word || next.aliases.contains(word)) {
            here = Some(next);
            continue;
        }
        // Anything else is a variable of the script, or text that should not be repeated.
        let name = word.len() < 24 && word.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_'));
        let (unknown, what, label) = match here {
            None => (name, UNKNOWN, "flyctl fails"),
            Some(here) if here.group => (name, UNKNOWN, "flyctl prints help, and no error"),
            Some(here) if here.no_op => break,
            Some(here) => {
                (here.max_args.is_some_and(|max| words.len() - i > max as usize), TOO_MANY, "one word too many")
            }
        };
        if !unknown {
            return None;
        }
        let fly = if path.is_empty() { "fly".to_owned() } else { format!("fly {path}") };
        let help = match nearest(word, below(path, facts).map(last)) {
            _ if *word == "rollback" => {
                "there is no rollback: `fly releases --image` lists the images, and `fly deploy --image REF` deploys an older one".to_owned()
            }
            Some(near) => format!("did you mean `{fly} {near}`?"),
            None => format!("`{fly} --help` says what there is"),
        };
        return Some(match (what, *word) {
            (TOO_MANY, word) if word != "rollback" => Wrong { command: fly, what, label, help },
            (_, word) => Wrong { command: format!("{fly} {word}"), what: UNKNOWN, label, help },
        });
    }
    let here = here.filter(|here| here.no_op)?;
    let help = format!("`fly {}` took its place", here.instead);
    let label = "flyctl prints a notice, and no error";
    Some(Wrong { command: format!("fly {}", here.path), what: "does nothing", label, help })
}

/// The commands of a group; those of flyctl itself for the empty path.
fn below<'f>(path: &str, facts: &'f Facts) -> impl Iterator<Item = &'f FlyCommand> {
    facts
        .flyctl_commands
        .iter()
        .filter(move |command| command.path.rsplit_once(' ').map_or("", |(group, _)| group) == path)
}

fn last(command: &FlyCommand) -> &'static str {
    command.path.rsplit(' ').next().unwrap_or(command.path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::FACTS;

    #[test]
    fn commands_of_flyctl() {
        let wrong = |line: &str| wrong_in(&line.split(' ').collect::<Vec<_>>(), &FACTS).map(|wrong| wrong.command);
        let right = "fly deploy --image x|flyctl pg list|/usr/bin/fly m ls|fly -t token apps rm a b c|fly version upgrade|\
            fly apps|butterfly suspend|fly ssh console -C /bin/sh now";
        for right in right.split('|') {
            assert_eq!(wrong(right), None, "{right}");
        }
        for (line, command) in [
            ("fly rollback", "fly rollback"),
            ("env A=1 fly suspend my-app", "fly suspend"),
            ("exec fly pg fail", "fly postgres fail"),
            ("fly status my-app", "fly status"),
        ] {
            assert_eq!(wrong(line).as_deref(), Some(command), "{line}");
        }
    }
}
