//! `[redis.<key>]` as written.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::value::{AppName, RegionCode, Sourced};

/// An Upstash Redis database.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RedisSpec {
    /// The name of the database. Default: `<project>-<key>`.
    pub name: Option<Sourced<AppName>>,
    /// The region of the primary, which takes all writes. Default: the project's primary region.
    pub region: Option<Sourced<RegionCode>>,
    /// Regions with a read replica.
    #[serde(default)]
    pub replicas: Vec<Sourced<RegionCode>>,
    /// A fixed plan, by the name that `fly redis plans` shows. Default: pay as you go.
    pub plan: Option<Sourced<String>>,
    /// Whether old entries make room when the memory is full. A cache wants it; a queue would lose jobs. Default: false.
    pub eviction: Option<Sourced<bool>>,
    /// Whether the production add-on is bought (200 USD a month). Default: false.
    pub prodpack: Option<Sourced<bool>>,
}
