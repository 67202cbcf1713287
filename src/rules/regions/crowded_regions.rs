use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::list;

declare_rule! {
    /// Checks that the second region of an app has room when the first has none.
    ///
    /// ## Why
    ///
    /// Some regions are short of capacity now and then: a machine that was stopped cannot be started, and a deploy cannot create
    /// another. An app with two regions is meant to survive that, and does not when both are among those.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { sjc = 2, gru = 2 }
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// regions = { sjc = 2, iad = 2 }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, machines/guides-examples/machine-placement
    static RULE = {
        name: "crowded-regions",
        code: "FA385",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let crowded = |region: &str| cx.facts.region(region).is_some_and(|region| region.high_demand);
    if !app.groups.iter().flat_map(|group| &group.placement).all(|(region, _)| crowded(region)) {
        return;
    }
    let regions = app.regions();
    if regions.len() < 2 {
        return;
    }
    let names: Vec<&str> = regions.iter().map(|region| region.as_str()).collect();
    let message = format!("every region of `{}` is short of room now and then", app.name.value);
    let label = format!("{} are often full", list(&names, "and"));
    cx.report(regions[0].origin, message)
        .label(label)
        .help("add a region with more room, or take one in place of the second");
}
