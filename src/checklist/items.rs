//! The list. It is Fly.io's own for production (apps/going-to-production, 2026-08-07), and what teams add to it: tokens
//! and their rotation, shutdown, rollback, restores, a budget.

use crate::facts::Facts;
use crate::kinds::app::Access;
use crate::model::{App, Model};

/// One thing that should be true.
pub(super) struct Item {
    pub(super) topic: &'static str,
    pub(super) claim: &'static str,
    /// Whether it means anything to an architecture.
    pub(super) applies: fn(&Model) -> bool,
    pub(super) decided: Decided,
}

/// Who knows.
#[derive(Clone, Copy)]
pub(super) enum Decided {
    /// Rules of these names, when they find nothing.
    Rules(&'static [&'static str]),
    /// The model: it is not true of these apps. The waiver of a rule may say why not.
    Apps(fn(&App) -> bool, Option<&'static str>),
    /// The model: it is true of the whole. Otherwise this is what is missing.
    Whole(fn(&Model) -> bool, &'static str),
    /// A person, who looks with this command or at this page.
    Look(fn(&Model) -> String),
    /// The model where it can tell, and otherwise a person.
    WholeOrLook(fn(&Model, &Facts) -> bool, fn(&Model) -> String),
}

impl Item {
    /// The rules that decide it, or whose waivers count.
    pub(super) fn rules(&self) -> &'static [&'static str] {
        match self.decided {
            Decided::Rules(names) => names,
            Decided::Apps(..) | Decided::Whole(..) | Decided::Look(_) | Decided::WholeOrLook(..) => &[],
        }
    }
}

const fn item(topic: &'static str, claim: &'static str, applies: fn(&Model) -> bool, decided: Decided) -> Item {
    Item { topic, claim, applies, decided }
}

use Decided::{Apps, Look, Rules, Whole, WholeOrLook};

#[rustfmt::skip]
pub(super) const ITEMS: &[Item] = &[
    item("Security", "secrets are in no variable, build argument or header", apps, Rules(&[
        "secret-in-env", "secret-in-build-args", "secret-in-check-headers", "undeclared-secret", "static-cloud-keys",
    ])),
    item("Security", "what is not public has no public address", not_public, Rules(&[
        "private-app-public-address", "public-data-store", "public-metrics",
    ])),
    item("Security", "calls between apps go by Flycast or .internal, to names that answer", apps, Rules(&[
        "flycast-address", "internal-name-of-stopping-app", "misspelt-app-name", "unreachable-public-name",
    ])),
    item("Security", "production shares its organisation with nothing else", always, Look(|model| {
        code(&["fly apps list --org ", org(model)])
    })),
    item("Security", "members sign in through single sign-on", always, Look(|_| "<https://fly.io/docs/security/sso/>".to_owned())),
    item("Security", "tokens are for one app each, and end", apps, Look(|model| {
        code(&["fly tokens list --scope app -a ", first(model)])
    })),
    item("Data", "Postgres is managed", postgres, Rules(&["unmanaged-postgres"])),
    item("Data", "Postgres has a plan for production, and survives the loss of a node", postgres, Rules(&[
        "entry-plan", "postgres-quorum", "even-nodes",
    ])),
    item("Data", "volumes have a second copy, snapshots that are kept, and room to grow", volumes, Rules(&[
        "single-volume", "short-retention", "snapshot-retention", "missing-auto-extend", "sqlite-on-several-machines",
    ])),
    item("Data", "a restore has been rehearsed", data, Look(|_| "the runbook below, into a copy".to_owned())),
    item("Performance", "machines have a size, and memory for what runs in them", apps, Rules(&[
        "missing-vm", "partial-vm", "heap-exceeds-memory", "runtime-memory", "suspend-memory",
    ])),
    item("Performance", "limits say how much load a machine takes", services, Rules(&[
        "concurrency-limits", "concurrency-type", "default-soft-limit", "peak-above-capacity",
    ])),
    item("Availability", "what serves has two machines or more", services, Apps(|app| {
        app.groups.iter().any(|group| group.serves && group.machines() < 2)
    }, Some("multi-region"))),
    item("Availability", "everything runs in two regions or more", apps, Rules(&["multi-region"])),
    item("Availability", "a machine is up for the first visitor", services, Rules(&["production-scale-to-zero"])),
    item("Availability", "idle machines stop, and start again", services, Rules(&[
        "autostop-without-autostart", "autostop-background-work", "autostop-outvoted", "autostop-without-address",
        "probe-keeps-awake", "slow-start-from-zero",
    ])),
    item("Availability", "health checks decide who gets traffic", services, Rules(&[
        "missing-health-check", "missing-grace-period", "tcp-check-of-website", "check-timeout",
    ])),
    item("Availability", "a stop is announced, with time to finish", apps, Rules(&[
        "implicit-kill-signal", "drain-exceeds-kill-timeout", "fatal-signal", "unknown-signal",
    ])),
    item("Availability", "workers come back whatever ends them", apps, Rules(&["worker-restart-policy"])),
    item("Deploys", "a deploy replaces machines a few at a time", apps, Rules(&[
        "immediate-strategy", "strategy-with-volumes", "bluegreen-without-check", "max-unavailable",
    ])),
    item("Deploys", "an image's name stands for one image", apps, Rules(&["mutable-image"])),
    item("Deploys", "deploys run from the repository, one after the other", apps, WholeOrLook(|model, _| {
        model.project().ci.is_some()
    }, |_| "`gh workflow list`; `ci = \"github\"` renders one".to_owned())),
    item("Deploys", "a rollback has been rehearsed", apps, Look(|model| {
        code(&["fly releases --image -a ", first(model)])
    })),
    item("Traffic", "browsers are sent to HTTPS", services, Rules(&["missing-force-https", "no-https-port"])),
    item("Traffic", "what is public has a host name of its own", public_web, Apps(|app| {
        is_public_web(app) && app.domains.is_empty()
    }, None)),
    item("Traffic", "DNS points here, and certificates are issued", domains, Look(|model| {
        let app = model.apps.iter().find(|app| !app.domains.is_empty());
        app.map_or(String::new(), |app| code(&["fly certs list -a ", app.name.as_str()]))
    })),
    item("Monitoring", "logs leave Fly.io, which keeps them for days", apps, WholeOrLook(|model, facts| {
        model.apps.iter().any(|app| image(app).is_some_and(|image| facts.names.is_log_shipper(image)))
    }, |model| code(&["fly apps list --org ", org(model)]))),
    item("Monitoring", "somebody is told when something fails, and has been once", apps, Look(|model| {
        let rules = if model.project().alerts { "`alerts.yml`" } else { "`alerts = true` renders rules" };
        format!("{rules}, <https://fly-metrics.net>")
    })),
    item("Monitoring", "errors are collected", apps, WholeOrLook(|model, _| {
        model.apps.iter().any(|app| app.secrets.iter().any(|secret| secret.name.as_str() == "SENTRY_DSN"))
    }, |model| code(&["fly secrets list -a ", first(model)]))),
    item("Monitoring", "somebody reads Fly.io's status page", always, Look(|_| "<https://status.flyio.net>".to_owned())),
    item("Cost", "a budget is set, and kept", always, Whole(|model| model.budget.is_some(), "no `budget_usd` in `[policy]`")),
];

fn always(_: &Model) -> bool {
    true
}

fn apps(model: &Model) -> bool {
    !model.apps.is_empty()
}

fn services(model: &Model) -> bool {
    model.apps.iter().any(|app| !app.services.is_empty())
}

fn not_public(model: &Model) -> bool {
    model.apps.iter().any(|app| app.access.value != Access::Public)
}

fn public_web(model: &Model) -> bool {
    model.apps.iter().any(is_public_web)
}

fn domains(model: &Model) -> bool {
    model.apps.iter().any(|app| !app.domains.is_empty())
}

fn volumes(model: &Model) -> bool {
    model.apps.iter().any(|app| !app.toml.mounts.is_empty())
}

fn postgres(model: &Model) -> bool {
    !model.postgres.is_empty()
}

fn data(model: &Model) -> bool {
    postgres(model) || volumes(model) || !model.redis.is_empty() || !model.buckets.is_empty()
}

/// Whether browsers ask it.
fn is_public_web(app: &App) -> bool {
    app.access.value == Access::Public && app.services.iter().flat_map(|service| &service.ports).any(|port| port.http)
}

fn image(app: &App) -> Option<&str> {
    app.toml.build.as_ref()?.image.as_ref().map(|image| image.as_str())
}

fn org(model: &Model) -> &str {
    model.project().org.as_str()
}

/// The first app: for a command that is the same for all of them.
fn first(model: &Model) -> &str {
    model.apps.first().map_or("APP", |app| app.name.as_str())
}

/// A command. Names of apps and organisations need no quotes.
fn code(words: &[&str]) -> String {
    format!("`{}`", words.concat())
}

#[cfg(test)]
mod tests {
    use super::{Decided, ITEMS};
    use crate::rules::find;

    #[test]
    fn its_rules_exist() {
        for item in ITEMS {
            for rule in item.rules() {
                assert!(find(rule).is_some_and(|found| found.id.name == *rule), "{}: no rule {rule}", item.claim);
            }
            if let Decided::Apps(_, Some(waiver)) = item.decided {
                assert!(find(waiver).is_some(), "{}: no rule {waiver}", item.claim);
            }
        }
    }

    #[test]
    fn claims_of_one_topic_stand_together() {
        let mut topics: Vec<&str> = ITEMS.iter().map(|item| item.topic).collect();
        topics.dedup();
        let count = topics.len();
        topics.sort_unstable();
        topics.dedup();
        assert_eq!(topics.len(), count);
    }
}
