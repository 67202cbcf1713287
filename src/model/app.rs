//! What can be asked of one app.

use super::{App, AppForm, Concurrency, Group, RegionList, Service, ServiceForm};
use crate::beside::{Place, places};
use crate::fly_toml::{AutoStop, ConcurrencyType, Format};
use crate::source::TextRange;
use crate::value::{Count, Origin, RegionCode, Sourced};

/// What process groups that work in the background are called.
const WORKERS: [&str; 16] = [
    "beat",
    "bot",
    "celery",
    "clock",
    "consumer",
    "cron",
    "job",
    "jobs",
    "queue",
    "resque",
    "scheduler",
    "sidekiq",
    "task",
    "tasks",
    "worker",
    "workers",
];

/// Whether a process group works in the background, by its name.
pub fn is_called_worker(name: &str) -> bool {
    WORKERS.contains(&name)
}

impl Group {
    /// Whether it works in the background, by its name.
    pub fn is_called_worker(&self) -> bool {
        is_called_worker(&self.name)
    }
}

impl Service {
    /// Its limits, if they count requests.
    pub fn request_limits(&self) -> Option<&Concurrency> {
        self.concurrency.as_ref().filter(|limits| limits.kind.value == ConcurrencyType::Requests)
    }
}

impl App {
    /// Whether it stands in a plain file, not in a spec.
    pub fn is_plain(&self) -> bool {
        self.form != AppForm::Table
    }

    /// One of its tables as its author would write it: `[app.web.http_service]` of a spec,
    /// `[http_service]` of a fly.toml.
    pub fn table(&self, path: &str) -> String {
        match self.form {
            AppForm::Table => format!("[app.{}.{path}]", self.key.value),
            AppForm::File(Format::Toml) => format!("[{path}]"),
            AppForm::File(Format::Json | Format::Yaml) => path.to_owned(),
        }
    }

    /// The same for an item of a list of tables: `[[http_service.checks]]`.
    pub fn list_of_tables(&self, path: &str) -> String {
        match self.form {
            AppForm::Table | AppForm::File(Format::Toml) => format!("[{}]", self.table(path)),
            AppForm::File(Format::Json | Format::Yaml) => path.to_owned(),
        }
    }

    /// How a rule is waived, for a message.
    pub fn waiver(&self, rule: &str) -> String {
        match self.form {
            AppForm::Table => format!("`{}` with `{rule} = \"…\"`", self.table("allow")),
            AppForm::File(_) => format!("a comment here, `# flyarch: ignore[{rule}] …`"),
        }
    }

    /// How it gets a secret, for a message.
    pub fn secret(&self, name: &str) -> String {
        match self.form {
            AppForm::Table => format!("`secrets = [\"{name}\"]`"),
            AppForm::File(_) => format!("`fly secrets import -a {}` reads `{name}=…`", self.name.value),
        }
    }

    /// How it is called in a sentence: `app.web`, or by its name.
    pub fn reference(&self) -> String {
        match self.form {
            AppForm::Table => format!("app.{}", self.key.value),
            AppForm::File(_) => format!("`{}`", self.name.value),
        }
    }

    /// Where its Dockerfile and the like are; `path` is that of the file it stands in.
    pub fn place(&self, path: &str) -> Place {
        let folder = places::join(places::folder(path), &self.source.value);
        let build = self.toml.build.as_ref().map(|build| &*build.value);
        let other = build.is_some_and(|b| b.image.is_some() || b.builder.is_some() || b.builtin.is_some());
        let named = build.and_then(|build| build.dockerfile.as_ref());
        let dockerfile = if other || self.image_from.is_some() {
            None
        } else {
            Some(places::join(&folder, named.map_or("Dockerfile", |named| named.as_str())))
        };
        // What a spec says is rendered to another folder, and the file is looked for there.
        let compose = build.and_then(|build| build.compose.as_ref()).filter(|_| self.is_plain());
        let composes = compose.map(|compose| {
            let named = compose.value.file.as_ref().map(|file| file.as_str()).filter(|file| !file.is_empty());
            places::composes(places::folder(path), named)
        });
        Place { dockerfile, named: named.is_some(), folder, composes: composes.unwrap_or_default() }
    }

    /// Whether what lies at a path is on a volume.
    pub fn is_on_volume(&self, path: &str) -> bool {
        let holds = |folder: &str| {
            let rest = path.strip_prefix(folder.trim_end_matches('/'));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let folders = self.toml.mounts.iter().filter_map(|mount| mount.destination.as_ref());
        folders.into_iter().any(|folder| holds(folder))
    }

    /// Where the first of its mounts stands; its header where it has none.
    pub fn mounts_at(&self) -> TextRange {
        self.toml.mounts.iter().next().map_or(self.header, Sourced::range)
    }

    /// Whether a region is its primary one.
    pub fn is_primary(&self, region: &str) -> bool {
        self.primary_region.as_ref().is_some_and(|primary| primary.as_str() == region)
    }

    /// Whether the proxy may stop all of its machines that serve a group: some service stops machines.
    pub fn may_stop(&self) -> bool {
        self.services.iter().any(|service| service.auto_stop.value != AutoStop::Off)
    }

    /// What its own table says of regions; `shared` is what it may have inherited.
    pub(super) fn region_lists<'a>(
        &'a self,
        index: usize,
        shared: &'a [(Sourced<RegionCode>, Sourced<Count>)],
    ) -> impl Iterator<Item = RegionList<'a>> {
        let app = RegionList { app: Some(index), ..RegionList::default() };
        let jobs = self.jobs.iter().map(move |job| RegionList { one: Some(&job.region), ..app });
        let place = |list: &[(Sourced<RegionCode>, Sourced<Count>)]| list.first().map(|(region, _)| region.range());
        let placements = self.groups.iter().enumerate().filter(move |(i, group)| {
            let own = place(&group.placement);
            own != place(shared) && self.groups[..*i].iter().all(|earlier| place(&earlier.placement) != own)
        });
        [RegionList { one: self.primary_region.as_ref(), ..app }, RegionList { listed: &self.ips.egress, ..app }]
            .into_iter()
            .chain(placements.map(move |(_, group)| RegionList { counted: &group.placement, ..app }))
            .chain(jobs)
    }

    /// Regions in which it has machines, in the order of the spec, each once.
    pub fn regions(&self) -> Vec<&Sourced<RegionCode>> {
        let mut regions: Vec<&Sourced<RegionCode>> = Vec::new();
        for (region, _) in self.groups.iter().flat_map(|group| &group.placement) {
            if !regions.contains(&region) {
                regions.push(region);
            }
        }
        regions
    }

    /// What the proxy does with idle machines of a group: the least that any service of it says (flyctl
    /// `internal/command/deploy/machines_deploymachinesapp.go`).
    pub fn auto_stop(&self, group: usize) -> AutoStop {
        let services = self.services.iter().filter(|service| service.groups.contains(&group));
        services.map(|service| service.auto_stop.value).min().unwrap_or(AutoStop::Off)
    }

    /// Whether the proxy stops idle machines of a group that this service sends traffic to.
    pub fn stops(&self, service: &Service) -> bool {
        service.auto_stop.value != AutoStop::Off
            && service.groups.iter().any(|&group| self.auto_stop(group) != AutoStop::Off)
    }

    /// Requests that are being answered at the busiest time, as far as the spec says, with the place that says so.
    pub fn requests_in_flight(&self) -> Option<(Origin, u64)> {
        let (peak, latency) = (self.workload.peak_requests_per_second?, self.workload.p95_latency_ms?);
        Some((peak.origin, (u64::from(peak.value) * u64::from(latency.value)).div_ceil(1000)))
    }

    /// Whether a service is made of keys that were meant for `http_service`: `[services.concurrency]` beside it.
    pub fn is_stray(&self, service: &Service) -> bool {
        let ServiceForm::General(_) = service.form else { return false };
        self.toml.http_service.is_some() && service.internal_port.is_none() && service.ports.is_empty()
    }

    /// Whether it is Fly.io's metrics autoscaler.
    pub fn is_autoscaler(&self) -> bool {
        let image = self.toml.build.as_ref().and_then(|build| build.image.as_ref());
        image.is_some_and(|image| image.contains("fly-autoscaler"))
    }

    /// The command lines that flyctl splits into words, each with the key that holds it.
    pub fn command_lines(&self) -> impl Iterator<Item = (&'static str, &Sourced<String>)> {
        let processes = self.groups.iter().filter_map(|group| group.command.as_ref());
        let release = self.toml.deploy.as_ref().and_then(|deploy| deploy.release_command.as_ref());
        let processes = processes.map(|command| ("processes", command));
        let console = self.toml.console_command.iter().map(|command| ("console_command", command));
        let jobs = self.jobs.iter().map(|job| ("schedule", &job.command));
        processes.chain(release.map(|command| ("release_command", command))).chain(console).chain(jobs)
    }

    /// The commands that deploys test new machines with.
    pub fn machine_checks(&self) -> impl Iterator<Item = &Sourced<Vec<String>>> {
        let http = self.toml.http_service.iter().flat_map(|service| &service.machine_checks);
        let services = self.toml.services.iter().flat_map(|service| &service.machine_checks);
        self.toml.machine_checks.iter().chain(http).chain(services).filter_map(|check| check.command.as_ref())
    }
}
