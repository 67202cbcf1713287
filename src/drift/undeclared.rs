//! What an organisation has that carries the architecture's name or is on its networks, and that nobody declared.

use std::collections::BTreeSet;

use super::{Class, Cx, Finding, Next, command};
use crate::live::Dump;
use crate::model::Model;

/// Apps that flyctl makes for itself (flyctl `internal/build/imgsrc`, `internal/command/console`).
const OF_FLYCTL: [&str; 2] = ["fly-builder-", "flyctl-interactive-shells-"];

const THEN: &str = "`setup.sh` does not look at it: it runs on, and costs what it costs.";

pub(super) fn look(cx: &mut Cx<'_>) {
    let project = cx.model.project();
    let (name, org) = (project.name.value.to_string(), project.org.value.to_string());
    let at = cx.at(project.name.range());
    let declared: BTreeSet<String> = names(cx.model).chain(cx.elsewhere.iter().cloned()).collect();
    let carries = |other: &str| other == name || other.strip_prefix(&name).is_some_and(|rest| rest.starts_with('-'));
    let networks: BTreeSet<&str> =
        cx.model.apps.iter().filter_map(|app| app.network.as_ref()).map(|network| network.as_str()).collect();
    let mut found = Vec::new();
    for listed in cx.live.listed.iter().flatten() {
        let own = listed.org().is_none_or(|of| of == org);
        let network = listed.network.as_deref().filter(|network| networks.contains(network));
        if !own
            || declared.contains(&listed.name)
            || OF_FLYCTL.iter().any(|prefix| listed.name.starts_with(prefix))
            || !(carries(&listed.name) || network.is_some())
        {
            continue;
        }
        let why = match network {
            Some(network) => format!("an app on the network {network}"),
            None => format!("an app whose name begins with {name}"),
        };
        let finding = Finding::new(Class::Undeclared, listed.name.as_str(), why)
            .at(at.clone())
            .then(Next::Nothing, THEN)
            .person(format!(
                "Declare it; or look what is in it, {}, and take it away.",
                command(["fly", "status", "-a", &listed.name])
            ));
        found.push(finding);
    }
    let org_live = cx.live.org(&org).cloned().unwrap_or_default();
    let clusters = org_live.clusters.iter().flatten().map(|cluster| {
        let destroy = vec!["fly", "mpg", "destroy", &cluster.id, "--yes"];
        (cluster.name.as_str(), "a Managed Postgres cluster", destroy)
    });
    let databases = org_live.databases.iter().flatten().map(|database| {
        (database.name.as_str(), "a Redis database", vec!["fly", "redis", "destroy", &database.name, "--yes"])
    });
    let buckets = org_live
        .buckets
        .iter()
        .flatten()
        .map(|bucket| (bucket.as_str(), "a bucket", vec!["fly", "storage", "destroy", bucket, "--yes"]));
    for (other, what, destroy) in clusters.chain(databases).chain(buckets) {
        if declared.contains(other) || !carries(other) {
            continue;
        }
        let finding = Finding::new(Class::Undeclared, other, format!("{what} whose name begins with {name}"))
            .at(at.clone())
            .then(Next::Nothing, THEN)
            .person(format!("Declare it; or, when nothing in it is needed, {} takes it away.", command(destroy)));
        found.push(finding);
    }
    for finding in found {
        cx.add(finding);
    }
    let lists = [
        (org_live.clusters.is_some(), Dump::Clusters, "the Managed Postgres clusters"),
        (org_live.databases.is_some(), Dump::Databases, "the Redis databases"),
        (org_live.buckets.is_some(), Dump::Buckets, "the buckets"),
    ];
    for (_, dump, what) in lists.iter().filter(|(known, ..)| !known) {
        cx.not_dumped(*dump, &org, format!("{what} of {org}"));
    }
}

/// The names on Fly.io that a model declares.
pub fn names(model: &Model) -> impl Iterator<Item = String> {
    model.declarations().map(|id| model.name(id).value.to_string())
}
