//! `[postgres.<key>]` as written.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::fly_toml::MachineSize;
use crate::value::{AppName, Count, Entries, Memory, Name, OneOrList, PostgresName, RegionCode, Sourced};

/// A Postgres cluster.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostgresSpec {
    /// The name of the cluster. Default: `<project>-<key>`.
    pub name: Option<Sourced<AppName>>,
    /// Who runs it: Fly.io (`managed`, fly mpg) or you (`unmanaged`, fly postgres, unsupported). Default: managed.
    pub engine: Option<Sourced<Engine>>,
    /// The region of the primary. Default: the project's primary region.
    pub region: Option<Sourced<RegionCode>>,
    /// The plan of a managed cluster: basic, starter, launch or scale. It decides the price, so there is no default.
    pub plan: Option<Sourced<Name>>,
    /// Storage in GB. Default: 10.
    #[serde(default, deserialize_with = "crate::value::within::<1, { u32::MAX as i64 }, _, _>")]
    #[schemars(range(min = 1))]
    pub storage_gb: Option<Sourced<u32>>,
    /// The major version of a managed cluster: 16 or 17. Default: 17.
    pub version: Option<Sourced<u32>>,
    /// Whether a managed cluster has the PostGIS extension, which can be chosen at creation alone. Default: false.
    pub postgis: Option<Sourced<bool>>,
    /// Further databases of a managed cluster, beside its `fly-db`.
    #[serde(default)]
    pub databases: Vec<Sourced<PostgresName>>,
    /// Further users of a managed cluster, beside its `fly-user`: name to role.
    #[serde(default)]
    pub users: Entries<PostgresName, Sourced<Role>>,
    /// Extensions of a managed cluster: a list for its `fly-db`, or a table of database to list.
    pub extensions: Option<Sourced<Extensions>>,
    /// Unmanaged: machines in the primary region. Three elect a leader when one is lost. Default: 3 in production, 1
    /// elsewhere.
    pub nodes: Option<Sourced<Count>>,
    /// Unmanaged: the size of its machines.
    pub vm: Option<Sourced<PostgresVm>>,
    /// Unmanaged: read replicas in other regions, region to number.
    #[serde(default)]
    pub replicas: Entries<RegionCode, Sourced<Count>>,
}

/// Names of extensions: those of the first database, or those of each.
pub type Extensions = OneOrList<Entries<PostgresName, Vec<Sourced<PostgresName>>>, Sourced<PostgresName>>;

/// What a user of a managed cluster may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Role {
    /// Read and write data, and change tables.
    SchemaAdmin,
    /// Read and write data.
    Writer,
    /// Read data.
    Reader,
}

impl Role {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SchemaAdmin => "schema_admin",
            Self::Writer => "writer",
            Self::Reader => "reader",
        }
    }
}

/// Who runs a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Engine {
    /// Fly.io: Managed Postgres.
    Managed,
    /// You: an app with a cluster image. Fly.io does not support it.
    Unmanaged,
}

impl Engine {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Managed => "managed",
            Self::Unmanaged => "unmanaged",
        }
    }
}

/// The size of the machines of an unmanaged cluster.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostgresVm {
    /// A preset of CPUs and memory. Default: shared-cpu-2x.
    pub size: Option<Sourced<MachineSize>>,
    /// Memory, such as "1gb".
    pub memory: Option<Sourced<Memory>>,
}
