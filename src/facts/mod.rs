//! What is known of the platform: facts as data, each file with its source and its date.
//!
//! The data lies in `data/*.toml`, for people to review. What the compiler uses are the constants of `tables.rs`,
//! which `tests/facts.rs` makes from the data and keeps in step: reading the files at every start would cost more than
//! compiling a small spec. Rules name facts, never literals.

mod names;
mod prices;
mod secrecy;
mod tables;

pub use names::*;
pub use prices::{Confidence, Price, PriceList, PriceSource, RegionPrice};
pub use secrecy::{
    SecretKind, is_secret_name, masked_value, scan as scan_for_secrets, secret_in, secret_in_words, takes_secret,
    token_kind, without_tokens,
};
pub use tables::FACTS;

/// Everything that is known. A parameter of the compiler, so that tests can know something else.
#[derive(Debug)]
pub struct Facts {
    /// Where each table came from.
    pub provenance: &'static [Provenance],
    /// Regions in which machines run, by code.
    pub regions: &'static [Region],
    /// Regions that were withdrawn.
    pub removed_regions: &'static [RemovedRegion],
    /// Names of areas, which are no regions.
    pub region_aliases: &'static [&'static str],
    /// Presets of machines, small before large.
    pub machine_sizes: &'static [MachineSize],
    /// Presets that are no longer offered.
    pub gpu_sizes: &'static [&'static str],
    /// The preset that applies when nothing is said.
    pub machine_size: &'static str,
    /// Memory per CPU: shared CPUs.
    pub shared_memory: MemoryRange,
    /// Memory per CPU: performance CPUs.
    pub performance_memory: MemoryRange,
    /// Memory up to which suspending is advised, in MiB.
    pub suspend_memory_mb_advised: u32,
    /// Memory up to which any page allows suspending, in MiB.
    pub suspend_memory_mb_max: u32,
    /// The largest root file system, in GB.
    pub rootfs_gb_max: u32,
    /// Volumes.
    pub volumes: Volumes,
    /// Stopping machines.
    pub shutdown: Shutdown,
    /// LiteFS.
    pub litefs: LiteFs,
    /// The limit from which the proxy prefers other machines, when none is set.
    pub soft_limit: u32,
    /// Services.
    pub services: Services,
    /// Checks.
    pub checks: Checks,
    /// Deploys.
    pub deploy: DeployDefaults,
    /// Restarts.
    pub restart: RestartDefaults,
    /// Variables of the environment.
    pub environment: Environment,
    /// Names that mean something to programs, images and tools.
    pub names: Names,
    /// How much flyctl reads of a secret's value, in KiB.
    pub secret_kib: u32,
    /// Postgres.
    pub postgres: Postgres,
    /// Upstash Redis.
    pub redis: Redis,
    /// Secrets that a new bucket sets for its app, in alphabetical order.
    pub bucket_secrets: &'static [&'static str],
    /// What things cost.
    pub price_list: PriceList,
    /// Images of databases.
    pub database_images: &'static [DatabaseImage],
    /// The oldest flyctl that the scripts work with.
    pub flyctl_minimum: &'static str,
    /// The commands of flyctl, sorted by path.
    pub flyctl_commands: &'static [FlyCommand],
    /// The flags that all commands have, as those of a [`FlyCommand`].
    pub flyctl_flags: &'static str,
    /// Formats of tokens, sorted by the first byte of the prefix.
    pub secret_shapes: &'static [SecretShape],
    /// The length of the shortest token of these formats, in bytes.
    pub secret_shortest: usize,
    /// Words in the names of variables, in alphabetical order.
    pub secret_words: &'static [SecretWord],
}

/// Where a table of facts came from.
#[derive(Debug)]
pub struct Provenance {
    /// The file in `src/facts/data`.
    pub file: &'static str,
    /// What it was read from.
    pub source: &'static str,
    /// When, as YYYY-MM-DD.
    pub retrieved: &'static str,
    /// How to see today's state; may be empty.
    pub live: &'static str,
}

/// A region in which machines run.
#[derive(Debug)]
pub struct Region {
    /// The code.
    pub code: &'static str,
    /// The city.
    pub city: &'static str,
    /// The country, as ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Whether Managed Postgres can be created there.
    pub mpg: bool,
    /// Whether it is often short of capacity.
    pub high_demand: bool,
}

impl Region {
    /// In km. A signal in glass goes there and back in 15 ms at best, and in 25 ms as cables lie.
    const FAR: f64 = 1500.0;

    /// Whether calls to `other` take noticeable time.
    pub fn is_far_from(&self, other: &Self) -> bool {
        self.distance(other) > Self::FAR
    }

    /// How far it is to `other`, as the crow flies, in km.
    pub fn distance(&self, other: &Self) -> f64 {
        const EARTH_RADIUS: f64 = 6371.0;
        let half = |a: f64, b: f64| ((a - b).to_radians() / 2.0).sin().powi(2);
        let (north, east) = (half(self.latitude, other.latitude), half(self.longitude, other.longitude));
        let shrunk = self.latitude.to_radians().cos() * other.latitude.to_radians().cos();
        2.0 * EARTH_RADIUS * shrunk.mul_add(east, north).sqrt().asin()
    }
}

/// A region that was withdrawn.
#[derive(Debug)]
pub struct RemovedRegion {
    /// The code.
    pub code: &'static str,
    /// The city.
    pub city: &'static str,
    /// The region that `fly launch` takes in its place.
    pub replacement: &'static str,
}

/// A preset of a machine.
#[derive(Debug)]
pub struct MachineSize {
    /// The name.
    pub name: &'static str,
    /// `shared` or `performance`.
    pub kind: &'static str,
    /// The number of CPUs.
    pub cpus: u32,
    /// Its memory, in MiB.
    pub memory_mb: u32,
}

/// Memory that machines may have, in MiB.
#[derive(Clone, Copy, Debug)]
pub struct MemoryRange {
    /// At least, per CPU.
    pub min_per_cpu: u32,
    /// At most, per CPU.
    pub max_per_cpu: u32,
    /// In multiples of.
    pub step: u32,
}

/// Limits and defaults of volumes.
#[derive(Debug)]
pub struct Volumes {
    /// The smallest, in GB.
    pub size_gb_min: u32,
    /// The largest, in GB.
    pub size_gb_max: u32,
    /// When no size is said, in GB.
    pub size_gb_default: u32,
    /// The shortest time that snapshots are kept, in days.
    pub retention_days_min: i64,
    /// The longest.
    pub retention_days_max: i64,
    /// When nothing is said.
    pub retention_days_default: i64,
    /// The lowest threshold of automatic growth, in percent.
    pub extend_threshold_min: i64,
    /// The highest.
    pub extend_threshold_max: i64,
    /// The smallest step of automatic growth, in GB.
    pub extend_increment_gb_min: u32,
    /// The largest, in GB.
    pub extend_increment_gb_max: u32,
    /// The size at which automatic growth ends at the latest, in GB.
    pub extend_limit_gb_max: u32,
    /// The longest name.
    pub name_length_max: usize,
}

/// Stopping machines.
#[derive(Debug)]
pub struct Shutdown {
    /// The signal, when none is said.
    pub kill_signal: &'static str,
    /// The time to stop, when none is said, in seconds.
    pub kill_timeout_seconds: i64,
    /// The longest, in seconds.
    pub kill_timeout_seconds_max: i64,
}

/// Services.
#[derive(Debug)]
pub struct Services {
    /// What the proxy can do with a connection.
    pub handlers: &'static [&'static str],
    /// Versions of TLS that the proxy speaks.
    pub tls_versions: &'static [&'static str],
    /// The port on which Fly.io recommends to listen.
    pub internal_port: u16,
    /// How many mappings of static files an app may have.
    pub statics_max: usize,
    /// The time without traffic, in seconds, of the example in Fly.io's documentation.
    pub idle_timeout_seconds: u32,
}

/// LiteFS.
#[derive(Debug)]
pub struct LiteFs {
    /// The shortest time for which Consul gives a lease, in seconds.
    pub consul_ttl_seconds_min: u32,
    /// The port on which its nodes copy databases from each other.
    pub port: u16,
}

/// Checks.
#[derive(Debug)]
pub struct Checks {
    /// The shortest time in a check of a service, in seconds.
    pub service_seconds_min: i64,
    /// The longest.
    pub service_seconds_max: i64,
    /// The shortest interval of a top-level check, in seconds.
    pub top_level_interval_seconds_min: i64,
    /// The longest timeout of a top-level check, in seconds.
    pub top_level_timeout_seconds_max: i64,
}

/// What a deploy does when nothing is said.
#[derive(Debug)]
pub struct DeployDefaults {
    /// How machines are replaced.
    pub strategy: &'static str,
    /// The share that may be down.
    pub max_unavailable: f64,
    /// The time that a machine may take, in seconds.
    pub wait_timeout_seconds: i64,
    /// The time that the release command may take, in seconds.
    pub release_command_timeout_seconds: i64,
}

/// What happens when a process ends and nothing is said.
#[derive(Debug)]
pub struct RestartDefaults {
    /// The policy.
    pub policy: &'static str,
    /// How often.
    pub retries: u32,
    /// Within how many minutes.
    pub window_minutes: u32,
}

/// Variables of the environment.
#[derive(Debug)]
pub struct Environment {
    /// How the names of the platform's own variables begin.
    pub reserved_prefix: &'static str,
    /// Names with that beginning that are secrets of the user.
    pub tokens: &'static [&'static str],
    /// The variable that the key `primary_region` sets.
    pub primary_region: &'static str,
}

/// Postgres.
#[derive(Debug)]
pub struct Postgres {
    /// Major versions of Managed Postgres.
    pub majors: &'static [u32],
    /// The one that is taken when none is said.
    pub major: u32,
    /// Storage when none is said, in GB.
    pub storage_gb: u32,
    /// The most storage at creation, in GB.
    pub storage_gb_max: u32,
    /// The most that it may grow to, in GB.
    pub storage_gb_grown: u32,
    /// The plan that flyctl takes without a terminal when it does not understand a name.
    pub fallback_plan: &'static str,
    /// Plans of Managed Postgres, small before large.
    pub plans: &'static [PostgresPlan],
    /// How many nodes of an unmanaged cluster elect a leader when one is lost.
    pub quorum: u32,
    /// The port of an unmanaged cluster that leads to its primary, from every node.
    pub port: u16,
    /// The port that leads to the node itself.
    pub read_port: u16,
    /// The size of the machines of an unmanaged cluster when none is said.
    pub unmanaged_size: &'static str,
    /// Their storage when none is said, in GB.
    pub unmanaged_storage_gb: u32,
}

/// A plan of Managed Postgres.
#[derive(Debug)]
pub struct PostgresPlan {
    /// The name.
    pub name: &'static str,
    /// `shared` or `performance`.
    pub cpu_kind: &'static str,
    /// The number of CPUs.
    pub cpus: u32,
    /// Memory, in GB.
    pub memory_gb: u32,
    /// What a month costs without storage, in US dollars.
    pub usd: u32,
    /// How many connections the pooler takes.
    pub clients: u32,
    /// How many of them reach the database at a time.
    pub connections: u32,
    /// Whether flyctl understands the name without a terminal.
    pub scriptable: bool,
}

/// Upstash Redis.
#[derive(Debug)]
pub struct Redis {
    /// Plans, as `fly redis plans` names them.
    pub plans: &'static [&'static str],
    /// Plans that new databases cannot have, in small letters with `_` for blanks.
    pub legacy_plans: &'static [&'static str],
    /// What the production add-on costs a month, in US dollars.
    pub prodpack_usd: u32,
}

/// An image of a database.
#[derive(Debug)]
pub struct DatabaseImage {
    /// The image on Docker Hub, without its tag.
    pub image: &'static str,
    /// The database.
    pub name: &'static str,
    /// Where the image keeps its data.
    pub data: &'static str,
    /// What says otherwise: a variable of the environment, or a flag of the command.
    pub option: &'static str,
    /// Whether it refuses a directory that has anything in it.
    pub empty: bool,
}

/// A command of flyctl.
#[derive(Debug)]
pub struct FlyCommand {
    /// The words after `fly`, with a blank between.
    pub path: &'static str,
    /// Other names of the last word.
    pub aliases: &'static [&'static str],
    /// Whether it only holds other commands.
    pub group: bool,
    /// Whether it does nothing: help, and exit code 0.
    pub no_op: bool,
    /// The command that took the place of one that does nothing; empty for others.
    pub instead: &'static str,
    /// The fewest words that it takes.
    pub min_args: u32,
    /// The fewest words that it takes where nobody can answer it.
    pub min_args_alone: u32,
    /// The most words that it takes; `None` for any number.
    pub max_args: Option<u32>,
    /// Its flags, with blanks between: the name, `|` and a letter, `=` if it takes a value or `?` if it may, `>` and the
    /// flag that it is another name of. One text, because a start of the program pays for each address in a table.
    pub flags: &'static str,
}

/// A format of tokens.
#[derive(Debug)]
pub struct SecretShape {
    /// What it is, with its article.
    pub what: &'static str,
    /// How it begins.
    pub prefix: &'static str,
    /// What follows.
    pub chars: TokenChars,
    /// How much of it at least.
    pub min: usize,
}

/// Characters of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenChars {
    /// Letters and digits.
    Alnum,
    /// And `_`, `-`, `.`.
    Word,
    /// Hexadecimal digits.
    Hex,
    /// Those of base64 in any alphabet, and `.` and `,` between parts.
    Base64,
    /// Any.
    Any,
}

/// A word in the names of variables, and what it says.
#[derive(Debug)]
pub struct SecretWord {
    /// The word, in capitals.
    pub word: &'static str,
    /// A secret.
    pub secret: bool,
    /// A secret with `KEY` behind it.
    pub keyed: bool,
    /// No secret, anywhere in the name.
    pub public: bool,
    /// No secret, as the last word.
    pub harmless: bool,
    /// An identifier, as the last word.
    pub identifier: bool,
}

/// A code of three letters as one number: rules look up every region of a spec.
fn packed(code: &str) -> Option<u32> {
    let &[a, b, c] = code.as_bytes() else { return None };
    Some(u32::from_be_bytes([0, a, b, c]))
}

impl Facts {
    /// The region with this code.
    pub fn region(&self, code: &str) -> Option<&'static Region> {
        let code = packed(code)?;
        self.regions.iter().find(|region| packed(region.code) == Some(code))
    }

    /// Whether calls between two regions take noticeable time. Regions that are not known are far from none.
    pub fn far(&self, a: &str, b: &str) -> bool {
        a != b && self.region(a).zip(self.region(b)).is_some_and(|(a, b)| a.is_far_from(b))
    }

    /// The withdrawn region with this code.
    pub fn removed_region(&self, code: &str) -> Option<&'static RemovedRegion> {
        let code = packed(code)?;
        self.removed_regions.iter().find(|region| packed(region.code) == Some(code))
    }

    /// The preset with this name.
    pub fn machine_size(&self, name: &str) -> Option<&'static MachineSize> {
        self.machine_sizes.iter().find(|size| size.name == name)
    }

    /// The plan of Managed Postgres with this name.
    pub fn postgres_plan(&self, name: &str) -> Option<&'static PostgresPlan> {
        self.postgres.plans.iter().find(|plan| plan.name == name)
    }

    /// The database that an image holds.
    pub fn database_image(&self, image: &str) -> Option<&'static DatabaseImage> {
        let name = image.strip_prefix("docker.io/").unwrap_or(image);
        let name = name.strip_prefix("library/").unwrap_or(name);
        let name = name.split(['@', ':']).next().unwrap_or(name);
        self.database_images.iter().find(|known| known.image == name)
    }

    /// The memory that CPUs of a kind may have.
    pub fn memory_range(&self, cpu_kind: &str) -> MemoryRange {
        if cpu_kind == "performance" { self.performance_memory } else { self.shared_memory }
    }
}

#[cfg(test)]
mod tests {
    use super::FACTS;

    #[test]
    fn distances_are_those_of_the_cities() {
        let distance = |a, b| FACTS.region(a).unwrap().distance(FACTS.region(b).unwrap());
        for (a, b, km) in
            [("ams", "fra", 365.0), ("iad", "lax", 3690.0), ("syd", "lax", 12050.0), ("gru", "jnb", 7450.0)]
        {
            assert!((distance(a, b) - km).abs() < 60.0, "{a} {b} {}", distance(a, b));
            assert!((distance(a, b) - distance(b, a)).abs() < 1e-6);
        }
        assert!(distance("nrt", "nrt") < 1e-6);
    }
}
