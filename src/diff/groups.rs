//! Process groups: which there are, what they run, where, how many and on what.

use super::release::Release;
use super::{Change, Class, Cx};
use crate::diag::form::count;
use crate::guest::Guest;
use crate::kinds::app::source_of;
use crate::model::{App, Group};

pub(super) fn compare(cx: &mut Cx<'_>, old: &App, new: &App, release: &Release) {
    let find = |app: &'_ App, name: &str| app.groups.iter().position(|group| group.name.as_str() == name);
    for group in &old.groups {
        match find(new, group.name.as_str()) {
            Some(at) => both(cx, (old, group), (new, &new.groups[at]), release),
            None => gone(cx, old, group, new),
        }
    }
    for group in new.groups.iter().filter(|group| find(old, group.name.as_str()).is_none()) {
        let what = format!("a new process group, `{}`: {}", group.name.value, count(group.machines(), "machine"));
        let change = Change::new(&[release.class, Class::Cost], new.reference(), what)
            .effect(&release.text)
            .at(cx.here(group.name.range()));
        cx.add(change);
    }
}

/// A deploy destroys the machines of groups that are not in the configuration before it makes others (flyctl
/// `internal/command/deploy/machines_deploymachinesapp.go`, `resolveProcessGroupChanges`); `deploy` in
/// `kinds/app/functions.sh` refuses that, unless it is asked to.
fn gone(cx: &mut Cx<'_>, app: &App, group: &Group, new: &App) {
    let name = &group.name.value;
    let added: Vec<&Group> =
        new.groups.iter().filter(|other| app.groups.iter().all(|old| old.name.value != other.name.value)).collect();
    let source = group.mount.map(|mount| source_of(app, mount));
    let heir = added.iter().find(|other| match source {
        Some(source) => other.mount.is_some_and(|mount| source_of(new, mount) == source),
        None => other.command == group.command,
    });
    let mut classes = vec![Class::Replacement, Class::Cost];
    if group.serves {
        classes.push(Class::Downtime);
    }
    let what = match heir {
        Some(heir) => format!("the process group `{name}` is called `{}` now", heir.name.value),
        None => format!("the process group `{name}` is gone"),
    };
    let mut change = Change::new(&[], app.reference(), what).effect(format!(
        "`setup.sh` refuses the deploy (24); with `--allow-scale-down` the {} of `{name}` {} destroyed first.",
        count(group.machines(), "machine"),
        if group.machines() == 1 { "is" } else { "are" }
    ));
    match (source, heir) {
        (Some(source), Some(heir)) => {
            change = change
                .effect(format!("`{}` then gets the volumes `{source}`, with all that is in them.", heir.name.value));
        }
        (Some(source), None) => {
            classes.push(Class::DataLoss);
            change = change
                .effect(format!(
                    "The volumes `{source}` stay, with no machine that uses them, and cost on; they go with the app."
                ))
                .person("Save what they hold, and destroy them: `fly volumes destroy ID`.");
        }
        (None, _) => {}
    }
    let at = match heir {
        Some(heir) => cx.here(heir.name.range()),
        None => cx.there(group.name.range()),
    };
    change.classes = classes;
    cx.add(change.person("Run `setup.sh --allow-scale-down`.").at(at));
}

fn both(cx: &mut Cx<'_>, (old, before): (&App, &Group), (new, after): (&App, &Group), release: &Release) {
    let name = &after.name.value;
    if before.command != after.command {
        let text = |group: &Group| group.command.as_ref().map_or("the image's own".to_owned(), |c| command(cx, c));
        let what = format!("the command of `{name}`: {} → {}", text(before), text(after));
        let range = after.command.as_ref().map_or(after.name.range(), crate::value::Sourced::range);
        let change = Change::new(&[release.class], new.reference(), what).effect(&release.text).at(cx.here(range));
        cx.add(change);
    }
    let (was, is) = (Guest::of_group(old, before, cx.facts), Guest::of_group(new, after, cx.facts));
    if was != is {
        let what = format!("the size of `{name}`: {} → {}", size(was), size(is));
        let vm = after.vm.and_then(|vm| new.toml.vm.get(vm)).map(crate::value::Sourced::range);
        let range = vm.map_or(after.name.range(), |range| {
            let at = after.vm.unwrap_or(0).to_string();
            cx.new_places.exact(&["app", new.key.as_str(), "vm", &at]).unwrap_or(range)
        });
        let change =
            Change::new(&[release.class, Class::Cost], new.reference(), what).effect(&release.text).at(cx.here(range));
        cx.add(change);
    }
    for (region, count) in &after.placement {
        let had = before.machines_in(region.as_str());
        let range = if count.origin.is_written() { count.range() } else { region.range() };
        if had != count.get() {
            placed(cx, (old, before), (new, after), (region.as_str(), had, count.get()), range);
        }
    }
    for (region, had) in before.placement.iter().filter(|(region, _)| after.machines_in(region.as_str()) == 0) {
        left(cx, (old, before), (new, after), region.as_str(), had.get(), region.range());
    }
}

/// Another number of machines in a region: `machines` in `kinds/app/functions.sh`.
fn placed(
    cx: &mut Cx<'_>,
    (old, before): (&App, &Group),
    (new, after): (&App, &Group),
    (region, had, has): (&str, u32, u32),
    range: crate::source::TextRange,
) {
    let name = &after.name.value;
    let what = format!("machines of `{name}` in {region}: {had} → {has}");
    let mut change = Change::new(&[Class::InPlace, Class::Cost], new.reference(), what);
    if has > had {
        change = change.effect(if after.mount.is_some() {
            "`setup.sh` makes new, empty volumes and then machines there; there is no new release."
        } else {
            "`setup.sh` makes machines there; there is no new release."
        });
    } else {
        change = change.effect(format!(
            "`setup.sh` refuses it (24); with `--allow-scale-down` it destroys {}.",
            count(had - has, "machine")
        ));
        if let Some(mount) = before.mount {
            change.classes.push(Class::DataLoss);
            change = change
                .effect(format!(
                    "Each has a volume `{}` of its own, which stays without a machine and costs on: what is on it alone \
                     is nowhere else.",
                    source_of(old, mount)
                ))
                .person("Save what they hold, and destroy them: `fly volumes destroy ID`.");
        }
        change = change.person("Run `setup.sh --allow-scale-down`.");
    }
    let at = cx.here(range);
    cx.add(change.at(at));
}

/// A region that is no longer named: the script has no step for it, and `verify` in `kinds/app/functions.sh` tells.
fn left(
    cx: &mut Cx<'_>,
    (old, before): (&App, &Group),
    (new, after): (&App, &Group),
    region: &str,
    had: u32,
    range: crate::source::TextRange,
) {
    let name = &after.name.value;
    let what = format!("`{name}` has no machine in {region} any more; it had {had}");
    let mut change = Change::new(&[Class::InPlace, Class::Cost], new.reference(), what)
        .effect("`setup.sh` tells, and destroys none: what runs there runs on, and costs on.");
    if before.serves {
        change = change.effect("When they are destroyed, requests from there are answered from farther away.");
    }
    if let Some(mount) = before.mount {
        change.classes.push(Class::DataLoss);
        change = change
            .effect(format!(
                "The volumes `{}` there stay too; what is on them alone is nowhere else.",
                source_of(old, mount)
            ))
            .person("Save what the volumes there hold.");
    }
    change =
        change.person(format!("`fly scale count {name}=0 --region {region} -a {}` destroys them.", new.name.value));
    let at = cx.there(range);
    cx.add(change.at(at));
}

/// A command as it may be shown.
fn command(cx: &Cx<'_>, text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    if crate::facts::secret_in_words(cx.facts, &words).is_some() {
        "•".to_owned()
    } else {
        format!("`{}`", cx.shown("command", text))
    }
}

fn size(guest: Option<Guest>) -> String {
    guest.map_or("a size that is not known".to_owned(), |Guest { kind, cpus, memory_mb }| {
        format!("{cpus} {kind} {}, {memory_mb} MB", if cpus == 1 { "CPU" } else { "CPUs" })
    })
}
