//! What a machine runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// What a machine runs, with the keys of the Machines API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineConfig {
    /// The image.
    pub image: String,
    /// Environment.
    pub env: BTreeMap<String, String>,
    /// Its size.
    pub guest: Guest,
    /// Metadata, among them the process group and the release.
    pub metadata: BTreeMap<String, String>,
    /// Volumes.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub mounts: Vec<Mount>,
    /// The machines that it stands in for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub standbys: Vec<String>,
    /// What overrides the image's own.
    #[serde(default)]
    pub init: Init,
    /// How often it runs: `hourly`, `daily`, `weekly` or `monthly`.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub schedule: String,
    /// Services.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub services: Vec<Json>,
    /// Checks that do not decide about routing, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub checks: BTreeMap<String, Json>,
    /// What happens when its process ends.
    #[serde(skip_serializing_if = "Json::is_null", default)]
    pub restart: Json,
    /// How it is asked to stop.
    #[serde(skip_serializing_if = "Json::is_null", default)]
    pub stop_config: Json,
    /// Where metrics are scraped.
    #[serde(skip_serializing_if = "Json::is_null", default)]
    pub metrics: Json,
    /// Files that the proxy serves.
    #[serde(skip_serializing_if = "Json::is_null", default)]
    pub statics: Json,
    /// Files that are written into it before it starts.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub files: Vec<Json>,
}

/// What of a machine overrides its image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Init {
    /// The words of its command.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub cmd: Vec<String>,
    /// What stands before it.
    #[serde(skip_serializing_if = "Json::is_null", default)]
    pub entrypoint: Json,
    /// What stands for both.
    #[serde(skip_serializing_if = "Json::is_null", default)]
    pub exec: Json,
    /// Swap.
    #[serde(skip_serializing_if = "Json::is_null", default)]
    pub swap_size_mb: Json,
}

/// The size of a machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    /// `shared` or `performance`.
    pub cpu_kind: String,
    /// The number of CPUs.
    pub cpus: u32,
    /// Memory.
    pub memory_mb: u32,
}

/// A volume in a machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// The name of the volume.
    pub name: String,
    /// Where it is.
    pub path: String,
    /// The id of the volume.
    pub volume: String,
    /// Its size.
    pub size_gb: i64,
    /// From which share of its room on it grows.
    #[serde(skip_serializing_if = "Json::is_null", default)]
    pub extend_threshold_percent: Json,
    /// By how much.
    #[serde(skip_serializing_if = "Json::is_null", default)]
    pub add_size_gb: Json,
    /// Up to which size.
    #[serde(skip_serializing_if = "Json::is_null", default)]
    pub size_gb_limit: Json,
}
