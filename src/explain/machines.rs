//! How many machines there are, where, of what size and with what on them.

use super::{Cx, unless_written};
use crate::diag::form::count;
use crate::diag::form::sentence;
use crate::guest::Guest;
use crate::model::Group;

/// What the first deploy and the set-up make, and what later deploys leave.
pub(super) fn machines(cx: &Cx<'_>) -> Vec<String> {
    let mut out = Vec::new();
    for (_, group) in cx.groups() {
        let number = if cx.app.is_plain() { first_of_file(cx, group) } else { of_spec(cx, group) };
        let size = Guest::of_group(cx.app, group, cx.facts).map(|guest| {
            let each = if group.machines() == 1 { "It has" } else { "Each has" };
            format!(
                " {each} {} and {} MB of memory.",
                count(guest.cpus, &format!("{} CPU", guest.kind)),
                guest.memory_mb
            )
        });
        out.push(format!("{number}{}", size.unwrap_or_default()));
        out.extend(volumes(cx, group));
    }
    let primary = cx.primary();
    out.push(if cx.app.is_plain() {
        format!(
            "Later deploys replace what runs on the machines that are there. They change neither number nor region, and \
             make machines in {primary} alone, and only for a process group that has none. How many there are today, no \
             fly.toml says: `fly scale show -a {}` does.",
            cx.app.name.value
        )
    } else {
        format!(
            "The first deploy makes one machine for each process group in {primary}; the set-up script then brings each \
             region to its number. Later deploys replace what runs on the machines that are there and change neither \
             number nor region. When the spec asks for more, running the script again makes them; it takes none away \
             without --allow-scale-down."
        )
    });
    out.push(
        "A process group that leaves the file loses its machines at the next deploy, without a question; volumes stay."
            .to_owned(),
    );
    out
}

fn of_spec(cx: &Cx<'_>, group: &Group) -> String {
    let places: Vec<String> =
        group.placement.iter().map(|(region, count)| format!("{} in {}", count.get(), region.value)).collect();
    let of = if cx.app.groups.len() == 1 { String::new() } else { format!(" for `{}`", group.name.value) };
    format!("The set-up ends with {}{of}: {}.", count(group.machines(), "machine"), sentence(&places))
}

/// What the first deploy makes (flyctl `internal/command/deploy/machines_deploymachinesapp.go`).
fn first_of_file(cx: &Cx<'_>, group: &Group) -> String {
    let of = if cx.app.groups.len() == 1 { String::new() } else { format!(" for `{}`", group.name.value) };
    let primary = cx.primary();
    if group.mount.is_some() {
        format!(
            "The first deploy makes 1 machine{of} in {primary}: it has a volume, and each volume is for one machine."
        )
    } else if group.serves {
        format!("The first deploy makes 2 machines{of} in {primary}, or 1 with --ha=false.")
    } else {
        format!(
            "The first deploy makes 1 machine{of} in {primary}, and a stopped one that starts when the host of the first \
             is lost; with --ha=false only the first."
        )
    }
}

fn volumes(cx: &Cx<'_>, group: &Group) -> Option<String> {
    let mount = &cx.app.toml.mounts[group.mount?];
    let (source, to) = (mount.source.as_ref()?, mount.destination.as_ref()?);
    let size = mount.initial_size.as_ref().map(|size| format!(" of {} GB", size.gigabytes()));
    let grows = match (&mount.auto_extend_size_threshold, &mount.auto_extend_size_limit) {
        (Some(threshold), Some(limit)) => {
            format!(" It grows when {} % are used, up to {} GB.", threshold.value, limit.gigabytes())
        }
        (Some(threshold), None) => format!(" It grows when {} % are used.", threshold.value),
        _ => " It does not grow by itself, and never shrinks.".to_owned(),
    };
    let kept = mount.snapshot_retention.map_or(cx.facts.volumes.retention_days_default, |days| days.value);
    let default = mount.snapshot_retention.as_ref().map_or(" (the default)", unless_written);
    let snapshots = if mount.scheduled_snapshots.is_some_and(|on| !on.value) {
        " No snapshots are taken.".to_owned()
    } else {
        format!(" A snapshot is taken every day and kept for {kept} days{default}.")
    };
    let copies = if !cx.app.is_plain() && group.machines() == 1 {
        " It is the only copy of its data."
    } else {
        " Volumes are not copies of each other: only the app itself can make them so."
    };
    Some(format!(
        "Every machine{} has a volume `{}`{} of its own at {}.{copies}{snapshots}{grows}",
        if cx.app.groups.len() == 1 { String::new() } else { format!(" of `{}`", group.name.value) },
        source.value,
        size.unwrap_or_default(),
        to.value
    ))
}
