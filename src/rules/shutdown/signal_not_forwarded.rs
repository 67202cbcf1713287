use crate::fly_toml::command::{commands_in, shell_script, split};
use crate::model::App;
use crate::rules::variables::part_of_text;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::source::TextRange;
use crate::value::Sourced;

declare_rule! {
    /// Checks that the signal to stop reaches the program, not a wrapper around it.
    ///
    /// ## Why
    ///
    /// A machine that is to stop sends its signal to the command of its process. `npm start` and its like run a
    /// shell, which runs the program; a shell with several commands waits for the last of them. The signal ends the
    /// wrapper, or nothing, and the program is cut off when `kill_timeout` is over: requests fail at every deploy,
    /// although the program would have handled the signal.
    ///
    /// In a script the last command takes the shell's place with `exec`. In place of `npm start` the program itself
    /// is run, as `scripts.start` of package.json has it.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.processes]
    /// web = "sh -c 'bin/prepare && bin/serve'"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.processes]
    /// web = "sh -c 'bin/prepare && exec bin/serve'"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.processes]
    /// web = "npm run start"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.processes]
    /// web = "node server.js"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, blueprints/long-running-tasks
    static RULE = {
        name: "signal-not-forwarded",
        code: "FA673",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

/// Programs that run another one in a shell.
const RUNNERS: [&str; 4] = ["npm", "npx", "pnpm", "yarn"];

fn check(app: &App, cx: &mut Cx<'_>) {
    for group in &app.groups {
        let Some(command) = group.command.as_ref().filter(|command| may_be_wrapped(command)) else { continue };
        let Ok(split) = split(command) else { continue };
        let words: Vec<&str> = split.words.iter().map(|word| word.text.as_str()).collect();
        if let Some(script) = shell_script(&words) {
            if waits(script) {
                let edit = last_command(command, cx).map(|at| cx.edits().replace(at, "exec "));
                let fix = cx.unsafe_fix("let the program take the shell's place", edit);
                cx.report(
                    command.origin,
                    format!("the signal to stop `{}` of `{}` ends at a shell", group.name.value, app.name.value),
                )
                .label("the shell waits for the program")
                .help("put `exec` before the last command")
                .fix(fix);
            }
            continue;
        }
        let program = words.first().map_or("", |word| word.rsplit('/').next().unwrap_or(word));
        if RUNNERS.contains(&program) {
            cx.report(
                command.origin,
                format!("the signal to stop `{}` of `{}` ends at {program}", group.name.value, app.name.value),
            )
            .label("a wrapper around the program")
            .help("run the program itself, as package.json has it, such as `node server.js`");
        }
    }
}

/// Whether a command needs a closer look: it hands a script to a shell, or names a program that does.
fn may_be_wrapped(command: &str) -> bool {
    command.contains("c ") || RUNNERS.iter().any(|runner| command.contains(runner))
}

/// Whether a shell waits for the last of several commands. Scripts that watch over their commands are not meant.
fn waits(script: &str) -> bool {
    let single = |c: char| script.replace("&&", "").replace("||", "").contains(c);
    if single('&') || single('|') || script.contains("trap ") || script.contains("wait") {
        return false;
    }
    let commands = commands_in(script);
    let commands: Vec<_> = commands.iter().filter(|words| !words.is_empty()).collect();
    // The end of a loop, or of a script that has done its work before.
    let simple =
        |word: &String| !matches!(word.as_str(), "exec" | "done" | "fi" | "esac" | "}" | "true" | "exit" | "echo");
    commands.len() > 1 && commands.last().and_then(|words| words.first()).is_some_and(simple)
}

/// Where the last command of a script in one line begins, if it is a program alone.
fn last_command(command: &Sourced<String>, cx: &Cx<'_>) -> Option<TextRange> {
    let text = command.as_str();
    let at = [text.rfind("&& ").map(|at| at + 3), text.rfind("; ").map(|at| at + 2)].into_iter().flatten().max()?;
    let word = text[at..].split([' ', '\'', '"']).next()?;
    let program = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_' | b'-');
    (!word.is_empty() && word.bytes().all(program)).then_some(())?;
    part_of_text(text, command.origin, at..at, cx)
}
