use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that the metrics autoscaler runs on one machine.
    ///
    /// ## Why
    ///
    /// The autoscaler looks at a metric and creates, starts or stops machines of another app until there are as many as it
    /// wants. Two of them look at the same time, and each acts on what it saw: machines come and go in turns. Fly.io's guide
    /// deploys it with `--ha=false`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.scaler]
    /// build = { image = "flyio/fly-autoscaler:0.3" }
    /// regions = { iad = 2 }
    ///
    /// [app.scaler.env]
    /// FAS_APP_NAME = "my-worker"
    /// ```
    ///
    /// ```toml,good
    /// [app.scaler]
    /// build = { image = "flyio/fly-autoscaler:0.3" }
    /// regions = { iad = 1 }
    ///
    /// [app.scaler.env]
    /// FAS_APP_NAME = "my-worker"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, launch/autoscale-by-metric
    /// - Fly.io, blueprints/autoscale-machines
    static RULE = {
        name: "autoscaler-machines",
        code: "FA365",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    if !app.is_autoscaler() {
        return;
    }
    let Some(group) = app.groups.iter().find(|group| group.machines() > 1) else { return };
    let at = group.placement.first().map_or(Origin::written(app.header), |(region, _)| region.origin);
    cx.report(at, format!("{} autoscalers of `{}` work against each other", group.machines(), app.name.value))
        .label("one machine, in one region")
        .help("give it one machine: `regions = { … = 1 }`");
}
