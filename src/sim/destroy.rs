//! What takes things away: `apps destroy`, `machine destroy`, `ips release`, and `destroy` of the data services.
//!
//! A data service outlives the apps that use it, and an app takes its volumes along (flyctl-commands 1.1, 1.5).

use super::{Cx, Outcome};
use crate::sim::state::App;

fn words(cx: &Cx<'_>) -> Vec<String> {
    cx.call.words.clone()
}

/// flyctl internal/command/apps/destroy.go: one app after the other; the first that is not there ends it.
pub(super) fn apps(cx: &mut Cx<'_>) -> Outcome {
    for name in words(cx) {
        cx.effect()?;
        cx.app(&name)?;
        cx.state.apps.remove(&name);
        cx.state.tokens.retain(|token| token.app != name);
        cx.print(format_args!("Destroyed app {name}\n"));
    }
    Ok(())
}

/// flyctl internal/command/machine/destroy.go: all must be there; what runs is destroyed only with `--force`.
pub(super) fn machines(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.app_name()?;
    for id in words(cx) {
        if cx.app(&name)?.machine(&id).is_none() {
            return Err(format!("could not get machine {id}: machine not found"));
        }
    }
    for id in words(cx) {
        if !cx.call.on("force") && cx.app(&name)?.machine(&id).is_some_and(|machine| machine.state == "started") {
            return Err(format!("machine {id} currently started, either stop first or use --force flag"));
        }
        cx.effect()?;
        cx.app_mut(&name).remove_machine(&id);
        cx.print(format_args!("{id} has been destroyed\n"));
    }
    Ok(())
}

/// flyctl internal/command/ips/release.go. An address for incoming connections.
pub(super) fn address(cx: &mut Cx<'_>) -> Outcome {
    release(cx, |app, address| {
        app.addresses.retain(|a| a.address != *address || a.kind.starts_with("egress"));
    })
}

/// An address for outgoing connections, and with it the other of the pair.
pub(super) fn egress(cx: &mut Cx<'_>) -> Outcome {
    release(cx, |app, address| {
        let region = app.addresses.iter().find(|a| a.address == *address && a.kind.starts_with("egress"));
        let region = region.map(|a| a.region.clone());
        app.addresses.retain(|a| !a.kind.starts_with("egress") || Some(&a.region) != region.as_ref());
    })
}

fn release(cx: &mut Cx<'_>, take: impl Fn(&mut App, &String)) -> Outcome {
    let name = cx.app_name()?;
    for address in words(cx) {
        cx.effect()?;
        let before = cx.app(&name)?.addresses.len();
        take(cx.app_mut(&name), &address);
        if cx.app(&name)?.addresses.len() == before {
            return Err(format!("could not find IP address {address}"));
        }
        cx.print(format_args!("Released {address} from {name}\n"));
    }
    Ok(())
}

/// flyctl internal/command/mpg/destroy.go: by id, whoever is attached.
pub(super) fn cluster(cx: &mut Cx<'_>) -> Outcome {
    let id = words(cx).into_iter().next().unwrap_or_default();
    let before = cx.state.clusters.len();
    let organizations = &cx.state.organizations;
    cx.state.clusters.retain(|cluster| cluster.id != id || !organizations.contains_key(&cluster.org));
    if cx.state.clusters.len() == before {
        return Err(format!("failed retrieving cluster {id}: not found"));
    }
    cx.print(format_args!("Managed Postgres cluster {id} scheduled to be destroyed (may take some time)\n"));
    Ok(())
}

/// flyctl internal/command/redis/destroy.go.
pub(super) fn database(cx: &mut Cx<'_>) -> Outcome {
    let name = words(cx).into_iter().next().unwrap_or_default();
    let seen = cx.state.databases.get(&name).is_some_and(|d| cx.state.organizations.contains_key(&d.org));
    if !seen {
        return Err("Could not find AddOn".to_owned());
    }
    cx.state.databases.remove(&name);
    cx.print(format_args!("Your Redis database {name} was destroyed\n"));
    Ok(())
}

/// flyctl internal/command/extensions/tigris/destroy.go.
pub(super) fn bucket(cx: &mut Cx<'_>) -> Outcome {
    let name = words(cx).into_iter().next().unwrap_or_default();
    let seen = cx.state.buckets.get(&name).is_some_and(|b| cx.state.organizations.contains_key(&b.org));
    if !seen {
        return Err("Could not find AddOn".to_owned());
    }
    cx.state.buckets.remove(&name);
    cx.print(format_args!("Your Tigris object storage bucket {name} was destroyed\n"));
    Ok(())
}
