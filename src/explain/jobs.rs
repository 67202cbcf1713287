//! What runs at intervals.
//!
//! Source: Fly.io, machines/flyctl/fly-machine-run, blueprints/task-scheduling; flyctl `internal/command/machine/run.go`.

use super::Cx;
use crate::diag::form::count;
use crate::guest::Guest;

pub(super) fn jobs(cx: &Cx<'_>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for job in &cx.app.jobs {
        let size = Guest::of(&job.vm, cx.facts).map(|guest| {
            format!(", with {} and {} MB of memory", count(guest.cpus, &format!("{} CPU", guest.kind)), guest.memory_mb)
        });
        out.push(format!(
            "`{}` runs `{}` about once every {}, on a machine of its own in {}{}.",
            job.key.value,
            job.command.value,
            job.every.period(),
            job.region.value,
            size.unwrap_or_default(),
        ));
    }
    if !out.is_empty() {
        out.push(
            "The first run is when the set-up script makes the machine, and the others follow from there: no time of day \
             can be chosen, and a run is left out when the host has no room. A command that ends with another exit code \
             than 0 is started again, up to ten times within five minutes. One that is still at work when its time comes \
             is not started a second time."
                .to_owned(),
        );
        out.push(
            "Deploys leave these machines alone: the set-up script gives them the image of each new release, without \
             starting them. A deploy that somebody makes without it leaves them on the image before."
                .to_owned(),
        );
    }
    out
}
