//! `[app.<key>]` as written: every key of fly.toml, and what fly.toml cannot say.

use schemars::JsonSchema;
use serde::Deserialize;

use super::jobs::JobSpec;
use super::tokens::TokenSpec;
use super::{LiteFsSpec, WriteRoutingSpec};
use crate::fly_toml::with_fly_toml_keys;
use crate::spec::{Extends, Placement, Reference, UseSpec, Waiver};
use crate::value::{
    AppName, Entries, EnvName, HostName, Key, Name, OneOrList, Port, RegionCode, SnapshotId, Sourced, VolumeId,
};

with_fly_toml_keys! {
    /// One Fly app: the keys of fly.toml, and what fly.toml cannot say.
    pub struct AppSpec {
        /// The name of the Fly app. Default: `<project>-<key>`.
        pub name: Option<Sourced<AppName>>,
        /// Templates whose tables are under this one; of two that say the same the last one counts.
        pub extends: Option<Extends>,
        /// The build context, relative to the spec. Default: the folder of the spec.
        pub source: Option<Sourced<String>>,
        /// Deploy the image that another app builds.
        pub image_from: Option<Sourced<Reference>>,
        /// Machines of every process group: a list of regions, one machine each, or a table of region to number.
        /// Default: the project's.
        pub regions: Option<Sourced<Placement>>,
        /// Settings of one process group.
        #[serde(default)]
        pub group: Entries<Name, Sourced<GroupSpec>>,
        /// What volumes begin with when the first of their name is made, by name: the `source` of a mount.
        #[serde(default)]
        pub volume: Entries<Name, Sourced<VolumeSpec>>,
        /// Who may reach the app. Default: public with a service, internal without.
        pub access: Option<Sourced<Access>>,
        /// A custom private network, which only its own apps reach. Default: the project's. An app keeps the network that
        /// it was created in.
        pub network: Option<Sourced<Name>>,
        /// Addresses. Default for a public app: a shared IPv4 and an IPv6.
        pub ips: Option<Sourced<IpsSpec>>,
        /// Host names that get a certificate.
        #[serde(default)]
        pub domains: Vec<Sourced<HostName>>,
        /// What the app uses: the variable that says where it is, and a reference to it.
        #[serde(default)]
        pub uses: Entries<EnvName, Sourced<UseSpec>>,
        /// Secrets that must exist: a list of names, taken from the environment of the set-up script, or a table of name
        /// to source. Never a value.
        pub secrets: Option<Sourced<Secrets>>,
        /// Commands that machines of their own run at intervals, by name.
        #[serde(default)]
        pub schedule: Entries<Key, Sourced<JobSpec>>,
        /// What must be set up before this app is deployed, beyond what `uses` says.
        #[serde(default)]
        pub after: Vec<Sourced<Reference>>,
        /// How writes reach the primary region from others.
        pub write_routing: Option<Sourced<WriteRoutingSpec>>,
        /// LiteFS, which copies the SQLite databases of the app from one machine to the others.
        pub litefs: Option<Sourced<LiteFsSpec>>,
        /// What no file shows and some checks need. What is absent is not guessed.
        pub workload: Option<Sourced<Workload>>,
        /// `false` leaves the app out.
        pub enabled: Option<Sourced<bool>>,
        /// Rules that do not apply to this app: name to reason.
        #[serde(default)]
        pub allow: Entries<String, Sourced<Waiver>>,
    }
}

/// Who may reach an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Access {
    /// The internet.
    Public,
    /// The organisation's private network, by Flycast.
    Private,
    /// The organisation's private network, by .internal names alone.
    Internal,
}

impl Access {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Internal => "internal",
        }
    }
}

/// Addresses of an app.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IpsSpec {
    /// Default: shared. UDP and raw TCP need a dedicated address.
    pub v4: Option<Sourced<V4>>,
    /// Default: true.
    pub v6: Option<Sourced<bool>>,
    /// Regions whose machines get a fixed address for outgoing connections.
    #[serde(default)]
    pub egress: Vec<Sourced<RegionCode>>,
}

/// An IPv4 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum V4 {
    /// Shared with other apps, free: HTTP and TLS on the ports 80 and 443.
    Shared,
    /// The app's own, paid: any port.
    Dedicated,
    /// None.
    None,
}

/// Settings of one process group.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupSpec {
    /// Machines of this group: a list of regions, one machine each, or a table of region to number.
    pub regions: Option<Sourced<Placement>>,
}

/// What a volume begins with when it is the first of its name; never what one has that is there. One of the two.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VolumeSpec {
    /// A snapshot, which the size of the mount must hold.
    pub from_snapshot: Option<Sourced<SnapshotId>>,
    /// Another volume of the app.
    pub fork_of: Option<Sourced<VolumeId>>,
}

/// Where sessions live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Sessions {
    /// In the memory of a machine.
    Memory,
    /// In a store that all machines share.
    External,
}

/// What no file shows and some checks need.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// The port on which the app listens, where no service says it.
    pub listen_port: Option<Sourced<Port>>,
    /// How long a machine takes until it can answer, in seconds.
    pub boot_seconds: Option<Sourced<u32>>,
    /// How long work in progress may take to finish when a machine stops, in seconds.
    pub drain_seconds: Option<Sourced<u32>>,
    /// Requests per second at the busiest time, all machines together.
    pub peak_requests_per_second: Option<Sourced<u32>>,
    /// The time within which 95 of 100 requests are answered, in milliseconds.
    pub p95_latency_ms: Option<Sourced<u32>>,
    /// Whether machines that serve requests also do work that no request shows: queues, cron, websocket clients.
    pub background_work: Option<Sourced<bool>>,
    /// Where sessions live.
    pub sessions: Option<Sourced<Sessions>>,
    /// Whether connections stay open: websockets, server-sent events.
    pub long_lived_connections: Option<Sourced<bool>>,
}

/// Secrets by name, each with its source.
#[derive(Clone, Debug, Default)]
pub struct Secrets(Vec<(Sourced<EnvName>, SecretSource)>);

impl IntoIterator for Secrets {
    type Item = (Sourced<EnvName>, SecretSource);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Where the value of a secret comes from at set-up. There is no form that holds the value.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SecretSource {
    /// A variable in the environment of the set-up script.
    Env(EnvName),
    /// A file, relative to the spec.
    File(Sourced<String>),
    /// What a command prints: a list of words, no shell.
    Command(Vec<Sourced<String>>),
    /// Made at the first set-up, and never again.
    Generate(Generator),
    /// A token of Fly.io that the set-up makes.
    Token(Box<TokenSpec>),
    /// Set by a person: who does it, and where.
    Manual(Sourced<String>),
}

/// How a secret is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum Generator {
    /// 16 random bytes, as 32 hexadecimal digits.
    #[serde(rename = "hex16")]
    Hex16,
    /// 32 random bytes, as 64 hexadecimal digits.
    #[serde(rename = "hex32")]
    Hex32,
    /// 64 random bytes, as 128 hexadecimal digits.
    #[serde(rename = "hex64")]
    Hex64,
    /// 32 random bytes, as base64.
    #[serde(rename = "base64")]
    Base64,
}

impl Generator {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hex16 => "hex16",
            Self::Hex32 => "hex32",
            Self::Hex64 => "hex64",
            Self::Base64 => "base64",
        }
    }

    /// How many characters it makes.
    pub fn characters(self) -> usize {
        match self {
            Self::Hex16 => 32,
            Self::Hex32 => 64,
            Self::Hex64 => 128,
            Self::Base64 => 44,
        }
    }
}

impl<'de> Deserialize<'de> for Secrets {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        type Either = OneOrList<Entries<EnvName, SecretSource>, Sourced<EnvName>>;
        Ok(Self(match Either::deserialize(deserializer)? {
            OneOrList::One(table) => table.into_iter().collect(),
            OneOrList::List(names) => {
                names.into_iter().map(|name| (name.clone(), SecretSource::Env(name.value))).collect()
            }
        }))
    }
}

impl JsonSchema for Secrets {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Secrets".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let (name, source) = (generator.subschema_for::<EnvName>(), generator.subschema_for::<SecretSource>());
        schemars::json_schema!({
            "description": "Names of secrets, taken from the environment of the set-up script, or a table of name to source. Never a value.",
            "anyOf": [
                { "type": "array", "items": name },
                { "type": "object", "additionalProperties": source, "propertyNames": { "pattern": EnvName::PATTERN } },
            ],
        })
    }
}
