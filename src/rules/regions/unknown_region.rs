use crate::model::{Model, RegionList};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::{list, nearest};
use crate::spec::Level;
use crate::value::{RegionCode, Sourced};

declare_rule! {
    /// Checks that every region is one that Fly.io has.
    ///
    /// ## Why
    ///
    /// A wrong code is three plausible letters: nothing notices it until a command of the set-up fails, by which time
    /// the apps before it stand. Words for areas, such as `usa` or `any`, are understood where one machine is created
    /// by hand; a deploy, a scale and a volume want a region.
    ///
    /// The list of regions is a dated fact (`flyarch facts`). If Fly.io has opened a region since, say so:
    /// `[app.web.allow] unknown-region = "opened last week"`, or `unknown-region = "warn"` in `[policy.levels]` for
    /// what is outside of apps.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { iad = 2, lhs = 2 }
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// regions = { iad = 2, lhr = 2 }
    /// ```
    ///
    /// ```toml,bad
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// regions = ["iad", "usa"]
    ///
    /// [app.web]
    /// ```
    ///
    /// ```toml,bad
    /// [redis.cache]
    /// region = "xyz"
    /// ```
    ///
    /// ```toml,files,bad
    /// app = "my-web"
    /// primary_region = "lhs"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/regions
    /// - Fly.io, machines/guides-examples/machine-placement
    static RULE = {
        name: "unknown-region",
        code: "FA302",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for list in model.region_lists() {
        for region in list.iter().filter(|region| region.origin.is_written()) {
            if cx.facts.region(region).is_none() && cx.facts.removed_region(region).is_none() {
                report(region, &list, cx);
            }
        }
    }
}

fn report(region: &Sourced<RegionCode>, siblings: &RegionList<'_>, cx: &mut Cx<'_>) {
    // Findings about the project come before all apps: without `about` no waiver counts.
    let cx = if let Some(app) = siblings.app { cx.about(app) } else { cx };
    let facts = cx.facts;
    let codes = || facts.regions.iter().map(|region| region.code);
    let area = facts.region_aliases.contains(&region.as_str());
    let free = |code: &&str| siblings.iter().all(|other| other.as_str() != *code);
    let near = if area { None } else { nearest(region, codes().filter(free)).and_then(|near| facts.region(near)) };
    let edit = near.map(|near| cx.edits().replace_word(region.range(), near.code));
    let fix = near.and_then(|near| cx.unsafe_fix(format!("write {}", near.code), edit));
    let help = match near {
        Some(near) => format!("did you mean `{}` ({})?", near.code, near.city),
        None if area => format!("name the regions that are meant: {}", list(&codes().collect::<Vec<_>>(), "or")),
        None => format!("Fly.io has {}", list(&codes().collect::<Vec<_>>(), "and")),
    };
    let (message, label) = if area {
        (format!("`{}` is an area, not a region", region.value), "a deploy cannot choose one")
    } else {
        (format!("there is no region `{}`", region.value), "nothing can be created here")
    };
    let provenance = facts.provenance.iter().find(|table| table.file == "regions.toml");
    let mut finding = cx.report(region.origin, message).label(label);
    if let Some(table) = provenance.filter(|_| !area) {
        finding = finding.note(format!("regions as of {}; `{}` lists today's", table.retrieved, table.live));
    }
    finding.help(help).fix(fix);
}
