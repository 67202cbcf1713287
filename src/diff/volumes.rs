//! Volumes: what a group mounts, where, how large, and its snapshots.

use super::release::Release;
use super::{Change, Class, Cx};
use crate::fly_toml::Mount;
use crate::kinds::app::source_of;
use crate::model::{App, Group};
use crate::value::Sourced;

pub(super) fn compare(cx: &mut Cx<'_>, old: &App, new: &App, release: &Release) {
    for after in &new.groups {
        let Some(before) = old.groups.iter().find(|group| group.name.value == after.name.value) else { continue };
        let mount = |app: &'_ App, group: &Group| group.mount.map(|mount| app.toml.mounts[mount].clone());
        match (mount(old, before), mount(new, after)) {
            (Some(_), None) => gone(cx, old, before, new),
            (None, Some(mount)) => added(cx, new, after, &mount),
            (Some(was), Some(is)) => {
                let names = [(old, before), (new, after)].map(|(app, group)| source_of(app, group.mount.unwrap_or(0)));
                if names[0] == names[1] {
                    settings(cx, new, after, (&was, &is), release);
                } else {
                    other(cx, new, after, names, &is);
                }
            }
            (None, None) => {}
        }
    }
}

/// flyctl takes a volume from a machine only at a terminal (`internal/command/deploy/machines_launchinput.go` and its
/// callers); `unmounted` in `kinds/app/functions.sh` looks for that before the deploy.
fn gone(cx: &mut Cx<'_>, old: &App, group: &Group, new: &App) {
    let mount = group.mount.unwrap_or(0);
    let (source, name) = (source_of(old, mount), &group.name.value);
    let folder = old.toml.mounts[mount].destination.as_ref().map_or("", |folder| folder.as_str());
    let change = Change::new(&[Class::DataLoss], new.reference(), format!("`{name}` no longer mounts `{source}`"))
        .effect("`setup.sh` refuses the deploy (24): flyctl does not take volumes from machines.")
        .effect(format!(
            "Without the mount `{folder}` is part of the root file system, which every deploy makes anew. The volumes stay \
             with no machine that uses them, and cost on."
        ))
        .person("Save what they hold.")
        .person(format!("Give `{name}` another name and run `setup.sh --allow-scale-down`; then `fly volumes destroy ID`."))
        .at(cx.there(old.toml.mounts[mount].range()));
    cx.add(change);
}

/// A machine that gets its first volume is replaced (flyctl `internal/command/deploy/machines_launchinput.go`).
fn added(cx: &mut Cx<'_>, new: &App, group: &Group, mount: &Sourced<Mount>) {
    let folder = mount.destination.as_ref().map_or("", |folder| folder.as_str());
    let what =
        format!("`{}` mounts `{}` now, at `{folder}`", group.name.value, source_of(new, group.mount.unwrap_or(0)));
    let change = Change::new(&[Class::Replacement, Class::Cost], new.reference(), what)
        .effect(
            "`setup.sh` makes an empty volume for each machine in its region; the deploy then replaces the machines.",
        )
        .effect(format!("What the image or a machine has below `{folder}` is hidden."))
        .at(cx.here(mount.range()));
    cx.add(change);
}

fn other(cx: &mut Cx<'_>, new: &App, group: &Group, [was, is]: [&str; 2], mount: &Sourced<Mount>) {
    let name = &group.name.value;
    let range = mount.source.as_ref().map_or(mount.range(), Sourced::range);
    let change = Change::new(&[Class::DataLoss], new.reference(), format!("the volumes of `{name}`: `{was}` → `{is}`"))
        .effect("`setup.sh` refuses the deploy (24): flyctl does not take volumes from machines.")
        .effect(format!("Volumes of another name are other volumes, and begin empty; `{was}` stays, and costs on."))
        .person(format!("Save what `{was}` holds."))
        .person(format!("Give `{name}` another name, run `setup.sh --allow-scale-down`, and put the data back."))
        .at(cx.here(range));
    cx.add(change);
}

fn settings(
    cx: &mut Cx<'_>,
    new: &App,
    group: &Group,
    (was, is): (&Sourced<Mount>, &Sourced<Mount>),
    release: &Release,
) {
    let (of, name) = (new.reference(), is.source.as_ref().map_or("", |source| source.as_str()));
    let at = |cx: &Cx<'_>, range: Option<crate::source::TextRange>| cx.here(range.unwrap_or(is.range()));
    let folder =
        |mount: &Sourced<Mount>| mount.destination.as_ref().map_or(String::new(), |folder| folder.value.clone());
    if folder(was) != folder(is) {
        let what = format!("where `{}` mounts `{name}`: `{}` → `{}`", group.name.value, folder(was), folder(is));
        // flyctl `internal/command/deploy/machines_launchinput.go`: same volume, other path.
        let change = Change::new(&[release.class], of.clone(), what)
            .effect(format!(
                "The volumes keep what they hold, at the new path; `{}` is then part of the image.",
                folder(was)
            ))
            .effect(&release.text)
            .at(at(cx, is.destination.as_ref().map(Sourced::range)));
        cx.add(change);
    }
    let gb = |mount: &Sourced<Mount>| mount.initial_size.as_ref().map(|size| size.gigabytes());
    if gb(was) != gb(is) {
        let text = |size: Option<u64>| size.map_or("no size".to_owned(), |size| format!("{size} GB"));
        let (before, after) = (gb(was).map(u64::from), gb(is).map(u64::from));
        let what = format!("the size of the volumes `{name}`: {} → {}", text(before), text(after));
        let range = is.initial_size.as_ref().map(Sourced::range);
        // Fly.io, volumes/volume-manage: a volume can be extended, and not made smaller.
        let change = if after < before {
            Change::new(&[release.class], of.clone(), what)
                .effect(
                    "A volume cannot shrink: `setup.sh` tells, and those that are there stay and cost what they cost.",
                )
                .effect("New volumes are made of the new size.")
                .effect(&release.text)
        } else {
            Change::new(&[release.class, Class::Cost], of.clone(), what)
                .effect("`setup.sh` extends every volume, before the deploy. It cannot be taken back.")
                .effect(&release.text)
        };
        let at = at(cx, range);
        cx.add(change.at(at));
    }
    let days = |mount: &Sourced<Mount>| mount.snapshot_retention.map(|days| days.value);
    if days(was) != days(is) {
        let text = |days: Option<i64>| days.map_or("the platform's".to_owned(), |days| days.to_string());
        let what = format!("the days that snapshots of `{name}` are kept: {} → {}", text(days(was)), text(days(is)));
        let mut change = Change::new(&[release.class, Class::Cost], of.clone(), what)
            .effect("`setup.sh` sets it on every volume.")
            .effect(&release.text);
        if days(is) < days(was) {
            change.classes.push(Class::Security);
            change = change.effect("There is less to go back to.");
        }
        let at = at(cx, is.snapshot_retention.map(|days| days.range()));
        cx.add(change.at(at));
    }
    let daily = |mount: &Sourced<Mount>| mount.scheduled_snapshots.is_none_or(|on| on.value);
    if daily(was) != daily(is) {
        let mut change = Change::new(
            &[release.class],
            of.clone(),
            format!("daily snapshots of `{name}`: {} → {}", daily(was), daily(is)),
        )
        .effect(&release.text);
        if !daily(is) {
            change.classes.push(Class::Security);
            change = change.effect("No snapshot is taken any more: a volume that is lost is lost with its data.");
        }
        let at = at(cx, is.scheduled_snapshots.map(|on| on.range()));
        cx.add(change.at(at));
    }
    let extend = |mount: &Sourced<Mount>| {
        (
            mount.auto_extend_size_threshold.map(|value| value.value),
            mount.auto_extend_size_increment.as_ref().map(|size| size.gigabytes()),
            mount.auto_extend_size_limit.as_ref().map(|size| size.gigabytes()),
        )
    };
    if extend(was) != extend(is) {
        let change = Change::new(&[release.class, Class::Cost], of, format!("how the volumes `{name}` grow"))
            .effect(&release.text)
            .at(cx.here(is.range()));
        cx.add(change);
    }
}
