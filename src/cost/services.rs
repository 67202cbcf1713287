//! What data services cost: Postgres, Redis, buckets.

use super::{Amount, Cx, ItemKind, Priced, counted, size};
use crate::guest::Guest;
use crate::kinds::postgres::Engine;
use crate::model::{Bucket, Postgres, Redis, ResourceId};
use crate::spec::Kind;
use crate::value::Decimal;

/// What prices of requests are for.
const REQUESTS: i128 = 100_000;

impl Cx<'_> {
    /// All of them, in the order of the spec.
    pub(super) fn services(&mut self) {
        let model = self.model;
        // What others have a share in costs the same without this one.
        let own = |kind: Kind| move |index: &usize| !model.is_shared(ResourceId { kind, index: *index });
        for index in (0..model.postgres.len()).filter(own(Kind::Postgres)) {
            let (of, cluster) = (Some(ResourceId { kind: Kind::Postgres, index }), &model.postgres[index]);
            if cluster.engine.value == Engine::Unmanaged {
                self.unmanaged(cluster, of);
            } else {
                self.managed(cluster, of);
            }
        }
        for index in (0..model.redis.len()).filter(own(Kind::Redis)) {
            self.redis(&model.redis[index], Some(ResourceId { kind: Kind::Redis, index }));
        }
        for index in (0..model.buckets.len()).filter(own(Kind::Bucket)) {
            self.bucket(&model.buckets[index], Some(ResourceId { kind: Kind::Bucket, index }));
        }
    }

    fn managed(&mut self, cluster: &Postgres, of: Option<ResourceId>) {
        let plan = cluster.plan.as_ref().map_or("", |plan| plan.as_str());
        let region = Some(cluster.region.as_str());
        let priced = self.priced(&format!("postgres.{plan}"), Some(Decimal::whole(1)));
        self.add(of, ItemKind::Plan, region, format!("Managed Postgres, plan {plan}"), priced);
        let gigabytes = cluster.storage_gb.value;
        let priced = self.priced("postgres.storage", Some(Decimal::whole(gigabytes)));
        self.add(of, ItemKind::Storage, region, format!("storage of {gigabytes} GB"), priced);
    }

    /// An unmanaged cluster is an app: machines that always run, each with a volume.
    fn unmanaged(&mut self, cluster: &Postgres, of: Option<ResourceId>) {
        let preset = self.facts.machine_size(&cluster.size);
        let guest = preset.map(|preset| Guest {
            kind: preset.kind,
            cpus: preset.cpus,
            memory_mb: cluster.memory_mb.map_or(preset.memory_mb, |memory| memory.value),
        });
        let home = (cluster.region.as_str(), cluster.nodes.get(), "nodes");
        let replicas = cluster.replicas.iter().map(|(region, count)| (region.as_str(), count.get(), "replicas"));
        let places: Vec<_> = std::iter::once(home).chain(replicas).collect();
        for &(region, count, what) in &places {
            let priced = self.machines(guest, region, count);
            let text = format!("{what}: {count} × {}", size(guest, self.facts));
            self.add(of, ItemKind::Machines, Some(region), text, priced);
        }
        let gigabytes = cluster.storage_gb.value;
        for &(region, count, _) in &places {
            let priced = self.priced("volume", Some(Decimal::whole(count.saturating_mul(gigabytes))));
            let text = format!("{} of {gigabytes} GB", counted(count, "volume", "volumes"));
            self.add(of, ItemKind::Volumes, Some(region), text, priced);
        }
    }

    fn redis(&mut self, redis: &Redis, of: Option<ResourceId>) {
        let region = Some(redis.region.as_str());
        let plan = redis.plan.as_ref().map(|plan| plan.to_ascii_lowercase().replace(' ', "-"));
        if let Some(plan) = plan.filter(|plan| plan.starts_with("fixed")) {
            let priced = self.priced(&format!("redis.{plan}"), Some(Decimal::whole(1)));
            let name = redis.plan.as_ref().map_or("", |plan| plan.as_str());
            self.add(of, ItemKind::Plan, region, format!("Redis, plan {name}"), priced);
            for replica in &redis.replicas {
                let priced = self.priced(&format!("redis.{plan}.replica"), Some(Decimal::whole(1)));
                self.add(of, ItemKind::Plan, Some(replica.as_str()), "read replica".to_owned(), priced);
            }
        } else {
            let requests = self.usage.redis(&redis.key).and_then(|usage| usage.requests);
            let mut priced = self.priced("redis.requests", requests.map(hundred_thousands));
            // What is written is written once more for every replica, and nobody says how much that is.
            priced.amount.open |= !redis.replicas.is_empty();
            let text = match requests {
                Some(requests) => format!("Redis, {requests} requests"),
                None => "Redis, paid by requests".to_owned(),
            };
            self.add(of, ItemKind::Requests, region, text, priced);
        }
        if redis.prodpack.value {
            let priced = self.priced("redis.prodpack", Some(Decimal::whole(1)));
            self.add(of, ItemKind::Plan, region, "production add-on".to_owned(), priced);
        }
    }

    fn bucket(&mut self, bucket: &Bucket, of: Option<ResourceId>) {
        let usage = self.usage.bucket(&bucket.key);
        let (storage, requests) = (usage.and_then(|usage| usage.storage_gb), usage.and_then(|usage| usage.requests));
        let stored = self.priced("bucket.storage", storage);
        let asked = self.priced("bucket.requests", requests.map(hundred_thousands));
        let known = |amount: Option<Decimal>, what: &str| amount.map_or(what.to_owned(), |n| format!("{n} {what}"));
        let text = format!("{} and {}", known(storage, "GB stored"), known(requests, "requests"));
        let text = if storage.is_none() && requests.is_none() { "bucket, by what it holds".to_owned() } else { text };
        let both = stored.and(asked);
        let amount = if both.amount == Amount::UNKNOWN { Priced::UNKNOWN } else { both };
        self.add(of, ItemKind::Storage, None, text, amount);
    }
}

fn hundred_thousands(requests: Decimal) -> Decimal {
    Decimal::from_nano(requests.nano() / REQUESTS)
}
