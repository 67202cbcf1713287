//! What runs, from dumps of what flyctl prints: what fly.toml cannot say ([`crate::import`]), and what is compared with a
//! spec ([`crate::drift`]).
//!
//! The shapes are those of flyctl at ad0172f (2026-08-21): `internal/command/scale/show_machines.go`, `ips/list.go`,
//! `volumes/list.go`, `secrets/list.go`, `certificates/root.go`, `machine/list.go`, `apps/list.go`, `mpg/list.go`, and
//! the tables of `redis/list.go` and `extensions/tigris/list.go`, which print no JSON. Keys that are not needed are not
//! looked at. This module reads texts, and knows nothing of specs.

mod machine;
mod table;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

pub(crate) use machine::Machine;

/// A dump, by the command that makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dump {
    /// `fly apps list`
    Apps,
    /// `fly scale show`
    Scale,
    /// `fly ips list`
    Ips,
    /// `fly volumes list`
    Volumes,
    /// `fly secrets list`
    Secrets,
    /// `fly certs list`
    Certs,
    /// `fly machine list`
    Machines,
    /// `fly config show`: the configuration of the last release.
    Config,
    /// `fly mpg list`, of an organisation
    Clusters,
    /// `fly redis list`, of an organisation
    Databases,
    /// `fly storage list`, of an organisation
    Buckets,
}

impl Dump {
    /// Those of one app that an import needs, each a file in the folder of its name.
    pub const OF_IMPORT: [Self; 6] =
        [Self::Scale, Self::Ips, Self::Volumes, Self::Secrets, Self::Certs, Self::Machines];
    /// Those of one app that a comparison needs.
    pub const OF_APP: [Self; 6] = [Self::Ips, Self::Volumes, Self::Secrets, Self::Certs, Self::Machines, Self::Config];
    /// Those of an organisation, each a file that has its slug in its name: no app can have that name.
    pub const OF_ORG: [Self; 3] = [Self::Clusters, Self::Databases, Self::Buckets];

    /// The path of its file; `of` is the app or organisation that it is of.
    pub fn path(self, of: &str) -> String {
        match self {
            Self::Apps => "apps.json".to_owned(),
            Self::Scale => format!("{of}/scale.json"),
            Self::Ips => format!("{of}/ips.json"),
            Self::Volumes => format!("{of}/volumes.json"),
            Self::Secrets => format!("{of}/secrets.json"),
            Self::Certs => format!("{of}/certs.json"),
            Self::Machines => format!("{of}/machines.json"),
            Self::Config => format!("{of}/config.json"),
            Self::Clusters => format!("mpg.{of}.json"),
            Self::Databases => format!("redis.{of}.txt"),
            Self::Buckets => format!("storage.{of}.txt"),
        }
    }

    /// The words of its command between `fly` and the options.
    pub fn command(self) -> &'static [&'static str] {
        match self {
            Self::Apps => &["apps", "list"],
            Self::Scale => &["scale", "show"],
            Self::Ips => &["ips", "list"],
            Self::Volumes => &["volumes", "list"],
            Self::Secrets => &["secrets", "list"],
            Self::Certs => &["certs", "list"],
            Self::Machines => &["machine", "list"],
            Self::Config => &["config", "show"],
            Self::Clusters => &["mpg", "list"],
            Self::Databases => &["redis", "list"],
            Self::Buckets => &["storage", "list"],
        }
    }

    /// The option that says what it is of.
    pub fn option(self) -> Option<&'static str> {
        match self {
            Self::Apps => None,
            Self::Clusters | Self::Databases | Self::Buckets => Some("--org"),
            Self::Scale | Self::Ips | Self::Volumes | Self::Secrets | Self::Certs | Self::Machines | Self::Config => {
                Some("-a")
            }
        }
    }

    /// Whether it is asked for as JSON. The configuration is JSON without being asked for, and the tables are text.
    pub fn is_asked_for_json(self) -> bool {
        !matches!(self, Self::Config | Self::Databases | Self::Buckets)
    }

    /// The command that makes it, as it is written; `of` is the app or organisation.
    pub fn line(self, of: &str) -> String {
        let mut words = vec!["fly"];
        words.extend(self.command());
        if let Some(option) = self.option() {
            words.extend([option, of]);
        }
        if self.is_asked_for_json() {
            words.push("--json");
        }
        words.join(" ")
    }
}

/// What runs.
#[derive(Clone, Debug, Default)]
pub struct Live {
    pub(crate) listed: Option<Vec<Listed>>,
    apps: BTreeMap<String, LiveApp>,
    orgs: BTreeMap<String, LiveOrg>,
}

/// What runs of one app. What was not dumped is not known.
#[derive(Clone, Debug, Default)]
pub(crate) struct LiveApp {
    pub(crate) scale: Option<Vec<Scale>>,
    pub(crate) ips: Option<Vec<Ip>>,
    pub(crate) volumes: Option<Vec<Volume>>,
    pub(crate) secrets: Option<Vec<Named>>,
    pub(crate) certs: Option<Vec<Cert>>,
    /// Whether there are more certificates than the dump has.
    pub(crate) more_certs: bool,
    pub(crate) machines: Option<Vec<Machine>>,
    /// The configuration of the last release, as text.
    pub(crate) config: Option<String>,
}

/// What an organisation has beside apps. What was not dumped is not known.
#[derive(Clone, Debug, Default)]
pub(crate) struct LiveOrg {
    pub(crate) clusters: Option<Vec<Cluster>>,
    pub(crate) databases: Option<Vec<Database>>,
    pub(crate) buckets: Option<Vec<String>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Listed {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) network: Option<String>,
    #[serde(default)]
    organization: Option<Organization>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Organization {
    #[serde(default)]
    slug: String,
}

impl Listed {
    /// The slug of its organisation.
    pub(crate) fn org(&self) -> Option<&str> {
        self.organization.as_ref().map(|org| org.slug.as_str()).filter(|slug| !slug.is_empty())
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Scale {
    pub(crate) process: String,
    #[serde(default, rename = "CPUKind")]
    pub(crate) cpu_kind: String,
    #[serde(default, rename = "CPUs")]
    pub(crate) cpus: u32,
    #[serde(default)]
    pub(crate) memory: u32,
    #[serde(default, deserialize_with = "or_nothing")]
    pub(crate) regions: BTreeMap<String, u32>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Ip {
    #[serde(rename = "Type")]
    pub(crate) kind: String,
    #[serde(default, deserialize_with = "or_nothing")]
    pub(crate) address: String,
    #[serde(default, deserialize_with = "or_nothing")]
    pub(crate) region: String,
}

/// fly-go volume_types.go.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Volume {
    #[serde(default)]
    pub(crate) id: String,
    #[serde(default, deserialize_with = "or_nothing")]
    pub(crate) state: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) region: String,
    #[serde(default)]
    pub(crate) size_gb: u32,
    #[serde(default)]
    pub(crate) attached_machine_id: Option<String>,
    #[serde(default)]
    pub(crate) snapshot_retention: Option<u32>,
    #[serde(default)]
    pub(crate) auto_backup_enabled: Option<bool>,
}

/// A secret. Its digest is not read.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Named {
    pub(crate) name: String,
    /// `Deployed`, `Staged` or `Partial`; nothing where flyctl does not say it.
    #[serde(default)]
    pub(crate) status: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Cert {
    pub(crate) hostname: String,
}

/// A cluster of Managed Postgres.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Cluster {
    #[serde(default)]
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) region: String,
    #[serde(default)]
    pub(crate) plan: String,
    #[serde(default)]
    pub(crate) disk: u32,
}

/// A Redis database, as a row of the table has it.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pub(crate) name: String,
    pub(crate) plan: String,
    pub(crate) has_eviction: bool,
    pub(crate) region: String,
    /// Sorted.
    pub(crate) replicas: Vec<String>,
}

/// Go prints `null` for what is empty.
fn or_nothing<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl Live {
    /// Adds a dump; `of` is the name of the app or organisation that it is of.
    ///
    /// # Errors
    ///
    /// When it is not what flyctl prints; of JSON with the line and column.
    pub fn add(&mut self, dump: Dump, of: &str, text: &str) -> Result<(), String> {
        let said = |error: serde_json::Error| error.to_string();
        match dump {
            Dump::Apps => self.listed = Some(list(text).map_err(said)?),
            Dump::Clusters => self.org_mut(of).clusters = Some(clusters(text).map_err(said)?),
            Dump::Databases => self.org_mut(of).databases = Some(table::databases(text)?),
            Dump::Buckets => self.org_mut(of).buckets = Some(table::buckets(text)?),
            Dump::Scale => self.app_mut(of).scale = Some(list(text).map_err(said)?),
            Dump::Ips => self.app_mut(of).ips = Some(list(text).map_err(said)?),
            Dump::Volumes => self.app_mut(of).volumes = Some(list(text).map_err(said)?),
            Dump::Secrets => self.app_mut(of).secrets = Some(list(text).map_err(said)?),
            Dump::Certs => {
                let (certs, app) = (list(text).map_err(said)?, self.app_mut(of));
                app.certs = Some(certs);
                app.more_certs = text.contains("\nShowing ");
            }
            Dump::Machines => self.app_mut(of).machines = Some(list(text).map_err(said)?),
            Dump::Config => {
                let _: BTreeMap<String, Json> = serde_json::from_str(text).map_err(said)?;
                self.app_mut(of).config = Some(text.to_owned());
            }
        }
        Ok(())
    }

    fn app_mut(&mut self, name: &str) -> &mut LiveApp {
        self.apps.entry(name.to_owned()).or_default()
    }

    fn org_mut(&mut self, slug: &str) -> &mut LiveOrg {
        self.orgs.entry(slug.to_owned()).or_default()
    }

    /// What is known of an app.
    pub(crate) fn app(&self, name: &str) -> Option<&LiveApp> {
        self.apps.get(name)
    }

    /// What is known of an organisation.
    pub(crate) fn org(&self, slug: &str) -> Option<&LiveOrg> {
        self.orgs.get(slug)
    }

    /// How the list of all apps has an app.
    pub(crate) fn listed(&self, name: &str) -> Option<&Listed> {
        self.listed.iter().flatten().find(|listed| listed.name == name)
    }

    /// Whether the list of all apps says that there is no app of this name.
    pub(crate) fn lacks(&self, name: &str) -> bool {
        self.listed.is_some() && self.listed(name).is_none()
    }
}

impl LiveApp {
    /// Machines by process group: of `fly scale show`, or else counted.
    pub(crate) fn placement(&self) -> Option<Vec<Scale>> {
        if let Some(scale) = &self.scale {
            return Some(scale.clone());
        }
        let mut groups: BTreeMap<&str, Scale> = BTreeMap::new();
        for machine in self.machines.as_ref()? {
            let Some(group) = machine.metadata("fly_process_group") else { continue };
            let scale = groups.entry(group).or_insert_with(|| {
                let (cpu_kind, cpus, memory) = machine.guest();
                Scale { process: group.to_owned(), cpu_kind, cpus, memory, regions: BTreeMap::new() }
            });
            *scale.regions.entry(machine.region.clone()).or_default() += 1;
        }
        Some(groups.into_values().collect())
    }
}

/// A list; `null` is an empty one. `fly certs list` prints a line of text behind its JSON when there are many.
fn list<T: DeserializeOwned>(text: &str) -> Result<Vec<T>, serde_json::Error> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Option<Vec<T>>>();
    match values.next() {
        Some(value) => value.map(Option::unwrap_or_default),
        None => Err(serde::de::Error::custom("the file is empty")),
    }
}

/// Where there is no cluster, flyctl says so in a sentence (`internal/command/mpg/list.go`).
fn clusters(text: &str) -> Result<Vec<Cluster>, serde_json::Error> {
    if text.starts_with("No managed postgres clusters found") { Ok(Vec::new()) } else { list(text) }
}
