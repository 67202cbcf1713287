//! The steps that set up an app.

mod jobs;
mod tokens;

pub(crate) use tokens::{expiry, token_name};

use super::{SecretSource, V4};
use crate::kinds::postgres::Engine;
use crate::model::{App, Model};
use crate::plan::{Arg, Layout, Phase, StepText, word};
use crate::spec::Kind;
use crate::value::Origin;

/// One step for an app. Numbers are places in the lists of the [`App`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppStep {
    /// The app itself.
    Create,
    /// An address.
    Address(Address),
    /// The connection to a Postgres cluster or Redis database, by place in `uses`.
    Attach(usize),
    /// A secret, by place in `secrets`.
    Secret(usize),
    /// Volumes of one name in one region.
    Volumes {
        /// The mount, by place in `toml.mounts`.
        mount: usize,
        /// The group whose placement names the region, and the place in it.
        group: usize,
        /// See `group`.
        region: usize,
    },
    /// The deploy.
    Deploy,
    /// The number of machines of a group in one region.
    Scale {
        /// The group.
        group: usize,
        /// The place in its placement.
        region: usize,
    },
    /// The machine of a job, by place in `jobs`.
    Job(usize),
    /// A certificate, by place in `domains`.
    Certificate(usize),
    /// A look at the result.
    Verify,
}

/// A kind of address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// Shared IPv4.
    SharedV4,
    /// The app's own IPv4.
    DedicatedV4,
    /// IPv6.
    V6,
    /// Flycast.
    Flycast,
    /// For outgoing connections, by place in `ips.egress`.
    Egress(usize),
}

impl AppStep {
    /// The phase that it belongs to.
    pub fn phase(self) -> Phase {
        match self {
            Self::Create => Phase::Apps,
            Self::Address(_) => Phase::Addresses,
            Self::Attach(_) | Self::Secret(_) => Phase::Secrets,
            Self::Volumes { .. } => Phase::Volumes,
            Self::Deploy => Phase::Deploys,
            Self::Scale { .. } => Phase::Counts,
            Self::Job(_) => Phase::Jobs,
            Self::Certificate(_) => Phase::Certificates,
            Self::Verify => Phase::Verification,
        }
    }
}

/// The steps of one phase.
pub(crate) fn steps(phase: Phase, app: &App, mut add: impl FnMut(AppStep)) {
    match phase {
        Phase::Apps => add(AppStep::Create),
        Phase::Addresses => addresses(app).for_each(|address| add(AppStep::Address(address))),
        Phase::Data => {}
        Phase::Secrets => {
            for (i, used) in app.uses.iter().enumerate() {
                if matches!(used.target.kind, Kind::Postgres | Kind::Redis) {
                    add(AppStep::Attach(i));
                }
            }
            (0..app.secrets.len()).for_each(|i| add(AppStep::Secret(i)));
        }
        Phase::Volumes => volumes(app).for_each(add),
        Phase::Deploys => add(AppStep::Deploy),
        Phase::Counts => {
            for (group, g) in app.groups.iter().enumerate() {
                primary_first(app, group).for_each(|region| add(AppStep::Scale { group, region }));
                debug_assert!(!g.placement.is_empty());
            }
        }
        Phase::Jobs => (0..app.jobs.len()).for_each(|i| add(AppStep::Job(i))),
        Phase::Certificates => (0..app.domains.len()).for_each(|i| add(AppStep::Certificate(i))),
        Phase::Verification => add(AppStep::Verify),
    }
}

/// Addresses that the app should have.
pub(crate) fn addresses(app: &App) -> impl Iterator<Item = Address> {
    let v4 = match app.ips.v4.value {
        V4::Shared => Some(Address::SharedV4),
        V4::Dedicated => Some(Address::DedicatedV4),
        V4::None => None,
    };
    let v6 = app.ips.v6.value.then_some(Address::V6);
    let flycast = app.ips.flycast.then_some(Address::Flycast);
    v4.into_iter().chain(v6).chain(flycast).chain((0..app.ips.egress.len()).map(Address::Egress))
}

/// Places in the placement of a group, the primary region first: a deploy looks for volumes there.
fn primary_first(app: &App, group: usize) -> impl Iterator<Item = usize> + use<> {
    let placement = &app.groups[group].placement;
    let primary = placement.iter().position(|(region, _)| app.is_primary(region));
    let others = 0..placement.len();
    primary.into_iter().chain(others.filter(move |i| Some(*i) != primary))
}

/// One step per name of volumes and region. Groups that mount volumes of one name share them.
pub(crate) fn volumes(app: &App) -> impl Iterator<Item = AppStep> {
    let mut steps: Vec<(AppStep, &str, &str)> = Vec::new();
    for (group, g) in app.groups.iter().enumerate() {
        let Some(mount) = g.mount else { continue };
        let name = source_of(app, mount);
        for region in primary_first(app, group) {
            let code = g.placement[region].0.as_str();
            if !steps.iter().any(|&(_, n, c)| (n, c) == (name, code)) {
                steps.push((AppStep::Volumes { mount, group, region }, name, code));
            }
        }
    }
    // The primary region first, for all names.
    steps.sort_by_key(|(_, _, code)| !app.is_primary(code));
    steps.into_iter().map(|(step, _, _)| step).collect::<Vec<_>>().into_iter()
}

/// The name of a mount's volumes.
pub(crate) fn source_of(app: &App, mount: usize) -> &str {
    app.toml.mounts[mount].source.as_ref().map_or("", |source| source.as_str())
}

/// How many volumes of a name a region needs: one for every machine that mounts it.
pub(crate) fn volumes_needed(app: &App, name: &str, region: &str) -> u32 {
    let groups = app.groups.iter().filter(|group| group.mount.is_some_and(|mount| source_of(app, mount) == name));
    groups.map(|group| group.machines_in(region)).sum()
}

/// Apps that must be deployed before this one.
pub(crate) fn needs(app: &App) -> impl Iterator<Item = usize> {
    let uses = app.uses.iter().map(|used| used.target.value).filter(|id| id.kind == Kind::App).map(|id| id.index);
    let after = app.after.iter().map(|after| after.value).filter(|id| id.kind == Kind::App).map(|id| id.index);
    let mut all: Vec<usize> = uses.chain(after).chain(app.image_from.iter().map(|image| image.value)).collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter()
}

/// A step in words.
pub(crate) fn text<'m>(step: AppStep, model: &'m Model, app: &'m App, layout: &'m Layout) -> StepText<'m> {
    let name = word(app.name.as_str());
    let header = Origin::written(app.header);
    match step {
        AppStep::Create => {
            let mut command = vec![
                "fly".into(),
                "apps".into(),
                "create".into(),
                name.clone(),
                "--org".into(),
                word(model.project().org.as_str()),
            ];
            if let Some(network) = &model.project().network {
                command.extend(["--network".into(), word(network.as_str())]);
            }
            let network = model.project().network.as_ref().map_or("", |network| network.as_str());
            StepText { id: "create".to_owned(), call: vec!["app".into(), name, word(network)], command, origin: header }
        }
        AppStep::Address(address) => address_text(address, app, &name, header),
        AppStep::Attach(i) => attach_text(i, model, app, name),
        AppStep::Secret(i) => secret_text(i, model, app, &name, layout),
        AppStep::Volumes { mount, group, region } => volumes_text(mount, group, region, app, name),
        AppStep::Deploy => deploy_text(model, app, name, header, layout),
        AppStep::Scale { group, region } => {
            let group = &app.groups[group];
            let (region, count) = &group.placement[region];
            let target = format!("{}={}", group.name.value, count.value);
            StepText {
                id: format!("scale-{}-{}", group.name.value, region.value),
                call: vec![
                    "machines".into(),
                    name.clone(),
                    word(group.name.as_str()),
                    word(region.as_str()),
                    count.value.to_string().into(),
                ],
                command: vec![
                    "fly".into(),
                    "scale".into(),
                    "count".into(),
                    target.into(),
                    "--region".into(),
                    word(region.as_str()),
                    "-a".into(),
                    name,
                    "--yes".into(),
                ],
                origin: if count.origin.is_written() { count.origin } else { region.origin },
            }
        }
        AppStep::Job(i) => jobs::text(i, app, name),
        AppStep::Certificate(i) => {
            let domain = &app.domains[i];
            StepText {
                id: format!("certificate-{}", domain.value),
                call: vec!["certificate".into(), name.clone(), word(domain.as_str())],
                command: vec!["fly".into(), "certs".into(), "add".into(), word(domain.as_str()), "-a".into(), name],
                origin: domain.origin,
            }
        }
        AppStep::Verify => verify_text(app, name, header),
    }
}

fn address_text<'m>(address: Address, app: &'m App, name: &Arg<'m>, header: Origin) -> StepText<'m> {
    let allocate = |what: &'static str, flags: &[&'static str]| {
        let mut command = vec!["fly".into(), "ips".into(), what.into()];
        command.extend(flags.iter().map(|flag| (*flag).into()));
        command.extend(["-a".into(), name.clone()]);
        command
    };
    let (id, kind, region, command, origin) = match address {
        Address::SharedV4 => {
            ("ip-shared-v4".to_owned(), "shared_v4", "", allocate("allocate-v4", &["--shared"]), app.ips.v4.origin)
        }
        Address::DedicatedV4 => ("ip-v4".to_owned(), "v4", "", allocate("allocate-v4", &["--yes"]), app.ips.v4.origin),
        Address::V6 => ("ip-v6".to_owned(), "v6", "", allocate("allocate-v6", &[]), app.ips.v6.origin),
        Address::Flycast => {
            ("ip-flycast".to_owned(), "private_v6", "", allocate("allocate-v6", &["--private"]), app.access.origin)
        }
        Address::Egress(i) => {
            let region = &app.ips.egress[i];
            let mut command = allocate("allocate-egress", &["--yes"]);
            command.extend(["--region".into(), word(region.as_str())]);
            (format!("ip-egress-{}", region.value), "egress_v4", region.as_str(), command, region.origin)
        }
    };
    let origin = if origin.range.start == origin.range.end { header } else { origin };
    StepText { id, call: vec!["address".into(), name.clone(), kind.into(), word(region)], command, origin }
}

fn attach_text<'m>(i: usize, model: &'m Model, app: &'m App, name: Arg<'m>) -> StepText<'m> {
    let used = &app.uses[i];
    let variable = word(used.variable.as_str());
    let id = format!("attach-{}", used.variable.value);
    let origin = used.variable.origin;
    if used.target.kind == Kind::Redis {
        let redis = word(model.redis[used.target.index].name.as_str());
        return StepText { id, call: vec!["attach_redis".into(), name, variable, redis], command: Vec::new(), origin };
    }
    let postgres = &model.postgres[used.target.index];
    let cluster = word(postgres.name.as_str());
    let (function, command): (&'static str, Vec<Arg<'m>>) = match postgres.engine.value {
        Engine::Managed => {
            let id = Arg::Found("CLUSTER_ID");
            (
                "attach_mpg",
                vec![
                    "fly".into(),
                    "mpg".into(),
                    "attach".into(),
                    id,
                    "-a".into(),
                    name.clone(),
                    "--variable-name".into(),
                    variable.clone(),
                ],
            )
        }
        Engine::Unmanaged => (
            "attach_postgres",
            vec![
                "fly".into(),
                "postgres".into(),
                "attach".into(),
                cluster.clone(),
                "-a".into(),
                name.clone(),
                "--variable-name".into(),
                variable.clone(),
                "--superuser=false".into(),
                "--yes".into(),
            ],
        ),
    };
    StepText { id, call: vec![function.into(), name, variable, cluster], command, origin }
}

fn secret_text<'m>(i: usize, model: &'m Model, app: &'m App, name: &Arg<'m>, layout: &'m Layout) -> StepText<'m> {
    let secret = &app.secrets[i];
    let (mut call, mut command): (Vec<Arg<'m>>, Vec<Arg<'m>>) = (Vec::new(), Vec::new());
    let mut begin = |function: &'static str| call.extend([function.into(), name.clone(), word(secret.name.as_str())]);
    match &secret.source {
        SecretSource::Env(variable) => {
            begin("secret_env");
            call.push(word(variable.as_str()));
        }
        SecretSource::File(path) => {
            begin("secret_file");
            call.push(Arg::Here(layout.path_to(path)));
        }
        SecretSource::Command(words) => {
            begin("secret_command");
            call.extend(words.iter().map(|text| word(text.as_str())));
        }
        SecretSource::Generate(generator) => {
            begin("secret_generate");
            call.push(generator.as_str().into());
        }
        SecretSource::Token(token) => (call, command) = tokens::text(secret, token, model, app),
        SecretSource::Manual(who) => {
            begin("secret_manual");
            call.push(word(who.as_str()));
        }
    }
    StepText { id: format!("secret-{}", secret.name.value), call, command, origin: secret.name.origin }
}

fn volumes_text<'m>(mount: usize, group: usize, region: usize, app: &'m App, name: Arg<'m>) -> StepText<'m> {
    let section = &app.toml.mounts[mount];
    let source = source_of(app, mount);
    let region = &app.groups[group].placement[region].0;
    let count = volumes_needed(app, source, region.as_str()).to_string();
    let gigabytes = section.initial_size.as_ref().map_or(1, |size| size.gigabytes()).to_string();
    let days = section.snapshot_retention.as_ref().map_or(0, |days| days.value).to_string();
    let snapshots =
        if section.scheduled_snapshots.as_ref().is_none_or(|scheduled| scheduled.value) { "true" } else { "false" };
    let mut command = vec![
        "fly".into(),
        "volumes".into(),
        "create".into(),
        word(source),
        "-a".into(),
        name.clone(),
        "--region".into(),
        word(region.as_str()),
        "--size".into(),
        gigabytes.clone().into(),
        "--snapshot-retention".into(),
        days.clone().into(),
        format!("--scheduled-snapshots={snapshots}").into(),
    ];
    // A volume is bound to a host: without a hint it may land on one that has no room for the machine.
    if let Some(vm) = app.groups[group].vm.and_then(|vm| app.toml.vm.get(vm)) {
        if let Some(size) = &vm.size {
            command.extend(["--vm-size".into(), word(size.as_ref().value.0.as_str())]);
        }
        if let Some(kind) = &vm.cpu_kind {
            command.extend(["--vm-cpu-kind".into(), word(kind.as_ref().value.0.as_str())]);
        }
        if let Some(cpus) = vm.cpus.filter(|cpus| cpus.value > 0) {
            command.extend(["--vm-cpus".into(), cpus.value.to_string().into()]);
        }
        // As in fly.toml the number wins.
        let number = vm.memory_mb.map(|number| number.value).filter(|number| *number > 0);
        if let Some(memory) = number.or(vm.memory.as_ref().map(|memory| memory.mebibytes())) {
            command.extend(["--vm-memory".into(), memory.to_string().into()]);
        }
    }
    command.push("--yes".into());
    StepText {
        id: format!("volumes-{source}-{}", region.value),
        call: vec![
            "volumes".into(),
            name,
            word(source),
            word(region.as_str()),
            count.into(),
            gigabytes.into(),
            days.into(),
            snapshots.into(),
        ],
        command,
        origin: section.origin,
    }
}

fn deploy_text<'m>(model: &'m Model, app: &'m App, name: Arg<'m>, header: Origin, layout: &'m Layout) -> StepText<'m> {
    let config = Arg::Here(format!("{}/fly.toml", app.key.value).into());
    let source = Arg::Here(layout.path_to(&app.source));
    let mut command =
        vec!["fly".into(), "deploy".into(), source, "-c".into(), config.clone(), "-a".into(), name.clone()];
    let builder = app.image_from.as_ref().map(|image| model.apps[image.value].name.as_str());
    if builder.is_some() {
        command.extend(["--image".into(), Arg::Found("IMAGE")]);
    }
    // The first deploy makes spare machines and addresses of its own accord; both have been decided.
    command.extend(["--ha=false".into(), "--no-public-ips".into(), "--yes".into()]);
    StepText {
        id: "deploy".to_owned(),
        call: vec!["deploy".into(), name, config, word(builder.unwrap_or(""))],
        command,
        origin: header,
    }
}

/// One word per thing that the app should have: `machines:group:region:count`, `volume:name`, `secret:name`,
/// `address:kind`, `job:name`, `certificate:host`.
fn verify_text<'m>(app: &'m App, name: Arg<'m>, header: Origin) -> StepText<'m> {
    let mut call = vec!["verify".into(), name];
    for group in &app.groups {
        call.extend(group.placement.iter().map(|(region, count)| {
            Arg::from(format!("machines:{}:{}:{}", group.name.value, region.value, count.value))
        }));
    }
    let mut names: Vec<&str> = (0..app.toml.mounts.len()).map(|mount| source_of(app, mount)).collect();
    names.sort_unstable();
    names.dedup();
    call.extend(names.into_iter().map(|name| format!("volume:{name}").into()));
    for used in &app.uses {
        if matches!(used.target.kind, Kind::Postgres | Kind::Redis) {
            call.push(format!("secret:{}", used.variable.value).into());
        }
    }
    call.extend(app.secrets.iter().map(|secret| format!("secret:{}", secret.name.value).into()));
    for address in addresses(app) {
        let kind = match address {
            Address::SharedV4 => "shared_v4",
            Address::DedicatedV4 => "v4",
            Address::V6 => "v6",
            Address::Flycast => "private_v6",
            Address::Egress(_) => continue,
        };
        call.push(format!("address:{kind}").into());
    }
    call.extend(app.jobs.iter().map(|job| format!("job:{}", job.key.value).into()));
    call.extend(app.domains.iter().map(|domain| format!("certificate:{}", domain.value).into()));
    StepText { id: "verify".to_owned(), call, command: Vec::new(), origin: header }
}

/// The step that takes an app away. Its volumes go with it, so that the script has to know which are the spec's; tokens
/// that were made for it do not.
pub(crate) fn teardown<'m>(model: &'m Model, app: &'m App) -> StepText<'m> {
    let name = word(app.name.as_str());
    let mut volumes: Vec<&str> = (0..app.toml.mounts.len()).map(|mount| source_of(app, mount)).collect();
    volumes.sort_unstable();
    volumes.dedup();
    let mut call = vec!["remove_app".into(), name.clone()];
    call.extend(volumes.into_iter().map(word));
    for secret in app.secrets.iter().filter(|secret| matches!(secret.source, SecretSource::Token(_))) {
        let target = secret.token_for.map_or("", |target| model.apps[target].name.as_str());
        call.push(format!("token:{target}:{}", token_name(app, secret)).into());
    }
    let command = vec!["fly".into(), "apps".into(), "destroy".into(), name, "--yes".into()];
    StepText { id: "destroy".to_owned(), call, command, origin: Origin::written(app.header) }
}
