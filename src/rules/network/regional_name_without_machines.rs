use crate::model::{Call, Model, Zone};
use crate::rules::variables::{each_call, part_of};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{Origin, RegionCode};

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

fn check(model: &Model, cx: &mut Cx<'_>) {
    each_call(cx, |Call { value, address, zone, name, called, .. }, cx| {
        let Some(app) = called.map(|app| &model.apps[app]) else { return };
        let Some((region, rest)) = address.name.split_once('.').filter(|_| *zone == Zone::Internal) else { return };
        // A group may be called like a region.
        if !RegionCode::accepts(region) || rest.starts_with("process.") {
            return;
        }
        let missing = if app.is_plain() {
            cx.facts.removed_region(region).is_some()
        } else {
            let known = cx.facts.region(region).is_some() || cx.facts.removed_region(region).is_some();
            known && !app.regions().iter().any(|r| r.as_str() == region)
        };
        if !missing {
            return;
        }
        let start = value.as_str()[address.range.clone()].find(address.name).unwrap_or(0) + address.range.start;
        let edit = part_of(value, start..start + region.len() + 1, cx).map(|range| cx.edits().replace(range, ""));
        let fix = cx.unsafe_fix("call machines of any region", edit);
        let finding = cx.report(value.origin, format!("`{name}` has no machine in {region}: the name does not exist"));
        let label = if app.is_plain() { "a withdrawn region" } else { "no machine there" };
        finding
            .label(label)
            .related_in(app.file, Origin::written(app.header), "the app that is called")
            .help(format!("write {rest}.internal, or top1.nearest.of.{rest}.internal for the nearest machine"))
            .fix(fix);
    });
}
