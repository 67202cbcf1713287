//! Variables that say where other declarations are, and the search for references that lead back.

use super::super::Access;
use super::{app_of, opened};
use crate::fly_toml::AutoStop;
use crate::lower::{CYCLE, LowerCx, UNKNOWN_REFERENCE, WRONG_REFERENCE};
use crate::model::{App, Model};
use crate::schema::MISSING_KEY;
use crate::spec::{Kind, Reference};
use crate::value::{Origin, RegionCode, Scalar, Sourced, Why};

static USED_APP: Why = Why { reason: "where the used app can be reached", source: "docs/language.md" };
static USED_BUCKET: Why =
    Why { reason: "the name of the used bucket; its credentials are secrets", source: "docs/language.md" };

/// Sets the variables of used apps and buckets, once all apps are known.
pub(crate) fn wire(model: &mut Model, cx: &mut LowerCx<'_>) {
    cycles(model, cx);
    if cx.report.diagnostics.ok().is_err() {
        return;
    }
    for index in 0..model.apps.len() {
        for used in 0..model.apps[index].uses.len() {
            let entry = &model.apps[index].uses[used];
            let (variable, target) = (entry.variable.clone(), entry.target);
            let (value, why) = match target.kind {
                Kind::App => match url(&model.apps[target.index], target.origin, cx) {
                    Some(url) => {
                        one_network(&model.apps[index], &model.apps[target.index], &url, target.origin, cx);
                        (url, &USED_APP)
                    }
                    None => continue,
                },
                Kind::Bucket => (model.buckets[target.index].name.to_string(), &USED_BUCKET),
                Kind::Postgres | Kind::Redis => {
                    opened::check(&model.apps[index].uses[used], model, cx);
                    continue;
                }
            };
            let value = Sourced::filled(Scalar::from(value), target.range(), why);
            model.apps[index].toml.env.push(variable.map(|name| name.to_string()), value);
        }
    }
}

/// Private names and addresses are known in one network alone (Fly.io, networking/custom-private-networks).
fn one_network(app: &App, used: &App, url: &str, at: Origin, cx: &mut LowerCx<'_>) {
    let name = |app: &App| app.network.as_ref().map(|network| network.value.to_string());
    if name(app) == name(used) || url.ends_with(".fly.dev") {
        return;
    }
    let on = |app: &App| name(app).map_or("the default network".to_owned(), |name| format!("the network `{name}`"));
    let (from, to) = (on(app), on(used));
    let error = cx.report.error(
        WRONG_REFERENCE,
        at,
        format!("app.{} cannot reach app.{}, which is on {to}", app.key.value, used.key.value),
    );
    let error = error.label(format!("from {from}"));
    let error = match used.network.as_ref().or(app.network.as_ref()) {
        Some(network) => error.related(network.origin, "its own network"),
        None => error,
    };
    error.help("put both on one network, or let the other one be public");
}

/// Puts values of other declarations into variables, once all are known.
pub(crate) fn expand(model: &mut Model, cx: &mut LowerCx<'_>) {
    for index in 0..model.apps.len() {
        for at in 0..model.apps[index].toml.env.len() {
            let value = &model.apps[index].toml.env[at].1;
            if !value.as_str().contains("${") {
                continue;
            }
            let (text, origin) = (value.as_str().to_owned(), value.origin);
            let text = expanded(&text, origin, model, cx);
            if let (Some(text), Some((_, value))) = (text, model.apps[index].toml.env.iter_mut().nth(at)) {
                value.value = Scalar::from(text);
            }
        }
    }
}

/// A text with its `${…}` replaced; `$${` stands for `${`.
fn expanded(text: &str, origin: Origin, model: &Model, cx: &mut LowerCx<'_>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let literal = rest[..at].ends_with('$');
        out.push_str(&rest[..at - usize::from(literal)]);
        rest = &rest[at + 2..];
        if literal {
            out.push_str("${");
            continue;
        }
        let Some((path, behind)) = rest.split_once('}') else {
            cx.report
                .error(UNKNOWN_REFERENCE, origin, "`${` without `}`")
                .help("close it, or write `$${` for a literal `${`");
            return None;
        };
        out.push_str(&value_of(path.trim(), origin, model, cx)?);
        rest = behind;
    }
    out.push_str(rest);
    Some(out)
}

/// What a path such as `app.api.url` stands for.
fn value_of(path: &str, origin: Origin, model: &Model, cx: &mut LowerCx<'_>) -> Option<String> {
    let project = model.project();
    let (subject, attribute) = path.rsplit_once('.').unwrap_or((path, ""));
    if subject == "project" {
        let value = match attribute {
            "name" => Some(project.name.to_string()),
            "org" => Some(project.org.to_string()),
            "tier" => Some(project.tier.value.as_str().to_owned()),
            "primary_region" => project.primary_region.as_ref().map(|region| region.value.to_string()),
            _ => None,
        };
        return value.or_else(|| unknown_value(path, "`project` has name, org, tier and primary_region", origin, cx));
    }
    let Ok(reference) = subject.parse::<Reference>() else {
        let help = "it is written `${app.api.url}` or `${project.org}`; write `$${` for a literal `${`";
        return unknown_value(path, help, origin, cx);
    };
    let id = cx.resolve(&Sourced { value: reference, origin })?;
    let region = |region: &RegionCode| Some(region.to_string());
    let value = match (id.kind, attribute) {
        (_, "name") => Some(model.name(id).to_string()),
        (Kind::App, "url") => return url(&model.apps[id.index], origin, cx),
        (Kind::App, "host") => {
            let url = url(&model.apps[id.index], origin, cx)?;
            let host = url.split_once("://").map_or(url.as_str(), |(_, host)| host);
            return Some(host.split(':').next().unwrap_or(host).to_owned());
        }
        (Kind::App, "region") => model.apps[id.index].primary_region.as_ref().and_then(|r| region(&r.value)),
        (Kind::Postgres, "region") => region(&model.postgres[id.index].region),
        (Kind::Redis, "region") => region(&model.redis[id.index].region),
        _ => None,
    };
    let help = match id.kind {
        Kind::App => "an app has name, url, host and region",
        Kind::Postgres | Kind::Redis => "it has name and region; what opens it is a secret, which `uses` sets",
        Kind::Bucket => "a bucket has name; what opens it is a secret, which `uses` sets",
    };
    value.or_else(|| unknown_value(path, help, origin, cx))
}

fn unknown_value(path: &str, help: &str, origin: Origin, cx: &mut LowerCx<'_>) -> Option<String> {
    cx.report.error(UNKNOWN_REFERENCE, origin, format!("`${{{path}}}` stands for nothing")).help(help);
    None
}

/// Where an app can be reached from another one of its organisation.
fn url(app: &App, at: Origin, cx: &mut LowerCx<'_>) -> Option<String> {
    let name = &app.name.value;
    let service = app.services.first();
    if app.access.value == Access::Private {
        // Flycast goes through the proxy: the external port, and never TLS unless a port ends it.
        let ports = &service?.ports;
        let port = ports
            .iter()
            .find(|p| p.http && !p.tls)
            .or_else(|| ports.iter().find(|p| p.http))
            .or_else(|| ports.first())?;
        let scheme = match (port.http, port.tls) {
            (true, false) => "http",
            (true, true) => "https",
            (false, _) => "tcp",
        };
        let number = port.port.get();
        let usual = (scheme, number) == ("http", 80) || (scheme, number) == ("https", 443);
        return Some(if usual {
            format!("{scheme}://{name}.flycast")
        } else {
            format!("{scheme}://{name}.flycast:{number}")
        });
    }
    let stops = app.services.iter().any(|service| service.auto_stop.value != AutoStop::Off);
    if stops && app.access.value == Access::Public {
        return Some(format!("https://{name}.fly.dev"));
    }
    if stops {
        cx.report
            .error(WRONG_REFERENCE, at, format!("nothing can wake `{name}` when it is stopped"))
            .related(app.access.origin, "internal: no address that the proxy answers")
            .help(format!(
                "set `access = \"private\"` for app.{}: Flycast starts machines, .internal names do not",
                app.key.value
            ));
        return None;
    }
    let port = service.and_then(|service| service.internal_port).or(app.workload.listen_port);
    let Some(port) = port else {
        cx.report
            .error(MISSING_KEY, at, format!("app.{} has no port to connect to", app.key.value))
            .related(Origin::written(app.header), "no service, and no `workload.listen_port`")
            .help(format!("say on which port it listens: `[app.{}.workload]` with `listen_port`", app.key.value));
        return None;
    };
    let scheme = if service.is_none_or(|service| service.ports.iter().any(|port| port.http)) { "http" } else { "tcp" };
    // The plain name means the machines of all groups.
    let host = match service.and_then(|service| service.groups.first()) {
        Some(&group) if app.groups.len() > 1 => format!("{}.process.{name}.internal", app.groups[group].name.value),
        _ => format!("{name}.internal"),
    };
    Some(format!("{scheme}://{host}:{}", port.value))
}

/// Reports every cycle of `uses`, `image_from` and `after` once.
fn cycles(model: &Model, cx: &mut LowerCx<'_>) {
    let edges: Vec<Vec<(usize, Origin)>> = model.apps.iter().map(edges).collect();
    let mut state = vec![State::New; edges.len()];
    for start in 0..edges.len() {
        // (app, next edge): an explicit stack, because a chain may be as long as the spec.
        let mut stack = vec![(start, 0_usize)];
        if state[start] != State::New {
            continue;
        }
        state[start] = State::Open;
        while let Some((app, next)) = stack.last_mut() {
            let Some(&(target, at)) = edges[*app].get(*next) else {
                state[*app] = State::Done;
                stack.pop();
                continue;
            };
            *next += 1;
            match state[target] {
                State::New => {
                    state[target] = State::Open;
                    stack.push((target, 0));
                }
                State::Open => {
                    let from = stack.iter().position(|&(app, _)| app == target).unwrap_or(0);
                    report(model, &stack[from..], at, &edges, cx);
                }
                State::Done => {}
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

fn edges(app: &App) -> Vec<(usize, Origin)> {
    let uses = app.uses.iter().filter_map(|used| Some((app_of(used.target.value)?, used.target.origin)));
    let image = app.image_from.iter().map(|image| (image.value, image.origin));
    let after = app.after.iter().filter_map(|after| Some((app_of(after.value)?, after.origin)));
    uses.chain(image).chain(after).collect()
}

fn report(model: &Model, ring: &[(usize, usize)], at: Origin, edges: &[Vec<(usize, Origin)>], cx: &mut LowerCx<'_>) {
    let name = |app: usize| format!("app.{}", model.apps[app].key.value);
    if let [(only, _)] = ring {
        cx.report
            .error(CYCLE, at, format!("{} refers to itself", name(*only)))
            .help("remove the reference: nothing can come before itself");
        return;
    }
    let mut way: Vec<String> = ring.iter().map(|&(app, _)| name(app)).collect();
    way.push(name(ring[0].0));
    let mut builder = cx
        .report
        .error(CYCLE, at, format!("a cycle: {}", way.join(" → ")))
        .label("leads back")
        .help("none of them could be set up first: remove one of the references");
    for &(app, next) in &ring[..ring.len() - 1] {
        if let Some(&(target, origin)) = edges[app].get(next.saturating_sub(1)) {
            builder = builder.related(origin, format!("{} needs {}", name(app), name(target)));
        }
    }
}
