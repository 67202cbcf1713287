//! An app itself, its addresses, certificates and secrets. What the script does about each is in
//! `kinds/app/functions.sh`.

use super::{Class, Cx, Finding, Next, command, deploy, is_absent, machines, only, volumes, words};
use crate::kinds::app::{Address, AppStep, SecretSource, addresses};
use crate::live::Dump;
use crate::model::App;
use crate::plan::StepText;
use crate::spec::Kind;
use crate::value::Sourced;

/// What Tigris gives to the app that a bucket is made for (flyctl `internal/command/extensions/core/core.go`).
const OF_BUCKET: [&str; 5] =
    ["AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL_S3", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "BUCKET_NAME"];
/// What `fly consul attach` sets.
const OF_CONSUL: &str = "FLY_CONSUL_URL";

pub(super) fn step(cx: &mut Cx<'_>, app: &App, step: AppStep, text: &StepText<'_>) {
    if step == AppStep::Create {
        return itself(cx, app, text);
    }
    if is_absent(cx, app) {
        return;
    }
    match step {
        AppStep::Create | AppStep::Seed(_) | AppStep::Verify => {}
        AppStep::Address(_) => address(cx, app, text),
        AppStep::Attach(i) => {
            let used = &app.uses[i];
            let target = cx.model.reference(used.target.value);
            let how = format!("`setup.sh` attaches {target} again, and one deploy carries it.");
            secret(cx, app, used.variable.as_str(), &how, text);
        }
        AppStep::Secret(i) => {
            let declared = &app.secrets[i];
            let how = match &declared.source {
                SecretSource::Manual(_) => "`setup.sh` says who sets it, and waits with the deploy until it is there.",
                SecretSource::Generate(_) => {
                    "`setup.sh` makes a new value, and one deploy carries it: what the old one signed or encrypted is \
                     worth nothing then."
                }
                SecretSource::Env(_) | SecretSource::File(_) | SecretSource::Command(_) | SecretSource::Token(_) => {
                    "`setup.sh` sets it from its source, and one deploy carries it."
                }
            };
            secret(cx, app, declared.name.as_str(), how, text);
        }
        AppStep::Consul => {
            secret(cx, app, OF_CONSUL, "`setup.sh` attaches Consul again, and one deploy carries it.", text);
        }
        AppStep::Volumes { mount, .. } => volumes::step(cx, app, mount, text),
        AppStep::Deploy => deploy::step(cx, app, text),
        AppStep::Scale { .. } => machines::scale(cx, app, text),
        AppStep::Job(i) => machines::job(cx, app, i, text),
        AppStep::Certificate(_) => certificate(cx, app, text),
    }
}

fn itself(cx: &mut Cx<'_>, app: &App, text: &StepText<'_>) {
    let name = app.name.as_str();
    let at = cx.at(app.name.range());
    let org = cx.model.project().org.as_str();
    let Some(listed) = cx.live.listed(name) else {
        if cx.live.listed.is_some() {
            let finding = Finding::new(Class::Missing, name, "the app")
                .of(app.reference())
                .at(at)
                .then(Next::Adds, "`setup.sh` makes it, with all that belongs to it.")
                .person(format!("{} makes it alone.", command(words(&text.command))));
            cx.add(finding);
        }
        return;
    };
    let mut found = Vec::new();
    if let Some(other) = listed.org().filter(|other| *other != org) {
        let org_at = cx.at(cx.model.project().org.range());
        found.push(
            Finding::new(Class::Changed, name, "the organisation")
                .expected(org)
                .runs(other)
                .at(org_at)
                .then(
                    Next::Stops,
                    "`setup.sh` looks in the declared organisation alone: it finds the name taken, and stops.",
                )
                .person(format!("{} moves it.", command(["fly", "apps", "move", name, "--org", org, "--yes"]))),
        );
    }
    let wanted = app.network.as_ref().map_or("", |network| network.as_str());
    let runs = listed.network.as_deref().unwrap_or_default();
    // Where the spec names none, the app is where its organisation's apps are by default.
    if runs != wanted && !(wanted.is_empty() && runs == "default") {
        let range = app.network.as_ref().map_or(app.header, Sourced::range);
        let on = |network: &str| if network.is_empty() { "the default network".to_owned() } else { network.to_owned() };
        found.push(
            Finding::new(Class::Changed, name, "the private network")
                .expected(on(wanted))
                .runs(on(runs))
                .at(cx.at(range))
                .then(
                    if wanted.is_empty() { Next::Nothing } else { Next::Tells },
                    "A network cannot be changed: `setup.sh` leaves the app where it is.",
                )
                .person(format!(
                    "Say `network = \"{runs}\"` in the spec; or, when it holds nothing, {} and run `setup.sh`.",
                    command(["fly", "apps", "destroy", name, "--yes"])
                )),
        );
    }
    for finding in found {
        cx.add(finding.of(app.reference()));
    }
}

fn address(cx: &mut Cx<'_>, app: &App, text: &StepText<'_>) {
    let name = app.name.as_str();
    let Some(ips) = cx.app(name).and_then(|live| live.ips.as_ref()) else {
        return cx.not_dumped(Dump::Ips, name, format!("the addresses of {name}"));
    };
    let [_, _, kind, region, ..] = words(&text.call)[..] else { return };
    if ips.iter().any(|ip| ip.kind == kind && (region.is_empty() || ip.region == region)) {
        return;
    }
    let finding = Finding::new(Class::Missing, name, kind_in_words(kind, region))
        .of(app.reference())
        .at(cx.at_step(text))
        .then(Next::Adds, "`setup.sh` allocates one. It is another address than the one that was there before.")
        .person(format!("{} allocates it alone.", command(words(&text.command))));
    cx.add(finding);
}

fn kind_in_words(kind: &str, region: &str) -> String {
    match kind {
        "shared_v4" => "the shared IPv4 address".to_owned(),
        "v4" => "a dedicated IPv4 address".to_owned(),
        "v6" => "an IPv6 address".to_owned(),
        "private_v6" => "a Flycast address".to_owned(),
        "egress_v4" | "egress_v6" => format!("an address for outgoing connections in {region}"),
        other => format!("an address of the kind {other}"),
    }
}

fn certificate(cx: &mut Cx<'_>, app: &App, text: &StepText<'_>) {
    let name = app.name.as_str();
    let [_, _, host, ..] = words(&text.call)[..] else { return };
    let Some(live) = cx.app(name).filter(|live| live.certs.is_some()) else {
        return cx.not_dumped(Dump::Certs, name, format!("the certificates of {name}"));
    };
    if live.certs.iter().flatten().any(|cert| cert.hostname.eq_ignore_ascii_case(host)) {
        return;
    }
    if live.more_certs {
        let why = "`fly certs list` names the first ones alone";
        return cx.unknown(format!("whether {name} has a certificate for {host}"), why);
    }
    let finding = Finding::new(Class::Missing, name, format!("the certificate for {host}"))
        .of(app.reference())
        .at(cx.at_step(text))
        .then(Next::Adds, "`setup.sh` asks for it, and says which DNS records it needs.")
        .person(format!("{} asks for it alone.", command(words(&text.command))));
    cx.add(finding);
}

fn secret(cx: &mut Cx<'_>, app: &App, variable: &str, how: &str, text: &StepText<'_>) {
    let name = app.name.as_str();
    let Some(secrets) = cx.app(name).and_then(|live| live.secrets.as_ref()) else {
        return cx.not_dumped(Dump::Secrets, name, format!("the secrets of {name}"));
    };
    let at = cx.at_step(text);
    match secrets.iter().find(|secret| secret.name == variable) {
        None => {
            let finding = Finding::new(Class::SecretNotSet, name, variable)
                .of(app.reference())
                .at(at)
                .then(Next::Adds, how)
                .person(format!("{} does this alone.", only(&app.reference(), &text.id)));
            cx.add(finding);
        }
        Some(secret) => {
            let status = secret.status.clone().unwrap_or_default();
            let has_machines = cx.app(name).and_then(|live| live.machines.as_ref()).is_none_or(|all| !all.is_empty());
            if matches!(status.as_str(), "Staged" | "Partial") && has_machines {
                let runs = if status == "Staged" { "set, and on no machine" } else { "set, and not on all machines" };
                let finding = Finding::new(Class::Changed, name, format!("the secret {variable}"))
                    .of(app.reference())
                    .expected("on all machines")
                    .runs(runs)
                    .at(at)
                    .then(Next::PutsBack, "`setup.sh` deploys, and every machine gets it.")
                    .person(format!(
                        "{} restarts the machines with it.",
                        command(["fly", "secrets", "deploy", "-a", name])
                    ));
                cx.add(finding);
            }
        }
    }
}

/// What is there of an app and not declared: addresses, certificates and secrets.
pub(super) fn surplus(cx: &mut Cx<'_>, app: &App) {
    let live = cx.app(&app.name).cloned().unwrap_or_default();
    let name = app.name.as_str();
    match &live.ips {
        Some(ips) => surplus_addresses(cx, app, ips),
        None => cx.not_dumped(Dump::Ips, name, format!("the addresses of {name}")),
    }
    if live.certs.is_none() {
        cx.not_dumped(Dump::Certs, name, format!("the certificates of {name}"));
    }
    for cert in live.certs.iter().flatten() {
        let host = cert.hostname.as_str();
        if app.domains.iter().any(|domain| domain.as_str().eq_ignore_ascii_case(host)) {
            continue;
        }
        let finding = Finding::new(Class::Undeclared, name, format!("a certificate for {host}"))
            .of(app.reference())
            .runs(host)
            .at(cx.at(app.header))
            .then(Next::Tells, "`setup.sh` names it, and leaves it.")
            .person(format!(
                "Add it to `domains`, or take it away: {}.",
                command(["fly", "certs", "remove", host, "-a", name, "--yes"])
            ));
        cx.add(finding);
    }
    surplus_secrets(cx, app, live.secrets.as_deref());
}

fn surplus_addresses(cx: &mut Cx<'_>, app: &App, ips: &[crate::live::Ip]) {
    let name = app.name.as_str();
    let mut wanted: Vec<(&str, &str)> = Vec::new();
    for address in addresses(app) {
        match address {
            Address::SharedV4 => wanted.push(("shared_v4", "")),
            Address::DedicatedV4 => wanted.push(("v4", "")),
            Address::V6 => wanted.push(("v6", "")),
            Address::Flycast => wanted.push(("private_v6", "")),
            // They come as a pair.
            Address::Egress(i) => {
                let region = app.ips.egress[i].as_str();
                wanted.extend([("egress_v4", region), ("egress_v6", region)]);
            }
        }
    }
    for ip in ips {
        let is = |(kind, region): &(&str, &str)| ip.kind == *kind && (region.is_empty() || ip.region == *region);
        if let Some(at) = wanted.iter().position(is) {
            wanted.remove(at);
            continue;
        }
        let is_egress = ip.kind.starts_with("egress");
        let declared = addresses(app).count() > 0 && !is_egress;
        let finding = Finding::new(Class::Undeclared, name, kind_in_words(&ip.kind, &ip.region))
            .of(app.reference())
            .runs(ip.address.as_str())
            .at(cx.at(if declared { app.ips.v4.origin.range } else { app.header }));
        // The script counts kinds, so that a second one of a kind is nothing to it.
        let another = ips.iter().filter(|other| other.kind == ip.kind).count() > 1;
        let finding = if is_egress || another {
            finding.then(Next::Nothing, "`setup.sh` does not look at it.")
        } else {
            finding.then(Next::Tells, "`setup.sh` names it, and leaves it.")
        };
        let release = if is_egress { "release-egress" } else { "release" };
        cx.add(finding.person(format!(
            "{} gives it back. Whoever uses it, in DNS or in a list of who may connect, has to know before.",
            command(["fly", "ips", release, ip.address.as_str(), "-a", name])
        )));
    }
}

fn surplus_secrets(cx: &mut Cx<'_>, app: &App, secrets: Option<&[crate::live::Named]>) {
    let name = app.name.as_str();
    let Some(secrets) = secrets else {
        return cx.not_dumped(Dump::Secrets, name, format!("the secrets of {name}"));
    };
    let owns = cx.model.buckets.iter().any(|bucket| cx.model.apps[bucket.owner.value].name.value == app.name.value);
    for secret in secrets {
        let variable = secret.name.as_str();
        let attached = app
            .uses
            .iter()
            .any(|used| matches!(used.target.kind, Kind::Postgres | Kind::Redis) && used.variable.as_str() == variable);
        let declared = attached
            || app.secrets.iter().any(|declared| declared.name.as_str() == variable)
            || (owns && OF_BUCKET.contains(&variable))
            || (app.litefs.is_some() && variable == OF_CONSUL);
        if declared {
            continue;
        }
        // `verify` of the script passes over these, whoever has them.
        let passed = variable.starts_with("AWS_") || variable == "BUCKET_NAME" || variable == OF_CONSUL;
        let (next, then) = if passed {
            (Next::Nothing, "`setup.sh` does not look at it.")
        } else {
            (Next::Tells, "`setup.sh` names it, and leaves it.")
        };
        let finding = Finding::new(Class::SecretNotDeclared, name, variable)
            .of(app.reference())
            .at(cx.at(app.secrets_at.unwrap_or(app.header)))
            .then(next, then)
            .person(format!(
                "Add it to `secrets`; or {} takes it away, and restarts the machines.",
                command(["fly", "secrets", "unset", variable, "-a", name])
            ));
        cx.add(finding);
    }
}
