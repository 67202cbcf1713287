use crate::diag::Edit;
use crate::diag::fix::string_literal;
use crate::facts::secret_in_words;
use crate::fly_toml::command::{Word, has_any, shell_script, split};
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Sourced;

declare_rule! {
    /// Checks that commands which need a shell have one.
    ///
    /// ## Why
    ///
    /// The commands of `processes`, `release_command` and `console_command` are split into words and run as they are. No
    /// shell sees them: `&&` and `$PORT` reach the program as arguments, `>` writes no file, `PORT=80` in front is
    /// taken for the name of a program, and from ` #` on everything is dropped. The program then fails, or does
    /// half of the work and reports success.
    ///
    /// `sh -c '…'` runs a shell. In a process the last command should be run with `exec`, so that signals reach it.
    ///
    /// An image whose ENTRYPOINT is a shell reads such commands after all. flyarch does not see images, so this is a
    /// warning; it is silent when `experimental` sets an entrypoint of its own.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.deploy]
    /// release_command = "node migrate.js && node seed.js"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.deploy]
    /// release_command = "sh -c 'node migrate.js && node seed.js'"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.processes]
    /// web = "node server.js --port $PORT"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.processes]
    /// web = "sh -c 'exec node server.js --port $PORT'"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.processes]
    /// web = "NODE_ENV=production node server.js"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.processes]
    /// web = "sh -c 'NODE_ENV=production node server.js'"
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/appconfig/validation.go
    /// - Fly.io, launch/processes
    static RULE = {
        name: "shell-syntax-in-command",
        code: "FA322",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

/// What a shell would have been needed for.
#[derive(Clone, Copy)]
enum Syntax {
    Operator,
    Redirection,
    Expansion,
    Assignment,
    Comment,
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for (key, command) in app.command_lines().filter(|(_, command)| has_any(command, *b"&|;<>$`#=")) {
        if app.toml.experimental.as_ref().is_some_and(|e| e.entrypoint.is_some() || e.exec.is_some()) {
            return;
        }
        let Ok(split) = split(command) else { continue };
        let words: Vec<&str> = split.words.iter().map(|word| word.text.as_str()).collect();
        if shell_script(&words).is_some() {
            continue;
        }
        let comment = split.comment.map(|_| Syntax::Comment);
        if let Some(syntax) = first(&split.words).or(comment) {
            // The text of a fix is shown: none for a command with a secret in it.
            let secret = secret_in_words(cx.facts, &words).is_some();
            let edit = if secret { None } else { in_a_shell(command, syntax, cx) };
            report(app, key, command, syntax, edit, cx);
        }
    }
}

/// The first of the words that only a shell understands.
fn first(words: &[Word]) -> Option<Syntax> {
    for (i, Word { text, live }) in words.iter().enumerate() {
        let found = match live.as_str() {
            // `find -exec … ;` wants it as a word.
            ";" if words[..i].iter().any(|word| word.text.starts_with("-exec") || word.text.starts_with("-ok")) => None,
            "&&" | "||" | "|" | "&" | ";" => Some(Syntax::Operator),
            _ if live.len() > 1 && live.ends_with(';') => Some(Syntax::Operator),
            _ if i == 0 && is_assignment(live) => Some(Syntax::Assignment),
            _ if is_redirection(live) => Some(Syntax::Redirection),
            _ if is_expanded(text, live) => Some(Syntax::Expansion),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

fn is_assignment(live: &str) -> bool {
    let Some((name, _)) = live.split_once('=') else { return false };
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn is_redirection(live: &str) -> bool {
    let target = live.trim_start_matches(['1', '2', '&']);
    // `<name>` is a placeholder, `>=1.2` a version.
    let placeholder = target.len() > 1 && target.ends_with('>') && target != ">>";
    target.starts_with(['<', '>']) && !placeholder && !target.starts_with(">=")
}

fn is_expanded(text: &str, live: &str) -> bool {
    let next = text.chars().skip(1).map(Some).chain([None]);
    live.chars().zip(next).any(|(c, next)| match c {
        '`' => true,
        '$' => next.is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, '_' | '{' | '(')),
        _ => false,
    })
}

fn report(app: &App, key: &str, command: &Sourced<String>, syntax: Syntax, edit: Option<Edit>, cx: &mut Cx<'_>) {
    let name = &app.name.value;
    let (message, label) = match syntax {
        Syntax::Operator => (format!("`{key}` of `{name}` runs one command only"), "no shell sees the rest"),
        Syntax::Redirection => (format!("`{key}` of `{name}` redirects nothing"), "no shell opens the file"),
        Syntax::Expansion => (format!("`{key}` of `{name}` gets text in place of a value"), "no shell puts it in"),
        Syntax::Assignment => (format!("`{key}` of `{name}` runs no program"), "the variable is taken for one"),
        Syntax::Comment => (format!("`{key}` of `{name}` loses its end"), "from # on it is a comment"),
    };
    let help = match (syntax, &edit) {
        (Syntax::Comment, _) => "put the word with # in quotes, or remove what follows it".to_owned(),
        (_, Some(edit)) => format!("run a shell: {}", edit.with),
        (_, None) => "run a shell, `sh -c '…'`, or move the line to a script".to_owned(),
    };
    let fix = cx.unsafe_fix("run it in a shell", edit);
    let note = "flyctl splits commands into words; no shell runs them";
    cx.report(command.origin, message).label(label).help(help).note(note).fix(fix);
}

fn in_a_shell(command: &Sourced<String>, syntax: Syntax, cx: &Cx<'_>) -> Option<Edit> {
    // The shell gives way to the program where there is one program only, so that signals reach it.
    let exec = match syntax {
        Syntax::Operator | Syntax::Assignment => "",
        Syntax::Redirection | Syntax::Expansion => "exec ",
        Syntax::Comment => return None,
    };
    let several = !exec.is_empty() && command.contains(['&', '|', ';']);
    let plain = !several && !command.contains('\'');
    plain.then(|| cx.edits().replace(command.range(), string_literal(&format!("sh -c '{exec}{}'", command.value))))
}
