use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::nearest;
use crate::spec::Level;

declare_rule! {
    /// Checks that commands of flyctl name regions that exist.
    ///
    /// ## Why
    ///
    /// A region that was withdrawn, or has another code, is found out in the middle of a script, when the things before it
    /// are there already. Runbooks grow old in this way: six regions went away in 2024 and 2025.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- setup.sh
    /// fly volumes create data -a my-db -r fre --yes
    /// ```
    ///
    /// ```toml,files,good
    /// # --- setup.sh
    /// fly volumes create data -a my-db -r fra --yes
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/regions
    static RULE = {
        name: "region-of-command",
        code: "FA847",
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
    for usage in cx.usages.iter().filter(|usage| usage.is(&CREATE)) {
        let values = REGIONS.iter().filter_map(|flag| usage.value(flag));
        for code in values.flat_map(|value| value.split(',')) {
            let is_code = code.len() == 3 && code.bytes().all(|b| b.is_ascii_lowercase());
            if !is_code || cx.facts.region(code).is_some() {
                continue;
            }
            let removed = cx.facts.removed_region(code);
            let near = nearest(code, cx.facts.regions.iter().map(|region| region.code));
            let (message, help) = match (removed, near) {
                (Some(removed), _) => (
                    format!("the region `{code}` ({}) was withdrawn", removed.city),
                    format!("write `{}`, which `fly launch` takes in its place", removed.replacement),
                ),
                (None, Some(near)) => (format!("there is no region `{code}`"), format!("did you mean `{near}`?")),
                (None, None) => {
                    (format!("there is no region `{code}`"), "`fly platform regions` lists them".to_owned())
                }
            };
            cx.within(usage.line.file)
                .report(usage.at_word(code), message)
                .label("nothing can be created here")
                .help(help);
        }
    }
    cx.back();
}

/// Flags that name a region or several.
const REGIONS: [&str; 4] = ["region", "regions", "primary-region", "replica-regions"];

/// Commands that create something there.
const CREATE: [&str; 11] = [
    "deploy",
    "ips allocate-egress",
    "launch",
    "machine clone",
    "machine create",
    "machine run",
    "mpg create",
    "postgres create",
    "redis create",
    "scale count",
    "volumes create",
];
