//! Apps, and what they have: process groups, volumes, secrets.

use std::collections::BTreeSet;

use super::data::attributes;
use super::{Attribute, Item, index, place};
use crate::assertions::Cx;
use crate::assertions::check::{Type, Value};
use crate::fly_toml::{AutoStop, Mount, Strategy};
use crate::guest::Guest;
use crate::kinds::app::{Access, SecretSource, V4};
use crate::model::{App, Group, Model, Secret};

const ACCESS: [&str; 3] = [Access::Public.as_str(), Access::Private.as_str(), Access::Internal.as_str()];
const ADDRESSES: [&str; 5] = ["shared_v4", "dedicated_v4", "v6", "flycast", "egress_v4"];
const STRATEGIES: [&str; 4] =
    [Strategy::Rolling.as_str(), Strategy::Immediate.as_str(), Strategy::Canary.as_str(), Strategy::BlueGreen.as_str()];
const CPUS: [&str; 2] = ["shared", "performance"];
const SOURCES: [&str; 6] = ["env", "file", "command", "generate", "token", "manual"];

fn app<'c>(cx: &Cx<'c>, item: Item) -> &'c App {
    &cx.model.apps[index(item)]
}

fn group<'c>(cx: &Cx<'c>, item: Item) -> &'c Group {
    &app(cx, item).groups[place(item)]
}

fn secret<'c>(cx: &Cx<'c>, item: Item) -> &'c Secret {
    &app(cx, item).secrets[place(item)]
}

/// A mount, by app and place.
pub(super) fn mount(model: &Model, app: usize, place: usize) -> Option<&Mount> {
    model.apps[app].toml.mounts.get(place).map(|mount| &mount.value)
}

fn of_mount<T>(cx: &Cx<'_>, item: Item, get: impl Fn(&Mount) -> Option<T>) -> Option<T> {
    mount(cx.model, index(item), place(item)).and_then(get)
}

/// A length as a number. There is no spec with more than that of anything.
pub(super) fn size(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn addresses(cx: &Cx<'_>, item: Item) -> Vec<&'static str> {
    let ips = &app(cx, item).ips;
    let [shared, dedicated, v6, flycast, egress] = ADDRESSES;
    let v4 = match ips.v4.value {
        V4::Shared => Some(shared),
        V4::Dedicated => Some(dedicated),
        V4::None => None,
    };
    let others = [(ips.v6.value, v6), (ips.flycast, flycast), (!ips.egress.is_empty(), egress)];
    v4.into_iter().chain(others.into_iter().filter(|(has, _)| *has).map(|(_, word)| word)).collect()
}

fn guest(cx: &Cx<'_>, item: Item) -> Option<Guest> {
    Guest::of_group(app(cx, item), group(cx, item), cx.facts)
}

fn source(secret: &Secret) -> &'static str {
    let [env, file, command, generate, token, manual] = SOURCES;
    match secret.source {
        SecretSource::Env(_) => env,
        SecretSource::File(_) => file,
        SecretSource::Command(_) => command,
        SecretSource::Generate(_) => generate,
        SecretSource::Token(_) => token,
        SecretSource::Manual(_) => manual,
    }
}

/// The other environments in which the same app has the secret from the same source.
fn shared_with(cx: &Cx<'_>, item: Item) -> Value {
    let (app, secret) = (app(cx, item), secret(cx, item));
    let has = |model: &Model| {
        let twin = model.apps.iter().find(|other| other.key == app.key);
        twin.is_some_and(|twin| twin.secrets.iter().any(|other| other.has_value_of(secret)))
    };
    Value::list(cx.others().iter().filter(|(_, model)| has(model)).map(|(name, _)| name))
}

attributes! { APP:
    "key" Type::Text(&[]), "its key in the spec", |cx, item| Value::text(app(cx, item).key.as_str());
    "name" Type::Text(&[]), "its name on Fly.io", |cx, item| Value::text(app(cx, item).name.as_str());
    "access" Type::Text(&ACCESS), "who may reach it", |cx, item| Value::text(app(cx, item).access.value.as_str());
    "addresses" Type::List(&ADDRESSES), "its addresses", |cx, item| Value::list(addresses(cx, item));
    "public_addresses" Type::Number, "how many of them the internet reaches", |cx, item| {
        let public = &ADDRESSES[..3];
        Value::count(size(addresses(cx, item).iter().filter(|address| public.contains(address)).count()))
    };
    "domains" Type::List(&[]), "host names with a certificate", |cx, item| {
        Value::list(app(cx, item).domains.iter().map(|domain| &domain.value))
    };
    "network" Type::Text(&[]), "its custom private network; empty for the organisation's own", |cx, item| {
        Value::text(app(cx, item).network.as_ref().map_or("", |network| network.as_str()))
    };
    "primary_region" Type::Text(&[]), "its primary region", |cx, item| {
        Value::text(app(cx, item).primary_region.as_ref().map_or("", |region| region.as_str()))
    };
    "regions" Type::List(&[]), "regions with machines of it", |cx, item| {
        Value::list(app(cx, item).regions().into_iter().map(|region| &region.value))
    };
    "machines" Type::Number, "how many machines it has", |cx, item| {
        Value::count(app(cx, item).groups.iter().map(Group::machines).sum::<u32>())
    };
    "min_machines_running" Type::Number, "how many the proxy keeps running in the primary region: the least of its services", |cx, item| {
        Value::count(app(cx, item).services.iter().map(|service| service.min_machines_running.value).min().unwrap_or(0))
    };
    "may_sleep" Type::Bool, "whether the proxy stops machines that have nothing to do", |cx, item| {
        Value::Bool(app(cx, item).services.iter().any(|service| service.auto_stop.value != AutoStop::Off))
    };
    "groups" Type::List(&[]), "its process groups", |cx, item| {
        Value::list(app(cx, item).groups.iter().map(|group| &group.name.value))
    };
    "jobs" Type::Number, "how many machines run at intervals", |cx, item| Value::count(size(app(cx, item).jobs.len()));
    "services" Type::Number, "how many services it has", |cx, item| Value::count(size(app(cx, item).services.len()));
    "health_checks" Type::Number, "how many checks of services decide about routing", |cx, item| {
        Value::count(size(app(cx, item).services.iter().map(|service| service.checks.len()).sum()))
    };
    "force_https" Type::Bool, "whether every port with plain HTTP leads to HTTPS", |cx, item| {
        let mut ports = app(cx, item).services.iter().flat_map(|service| &service.ports).filter(|port| port.http && !port.tls);
        Value::Bool(ports.all(|port| port.force_https.is_some_and(|force| force.value)))
    };
    "strategy" Type::Text(&STRATEGIES), "how a deploy replaces machines", |cx, item| {
        let strategy = app(cx, item).toml.deploy.as_ref().and_then(|deploy| deploy.strategy);
        Value::text(strategy.map_or(Strategy::Rolling, |strategy| strategy.value).as_str())
    };
    "release_command" Type::Bool, "whether a command runs before each deploy", |cx, item| {
        let deploy = app(cx, item).toml.deploy.as_ref();
        Value::Bool(deploy.is_some_and(|deploy| deploy.release_command.is_some()))
    };
    "env" Type::List(&[]), "names of its environment variables", |cx, item| {
        Value::list(app(cx, item).toml.env.iter().map(|(name, _)| &name.value))
    };
    "secrets" Type::List(&[]), "names of its secrets", |cx, item| {
        Value::list(app(cx, item).secrets.iter().map(|secret| &secret.name.value))
    };
    "uses" Type::List(&[]), "what it uses, such as \"postgres.db\"", |cx, item| {
        Value::list(app(cx, item).uses.iter().map(|used| cx.model.reference(used.target.value)))
    };
    "calls" Type::List(&[]), "the apps that it calls, such as \"app.api\"", |cx, item| {
        let called: BTreeSet<usize> = cx.calls().from(index(item)).iter().filter_map(|call| call.called).collect();
        Value::list(called.into_iter().map(|other| cx.model.apps[other].reference()))
    };
    "volumes" Type::Number, "how many mounts it has", |cx, item| Value::count(size(app(cx, item).toml.mounts.len()));
    "litefs" Type::Bool, "whether it has LiteFS", |cx, item| Value::Bool(app(cx, item).litefs.is_some());
    "waivers" Type::List(&[]), "the rules that it waives", |cx, item| {
        Value::list(app(cx, item).allow.iter().map(|(rule, _)| &rule.value))
    };
}

attributes! { GROUP:
    "name" Type::Text(&[]), "its name; \"app\" where the app names none", |cx, item| Value::text(group(cx, item).name.as_str());
    "app" Type::Text(&[]), "its app, such as \"app.web\"", |cx, item| Value::text(app(cx, item).reference());
    "regions" Type::List(&[]), "regions with machines of it", |cx, item| {
        Value::list(group(cx, item).placement.iter().map(|(region, _)| &region.value))
    };
    "machines" Type::Number, "how many machines it has", |cx, item| Value::count(group(cx, item).machines());
    "serves" Type::Bool, "whether a service sends it traffic", |cx, item| Value::Bool(group(cx, item).serves);
    "stores" Type::Bool, "whether its machines have a volume", |cx, item| Value::Bool(group(cx, item).mount.is_some());
    "cpu_kind" Type::Text(&CPUS), "the kind of its CPUs", |cx, item| {
        Value::text(guest(cx, item).map_or(CPUS[0], |guest| guest.kind))
    };
    "cpus" Type::Number, "CPUs of a machine", |cx, item| Value::count(guest(cx, item).map_or(0, |guest| guest.cpus));
    "memory_mb" Type::Number, "memory of a machine, in MiB", |cx, item| {
        Value::count(guest(cx, item).map_or(0, |guest| guest.memory_mb))
    };
}

attributes! { VOLUME:
    "name" Type::Text(&[]), "the name of the volumes", |cx, item| {
        Value::text(of_mount(cx, item, |mount| mount.source.as_ref().map(|name| name.value.clone())).unwrap_or_default())
    };
    "app" Type::Text(&[]), "its app, such as \"app.web\"", |cx, item| Value::text(app(cx, item).reference());
    "destination" Type::Text(&[]), "where it is mounted", |cx, item| {
        Value::text(of_mount(cx, item, |mount| mount.destination.as_ref().map(|path| path.value.clone())).unwrap_or_default())
    };
    "size_gb" Type::Number, "the size of new ones, in GB", |cx, item| {
        Value::count(of_mount(cx, item, |mount| mount.initial_size.as_ref().map(|size| size.gigabytes())).unwrap_or(1))
    };
    "snapshot_days" Type::Number, "how many days snapshots are kept", |cx, item| {
        Value::count(of_mount(cx, item, |mount| mount.snapshot_retention.map(|days| days.value)).unwrap_or(5))
    };
    "snapshots" Type::Bool, "whether a snapshot is taken every day", |cx, item| {
        Value::Bool(of_mount(cx, item, |mount| mount.scheduled_snapshots.map(|daily| daily.value)).unwrap_or(true))
    };
    "grows" Type::Bool, "whether it grows by itself", |cx, item| {
        Value::Bool(of_mount(cx, item, |mount| mount.auto_extend_size_threshold.map(|_| true)).unwrap_or(false))
    };
}

attributes! { SECRET:
    "name" Type::Text(&[]), "its name", |cx, item| Value::text(secret(cx, item).name.as_str());
    "app" Type::Text(&[]), "its app, such as \"app.web\"", |cx, item| Value::text(app(cx, item).reference());
    "source" Type::Text(&SOURCES), "where the set-up takes it from", |cx, item| Value::text(source(secret(cx, item)));
    "shared_with" Type::List(&[]), "other environments in which the same app has it from the same place", shared_with;
}
