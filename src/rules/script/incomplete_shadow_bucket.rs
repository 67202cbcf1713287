use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::list;
use crate::spec::Level;

declare_rule! {
    /// Checks that a shadow bucket is given with everything that flyctl needs.
    ///
    /// ## Why
    ///
    /// A bucket that takes over another one needs its keys, region, name and endpoint. flyctl refuses some of them without
    /// the rest. The example in the documentation leaves out the name.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- move.md
    /// ~~~sh
    /// fly storage create -n media --shadow-access-key $K --shadow-secret-key $S
    /// ~~~
    /// ```
    ///
    /// ```toml,files,good
    /// # --- move.md
    /// ~~~sh
    /// fly storage create -n media --shadow-access-key $K --shadow-secret-key $S \
    ///   --shadow-region us-east-1 --shadow-name old-media \
    ///   --shadow-endpoint https://s3.us-east-1.amazonaws.com
    /// ~~~
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/command/extensions/tigris/create.go
    /// - Fly.io, tigris
    static RULE = {
        name: "incomplete-shadow-bucket",
        code: "FA839",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

const ALL: [&str; 5] = ["shadow-access-key", "shadow-secret-key", "shadow-region", "shadow-name", "shadow-endpoint"];

fn check(_: &Model, cx: &mut Cx<'_>) {
    let paths = ["storage create", "storage update", "extensions storage create", "extensions storage update"];
    for usage in cx.usages.iter().filter(|usage| usage.is(&paths) && !usage.is_vague()) {
        let missing: Vec<String> =
            ALL.iter().filter(|flag| !usage.has(&[**flag])).map(|flag| format!("--{flag}")).collect();
        if missing.is_empty() || missing.len() == ALL.len() {
            continue;
        }
        let missing: Vec<&str> = missing.iter().map(String::as_str).collect();
        cx.within(usage.line.file)
            .report(usage.at(), "flyctl refuses a shadow bucket of which it knows only a part")
            .help(format!("add {}", list(&missing, "and")));
    }
    cx.back();
}
