//! `[bucket.<key>]` as written.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spec::Reference;
use crate::value::{AppName, HostName, Sourced};

/// A Tigris bucket.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BucketSpec {
    /// The name of the bucket, which is global. Default: `<project>-<key>`.
    pub name: Option<Sourced<AppName>>,
    /// The app that gets the credentials. Default: the one that uses the bucket.
    pub owner: Option<Sourced<Reference>>,
    /// Whether everybody may read. Default: false.
    pub public: Option<Sourced<bool>>,
    /// A host name of your own for the bucket.
    pub custom_domain: Option<Sourced<HostName>>,
}
