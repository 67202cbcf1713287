//! Apps: which is which, what comes and goes, and its name, network and order.

use super::{Change, Class, Cx, access, groups, policy, release, secrets, settings, volumes};
use crate::model::App;

/// Pairs of declarations of both models: by key, and what is left by the name on Fly.io.
pub(super) fn pairs<'a, T>(
    old: &'a [T],
    new: &'a [T],
    key: impl Fn(&T) -> &str,
    name: impl Fn(&T) -> &str,
) -> Vec<(Option<&'a T>, Option<&'a T>)> {
    let mut left: Vec<Option<&T>> = old.iter().map(Some).collect();
    let mut take = |is: &dyn Fn(&T) -> bool| left.iter_mut().find(|item| item.is_some_and(is)).and_then(Option::take);
    let mut found: Vec<(Option<&T>, Option<&T>)> =
        new.iter().map(|item| (take(&|other| key(other) == key(item)), Some(item))).collect();
    for (before, after) in found.iter_mut().filter(|(before, _)| before.is_none()) {
        *before = after.and_then(|item| take(&|other| name(other) == name(item)));
    }
    found.extend(left.into_iter().filter(Option::is_some).map(|item| (item, None)));
    found
}

pub(super) fn compare(cx: &mut Cx<'_>) {
    let (old, new) = (cx.old.model, cx.new.model);
    for (before, after) in pairs(&old.apps, &new.apps, |app| app.key.as_str(), |app| app.name.as_str()) {
        match (before, after) {
            (Some(before), Some(after)) => both(cx, before, after),
            (None, Some(after)) => {
                let what = format!("a new app, `{}`, {}", after.name.value, after.access.value.as_str());
                let change = Change::new(&[Class::InPlace, Class::Cost], after.reference(), what)
                    .effect("`setup.sh` sets it up in its place of the order; other apps are not touched.")
                    .at(cx.here(after.header));
                cx.add(change);
            }
            (Some(before), None) => gone(cx, before),
            (None, None) => {}
        }
    }
}

/// `setup.sh` has no step for what the spec does not name, and neither has the new `teardown.sh`.
fn gone(cx: &mut Cx<'_>, app: &App) {
    let name = &app.name.value;
    let has_volumes = !app.toml.mounts.is_empty();
    let serves = app.groups.iter().any(|group| group.serves);
    let mut classes = vec![Class::Replacement, Class::Cost];
    if serves {
        classes.extend([Class::Downtime, Class::Address]);
    }
    if has_volumes {
        classes.push(Class::DataLoss);
    }
    let mut change = Change::new(&classes, app.reference(), format!("the app `{name}` is gone from the spec")).effect(
        "Neither `setup.sh` nor the new `teardown.sh` touches it: it runs on as it is, and costs what it cost.",
    );
    // fly.io/docs/apps/delete; flyctl `internal/command/apps/destroy.go`.
    change = change.effect(if has_volumes {
        "When it is destroyed, its addresses, its secrets and its volumes with all that is in them go too."
    } else {
        "When it is destroyed, its addresses and secrets go too."
    });
    let first = if has_volumes { "Save what its volumes hold; then `" } else { "`" };
    change = change.person(format!("{first}fly apps destroy {name}` ends it."));
    let at = cx.there(app.header);
    cx.add(change.at(at));
}

fn both(cx: &mut Cx<'_>, old: &App, new: &App) {
    let release = release::of(new, cx.facts);
    if old.key.value != new.key.value {
        let what = format!("`{}` of the spec is called `{}` now", old.reference(), new.reference());
        let change = Change::new(&[Class::NoEffect], new.reference(), what)
            .effect("The Fly app has the name that it had; its files lie in another folder.")
            .at(cx.here(new.key.range()));
        cx.add(change);
    }
    if old.name.value != new.name.value {
        renamed(cx, old, new);
    }
    if old.network != new.network {
        network(cx, old, new);
    }
    if old.primary_region != new.primary_region {
        primary(cx, old, new, &release);
    }
    if old.source.value != new.source.value {
        let what = format!("the build context: `{}` → `{}`", old.source.value, new.source.value);
        // It is an argument of the deploy, and stands in no configuration that could differ.
        let change = Change::new(&[release.class], new.reference(), what)
            .effect("`setup.sh` does not see it: it deploys again when the configuration differs.")
            .person(format!("`setup.sh --redeploy --only {}` builds from there.", new.reference()))
            .at(cx.here(new.source.range()));
        cx.add(change);
    }
    let builder = |app: &App, cx: &Cx<'_>, is_new: bool| {
        let model = if is_new { cx.new.model } else { cx.old.model };
        app.image_from.map(|image| model.apps[image.value].reference())
    };
    let (before, after) = (builder(old, cx, false), builder(new, cx, true));
    if before != after {
        let name = |builder: &Option<String>| builder.clone().unwrap_or_else(|| "its own".to_owned());
        let what = format!("the image that it runs: {} → {}", name(&before), name(&after));
        let range = new.image_from.map_or(new.header, |image| image.range());
        let change = Change::new(&[release.class], new.reference(), what).effect(&release.text).at(cx.here(range));
        cx.add(change);
    }
    groups::compare(cx, old, new, &release);
    volumes::compare(cx, old, new, &release);
    settings::compare(cx, old, new, &release);
    access::compare(cx, old, new);
    secrets::compare(cx, old, new, &release);
    policy::waivers(cx, old, new);
}

/// A Fly app keeps its name; another name is another app (flyctl has no command that renames one).
fn renamed(cx: &mut Cx<'_>, old: &App, new: &App) {
    let (was, is) = (&old.name.value, &new.name.value);
    let has_volumes = !old.toml.mounts.is_empty();
    let mut classes = vec![Class::Replacement, Class::Address, Class::Cost];
    if has_volumes {
        classes.push(Class::DataLoss);
    }
    let mut change = Change::new(&classes, new.reference(), format!("the name of the app: `{was}` → `{is}`"))
        .effect(format!("An app cannot be renamed: `setup.sh` makes a new one, `{is}`, beside `{was}`."))
        .effect(format!(
            "`{was}` runs on and costs on, with its addresses, certificates and secrets; the new one has others, and is \
             reached as `{is}.fly.dev`, `{is}.internal` and `{is}.flycast`."
        ));
    if has_volumes {
        change = change.effect("The new app begins with empty volumes: what the old ones hold stays with the old app.");
        change = change.person("Copy the data before traffic goes to the new app.");
    }
    if !new.domains.is_empty() {
        change = change.person("Point the DNS records of its domains to the new app's addresses.");
    }
    let change = change.person(format!("When nobody uses it any more: `fly apps destroy {was}`."));
    let at = cx.here(new.name.range());
    cx.add(change.at(at));
}

/// Fly.io, networking/custom-private-networks: an app stays in the network that it was created in. `app` in
/// `kinds/app/functions.sh` tells, and goes on.
fn network(cx: &mut Cx<'_>, old: &App, new: &App) {
    let name = |app: &App| app.network.as_ref().map_or("the organisation's".to_owned(), |n| format!("`{}`", n.value));
    let what = format!("the private network: {} → {}", name(old), name(new));
    let mut change = Change::new(&[Class::Replacement, Class::Security, Class::Address], new.reference(), what);
    change = if old.name.value == new.name.value {
        change
            .effect(
                "An app keeps the network that it was created in: `setup.sh` tells the difference and changes nothing.",
            )
            .person("To move it, give it another `name`: that is a new app, in the new network.")
    } else {
        change.effect("The new app is made in this network: what stays in the other one no longer reaches it.")
    };
    let at = match (&new.network, &old.network) {
        (Some(network), _) => Some(cx.here(network.range())),
        (None, Some(network)) => Some(cx.there(network.range())),
        (None, None) => None,
    };
    cx.add(change.at(at));
}

fn primary(cx: &mut Cx<'_>, old: &App, new: &App, release: &release::Release) {
    let name = |app: &App| app.primary_region.as_ref().map_or("none".to_owned(), |region| region.to_string());
    let what = format!("the primary region: {} → {}", name(old), name(new));
    // Fly.io, reference/configuration, `primary_region`; launch/autostop-autostart.
    let change = Change::new(&[release.class], new.reference(), what)
        .effect("Release commands run there, `min_machines_running` counts there, and PRIMARY_REGION says so.")
        .effect("No machine and no volume moves.")
        .effect(&release.text)
        .at(new.primary_region.as_ref().map(|region| cx.here(region.range())));
    cx.add(change);
}
