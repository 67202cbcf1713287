//! The spec as it was written: typed, every value with its place, nothing resolved, nothing filled in.
//!
//! The types are the language. The JSON Schema is generated from them (`crate::schema`), and the doc comments are what
//! an editor shows. docs/language.md is the reference for users.
//!
//! Reading stops at the first mistake, because that is what serde can do; all mistakes of a file are then worded by
//! the schema (`crate::schema::validate`). That costs nothing while specs are right.

mod allow;
mod placement;
mod reference;
mod uses;

pub use allow::{Date, Waiver};
pub use placement::Placement;
pub use reference::{Kind, Reference};
pub use uses::{PostgresUrl, UseSpec};

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::kinds::{app, bucket, postgres, redis};
use crate::value::{AppName, Duration, Entries, Key, Name, Reason, RegionCode, Scalar, Seconds, Sourced, Usd};

/// An architecture on Fly.io: an organisation, its regions, the apps, the data services they use, and how all of it is
/// wired.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The version of the format: 1.
    pub version: Sourced<Version>,
    /// Files of tables that belong to the spec: paths and globs, relative to it. They are put behind it before this is
    /// read (`crate::resolve`).
    #[serde(default)]
    pub include: Vec<Sourced<String>>,
    /// What all apps have in common.
    pub project: Sourced<Project>,
    /// Apps. A table has every key of fly.toml, and some of its own.
    #[serde(default)]
    pub app: Entries<Key, Sourced<app::AppSpec>>,
    /// Postgres clusters, managed or unmanaged.
    #[serde(default)]
    pub postgres: Entries<Key, Sourced<postgres::PostgresSpec>>,
    /// Upstash Redis databases.
    #[serde(default)]
    pub redis: Entries<Key, Sourced<redis::RedisSpec>>,
    /// Tigris buckets.
    #[serde(default)]
    pub bucket: Entries<Key, Sourced<bucket::BucketSpec>>,
    /// How findings are judged, and what all of it may cost.
    pub policy: Option<Sourced<Policy>>,
    /// Parts of app tables, for apps that say `extends`. They are merged before this is read (`crate::resolve`).
    #[serde(default)]
    pub template: Entries<Key, Merged>,
    /// What single environments have that others have not. They are merged before this is read (`crate::resolve`).
    #[serde(default)]
    pub environment: Entries<Key, Environment>,
}

/// Part of a table that is merged with others before it is read: any of its keys, and none that must be there.
#[derive(Clone, Copy, Debug)]
pub struct Merged;

impl<'de> Deserialize<'de> for Merged {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Values that nobody merges are read as well: what cannot be one is a mistake wherever it stands.
        let table = BTreeMap::<String, toml::Value>::deserialize(deserializer)?;
        // The parser hands out dates as tables of one private key.
        if table.contains_key("$__toml_private_datetime") {
            return Err(serde::de::Error::custom("expected a table, not a date"));
        }
        Ok(Self)
    }
}

impl JsonSchema for Merged {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Merged".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "object", "additionalProperties": {} })
    }
}

/// The names of templates: one, or a list. They are merged before this is read.
#[derive(Clone, Copy, Debug)]
pub struct Extends;

impl<'de> Deserialize<'de> for Extends {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;

        impl<'de> Visitor<'de> for Names {
            type Value = Extends;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a template, or a list of them")
            }

            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Extends, E> {
                name.parse::<Key>().map(|_| Extends).map_err(E::custom)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Extends, A::Error> {
                while names.next_element::<Key>()?.is_some() {}
                Ok(Extends)
            }
        }

        deserializer.deserialize_any(Names)
    }
}

impl JsonSchema for Extends {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Extends".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let key = generator.subschema_for::<Key>();
        schemars::json_schema!({ "anyOf": [key, { "type": "array", "items": key }] })
    }
}

/// One environment: what it has that the base has not.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// The slug of its organisation.
    pub org: Option<Sourced<Name>>,
    /// What is put behind the names of its apps and data services: "-staging".
    pub suffix: Option<Sourced<String>>,
    /// How strict the checks are.
    pub tier: Option<Sourced<Tier>>,
    /// Where apps run unless they say otherwise: a list of regions, or a table of region to number of machines.
    pub regions: Option<Sourced<Placement>>,
    /// The primary region, when it is not the first of `regions`.
    pub primary_region: Option<Sourced<RegionCode>>,
    /// A custom private network for all apps.
    pub network: Option<Sourced<Name>>,
    /// Environment variables of all apps. Never secrets.
    #[serde(default)]
    pub env: Entries<String, Sourced<Scalar>>,
    /// What apps have here. They are declared in the base.
    #[serde(default)]
    pub app: Entries<Key, Merged>,
    /// What Postgres clusters have here.
    #[serde(default)]
    pub postgres: Entries<Key, Merged>,
    /// What Redis databases have here.
    #[serde(default)]
    pub redis: Entries<Key, Merged>,
    /// What buckets have here.
    #[serde(default)]
    pub bucket: Entries<Key, Merged>,
    /// How findings are judged here.
    pub policy: Option<Merged>,
    /// Of `preview` alone: how long a preview lives after its last deploy, before `sweep.sh` takes it down: "72h".
    pub ttl: Option<Sourced<Duration<Seconds>>>,
}

/// The version of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version;

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match i64::deserialize(deserializer)? {
            1 => Ok(Self),
            other => Err(serde::de::Error::custom(format_args!("expected version 1, found {other}"))),
        }
    }
}

impl JsonSchema for Version {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Version".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "const": 1 })
    }
}

/// What all apps have in common.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// The name of the architecture, and the prefix of its app names: `<name>-<key>`.
    pub name: Sourced<AppName>,
    /// The slug of the organisation.
    pub org: Sourced<Name>,
    /// What is put behind the names of apps and data services; for environments.
    pub suffix: Option<Sourced<String>>,
    /// How strict the checks are. Default: production.
    pub tier: Option<Sourced<Tier>>,
    /// Where apps run unless they say otherwise: a list of regions, one machine each, or a table of region to number of
    /// machines. The first is the primary region.
    pub regions: Option<Sourced<Placement>>,
    /// The primary region, when it is not the first of `regions`.
    pub primary_region: Option<Sourced<RegionCode>>,
    /// A custom private network for all apps. It cannot be changed once an app exists.
    pub network: Option<Sourced<Name>>,
    /// Environment variables of all apps. Never secrets.
    #[serde(default)]
    pub env: Entries<String, Sourced<Scalar>>,
    /// Where deploys run: `github` has a workflow rendered. Default: nowhere.
    pub ci: Option<Sourced<Ci>>,
    /// Where the folder of the spec lies in its repository, for `ci`. Default: at the root.
    pub ci_folder: Option<Sourced<String>>,
    /// Whether rules for alerts are rendered, for a Prometheus. Default: false.
    pub alerts: Option<Sourced<bool>>,
}

/// Where deploys run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Ci {
    /// In a workflow of GitHub Actions.
    Github,
}

/// How strict the checks are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Tier {
    /// Real users: what would lose data or requests is an error.
    #[default]
    Production,
    /// A rehearsal of production: most of that is a warning.
    Staging,
    /// One person's: only what cannot work is an error.
    Development,
}

impl Tier {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Staging => "staging",
            Self::Development => "development",
        }
    }
}

/// How findings are judged, and what all of it may cost.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The level of rules, by name: `error`, `warn` or `allow`. Overrides what the tier says.
    #[serde(default)]
    pub levels: Entries<String, Sourced<Level>>,
    /// Rules that no app may waive, by name.
    pub forbid_waivers: Option<Sourced<Vec<Sourced<String>>>>,
    /// What the architecture may cost a month at most, in US dollars, with everything on.
    pub budget_usd: Option<Sourced<Usd>>,
    /// What must hold besides, in the words of docs/policy.md.
    #[serde(default)]
    pub assert: Vec<Sourced<Assertion>>,
}

/// One entry of `[[policy.assert]]`
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assertion {
    /// What it is about, when `is` has to be true of every one.
    pub every: Option<Sourced<Subject>>,
    /// What it is about, when `is` must be true of none.
    pub no: Option<Sourced<Subject>>,
    /// Which of them are meant: an expression. Default: all.
    #[serde(rename = "where")]
    pub filter: Option<Sourced<String>>,
    /// What they must be, or must not be: an expression.
    pub is: Sourced<String>,
    /// The reason, which is shown where it does not hold: at least ten characters.
    pub because: Sourced<Reason>,
    /// What comes of it where it does not hold: `error`, `warn` or `allow`. Default: error.
    pub level: Option<Sourced<Level>>,
}

impl fmt::Display for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, subject) = match (&self.every, &self.no) {
            (_, Some(subject)) => ("no", subject.value.as_str()),
            (Some(subject), None) => ("every", subject.value.as_str()),
            (None, None) => ("every", "declaration"),
        };
        write!(f, "{word} {subject}")?;
        if let Some(filter) = &self.filter {
            write!(f, " where {}", filter.value)?;
        }
        write!(f, " is {}", self.is.value)
    }
}

/// What an assertion is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Subject {
    /// The project as a whole.
    Project,
    /// An app.
    App,
    /// A process group of an app.
    Group,
    /// A mount of an app.
    Volume,
    /// A secret of an app.
    Secret,
    /// A Postgres cluster.
    Postgres,
    /// A Redis database.
    Redis,
    /// A bucket.
    Bucket,
}

impl Subject {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Project, Self::App, Self::Group, Self::Volume, Self::Secret, Self::Postgres, Self::Redis, Self::Bucket];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::App => "app",
            Self::Group => "group",
            Self::Volume => "volume",
            Self::Secret => "secret",
            Self::Postgres => "postgres",
            Self::Redis => "redis",
            Self::Bucket => "bucket",
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a finding of a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Level {
    /// Nothing.
    Allow,
    /// It is shown.
    Warn,
    /// It is shown, and nothing is written.
    Error,
}
