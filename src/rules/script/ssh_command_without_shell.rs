use crate::fly_toml::command::{shell_script, split};
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that commands for `fly ssh console` need no shell, or have one.
    ///
    /// ## Why
    ///
    /// What `-C` names is started as it is: no shell reads it. `cd /app && bin/migrate` looks for a program called `cd`,
    /// `a | b` hands `|` to `a` as an argument, and a script goes on as though all were well when `a` does not mind.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- migrate.sh
    /// fly ssh console -a my-web -C "cd /app && bin/migrate"
    /// ```
    ///
    /// ```toml,files,good
    /// # --- migrate.sh
    /// fly ssh console -a my-web -C "sh -c 'cd /app && bin/migrate'"
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/command/ssh
    /// - superfly/flyctl-actions, one-off scripts: <https://github.com/superfly/flyctl-actions>
    static RULE = {
        name: "ssh-command-without-shell",
        code: "FA854",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(_: &Model, cx: &mut Cx<'_>) {
    for usage in cx.usages.iter().filter(|usage| usage.is(&["ssh console"])) {
        let Some(line) = usage.value("command") else { continue };
        let Ok(split) = split(line) else { continue };
        let words: Vec<&str> = split.words.iter().map(|word| word.text.as_str()).collect();
        if shell_script(&words).is_some() {
            continue;
        }
        let acts = |live: &str| matches!(live, "&&" | "||" | "|" | ";" | ">" | ">>" | "<") || live.ends_with(';');
        let by_sign = split.words.iter().find(|word| acts(&word.live)).map(|word| word.text.as_str());
        let builtin = words.first().copied().filter(|word| matches!(*word, "cd" | "source" | "export"));
        let sign = by_sign.map(|sign| format!("`{sign}` becomes an argument"));
        let Some(what) = sign.or_else(|| builtin.map(|word| format!("`{word}` is no program"))) else { continue };
        cx.within(usage.line.file)
            .report(usage.at(), format!("no shell reads this command: {what}"))
            .help("hand it to one: `-C \"sh -c '…'\"`");
    }
    cx.back();
}
