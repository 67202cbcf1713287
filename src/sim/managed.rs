//! `mpg`: Managed Postgres (flyctl-commands 1.9).

use serde_json::json;

use super::{Cx, Outcome, fake_secret};
use crate::facts::FACTS;
use crate::sim::output;
use crate::sim::state::Cluster;

/// The commands take no login token of the old kind (flyctl internal/command/mpg/mpg.go).
fn require_macaroon(cx: &Cx<'_>) -> Outcome {
    let token = cx.token.strip_prefix("FlyV1 ").unwrap_or(&cx.token);
    if ["fm2_", "fm1a_", "fm1r_"].iter().any(|prefix| token.starts_with(prefix)) {
        return Ok(());
    }
    Err("MPG commands require updated tokens but found older-style tokens.".to_owned())
}

/// flyctl internal/command/mpg/list.go: a sentence in place of JSON when there is nothing.
pub(super) fn list(cx: &mut Cx<'_>) -> Outcome {
    require_macaroon(cx)?;
    let org = cx.org()?;
    let shown: Vec<_> = cx
        .state
        .clusters
        .iter_mut()
        .filter(|cluster| cluster.org == org)
        .map(|cluster| {
            let status = if cluster.creating == 0 { "ready" } else { "creating" };
            cluster.creating = cluster.creating.saturating_sub(1);
            let attached: Vec<_> = cluster.attached.iter().map(|name| json!({"name": name, "id": 1})).collect();
            json!({"id": cluster.id, "mpgd_cluster_id": cluster.id, "version": 2, "name": cluster.name,
                "region": cluster.region, "status": status, "plan": cluster.plan, "disk": cluster.disk, "replicas": 1,
                "organization": {"ID": "", "Name": "", "Slug": org, "RawSlug": org},
                "ip_assignments": {"direct": "fdaa:0:1::3"}, "attached_apps": attached})
        })
        .collect();
    if shown.is_empty() {
        cx.print(format_args!("No managed postgres clusters found in organization {org}\n"));
    } else if cx.call.on("json") {
        cx.print_json(&shown);
    } else {
        let cell = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let rows: Vec<_> = shown.iter().map(|c| vec![cell(&c["id"]), cell(&c["name"]), cell(&c["status"])]).collect();
        cx.print(output::table(&["ID", "Name", "Status"], &rows));
    }
    Ok(())
}

/// flyctl internal/command/mpg/create.go: no look for an equal name, and a plan that is not known becomes `basic`.
pub(super) fn create(cx: &mut Cx<'_>) -> Outcome {
    require_macaroon(cx)?;
    let org = cx.org()?;
    let region = cx.region()?;
    if FACTS.region(&region).is_none_or(|region| !region.mpg) {
        return Err(format!("region {region} is not available for Managed Postgres"));
    }
    let major = cx.call.number("pg-major-version").unwrap_or(16);
    if major != 16 && major != 17 {
        return Err(format!("invalid Postgres major version: {major}. Supported versions are 16 and 17"));
    }
    let plan = cx.call.text("plan").unwrap_or_default().trim().to_lowercase();
    let plan = if ["basic", "starter", "launch", "scale"].contains(&plan.as_str()) { plan } else { "basic".to_owned() };
    let id = cx.state.id("mpg");
    let cluster = Cluster {
        id: id.clone(),
        name: cx.call.text("name").unwrap_or_default().to_owned(),
        org,
        region,
        plan,
        disk: cx.call.number("volume-size").unwrap_or(10),
        major,
        postgis: cx.call.on("enable-postgis-support"),
        creating: 0,
        attached: std::collections::BTreeSet::new(),
    };
    let url = url(&id);
    cx.print(format_args!("Managed Postgres cluster created successfully!\n  ID: {id}\n  Connection string: {url}\n"));
    cx.state.clusters.push(cluster);
    Ok(())
}

fn url(id: &str) -> String {
    format!("postgresql://fly-user:{}@pgbouncer.{id}.flympg.net/fly-db", fake_secret("mpg", id))
}

/// flyctl internal/command/mpg/v1/run_attach.go: by id alone; refuses when the secret is there; stages it.
pub(super) fn attach(cx: &mut Cx<'_>) -> Outcome {
    require_macaroon(cx)?;
    let app = cx.app_name()?;
    let id = cx.call.words.first().cloned().unwrap_or_default();
    let org = cx.app(&app)?.org.clone();
    let Some(cluster) = cx.state.clusters.iter().find(|cluster| cluster.id == id) else {
        return Err(format!("failed retrieving cluster {id}: not found"));
    };
    if cluster.org != org {
        return Err(format!("app {app} is in organization {org}, but cluster {id} is in organization {}", cluster.org));
    }
    let variable = cx.call.text("variable-name").unwrap_or("DATABASE_URL").to_owned();
    if cx.app(&app)?.secrets.contains_key(&variable) {
        return Err(format!(
            "app {app} already has {variable} set. Use 'fly secrets unset {variable}' to remove it first"
        ));
    }
    let (url, now) = (url(&id), cx.state.tick());
    cx.app_mut(&app).set_secret(&variable, url.as_bytes(), now);
    if let Some(cluster) = cx.state.clusters.iter_mut().find(|cluster| cluster.id == id) {
        cluster.attached.insert(app.clone());
    }
    cx.print(format_args!("\nPostgres cluster {id} is being attached to {app}\n"));
    cx.print(format_args!("The following secret was added to {app}:\n  {variable}={url}\n"));
    Ok(())
}
