use crate::model::Model;
use crate::rules::usage::flag_names;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::nearest;
use crate::spec::Level;

declare_rule! {
    /// Checks that commands of flyctl have only flags that they know.
    ///
    /// ## Why
    ///
    /// flyctl ends with `unknown flag` before it does anything. In a script that goes on after errors, or in a page that
    /// is read while something is broken, that is found at the worst moment. Flags come and go between its versions: what
    /// is known here is that of the version in the sources.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- runbook.md
    /// To make room:
    ///
    /// ~~~sh
    /// fly volumes extend vol_x --size-gb 20 -a my-web
    /// ~~~
    /// ```
    ///
    /// ```toml,files,good
    /// # --- runbook.md
    /// To make room:
    ///
    /// ~~~sh
    /// fly volumes extend vol_x --size 20 -a my-web
    /// ~~~
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, the flags of its commands
    static RULE = {
        name: "unknown-fly-flag",
        code: "FA831",
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
        let Some(unknown) = usage.unknown else { continue };
        let path = usage.command.path;
        let near = nearest(unknown.trim_start_matches('-'), flag_names(usage.command));
        let help = match near {
            Some(near) => format!("did you mean `--{near}`?"),
            None => format!("`fly {path} --help` lists those that it has"),
        };
        cx.within(usage.line.file)
            .report(usage.at_word(unknown), format!("`fly {path}` has no flag `{unknown}`"))
            .label("flyctl ends with an error here")
            .help(help);
    }
    cx.back();
}
