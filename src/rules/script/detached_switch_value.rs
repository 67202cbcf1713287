use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that switches of flyctl are given their value with `=`.
    ///
    /// ## Why
    ///
    /// A switch takes no second word: `--ha false` switches it on, and `false` becomes an argument of the command. `fly
    /// deploy` takes it for the folder to build, others end with an error.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- deploy.sh
    /// fly deploy -a my-web --ha false
    /// ```
    ///
    /// ```toml,files,good
    /// # --- deploy.sh
    /// fly deploy -a my-web --ha=false
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, the flags of its commands
    /// - pflag, the syntax of command lines
    static RULE = {
        name: "detached-switch-value",
        code: "FA832",
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
    for usage in cx.usages {
        let Some((switch, value)) = usage.detached else { continue };
        cx.within(usage.line.file)
            .report(usage.at_word(&format!("{switch} {value}")), format!("`{switch} {value}` switches `{switch}` on"))
            .label(format!("`{value}` is an argument of its own"))
            .help(format!("write `{switch}={value}`"));
    }
    cx.back();
}
