use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no region is listed twice for fixed outgoing addresses.
    ///
    /// ## Why
    ///
    /// An app has one fixed address for outgoing connections in a region. A region that is listed twice is mostly a
    /// slip for another one, whose machines go out from addresses that change.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { iad = 2, lhr = 2 }
    /// ips = { egress = ["iad", "lhr", "iad"] }
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// regions = { iad = 2, lhr = 2 }
    /// ips = { egress = ["iad", "lhr"] }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/egress-ips
    static RULE = {
        name: "duplicate-egress",
        code: "FA695",
        group: Group::Cost,
        levels: Levels::always(Level::Warn),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for (i, region) in app.ips.egress.iter().enumerate() {
        let Some(first) = app.ips.egress[..i].iter().find(|earlier| earlier.value == region.value) else { continue };
        let fix = cx.unsafe_fix("remove the second", cx.edits().remove_item(region.range()));
        cx.report(region.origin, format!("{} has the fixed address of `{}` already", region.value, app.name.value))
            .label("listed twice")
            .related(first.origin, "listed here")
            .help("remove it, or write the region that was meant")
            .fix(fix);
    }
}
