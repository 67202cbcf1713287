use crate::facts::RemovedRegion;
use crate::model::{Model, RegionList};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{RegionCode, Sourced};

declare_rule! {
    /// Checks that no region is one that Fly.io has withdrawn.
    ///
    /// ## Why
    ///
    /// Fly.io closed seventeen regions in October 2025. Their codes are still in older files, guides and answers. What
    /// runs there may still run; nothing new can be created: no machine, no volume, no database. Only `fly launch`
    /// takes another region in place of a closed one. `fly deploy`, `fly scale count` and `fly volumes create` fail,
    /// which is where a set-up would stop half way.
    ///
    /// The fix writes the region that `fly launch` would take.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { iad = 2, yul = 2 } # the customers are in Canada
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// regions = { iad = 2, yyz = 2 } # the customers are in Canada
    /// ```
    ///
    /// ```toml,bad
    /// [redis.cache]
    /// region = "iad"
    /// replicas = ["lhr", 'mad']
    /// ```
    ///
    /// ```toml,good
    /// [redis.cache]
    /// region = "iad"
    /// replicas = ["lhr", 'cdg']
    /// ```
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = ["iad", "sin", "hkg"]
    /// ```
    ///
    /// ```toml,files,bad
    /// app = "my-web"
    /// primary_region = "mad"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/regions
    /// - flyctl, internal/command/launch/plan_builder.go
    static RULE = {
        name: "removed-region",
        code: "FA301",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: false,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for list in model.region_lists() {
        for region in list.iter().filter(|region| region.origin.is_written()) {
            if let Some(removed) = cx.facts.removed_region(region) {
                report(region, removed, &list, cx);
            }
        }
    }
}

fn report(region: &Sourced<RegionCode>, removed: &RemovedRegion, list: &RegionList<'_>, cx: &mut Cx<'_>) {
    // Findings about the project come before all apps.
    let cx = if let Some(app) = list.app { cx.about(app) } else { cx };
    let code = removed.replacement;
    let city = cx.facts.region(code).map_or("", |region| region.city);
    // A region stands in a list once: another one there may be the replacement, or have the same.
    let stands = |other: &RegionCode| {
        other.as_str() == code || cx.facts.removed_region(other).is_some_and(|other| other.replacement == code)
    };
    let other = list.iter().find(|other| other.range() != region.range() && stands(&other.value));
    let edit = cx.edits().replace_word(region.range(), code);
    let fix = if other.is_none() { cx.safe_fix(format!("write {code}"), Some(edit)) } else { None };
    let message = format!("the region `{}` ({}) was withdrawn", region.value, removed.city);
    let finding = cx.report(region.origin, message).label("nothing new can be created here").fix(fix);
    match other {
        Some(other) if other.as_str() == code => finding
            .related(other.origin, "takes its place")
            .help(format!("`{code}` ({city}) takes its place, and is here already: keep one of the two")),
        Some(other) => finding
            .related(other.origin, format!("becomes `{code}` too"))
            .help(format!("`{code}` ({city}) takes the place of both: write it once")),
        None => finding.help(format!("write `{code}` ({city}), which `fly launch` takes in its place")),
    };
}
