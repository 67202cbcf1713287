//! What an architecture is used for, which no spec says: a file of its own, for `flyarch cost --usage`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::facts::Facts;
use crate::model::Model;
use crate::value::{Decimal, Key, RegionCode};

/// What a month brings, by declaration.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    #[serde(default)]
    app: BTreeMap<String, AppUsage>,
    #[serde(default)]
    postgres: BTreeMap<String, PostgresUsage>,
    #[serde(default)]
    redis: BTreeMap<String, RedisUsage>,
    #[serde(default)]
    bucket: BTreeMap<String, BucketUsage>,
}

/// What is used of an app.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "a key says its unit")]
pub(super) struct AppUsage {
    /// What the root file system of a machine holds: the image, unpacked.
    pub(super) root_gb: Option<Decimal>,
    /// What snapshots of its volumes hold.
    pub(super) snapshots_gb: Option<Decimal>,
    /// What its machines send to the internet, by region.
    #[serde(default)]
    pub(super) egress_gb: BTreeMap<RegionCode, Decimal>,
    /// What its machines send to other regions on the private network, by region.
    #[serde(default)]
    pub(super) private_gb: BTreeMap<RegionCode, Decimal>,
}

/// What is used of an unmanaged cluster.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PostgresUsage {
    /// What snapshots of its volumes hold.
    pub(super) snapshots_gb: Option<Decimal>,
}

/// What is used of a Redis database.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RedisUsage {
    /// How often it is asked.
    pub(super) requests: Option<Decimal>,
}

/// What is used of a bucket.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BucketUsage {
    /// What it holds.
    pub(super) storage_gb: Option<Decimal>,
    /// How often it is asked.
    pub(super) requests: Option<Decimal>,
}

impl Usage {
    /// Reads a file of it.
    ///
    /// # Errors
    ///
    /// When it is none, in words for whoever wrote it.
    pub fn parse(text: &str, facts: &Facts) -> Result<Self, String> {
        let usage: Self = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        let most = facts.rootfs_gb_max;
        let is_too_large = |app: &AppUsage| app.root_gb.is_some_and(|size| size > Decimal::whole(most));
        match usage.app.iter().find(|(_, app)| is_too_large(app)) {
            Some((key, _)) => Err(format!("`app.{key}.root_gb`: a root file system has {most} GB at most")),
            None => Ok(usage),
        }
    }

    /// A declaration that is spoken of, and that the model does not have.
    pub fn unknown(&self, model: &Model) -> Option<String> {
        fn first<'u>(
            kind: &str,
            mut used: impl Iterator<Item = &'u String>,
            known: &mut dyn Iterator<Item = &Key>,
        ) -> Option<String> {
            let known: Vec<&str> = known.map(Key::as_str).collect();
            used.find(|key| !known.contains(&key.as_str())).map(|key| format!("{kind}.{key}"))
        }
        first("app", self.app.keys(), &mut model.apps.iter().map(|app| &app.key.value))
            .or_else(|| {
                first("postgres", self.postgres.keys(), &mut model.postgres.iter().map(|cluster| &cluster.key.value))
            })
            .or_else(|| first("redis", self.redis.keys(), &mut model.redis.iter().map(|redis| &redis.key.value)))
            .or_else(|| first("bucket", self.bucket.keys(), &mut model.buckets.iter().map(|bucket| &bucket.key.value)))
    }

    pub(super) fn app(&self, key: &Key) -> Option<&AppUsage> {
        self.app.get(key.as_str())
    }

    pub(super) fn postgres(&self, key: &Key) -> Option<&PostgresUsage> {
        self.postgres.get(key.as_str())
    }

    pub(super) fn redis(&self, key: &Key) -> Option<&RedisUsage> {
        self.redis.get(key.as_str())
    }

    pub(super) fn bucket(&self, key: &Key) -> Option<&BucketUsage> {
        self.bucket.get(key.as_str())
    }
}
