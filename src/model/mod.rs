//! What a spec means: references resolved, defaults filled in, every value with its origin. Rules judge it, the planner
//! orders it, the renderer writes it.
//!
//! The model holds the typed sections of the spec themselves, moved and completed, not copies of them.
//!
//! Plain fly.toml files have a model too, for the rules alone: an app for each file, and nothing beside the apps. What
//! only a spec can say, such as where machines run, is absent there and never guessed.

mod app;
mod calls;
mod checks;
mod data;
mod declarations;
mod jobs;
mod litefs;

pub use app::is_called_worker;
pub use calls::{Call, Calls, Zone};
pub use checks::HttpCheck;
pub use data::{Bucket, FIRST_DATABASE, FIRST_USER, Postgres, Redis};
pub use jobs::Job;
pub use litefs::{LiteFs, Replay};

use std::fmt;

use crate::beside::{Beside, Dockerfile, Instruction};
use crate::fly_toml::{AutoStop, ConcurrencyType, FlyToml, Format, Protocol};
use crate::kinds::app::{Access, SecretSource, V4, Workload, WriteRouting};
use crate::source::{FileId, TextRange};
use crate::spec::{Assertion, Ci, Kind, Level, Placement, PostgresUrl, Tier, Waiver};
use crate::value::{
    AppName, Count, Entries, EnvName, HostName, Key, Name, Port, PostgresName, RegionCode, SnapshotId, Sourced, Usd,
    VolumeId,
};

/// A whole architecture.
#[derive(Debug)]
pub struct Model {
    /// What all apps have in common; plain files have nothing.
    pub project: Option<Project>,
    /// Apps, in the order of the spec.
    pub apps: Vec<App>,
    /// Postgres clusters, in the order of the spec.
    pub postgres: Vec<Postgres>,
    /// Redis databases, in the order of the spec.
    pub redis: Vec<Redis>,
    /// Buckets, in the order of the spec.
    pub buckets: Vec<Bucket>,
    /// Levels of rules that the spec sets.
    pub levels: Entries<String, Sourced<Level>>,
    /// Rules that the spec forbids to waive.
    pub forbidden: Vec<Sourced<String>>,
    /// What it may cost a month, as far as the spec says.
    pub budget: Option<Sourced<Usd>>,
    /// What must hold besides.
    pub assertions: Vec<Sourced<Assertion>>,
    /// What lies beside the spec or the files, as far as it was looked at.
    pub beside: Beside,
}

/// What all apps have in common.
#[derive(Debug)]
pub struct Project {
    /// The name of the architecture.
    pub name: Sourced<AppName>,
    /// The organisation.
    pub org: Sourced<Name>,
    /// The preview that it is, if it is a certain one.
    pub preview: Option<Key>,
    /// Whether it is what previews are made of, or one of them.
    pub is_preview: bool,
    /// How strict the checks are.
    pub tier: Sourced<Tier>,
    /// Where apps run unless they say otherwise.
    pub regions: Option<Sourced<Placement>>,
    /// The primary region of apps that have machines there.
    pub primary_region: Option<Sourced<RegionCode>>,
    /// The custom network.
    pub network: Option<Sourced<Name>>,
    /// Where deploys run.
    pub ci: Option<Sourced<Ci>>,
    /// Where the folder of the spec lies in its repository.
    pub ci_folder: Option<Sourced<String>>,
    /// Whether rules for alerts are wanted.
    pub alerts: bool,
}

/// The variable by which the machines of a preview are found: names alone may be anybody's.
pub const PREVIEW_VARIABLE: &str = "FLYARCH_PREVIEW";

/// A declaration of the model, by kind and place in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ResourceId {
    /// Which list.
    pub kind: Kind,
    /// Which place.
    pub index: usize,
}

/// One Fly app.
#[derive(Debug)]
pub struct App {
    /// How it is written.
    pub form: AppForm,
    /// Its key in the spec. A plain file has none; what is here then is never shown.
    pub key: Sourced<Key>,
    /// The file that all of its origins are places in.
    pub file: FileId,
    /// The header of its table; of a plain file the value of `app`.
    pub header: TextRange,
    /// How strict the checks are: the project's tier, or that of a file's name.
    pub tier: Tier,
    /// The name of the Fly app.
    pub name: Sourced<AppName>,
    /// Its fly.toml, complete.
    pub toml: FlyToml,
    /// The region of what a deploy creates. A plain file need not say it.
    pub primary_region: Option<Sourced<RegionCode>>,
    /// Process groups, in the order of the spec; never empty.
    pub groups: Vec<Group>,
    /// Services of both forms, `http_service` first.
    pub services: Vec<Service>,
    /// Who may reach it.
    pub access: Sourced<Access>,
    /// Its custom private network.
    pub network: Option<Sourced<Name>>,
    /// Its addresses.
    pub ips: Ips,
    /// Host names that get a certificate.
    pub domains: Vec<Sourced<HostName>>,
    /// What it uses.
    pub uses: Vec<Use>,
    /// Secrets that the set-up takes from a source.
    pub secrets: Vec<Secret>,
    /// What its first volumes begin with, where that is not nothing.
    pub volumes: Vec<VolumeSeed>,
    /// What machines of their own run at intervals.
    pub jobs: Vec<Job>,
    /// What must be set up before its deploy, beyond `uses`.
    pub after: Vec<Sourced<ResourceId>>,
    /// The app whose image it runs.
    pub image_from: Option<Sourced<usize>>,
    /// Its build context, relative to the folder of the spec.
    pub source: Sourced<String>,
    /// How writes reach the primary region.
    pub write_routing: Option<Sourced<WriteRouting>>,
    /// What replays its writes, when that is the way.
    pub replay: Option<Replay>,
    /// LiteFS, when the spec declares it.
    pub litefs: Option<LiteFs>,
    /// What the spec says of its load.
    pub workload: Workload,
    /// Where the `[app.<key>.workload]` table stands.
    pub workload_at: Option<TextRange>,
    /// Rules that do not apply to it.
    pub allow: Entries<String, Sourced<Waiver>>,
    /// Where the value of `secrets` stands.
    pub secrets_at: Option<TextRange>,
}

/// How an app is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppForm {
    /// As a table of a spec.
    Table,
    /// As a plain file of this spelling.
    File(Format),
}

/// A process group.
#[derive(Debug)]
pub struct Group {
    /// Its name.
    pub name: Sourced<Name>,
    /// Its command, when the spec has one.
    pub command: Option<Sourced<String>>,
    /// Where its machines run, and how many; with the primary region. Of a plain file empty: it does not say.
    pub placement: Vec<(Sourced<RegionCode>, Sourced<Count>)>,
    /// Its mount, by place in `toml.mounts`.
    pub mount: Option<usize>,
    /// The entry of `toml.vm` that sizes it.
    pub vm: Option<usize>,
    /// The entry of `toml.restart` that is for it.
    pub restart: Option<usize>,
    /// Whether a service sends it traffic.
    pub serves: bool,
}

impl Group {
    /// How many machines it has in all regions.
    pub fn machines(&self) -> u32 {
        self.placement.iter().map(|(_, count)| count.get()).sum()
    }

    /// How many machines it has in a region.
    pub fn machines_in(&self, region: &str) -> u32 {
        self.placement.iter().find(|(r, _)| r.as_str() == region).map_or(0, |(_, count)| count.get())
    }
}

/// A service, whichever of its two forms the spec has.
#[derive(Debug)]
pub struct Service {
    /// Its header.
    pub at: TextRange,
    /// Which form.
    pub form: ServiceForm,
    /// TCP or UDP.
    pub protocol: Protocol,
    /// The port on which the app listens.
    pub internal_port: Option<Sourced<Port>>,
    /// The ports on which the proxy listens.
    pub ports: Vec<ServicePort>,
    /// What the proxy does with machines that have nothing to do.
    pub auto_stop: Sourced<AutoStop>,
    /// Whether the proxy starts machines.
    pub auto_start: Sourced<bool>,
    /// How many machines are kept running in the primary region.
    pub min_machines_running: Sourced<u32>,
    /// The groups that serve it, by place in [`App::groups`].
    pub groups: Vec<usize>,
    /// Whether the spec names the groups.
    pub names_groups: bool,
    /// How much load a machine takes.
    pub concurrency: Option<Concurrency>,
    /// Checks that decide about routing.
    pub checks: Vec<ServiceCheck>,
}

/// Whether a shared IPv4 address serves these services: it tells apps apart by the host name in HTTP or TLS on the usual
/// ports.
pub fn fit_shared_ipv4(services: &[Service]) -> bool {
    let mut ports = services.iter().flat_map(|service| &service.ports);
    ports.all(|port| (port.port.get() == 80 && port.http) || (port.port.get() == 443 && port.tls))
}

/// Which of its two forms a service has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceForm {
    /// `[http_service]`
    Http,
    /// One entry of `[[services]]`, by place.
    General(usize),
}

impl fmt::Display for ServiceForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "http_service",
            Self::General(_) => "services",
        })
    }
}

/// A port on which the proxy listens.
#[derive(Debug)]
pub struct ServicePort {
    /// The port, or the first of a range.
    pub port: Sourced<Port>,
    /// The last of a range; the same where it is one port.
    pub end: Port,
    /// Whether it speaks HTTP.
    pub http: bool,
    /// Whether it ends TLS.
    pub tls: bool,
    /// Whether it sends plain HTTP to HTTPS.
    pub force_https: Option<Sourced<bool>>,
}

/// How much load a machine takes.
#[derive(Debug)]
pub struct Concurrency {
    /// Its table.
    pub at: TextRange,
    /// What is counted.
    pub kind: Sourced<ConcurrencyType>,
    /// From here on others are preferred.
    pub soft_limit: Sourced<u32>,
    /// Above this there is nothing more.
    pub hard_limit: Option<Sourced<u32>>,
}

/// A check that decides about routing. Times are in nanoseconds.
#[derive(Debug)]
pub struct ServiceCheck {
    /// Its table.
    pub at: TextRange,
    /// How often.
    pub interval: Option<Sourced<i64>>,
    /// How long an answer may take.
    pub timeout: Option<Sourced<i64>>,
    /// How long after its start a machine may fail.
    pub grace_period: Option<Sourced<i64>>,
}

/// The addresses of an app.
#[derive(Debug)]
pub struct Ips {
    /// IPv4.
    pub v4: Sourced<V4>,
    /// IPv6.
    pub v6: Sourced<bool>,
    /// A Flycast address.
    pub flycast: bool,
    /// Regions with a fixed address for outgoing connections.
    pub egress: Vec<Sourced<RegionCode>>,
}

/// One entry of `uses`.
#[derive(Debug)]
pub struct Use {
    /// The variable.
    pub variable: Sourced<EnvName>,
    /// What is used. Its origin is the whole value.
    pub target: Sourced<ResourceId>,
    /// Which URL of a managed Postgres cluster, where the spec says it.
    pub url: Option<Sourced<PostgresUrl>>,
    /// The database of a managed Postgres cluster, where it is not the first.
    pub database: Option<Sourced<PostgresName>>,
    /// The user of a managed Postgres cluster, where it is not the first.
    pub username: Option<Sourced<PostgresName>>,
}

impl Use {
    /// Whether it leads to the primary of a managed Postgres cluster itself, past the pooler.
    pub fn is_direct(&self) -> bool {
        self.url.is_some_and(|url| url.value == PostgresUrl::Direct)
    }
}

/// What the first volume of a name begins with.
#[derive(Debug)]
pub struct VolumeSeed {
    /// The name: the `source` of a mount.
    pub name: Sourced<Name>,
    /// Where its content comes from.
    pub from: VolumeOrigin,
}

/// Where the content of a volume comes from.
#[derive(Debug)]
pub enum VolumeOrigin {
    /// A snapshot.
    Snapshot(Sourced<SnapshotId>),
    /// Another volume of the app.
    Volume(Sourced<VolumeId>),
}

/// A secret that the set-up takes from a source.
#[derive(Debug)]
pub struct Secret {
    /// Its name.
    pub name: Sourced<EnvName>,
    /// Where its value comes from.
    pub source: SecretSource,
    /// The app that a deploy token is for, by place in [`Model::apps`].
    pub token_for: Option<usize>,
}

impl Secret {
    /// Whether it has the value of another, as far as the spec says: one file, one command, or one variable. What is only
    /// named, each set-up is given by whoever runs it.
    pub fn has_value_of(&self, other: &Self) -> bool {
        let from_outside = match &self.source {
            SecretSource::Env(variable) => *variable != self.name.value,
            SecretSource::File(_) | SecretSource::Command(_) => true,
            SecretSource::Generate(_) | SecretSource::Token(_) | SecretSource::Manual(_) => false,
        };
        from_outside && self.name == other.name && self.source == other.source
    }
}

/// Regions that stand together in the spec, each of them once.
#[derive(Clone, Copy, Debug, Default)]
pub struct RegionList<'a> {
    /// The app whose table they stand in, by place.
    pub app: Option<usize>,
    one: Option<&'a Sourced<RegionCode>>,
    counted: &'a [(Sourced<RegionCode>, Sourced<Count>)],
    listed: &'a [Sourced<RegionCode>],
}

impl<'a> RegionList<'a> {
    /// The regions. One of them may be filled in.
    pub fn iter(&self) -> impl Iterator<Item = &'a Sourced<RegionCode>> + use<'a> {
        self.one.into_iter().chain(self.counted.iter().map(|(region, _)| region)).chain(self.listed)
    }
}

impl Model {
    /// All regions of the spec: the project's first, and nowhere again where they are inherited.
    pub fn region_lists(&self) -> impl Iterator<Item = RegionList<'_>> {
        let project = self.project.as_ref();
        let shared = project.and_then(|project| project.regions.as_ref());
        let shared: &[_] = shared.map_or(&[], |regions| &regions.value);
        let primary = project.and_then(|project| project.primary_region.as_ref());
        let primary =
            primary.filter(|primary| shared.first().is_none_or(|(first, _)| first.range() != primary.range()));
        let project = [
            RegionList { counted: shared, ..RegionList::default() },
            RegionList { one: primary, ..RegionList::default() },
        ];
        let postgres = self.postgres.iter().map(|cluster| RegionList {
            one: Some(&cluster.region),
            counted: &cluster.replicas,
            ..RegionList::default()
        });
        let redis = self.redis.iter().map(|database| RegionList {
            one: Some(&database.region),
            listed: &database.replicas,
            ..RegionList::default()
        });
        let apps = self.apps.iter().enumerate().flat_map(move |(index, app)| app.region_lists(index, shared));
        project.into_iter().chain(postgres).chain(redis).chain(apps)
    }

    /// The Dockerfile of an app that runs its command, with the instructions that make what is run.
    pub fn image(&self, app: usize) -> Option<(&Dockerfile, Vec<&Instruction>)> {
        let dockerfile = self.beside.dockerfile(app)?;
        let build = self.apps[app].toml.build.as_ref();
        let target = build.and_then(|build| build.value.build_target.as_ref());
        Some((dockerfile, dockerfile.stage(target.map(|target| target.as_str()))))
    }

    /// The names of all apps, sorted, each with its place.
    pub fn app_names(&self) -> Vec<(&str, usize)> {
        let mut names: Vec<_> = self.apps.iter().enumerate().map(|(index, app)| (app.name.as_str(), index)).collect();
        names.sort_unstable();
        names
    }

    /// The apps of a name among [`Self::app_names`].
    pub fn named<'n>(names: &'n [(&str, usize)], name: &str) -> &'n [(&'n str, usize)] {
        let start = names.partition_point(|(other, _)| *other < name);
        let length = names[start..].partition_point(|(other, _)| *other == name);
        &names[start..start + length]
    }

    /// What all apps of a spec have in common.
    ///
    /// # Panics
    ///
    /// When this is the model of plain files: it is for the stages that only specs get to.
    pub fn project(&self) -> &Project {
        self.project
            .as_ref()
            .unwrap_or_else(|| unreachable!("plain files are judged, and neither planned nor rendered"))
    }
}
