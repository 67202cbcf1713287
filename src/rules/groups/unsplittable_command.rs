use crate::fly_toml::command::{Unsplittable, has_any, split};
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that flyctl can split every command into words.
    ///
    /// ## Why
    ///
    /// The commands of `processes`, `release_command` and `console_command` are one text each. flyctl splits it into
    /// words like a shell does, and refuses the file when a quote stays open or a backslash has nothing behind it. An
    /// apostrophe is a quote.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.deploy]
    /// release_command = "node migrate.js --note it's-time"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.deploy]
    /// release_command = "node migrate.js --note \"it's time\""
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/appconfig/validation.go
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "unsplittable-command",
        code: "FA319",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: false,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for (key, command) in app.command_lines() {
        if !has_any(command, *b"'\"\\") {
            continue;
        }
        let Err(why) = split(command) else { continue };
        let name = &app.name.value;
        let (message, label) = match why {
            Unsplittable::OpenQuote(quote, at) => (
                format!("`{key}` of `{name}` has a quote that is never closed"),
                format!("{quote} at character {}", command[..at].chars().count() + 1),
            ),
            Unsplittable::Backslash => {
                (format!("`{key}` of `{name}` ends in a backslash"), "nothing behind the last \\".to_owned())
            }
        };
        cx.report(command.origin, message)
            .label(label)
            .help("close the quote, or put the word with it in quotes of the other kind")
            .note("flyctl refuses the file: it splits the text into words like a shell does");
    }
}
