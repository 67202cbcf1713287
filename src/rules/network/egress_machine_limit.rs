use crate::fly_toml::Strategy;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that no fixed outgoing address is shared by more machines than it can serve.
    ///
    /// ## Why
    ///
    /// One fixed address serves 64 machines of a region. A blue-green deploy runs two sets of machines at once, so
    /// that flyctl counts half of it then. Beyond that new machines go out from addresses that change, or not at all,
    /// and which of them those are nobody can tell.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.crawler]
    /// regions = { iad = 70 }
    /// ips = { egress = ["iad"] }
    /// ```
    ///
    /// ```toml,good
    /// [app.crawler]
    /// regions = { iad = 40, lhr = 30 }
    /// ips = { egress = ["iad", "lhr"] }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/egress-ips
    /// - flyctl, internal/command/ips/checks.go
    static RULE = {
        name: "egress-machine-limit",
        code: "FA637",
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
    if app.ips.egress.is_empty() {
        return;
    }
    let egress = &cx.facts.names.egress;
    let strategy = app.toml.deploy.as_ref().and_then(|deploy| deploy.strategy);
    let doubled = strategy.is_some_and(|strategy| strategy.value == Strategy::BlueGreen);
    let most = if doubled { egress.machines_per_address_bluegreen } else { egress.machines_per_address };
    for region in &app.ips.egress {
        let machines: u32 = app.groups.iter().map(|group| group.machines_in(region)).sum();
        if machines <= most {
            continue;
        }
        let message =
            format!("one address is too little for {machines} machines of `{}` in {}", app.name.value, region.value);
        let finding = cx.report(region.origin, message).label(format!("serves {most} machines"));
        let finding = match strategy.filter(|_| doubled) {
            Some(strategy) => finding.related(strategy.origin, "runs two sets of machines at once"),
            None => finding,
        };
        finding.help("run fewer machines there, or let the calls go through a proxy app of a few machines");
    }
}
