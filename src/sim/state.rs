//! What exists: an account on Fly.io as one JSON file, and the calls that were made as lines of another.
//!
//! Of secrets there are digests only. Ids and times are counted, not drawn: equal calls make equal states.

mod machine;
mod record;

pub use machine::{Guest, Init, MachineConfig, Mount};
pub use record::Record;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

/// The file of the state.
pub const STATE: &str = "state.json";
/// The file of the calls, one JSON document a line.
pub const CALLS: &str = "calls.jsonl";

/// An account, and what others have as far as it is in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Organisations that the token sees, by slug. Apps of any other belong to strangers.
    pub organizations: BTreeMap<String, Organization>,
    /// Apps of everybody, by name.
    pub apps: BTreeMap<String, App>,
    /// Managed Postgres.
    pub clusters: Vec<Cluster>,
    /// Upstash Redis, by name.
    pub databases: BTreeMap<String, Database>,
    /// Tigris buckets, by name.
    pub buckets: BTreeMap<String, Bucket>,
    /// Tokens that were made.
    #[serde(default)]
    pub tokens: Vec<Token>,
    /// Host names whose DNS records are published.
    pub published_hosts: BTreeSet<String>,
    /// Hosts without room for another machine, such as `iad-2`.
    #[serde(default)]
    pub full_hosts: BTreeSet<String>,
    /// How many ids and times were given away.
    pub counter: u64,
    /// How many calls were made.
    pub calls: u64,
}

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Its name for people.
    pub name: String,
    /// `PERSONAL` or `SHARED`.
    pub kind: String,
}

/// An app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct App {
    /// The slug of its organisation.
    pub org: String,
    /// Its custom network, if any.
    pub network: String,
    /// Whether it is an unmanaged Postgres cluster.
    pub postgres: bool,
    /// Whether a deploy was ever complete.
    pub deployed: bool,
    /// Addresses.
    pub addresses: Vec<Address>,
    /// Volumes.
    pub volumes: Vec<Volume>,
    /// Machines.
    pub machines: Vec<Machine>,
    /// Secrets by name.
    pub secrets: BTreeMap<String, Secret>,
    /// Releases, the oldest first.
    pub releases: Vec<Release>,
    /// Certificates by host name.
    pub certificates: BTreeSet<String>,
    /// Users in the databases of a cluster.
    pub users: BTreeSet<String>,
    /// Databases of a cluster.
    pub databases: BTreeSet<String>,
}

/// An address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Its id.
    pub id: String,
    /// The address itself.
    pub address: String,
    /// `v4`, `shared_v4`, `v6`, `private_v6`, `egress_v4` or `egress_v6`.
    pub kind: String,
    /// The region; `global` where there is none.
    pub region: String,
}

/// A volume.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
    /// Its size.
    pub size_gb: i64,
    /// How long snapshots are kept, in days.
    pub snapshot_retention: i64,
    /// Whether snapshots are made every day.
    pub auto_backup_enabled: bool,
    /// The machine that has it.
    pub attached_machine_id: Option<String>,
    /// The command that made it.
    pub made_by: String,
    /// The host that it lies on, and that its machine must run on.
    #[serde(default)]
    pub host: String,
}

/// A machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Its id.
    pub id: String,
    /// Its region.
    pub region: String,
    /// `started` or `stopped`.
    pub state: String,
    /// What it runs.
    pub config: MachineConfig,
    /// What it is in a Postgres cluster: `primary` or `replica`.
    pub role: Option<String>,
}

/// A secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// The SHA-256 of its value, in hexadecimal digits.
    pub digest: String,
    /// When it was set.
    pub updated: u64,
}

/// A release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Its number.
    pub version: u64,
    /// `complete`, `failed`, `running`.
    pub status: String,
    /// The image.
    pub image_ref: String,
    /// The configuration.
    pub config: Json,
    /// When it was made.
    pub created: u64,
}

/// A Managed Postgres cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// Its id.
    pub id: String,
    /// Its name, which others may have too.
    pub name: String,
    /// The slug of its organisation.
    pub org: String,
    /// Its region.
    pub region: String,
    /// Its plan.
    pub plan: String,
    /// Its storage.
    pub disk: i64,
    /// The major version.
    pub major: i64,
    /// Whether it has PostGIS.
    pub postgis: bool,
    /// How many listings still show it as being made.
    pub creating: u32,
    /// The apps that have its URL.
    pub attached: BTreeSet<String>,
    /// Databases beside the first, users beside the first, and extensions.
    #[serde(default)]
    pub holds: super::managed::Holds,
}

/// A Redis database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Database {
    /// The slug of its organisation.
    pub org: String,
    /// The region of the primary.
    pub region: String,
    /// Regions with a replica.
    pub replicas: Vec<String>,
    /// The plan.
    pub plan: String,
    /// Whether old entries make room.
    pub eviction: bool,
    /// Whether the production add-on is bought.
    pub prodpack: bool,
}

/// A bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// The slug of its organisation.
    pub org: String,
    /// The app that it was made for.
    pub app: String,
    /// Whether everybody may read.
    pub public: bool,
    /// Its own host name.
    pub domain: String,
}

/// A token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its id.
    pub id: String,
    /// Its name, which others may have too.
    pub name: String,
    /// The app that it is for, if it is for one.
    pub app: String,
    /// The slug of the organisation that it is for, or that the app is in.
    pub org: String,
    /// `deploy`, `org` or `readonly`.
    pub kind: String,
    /// How long it is valid, where that was said.
    #[serde(default)]
    pub expiry: String,
    /// Whether it was taken back.
    pub revoked: bool,
}

impl Default for State {
    /// An account with nothing in its personal organisation.
    fn default() -> Self {
        let personal = Organization { name: "Somebody".to_owned(), kind: "PERSONAL".to_owned() };
        Self {
            organizations: BTreeMap::from([("personal".to_owned(), personal)]),
            apps: BTreeMap::new(),
            clusters: Vec::new(),
            databases: BTreeMap::new(),
            buckets: BTreeMap::new(),
            tokens: Vec::new(),
            published_hosts: BTreeSet::new(),
            full_hosts: BTreeSet::new(),
            counter: 0,
            calls: 0,
        }
    }
}

impl State {
    /// Reads the state in a folder; an empty account where there is none.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is no state.
    pub fn load(folder: &Path) -> io::Result<Self> {
        match fs::read(folder.join(STATE)) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    /// Writes the state into a folder.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        replace(folder, &serde_json::to_vec(self)?)
    }

    /// Writes a state of which only the number of calls is new. Most calls only look; the number is the last thing in
    /// the file, and the text before it is kept.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn save_calls(&self, folder: &Path) -> io::Result<()> {
        const KEY: &str = "\"calls\":";
        let before = match fs::read_to_string(folder.join(STATE)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return self.save(folder),
            Err(error) => return Err(error),
        };
        let Some((kept, number)) = before.trim_end().rsplit_once(KEY) else { return self.save(folder) };
        if !number.strip_suffix('}').is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit())) {
            return self.save(folder);
        }
        replace(folder, format!("{kept}{KEY}{}}}", self.calls).as_bytes())
    }

    /// A new id, such as `vol_00000000000000a1`.
    pub fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}{:016x}", self.tick())
    }

    /// The next moment.
    pub fn tick(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// Names and ids of everything that holds data or works.
    pub fn ids(&self) -> BTreeSet<String> {
        let apps = self.apps.iter().flat_map(|(name, app)| {
            let volumes = app.volumes.iter().map(|volume| volume.id.clone());
            let machines = app.machines.iter().map(|machine| machine.id.clone());
            let addresses = app.addresses.iter().map(|address| address.id.clone());
            let secrets = app.secrets.keys().map(move |secret| format!("secret {secret} of {name}"));
            let hosts = app.certificates.iter().map(|host| format!("certificate for {host}"));
            volumes.chain(machines).chain(addresses).chain(secrets).chain(hosts)
        });
        let tokens = self.tokens.iter().filter(|token| !token.revoked).map(|token| token.id.clone());
        let names = self.apps.keys().map(|name| format!("app {name}"));
        let names = names.chain(self.databases.keys().map(|name| format!("redis {name}")));
        let names = names.chain(self.buckets.keys().map(|name| format!("bucket {name}")));
        let clusters = self.clusters.iter().map(|cluster| cluster.id.clone());
        apps.chain(clusters).chain(names).chain(tokens).collect()
    }

    /// What exists now and did not before, and the other way round.
    pub fn difference(&self, before: &Self) -> (Vec<String>, Vec<String>) {
        let (old, new) = (before.ids(), self.ids());
        (new.difference(&old).cloned().collect(), old.difference(&new).cloned().collect())
    }

    /// Whether both have the same things; the number of calls is no thing.
    pub fn same_things(&self, other: &Self) -> bool {
        let calls = self.calls;
        Self { calls, ..other.clone() } == *self
    }
}

/// Puts a new file of the state in the place of the old one.
fn replace(folder: &Path, text: &[u8]) -> io::Result<()> {
    // Calls that only look may run at once.
    let new = folder.join(format!(".state.{}.new", std::process::id()));
    fs::write(&new, text)?;
    fs::rename(new, folder.join(STATE))
}

impl Machine {
    /// Its process group.
    pub fn group(&self) -> &str {
        self.config.metadata.get("fly_process_group").map_or("", String::as_str)
    }

    /// Whether `deploy` and `scale` look after it (fly-go machine_types.go, IsFlyAppsPlatform).
    pub fn is_of_platform(&self) -> bool {
        self.config.metadata.get("fly_platform_version").is_some_and(|version| version == "v2")
    }
}

impl App {
    /// The machine of an id.
    pub fn machine(&self, id: &str) -> Option<&Machine> {
        self.machines.iter().find(|machine| machine.id == id)
    }

    /// Machines of a group in a region.
    pub fn count(&self, group: &str, region: &str) -> usize {
        self.machines.iter().filter(|machine| machine.group() == group && machine.region == region).count()
    }

    /// Takes a machine away. Its volumes stay.
    pub fn remove_machine(&mut self, id: &str) {
        self.machines.retain(|machine| machine.id != id);
        for volume in &mut self.volumes {
            if volume.attached_machine_id.as_deref() == Some(id) {
                volume.attached_machine_id = None;
            }
        }
    }

    /// Sets a secret.
    pub fn set_secret(&mut self, name: &str, value: &[u8], now: u64) {
        self.secrets.insert(name.to_owned(), Secret { digest: digest(value), updated: now });
    }
}

/// The SHA-256 of a value, in hexadecimal digits.
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The first sixteen of these digits: enough to know a value again.
pub fn short_digest(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes).get(..8).unwrap_or_default())
}

fn hex(bytes: &[u8]) -> String {
    let digit = |number: u8| char::from_digit(number.into(), 16).unwrap_or('?');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
