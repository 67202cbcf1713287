use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::list;
use crate::value::Origin;

declare_rule! {
    /// Checks that every process group of an app has machines in two regions or more.
    ///
    /// ## Why
    ///
    /// A region can fail as a whole, and can be out of capacity when a machine must be replaced. Machines are bound to
    /// the host that they were created on: Fly.io moves them neither to another host nor to another region. An app
    /// whose machines are all in one region is down for as long as the region is. A group counts for itself: workers
    /// in a second region do not answer requests.
    ///
    /// Some apps belong beside their data: a worker that consumes a queue, a single writer. Say so:
    /// `[app.worker.allow] multi-region = "consumes the queue beside the primary database"`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { iad = 2 }
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// regions = { iad = 2, lhr = 2 }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, apps/going-to-production
    /// - Fly.io, blueprints/resilient-apps-multiple-machines
    static RULE = {
        name: "multi-region",
        code: "FA101",
        group: Group::Reliability,
        levels: Levels::RELIABILITY,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let lonely = app.groups.iter().filter(|group| group.placement.len() < 2);
    let lonely: Vec<_> = lonely.collect();
    let Some(first) = lonely.first() else { return };
    let Some((region, count)) = first.placement.first() else { return };
    let name = &app.name.value;
    let groups: Vec<&str> = lonely.iter().map(|group| group.name.as_str()).collect();
    let what = match groups.as_slice() {
        _ if app.groups.len() == 1 => format!("`{name}` runs in one region only"),
        [one] => format!("group `{one}` of `{name}` runs in one region only"),
        many => format!("groups {} of `{name}` run in one region only", list(many, "and")),
    };
    // A region that is not known has its own finding, and no city.
    let city = cx.facts.region(region).map_or_else(|| format!("`{}`", region.value), |region| region.city.to_owned());
    let machines =
        if count.get() == 1 { "its only machine is".to_owned() } else { format!("all {} machines are", count.value) };
    let second = another(region, cx);
    let mut finding = cx.report(region.origin, what).label(format!("{machines} in {city}"));
    // Where the region is the project's, the app is somewhere else in the file.
    if !within(region.origin, app) {
        finding = finding.related(Origin::written(app.header), "the app");
    }
    finding.help(format!(
        "add a region: `regions = {{ {region} = {count}, {second} = 1 }}`; or say why one is enough: {waiver}",
        region = region.value,
        count = count.value,
        waiver = app.waiver("multi-region"),
    ));
}

/// A region to suggest: one that the project has, else one in another country that has room.
fn another(region: &str, cx: &Cx<'_>) -> String {
    let project = cx.model.project.iter().flat_map(|project| &project.regions).flat_map(|regions| regions.iter());
    if let Some((other, _)) = project.into_iter().find(|(other, _)| other.as_str() != region) {
        return other.to_string();
    }
    let country = cx.facts.region(region).map_or("", |region| region.country);
    let other = cx.facts.regions.iter().find(|other| other.country != country && other.mpg && !other.high_demand);
    other.map_or("…", |other| other.code).to_owned()
}

/// Whether a place belongs to the app's own tables: it stands behind the header.
fn within(origin: Origin, app: &App) -> bool {
    origin.range.start >= app.header.start
}
