use crate::model::Model;
use crate::rules::variables::{each_variable, part_of};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{Origin, RegionCode, addresses};

declare_rule! {
    /// Checks that `.internal` names with a region name one in which the app has machines.
    ///
    /// ## Why
    ///
    /// `lhr.my-api.internal` stands for the machines of `my-api` that run in `lhr`, and for nothing where there are
    /// none: the name does not exist, and the caller fails to resolve it. That happens when an app moves, and when a
    /// region is withdrawn.
    ///
    /// `my-api.internal` stands for the machines of all regions, `top1.nearest.of.my-api.internal` for the nearest
    /// one.
    ///
    /// Where machines run, only a spec says. Of plain files the rule knows the regions that Fly.io has withdrawn.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// API_URL = "http://lhr.my-api.internal:8080"
    ///
    /// [app.api]
    /// regions = { iad = 2 }
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// API_URL = "http://my-api.internal:8080"
    ///
    /// [app.api]
    /// regions = { iad = 2 }
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ```toml,files,bad
    /// # --- web/fly.toml
    /// app = "my-web"
    ///
    /// [env]
    /// API_URL = "http://mia.my-api.internal:8080"
    ///
    /// # --- api/fly.toml
    /// app = "my-api"
    ///
    /// [http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/private-networking
    /// - Fly.io, reference/regions
    static RULE = {
        name: "regional-name-without-machines",
        code: "FA629",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

const ENDING: &str = ".internal";

fn check(model: &Model, cx: &mut Cx<'_>) {
    let mut names: Option<Vec<(&str, usize)>> = None;
    each_variable(model, cx, |_, _, value, cx| {
        if !value.as_str().contains(ENDING) {
            return false;
        }
        for address in addresses(value.as_str(), ENDING) {
            let Some((region, rest)) = address.name.split_once('.') else { continue };
            let name = rest.rsplit('.').next().unwrap_or(rest);
            // A group may be called like a region.
            if !RegionCode::accepts(region) || rest.starts_with("process.") {
                continue;
            }
            let names = names.get_or_insert_with(|| model.app_names());
            let Ok(at) = names.binary_search_by_key(&name, |(name, _)| name) else { continue };
            let app = &model.apps[names[at].1];
            let missing = if app.is_plain() {
                cx.facts.removed_region(region).is_some()
            } else {
                let known = cx.facts.region(region).is_some() || cx.facts.removed_region(region).is_some();
                known && !app.regions().iter().any(|r| r.as_str() == region)
            };
            if !missing {
                continue;
            }
            let start = value.as_str()[address.range.clone()].find(address.name).unwrap_or(0) + address.range.start;
            let edit = part_of(value, start..start + region.len() + 1, cx).map(|range| cx.edits().replace(range, ""));
            let fix = cx.unsafe_fix("call machines of any region", edit);
            let finding =
                cx.report(value.origin, format!("`{name}` has no machine in {region}: the name does not exist"));
            let seen = !finding.is_silent();
            let label = if app.is_plain() { "a withdrawn region" } else { "no machine there" };
            finding
                .label(label)
                .related_in(app.file, Origin::written(app.header), "the app that is called")
                .help(format!("write {rest}{ENDING}, or top1.nearest.of.{rest}{ENDING} for the nearest machine"))
                .fix(fix);
            return seen;
        }
        false
    });
}
