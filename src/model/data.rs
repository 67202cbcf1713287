//! What apps use: databases and buckets.

use crate::kinds::postgres::{Engine, Role};
use crate::source::TextRange;
use crate::value::{AppName, Count, Entries, HostName, Key, Name, PostgresName, RegionCode, Sourced};

/// The database that every managed cluster has.
///
/// Source: flyctl internal/command/mpg/v1/run_attach.go.
pub const FIRST_DATABASE: &str = "fly-db";

/// The user that every managed cluster has.
pub const FIRST_USER: &str = "fly-user";

/// A Postgres cluster.
#[derive(Debug)]
pub struct Postgres {
    /// Its key in the spec.
    pub key: Sourced<Key>,
    /// The header of its table.
    pub header: TextRange,
    /// The name of the cluster.
    pub name: Sourced<AppName>,
    /// Who runs it.
    pub engine: Sourced<Engine>,
    /// The region of its primary.
    pub region: Sourced<RegionCode>,
    /// The plan of a managed cluster.
    pub plan: Option<Sourced<Name>>,
    /// Storage, in GB.
    pub storage_gb: Sourced<u32>,
    /// The major version of a managed cluster.
    pub version: Sourced<u32>,
    /// Whether a managed cluster has PostGIS.
    pub postgis: Sourced<bool>,
    /// Further databases of a managed cluster.
    pub databases: Vec<Sourced<PostgresName>>,
    /// Further users of a managed cluster.
    pub users: Entries<PostgresName, Sourced<Role>>,
    /// Extensions of a managed cluster, each with its database.
    pub extensions: Vec<(PostgresName, Sourced<PostgresName>)>,
    /// Machines of an unmanaged cluster in its region.
    pub nodes: Sourced<Count>,
    /// The size of an unmanaged cluster's machines.
    pub size: Sourced<String>,
    /// Their memory in MiB, where it is not the size's own.
    pub memory_mb: Option<Sourced<u32>>,
    /// Replicas of an unmanaged cluster in other regions.
    pub replicas: Entries<RegionCode, Sourced<Count>>,
}

impl Postgres {
    /// Whether Fly.io runs it.
    pub fn is_managed(&self) -> bool {
        self.engine.value == Engine::Managed
    }

    /// Whether the spec says anything of what a managed cluster holds.
    pub fn holds_more(&self) -> bool {
        !self.databases.is_empty() || !self.users.is_empty() || !self.extensions.is_empty()
    }
}

/// An Upstash Redis database.
#[derive(Debug)]
pub struct Redis {
    /// Its key in the spec.
    pub key: Sourced<Key>,
    /// The header of its table.
    pub header: TextRange,
    /// The name of the database.
    pub name: Sourced<AppName>,
    /// The region of its primary.
    pub region: Sourced<RegionCode>,
    /// Regions with a replica.
    pub replicas: Vec<Sourced<RegionCode>>,
    /// A fixed plan.
    pub plan: Option<Sourced<String>>,
    /// Whether old entries make room.
    pub eviction: Sourced<bool>,
    /// Whether the production add-on is bought.
    pub prodpack: Sourced<bool>,
}

/// A Tigris bucket.
#[derive(Debug)]
pub struct Bucket {
    /// Its key in the spec.
    pub key: Sourced<Key>,
    /// The header of its table.
    pub header: TextRange,
    /// The name of the bucket.
    pub name: Sourced<AppName>,
    /// The app that gets the credentials, by place in [`super::Model::apps`].
    pub owner: Sourced<usize>,
    /// Whether everybody may read.
    pub public: Sourced<bool>,
    /// A host name for it.
    pub custom_domain: Option<Sourced<HostName>>,
}
