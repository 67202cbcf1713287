//! What apps cost: machines by region, what is left of them when they are stopped, volumes, addresses, traffic.

use super::{Amount, Cx, Item, ItemKind, Priced, counted, size};
use crate::fly_toml::{AutoStop, Mount};
use crate::guest::Guest;
use crate::kinds::app::V4;
use crate::kinds::postgres::Engine;
use crate::model::{App, ResourceId};
use crate::spec::Kind;
use crate::value::Decimal;

/// The volumes of one name in one region.
struct Volumes<'m> {
    mount: &'m Mount,
    name: &'m str,
    region: &'m str,
    count: u32,
}

impl Cx<'_> {
    /// All of an app.
    pub(super) fn app(&mut self, index: usize) {
        let model = self.model;
        let app = &model.apps[index];
        let of = Some(ResourceId { kind: Kind::App, index });
        self.machines_of_app(app, of);
        for Volumes { mount, name, region, count } in volumes(app) {
            let least = gigabytes(mount).unwrap_or(self.facts.volumes.size_gb_default);
            // All three are needed (reference/configuration).
            let grows = mount.auto_extend_size_threshold.is_some() && mount.auto_extend_size_increment.is_some();
            let limit = mount.auto_extend_size_limit.as_ref().filter(|_| grows);
            let most = limit.map_or(least, |limit| limit.gigabytes().max(least));
            let units = |gigabytes: u32| Some(Decimal::whole(count.saturating_mul(gigabytes)));
            let (floor, ceiling) = (self.priced("volume", units(least)), self.priced("volume", units(most)));
            let sizes = if most > least { format!("{least} to {most} GB") } else { format!("{least} GB") };
            let text = format!("{} `{name}` of {sizes}", counted(count, "volume", "volumes"));
            self.items.push(Item {
                of,
                kind: ItemKind::Volumes,
                region: Some(region.to_owned()),
                text,
                floor: floor.amount,
                ceiling: ceiling.amount,
                basis: ceiling.basis,
            });
        }
        if app.ips.v4.value == V4::Dedicated {
            let priced = self.priced("address.ipv4", Some(Decimal::whole(1)));
            self.add(of, ItemKind::Addresses, None, "dedicated IPv4 address".to_owned(), priced);
        }
        for region in &app.ips.egress {
            let priced = self.priced("address.egress", Some(Decimal::whole(self.prices.hours())));
            let text = "fixed addresses for outgoing connections".to_owned();
            self.add(of, ItemKind::Addresses, Some(region.as_str()), text, priced);
        }
        let Some(usage) = self.usage.app(&app.key) else { return };
        for (gigabytes, group, where_to) in
            [(&usage.egress_gb, "transfer", "to the internet"), (&usage.private_gb, "private", "to other regions")]
        {
            for (region, amount) in gigabytes {
                let price = self.prices.region(region).map(|region| format!("{group}.{}", region.transfer));
                let priced = price.map_or(Priced::UNKNOWN, |price| self.priced(&price, Some(*amount)));
                let text = format!("{amount} GB {where_to}");
                self.add(of, ItemKind::Transfer, Some(region.as_str()), text, priced);
            }
        }
    }

    fn machines_of_app(&mut self, app: &App, of: Option<ResourceId>) {
        let mut stopped = 0;
        for (index, group) in app.groups.iter().enumerate() {
            let guest = Guest::of_group(app, group, self.facts);
            let name = if app.groups.len() > 1 { format!("{}: ", group.name.value) } else { String::new() };
            for (region, count) in &group.placement {
                let most = count.get();
                let least = running(app, index, region, most);
                stopped += most - least;
                let text = format!("{name}{most} × {}", size(guest, self.facts));
                let ceiling = self.machines(guest, region, most);
                let floor = if least == 0 { Amount::NONE } else { self.machines(guest, region, least).amount };
                self.items.push(Item {
                    of,
                    kind: ItemKind::Machines,
                    region: Some(region.to_string()),
                    text,
                    floor,
                    ceiling: ceiling.amount,
                    basis: ceiling.basis,
                });
            }
        }
        for job in &app.jobs {
            let guest = Guest::of(&job.vm, self.facts);
            let ceiling = self.machines(guest, &job.region, 1);
            // What it costs depends on how long its command takes. Between two runs its root file system stays.
            stopped += 1;
            self.items.push(Item {
                of,
                kind: ItemKind::Machines,
                region: Some(job.region.to_string()),
                text: format!("job {}, {}: {}", job.key.value, job.every.as_str(), size(guest, self.facts)),
                floor: Amount::NONE,
                ceiling: ceiling.amount,
                basis: ceiling.basis,
            });
        }
        if stopped == 0 {
            return;
        }
        let root = self.usage.app(&app.key).and_then(|usage| usage.root_gb);
        let total = root.map(|gigabytes| Decimal::from_nano(gigabytes.nano().saturating_mul(i128::from(stopped))));
        let Priced { amount, basis } = self.priced("machine.stopped", total);
        let each = root.map_or(String::new(), |gigabytes| format!(", {gigabytes} GB each"));
        self.items.push(Item {
            of,
            kind: ItemKind::StoppedMachines,
            region: None,
            text: format!("{}, root file system{each}", counted(stopped, "stopped machine", "stopped machines")),
            floor: amount,
            ceiling: Amount::NONE,
            basis,
        });
    }

    /// What is counted for the organisation as a whole, because part of it is free.
    pub(super) fn organisation(&mut self) {
        let domains = self.model.apps.iter().flat_map(|app| &app.domains);
        let (wild, hosts): (Vec<_>, Vec<_>) = domains.partition(|domain| domain.starts_with("*."));
        for (domains, price, one, many) in [
            (hosts, "certificate.host", "host name", "host names"),
            (wild, "certificate.wildcard", "wildcard", "wildcards"),
        ] {
            let Ok(count @ 1..) = u32::try_from(domains.len()) else { continue };
            let free = self.prices.get(price).map_or(0, |price| price.free);
            let priced = self.priced(price, Some(Decimal::whole(count.saturating_sub(free))));
            let free = if free > 0 { format!(" ({free} are free)") } else { String::new() };
            let text = format!("certificates of {}{free}", counted(count, one, many));
            self.add(None, ItemKind::Certificates, None, text, priced);
        }
        self.snapshots();
    }

    fn snapshots(&mut self) {
        let (mut volumes_with, mut stored, mut open) = (0, Decimal::default(), false);
        let mut add = |volumes: u32, gigabytes: Option<Decimal>| {
            volumes_with += volumes;
            stored = stored + gigabytes.unwrap_or_default();
            open |= gigabytes.is_none();
        };
        for app in &self.model.apps {
            let kept = volumes(app).into_iter().filter(|v| v.mount.scheduled_snapshots.is_none_or(|daily| daily.value));
            let count: u32 = kept.map(|volumes| volumes.count).sum();
            if count > 0 {
                add(count, self.usage.app(&app.key).and_then(|usage| usage.snapshots_gb));
            }
        }
        for (index, cluster) in self.model.postgres.iter().enumerate() {
            let shared = self.model.is_shared(ResourceId { kind: Kind::Postgres, index });
            if shared || cluster.engine.value != Engine::Unmanaged {
                continue;
            }
            let replicas: u32 = cluster.replicas.iter().map(|(_, count)| count.get()).sum();
            add(cluster.nodes.get() + replicas, self.usage.postgres(&cluster.key).and_then(|usage| usage.snapshots_gb));
        }
        if volumes_with == 0 {
            return;
        }
        let free = self.prices.get("snapshot").map_or(0, |price| price.free);
        let mut priced = self.priced("snapshot", Some(stored.less(Decimal::whole(free))));
        priced.amount.open |= open;
        let text = format!("snapshots of {} ({free} GB are free)", counted(volumes_with, "volume", "volumes"));
        self.add(None, ItemKind::Snapshots, None, text, priced);
    }
}

/// How many machines of a group run in a region when nobody asks for anything.
///
/// The proxy stops what is idle, and keeps `min_machines_running` in the primary region alone (launch/autostop-autostart).
fn running(app: &App, group: usize, region: &str, most: u32) -> u32 {
    if app.auto_stop(group) == AutoStop::Off {
        return most;
    }
    if !app.is_primary(region) {
        return 0;
    }
    let services = app.services.iter().filter(|service| service.groups.contains(&group));
    services.map(|service| service.min_machines_running.value).max().unwrap_or(0).min(most)
}

/// The size of new volumes.
fn gigabytes(mount: &Mount) -> Option<u32> {
    mount.initial_size.as_ref().map(|size| size.gigabytes())
}

/// The volumes of an app: one for every machine that mounts them. Groups that mount volumes of one name share them.
fn volumes(app: &App) -> Vec<Volumes<'_>> {
    let mut all: Vec<Volumes<'_>> = Vec::new();
    for group in &app.groups {
        let Some(mount) = group.mount.and_then(|mount| app.toml.mounts.get(mount)) else { continue };
        let mount = &mount.value;
        let name = mount.source.as_ref().map_or("", |source| source.as_str());
        for (region, count) in &group.placement {
            match all.iter_mut().find(|known| (known.name, known.region) == (name, region.as_str())) {
                Some(known) => known.count += count.get(),
                None => all.push(Volumes { mount, name, region, count: count.get() }),
            }
        }
    }
    all
}
