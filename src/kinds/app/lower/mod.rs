//! What an `[app.<key>]` means.

mod defaults;
mod groups;
mod jobs;
mod litefs;
mod opened;
mod paths;
mod services;
mod tokens;
mod volumes;
mod wire;

pub(crate) use wire::{expand, wire};

use super::{Access, AppSpec, IpsSpec, V4, Workload, WriteRouting, WriteRoutingSpec};
use crate::fly_toml::FlyToml;
use crate::lower::{CONFLICT, DUPLICATE_VARIABLE, INVALID_NAME, LowerCx, WRONG_REFERENCE};
use crate::model::{App, AppForm, Group, Ips, LiteFs, Replay, ResourceId, Secret, Service, Use, fit_shared_ipv4};
use crate::source::TextRange;
use crate::spec::{Kind, Reference, Tier, UseSpec};
use crate::value::{AppName, Entries, EnvName, HostName, Key, Origin, Scalar, Sourced, Why};

static NAME: Why = Why { reason: "names are made of the project's name and the key", source: "docs/language.md" };
static SOURCE: Why =
    Why { reason: "an app is built from the folder of its spec unless it says otherwise", source: "docs/language.md" };
static PUBLIC: Why =
    Why { reason: "an app with a service is reachable unless it says otherwise", source: "docs/language.md" };
static INTERNAL: Why = Why { reason: "an app without a service has nothing to reach", source: "docs/language.md" };
static SHARED_V4: Why = Why { reason: "a shared address serves HTTP and TLS, and is free", source: "about/pricing" };
static DEDICATED_V4: Why =
    Why { reason: "UDP and raw TCP need an address of their own", source: "networking/services" };
static V6: Why = Why { reason: "an IPv6 address is free", source: "about/pricing" };
static NO_KEY: Why = Why { reason: "a file is one app, and has no key", source: "docs/lint.md" };
static NO_ADDRESS: Why = Why { reason: "what is not public has no public address", source: "networking/flycast" };

/// The app that a table declares, but for the variables that say where other apps are (see [`wire()`]).
pub(crate) fn lower(key: Sourced<Key>, spec: Sourced<AppSpec>, cx: &mut LowerCx<'_>) -> Option<App> {
    let header = spec.range();
    let mut spec = spec.value;
    let name = match spec.name.take() {
        Some(written) => cx.app_name(written),
        None => cx.name(None, &key, &NAME),
    };
    let (mut groups, primary_region) = groups::lower(&mut spec, &key, header, cx)?;
    let mut toml = sections(&mut spec);
    toml.app = name.as_ref().map(|name| name.as_ref().map(ToString::to_string));
    toml.primary_region = Some(primary_region.clone());
    let services = complete(&mut toml, &mut groups, header, cx);
    environment(&mut toml.env, cx);
    let access = access(spec.access, &services, header, cx);
    let ips = addresses(spec.ips.map(|ips| ips.value), access.value, &services, header);
    domains(&spec.domains, &access, cx);
    let image_from = image_from(spec.image_from.as_ref(), &toml, cx);
    let uses = uses(spec.uses, cx);
    let volumes = volumes::lower(spec.volume, &toml, cx);
    let secrets_at = spec.secrets.as_ref().map(Sourced::range);
    let secrets = spec.secrets.map(|secrets| secrets.value).unwrap_or_default();
    let secrets: Vec<Secret> = secrets.into_iter().map(|(name, source)| tokens::secret(name, source, cx)).collect();
    paths::check(spec.source.as_ref(), &toml, &secrets, cx);
    let litefs = litefs::lower(spec.litefs.take(), &toml, &groups, &primary_region, cx);
    variables(&toml.env, &uses, &secrets, litefs.as_ref(), cx);
    let (write_routing, replay) = write_routing(spec.write_routing, cx);
    let jobs = jobs::lower(std::mem::take(&mut spec.schedule), &primary_region, cx);
    let after = spec
        .after
        .iter()
        .filter_map(|reference| Some(Sourced { value: cx.resolve(reference)?, origin: reference.origin }));
    let after = after.collect();
    let (workload, workload_at) = match spec.workload {
        Some(workload) => (workload.value, Some(workload.origin.range)),
        None => Default::default(),
    };
    Some(App {
        form: AppForm::Table,
        file: cx.report.file,
        header,
        tier: cx.project.tier,
        name: name?,
        toml,
        primary_region: Some(primary_region),
        groups,
        services,
        access,
        network: spec.network.or_else(|| cx.project.network.clone()),
        ips,
        domains: spec.domains,
        uses,
        secrets,
        volumes,
        jobs,
        after,
        image_from,
        source: spec.source.unwrap_or_else(|| Sourced::filled(".".to_owned(), header, &SOURCE)),
        write_routing,
        replay,
        litefs,
        workload,
        workload_at,
        allow: spec.allow,
        secrets_at,
        key,
    })
}

/// The app that a plain file describes. What only a spec can say is absent.
pub(crate) fn lower_file(
    mut toml: FlyToml,
    name: Sourced<AppName>,
    (form, tier): (AppForm, Tier),
    cx: &mut LowerCx<'_>,
) -> Option<App> {
    let header = name.range();
    let key = Sourced::filled("app".parse().ok()?, header, &NO_KEY);
    let mut groups = groups::declared(&toml.processes, header);
    let services = complete(&mut toml, &mut groups, header, cx);
    paths::check(None, &toml, &[], cx);
    let access = access(None, &services, header, cx);
    let ips = addresses(None, access.value, &services, header);
    Some(App {
        form,
        key,
        file: cx.report.file,
        header,
        tier,
        name,
        primary_region: toml.primary_region.clone(),
        toml,
        groups,
        services,
        access,
        network: None,
        ips,
        domains: Vec::new(),
        uses: Vec::new(),
        secrets: Vec::new(),
        volumes: Vec::new(),
        jobs: Vec::new(),
        after: Vec::new(),
        image_from: None,
        source: Sourced::filled(".".to_owned(), header, &SOURCE),
        write_routing: None,
        replay: None,
        litefs: None,
        workload: Workload::default(),
        workload_at: None,
        allow: Entries::default(),
        secrets_at: None,
    })
}

/// Gives every section its groups, and states what Fly.io would assume.
fn complete(toml: &mut FlyToml, groups: &mut [Group], header: TextRange, cx: &mut LowerCx<'_>) -> Vec<Service> {
    groups::attach(toml, groups, cx);
    let services = services::lower(toml, groups, cx);
    for service in &services {
        for &group in &service.groups {
            groups[group].serves = true;
        }
    }
    defaults::fill(toml, header, cx.facts);
    variable_names(&toml.env, cx);
    services
}

/// The part of a table that is fly.toml.
fn sections(spec: &mut AppSpec) -> FlyToml {
    macro_rules! take {
        ($($field:ident),+ $(,)?) => {
            FlyToml { app: None, $($field: std::mem::take(&mut spec.$field)),+ }
        };
    }
    take!(
        primary_region,
        kill_signal,
        kill_timeout,
        swap_size_mb,
        console_command,
        host_dedication_id,
        machine_config,
        container,
        experimental,
        build,
        deploy,
        env,
        processes,
        mounts,
        http_service,
        services,
        checks,
        files,
        machine_checks,
        restart,
        vm,
        statics,
        metrics,
    )
}

fn access(
    written: Option<Sourced<Access>>,
    services: &[Service],
    header: TextRange,
    cx: &mut LowerCx<'_>,
) -> Sourced<Access> {
    let Some(access) = written else {
        return if services.is_empty() {
            Sourced::filled(Access::Internal, header, &INTERNAL)
        } else {
            Sourced::filled(Access::Public, header, &PUBLIC)
        };
    };
    if services.is_empty() && access.value != Access::Internal {
        let way = if access.value == Access::Public { "the internet" } else { "Flycast" };
        cx.report
            .error(CONFLICT, access.origin, format!("`access = \"{}\"` without a service", access.value.as_str()))
            .label(format!("{way} reaches services, and this app has none"))
            .help("add `[http_service]` or `[[services]]`, or leave `access` out: other apps reach it by its .internal name");
    }
    access
}

fn addresses(spec: Option<IpsSpec>, access: Access, services: &[Service], header: TextRange) -> Ips {
    let spec = spec.unwrap_or_default();
    let public = access == Access::Public;
    let shareable = fit_shared_ipv4(services);
    let v4 = match (public, shareable) {
        (false, _) => Sourced::filled(V4::None, header, &NO_ADDRESS),
        (true, true) => Sourced::filled(V4::Shared, header, &SHARED_V4),
        (true, false) => Sourced::filled(V4::Dedicated, header, &DEDICATED_V4),
    };
    let v6 = if public { Sourced::filled(true, header, &V6) } else { Sourced::filled(false, header, &NO_ADDRESS) };
    Ips {
        v4: spec.v4.unwrap_or(v4),
        v6: spec.v6.unwrap_or(v6),
        flycast: access == Access::Private,
        egress: spec.egress,
    }
}

fn domains(domains: &[Sourced<HostName>], access: &Sourced<Access>, cx: &mut LowerCx<'_>) {
    for (i, domain) in domains.iter().enumerate() {
        if let Some(first) = domains[..i].iter().find(|other| *other == domain) {
            cx.report
                .error(CONFLICT, domain.origin, format!("`{}` is listed twice", domain.value))
                .related(first.origin, "first listed here")
                .help("keep one of the two");
        }
    }
    if let (Some(domain), false) = (domains.first(), access.value == Access::Public) {
        cx.report
            .error(CONFLICT, domain.origin, "a domain on an app that is not public")
            .related(access.origin, format!("{} access", access.value.as_str()))
            .help("set `access = \"public\"`, or move the domain to the app that the public reaches");
    }
}

fn image_from(reference: Option<&Sourced<Reference>>, toml: &FlyToml, cx: &mut LowerCx<'_>) -> Option<Sourced<usize>> {
    let reference = reference?;
    let id = cx.resolve(reference)?;
    if id.kind != Kind::App {
        cx.report
            .error(WRONG_REFERENCE, reference.origin, format!("`{}` builds no image", reference.value))
            .help("`image_from` takes an app, such as \"app.web\"");
        return None;
    }
    if let Some(build) = &toml.build {
        cx.report
            .error(CONFLICT, build.origin, "a `build` section beside `image_from`")
            .related(reference.origin, format!("the image of {} is deployed", reference.value))
            .help("keep one of the two: an app builds its own image or takes another's");
    }
    Some(Sourced { value: id.index, origin: reference.origin })
}

/// How writes reach the primary, and what helps them there.
fn write_routing(
    spec: Option<Sourced<WriteRoutingSpec>>,
    cx: &mut LowerCx<'_>,
) -> (Option<Sourced<WriteRouting>>, Option<Replay>) {
    let Some(spec) = spec else { return (None, None) };
    let (origin, WriteRoutingSpec { by, framework, paths }) = (spec.origin, spec.value);
    let replayed = by == WriteRouting::FlyReplay;
    let helper = framework.as_ref().map(|f| f.origin).or(paths.first().map(|path| path.origin));
    if let Some(helper) = helper.filter(|_| !replayed) {
        cx.report
            .error(CONFLICT, helper, "a middleware for an app that writes to the primary itself")
            .help("write `by = \"fly-replay\"`, or `write_routing = \"direct\"` and nothing more");
    }
    let replay = replayed.then(|| Replay { framework: framework.map(|framework| framework.value), paths });
    (Some(Sourced { value: by, origin }), replay)
}

fn uses(entries: Entries<EnvName, Sourced<UseSpec>>, cx: &mut LowerCx<'_>) -> Vec<Use> {
    let resolve = |(variable, spec): (Sourced<EnvName>, Sourced<UseSpec>)| {
        let Sourced { value: UseSpec { of, table }, origin } = spec;
        let (reference, url, database, username) = match table {
            Some(table) => (table.of, table.url, table.database, table.username),
            None => (Sourced { value: of, origin }, None, None, None),
        };
        let target = Sourced { value: cx.resolve(&reference)?, origin };
        Some(Use { variable, target, url, database, username })
    };
    entries.into_iter().filter_map(resolve).collect()
}

/// A variable has one source: `env`, `uses`, `secrets` or LiteFS. Of two on Fly.io the secret would win in silence.
fn variables(
    env: &Entries<String, Sourced<Scalar>>,
    uses: &[Use],
    secrets: &[Secret],
    litefs: Option<&LiteFs>,
    cx: &mut LowerCx<'_>,
) {
    let env = env.iter().map(|(name, _)| (name.value.as_str(), name.origin, "env"));
    let uses = uses.iter().map(|used| (used.variable.as_str(), used.variable.origin, "uses"));
    let secrets = secrets.iter().map(|secret| (secret.name.as_str(), secret.name.origin, "secrets"));
    let consul = litefs.map(|litefs| ("FLY_CONSUL_URL", Origin::written(litefs.at), "litefs"));
    let mut all: Vec<(&str, Origin, &str)> = env.chain(uses).chain(secrets).chain(consul).collect();
    all.sort_by_key(|&(name, origin, _)| (name, origin.range));
    for pair in all.windows(2) {
        let [(name, first, first_in), (other, second, second_in)] = [pair[0], pair[1]];
        if name == other {
            cx.report
                .error(DUPLICATE_VARIABLE, second, format!("`{name}` is defined twice"))
                .label(format!("defined in `{second_in}`"))
                .related(first, format!("and in `{first_in}`"))
                .help("keep one of them: a secret would hide the other in silence");
        }
    }
}

fn variable_names(env: &Entries<String, Sourced<Scalar>>, cx: &mut LowerCx<'_>) {
    for (name, _) in env {
        let text = name.value.as_str();
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-')) {
            cx.report
                .error(INVALID_NAME, name.origin, format!("`{text}` cannot be the name of a variable"))
                .help("expected letters, digits, underscores, dots and dashes");
        }
    }
}

/// The project's variables are added where the app has none of that name.
fn environment(env: &mut Entries<String, Sourced<Scalar>>, cx: &mut LowerCx<'_>) {
    for (name, value) in &cx.project.env {
        if env.get(name.value.as_str()).is_none() {
            env.push(name.clone(), value.clone());
        }
    }
}

/// A reference from one app to another, for the search of cycles.
pub(super) fn app_of(id: ResourceId) -> Option<usize> {
    (id.kind == Kind::App).then_some(id.index)
}
