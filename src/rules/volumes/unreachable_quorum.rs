use crate::diag::form::count;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that as many machines hold the data of an app as it says that must run.
    ///
    /// ## Why
    ///
    /// Databases, queues and lock services that copy their data to each other work while enough of their members run: two of
    /// three, three of five. A group with fewer machines than that never gets there, and answers nothing from its first
    /// day on. What the loss of a host or a region leaves of one with enough, `flyarch simulate` shows.
    ///
    /// How many it takes is in no file of Fly.io: this rule listens to `workload.quorum`. Machines that copy are those of groups
    /// with a volume.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.nats]
    /// regions = { iad = 2 }
    /// workload = { quorum = 3 }
    ///
    /// [[app.nats.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// ```
    ///
    /// ```toml,good
    /// [app.nats]
    /// regions = { iad = 3, lhr = 2 }
    /// workload = { quorum = 3 }
    ///
    /// [[app.nats.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, volumes/overview
    static RULE = {
        name: "unreachable-quorum",
        code: "FA514",
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
    let Some(quorum) = app.workload.quorum else { return };
    for group in app.groups.iter().filter(|group| group.mount.is_some() && !group.placement.is_empty()) {
        let machines = group.machines();
        if machines >= quorum.value {
            continue;
        }
        let have = count(machines, "machine");
        let odd = quorum.value.saturating_mul(2).saturating_sub(1);
        cx.report(
            quorum.origin,
            format!("{} of `{}` can never run at once: it has {have} with a volume", quorum.value, app.name.value),
        )
        .label("so many must run for it to work")
        .related(group.placement[0].1.origin, format!("the machines of the group {}", group.name.value))
        .help(format!("run {odd} machines, of which {} are a majority; or say how many it takes", quorum.value));
    }
}
