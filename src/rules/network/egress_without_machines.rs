use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that fixed outgoing addresses are in regions in which the app has machines.
    ///
    /// ## Why
    ///
    /// A fixed address for outgoing connections serves the machines of one app in one region. Where the app has none
    /// it serves nobody, and is paid for by the hour. It is mostly left over from a move, or the region is a slip for
    /// another one whose machines go out from changing addresses.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { iad = 2, lhr = 2 }
    /// ips = { egress = ["iad", "lhr", "fra"] }
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
    /// - Fly.io, about/pricing
    static RULE = {
        name: "egress-without-machines",
        code: "FA636",
        group: Group::Cost,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    if app.ips.egress.is_empty() {
        return;
    }
    let regions = app.regions();
    for region in app.ips.egress.iter().filter(|region| !regions.contains(region)) {
        let fix = cx.unsafe_fix("give the address up", cx.edits().remove_item(region.range()));
        cx.report(
            region.origin,
            format!("`{}` pays for an address in {}, and has no machine there", app.name.value, region.value),
        )
        .label("no machine")
        .help("remove the region, or add it to `regions`")
        .fix(fix);
    }
}
