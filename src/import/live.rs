//! What runs, from dumps of flyctl's JSON: what fly.toml cannot say.
//!
//! The shapes are those of flyctl at ad0172f (2026-08-21): `internal/command/scale/show_machines.go`, `ips/list.go`,
//! `volumes/list.go`, `secrets/list.go`, `certificates/root.go`, `machine/list.go`, `apps/list.go`. Keys that are not
//! needed are not looked at.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

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
}

impl Dump {
    /// Those of one app, each a file in the folder of its name.
    pub const OF_APP: [Self; 6] = [Self::Scale, Self::Ips, Self::Volumes, Self::Secrets, Self::Certs, Self::Machines];

    /// The name of its file.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Apps => "apps.json",
            Self::Scale => "scale.json",
            Self::Ips => "ips.json",
            Self::Volumes => "volumes.json",
            Self::Secrets => "secrets.json",
            Self::Certs => "certs.json",
            Self::Machines => "machines.json",
        }
    }

    /// The words of its command between `fly` and the options.
    pub fn command(self) -> &'static str {
        match self {
            Self::Apps => "apps list",
            Self::Scale => "scale show",
            Self::Ips => "ips list",
            Self::Volumes => "volumes list",
            Self::Secrets => "secrets list",
            Self::Certs => "certs list",
            Self::Machines => "machine list",
        }
    }
}

/// What runs.
#[derive(Clone, Debug, Default)]
pub struct Live {
    listed: Vec<Listed>,
    apps: BTreeMap<String, LiveApp>,
}

/// What runs of one app. What was not dumped is not known.
#[derive(Clone, Debug, Default)]
pub(super) struct LiveApp {
    pub(super) scale: Option<Vec<Scale>>,
    pub(super) ips: Option<Vec<Ip>>,
    pub(super) volumes: Option<Vec<Volume>>,
    pub(super) secrets: Option<Vec<Named>>,
    pub(super) certs: Option<Vec<Cert>>,
    pub(super) machines: Option<Vec<Machine>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Listed {
    name: String,
    #[serde(default)]
    pub(super) network: Option<String>,
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
    pub(super) fn org(&self) -> Option<&str> {
        self.organization.as_ref().map(|org| org.slug.as_str()).filter(|slug| !slug.is_empty())
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Scale {
    pub(super) process: String,
    #[serde(default, rename = "CPUKind")]
    pub(super) cpu_kind: String,
    #[serde(default, rename = "CPUs")]
    pub(super) cpus: u32,
    #[serde(default)]
    pub(super) memory: u32,
    #[serde(default, deserialize_with = "or_nothing")]
    pub(super) regions: BTreeMap<String, u32>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Ip {
    #[serde(rename = "Type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) region: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Volume {
    pub(super) name: String,
    #[serde(default)]
    pub(super) size_gb: u32,
    #[serde(default)]
    pub(super) attached_machine_id: Option<String>,
    #[serde(default)]
    pub(super) snapshot_retention: Option<u32>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Named {
    pub(super) name: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Cert {
    pub(super) hostname: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Machine {
    #[serde(default)]
    region: String,
    #[serde(default)]
    config: MachineConfig,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct MachineConfig {
    #[serde(default, deserialize_with = "or_nothing")]
    metadata: BTreeMap<String, String>,
    #[serde(default)]
    guest: Guest,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Guest {
    #[serde(default)]
    cpu_kind: String,
    #[serde(default)]
    cpus: u32,
    #[serde(default)]
    memory_mb: u32,
}

/// Go prints `null` for what is empty.
fn or_nothing<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl Live {
    /// Adds a dump; `app` is the name of the app that it is of.
    ///
    /// # Errors
    ///
    /// When it is not the JSON that flyctl prints, with the line and column of it.
    pub fn add(&mut self, dump: Dump, app: &str, text: &str) -> Result<(), serde_json::Error> {
        if dump == Dump::Apps {
            self.listed = list(text)?;
            return Ok(());
        }
        let app = self.apps.entry(app.to_owned()).or_default();
        match dump {
            Dump::Apps => {}
            Dump::Scale => app.scale = Some(list(text)?),
            Dump::Ips => app.ips = Some(list(text)?),
            Dump::Volumes => app.volumes = Some(list(text)?),
            Dump::Secrets => app.secrets = Some(list(text)?),
            Dump::Certs => app.certs = Some(list(text)?),
            Dump::Machines => app.machines = Some(list(text)?),
        }
        Ok(())
    }

    /// What is known of an app.
    pub(super) fn app(&self, name: &str) -> Option<&LiveApp> {
        self.apps.get(name)
    }

    /// How the list of all apps has an app.
    pub(super) fn listed(&self, name: &str) -> Option<&Listed> {
        self.listed.iter().find(|listed| listed.name == name)
    }
}

impl LiveApp {
    /// Machines by process group: of `fly scale show`, or else counted.
    pub(super) fn placement(&self) -> Option<Vec<Scale>> {
        if let Some(scale) = &self.scale {
            return Some(scale.clone());
        }
        let mut groups: BTreeMap<&str, Scale> = BTreeMap::new();
        for machine in self.machines.as_ref()? {
            let Some(group) = machine.config.metadata.get("fly_process_group") else { continue };
            let guest = &machine.config.guest;
            let scale = groups.entry(group).or_insert_with(|| Scale {
                process: group.clone(),
                cpu_kind: guest.cpu_kind.clone(),
                cpus: guest.cpus,
                memory: guest.memory_mb,
                regions: BTreeMap::new(),
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
