//! The steps that set up an app.

mod attach;
mod jobs;
mod tokens;
mod volumes;

pub(crate) use tokens::{expiry, token_name};
pub(crate) use volumes::source_of;

use attach::attach_text;
use volumes::{primary_first, seed_text, volumes, volumes_text};

use super::{SecretSource, V4};
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
    /// The first volume of a name, from a snapshot or another volume, by place in `volumes`.
    Seed(usize),
    /// A Consul cluster, where LiteFS keeps who is the primary.
    Consul,
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
            Self::Attach(_) | Self::Secret(_) | Self::Consul => Phase::Secrets,
            Self::Seed(_) | Self::Volumes { .. } => Phase::Volumes,
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
            if app.litefs.is_some() {
                add(AppStep::Consul);
            }
        }
        Phase::Volumes => {
            (0..app.volumes.len()).for_each(|i| add(AppStep::Seed(i)));
            volumes(app).for_each(add);
        }
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
            if let Some(network) = &app.network {
                command.extend(["--network".into(), word(network.as_str())]);
            }
            let network = app.network.as_ref().map_or("", |network| network.as_str());
            StepText { id: "create".to_owned(), call: vec!["app".into(), name, word(network)], command, origin: header }
        }
        AppStep::Address(address) => address_text(address, app, &name, header),
        AppStep::Attach(i) => attach_text(i, model, app, name),
        AppStep::Secret(i) => secret_text(i, model, app, &name, layout),
        AppStep::Seed(i) => seed_text(i, app, name),
        AppStep::Consul => {
            let command = vec!["fly".into(), "consul".into(), "attach".into(), "-a".into(), name.clone()];
            let origin = app.litefs.as_ref().map_or(header, |litefs| Origin::written(litefs.at));
            StepText { id: "consul".to_owned(), call: vec!["consul".into(), name], command, origin }
        }
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

/// What says where Consul is, as an expectation.
const CONSUL_SECRET: &str = "secret:FLY_CONSUL_URL";

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
    if app.litefs.is_some() {
        call.push(CONSUL_SECRET.into());
    }
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
