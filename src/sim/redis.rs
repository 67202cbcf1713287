//! `redis`: Upstash Redis (flyctl-commands 1.10). Nothing of it speaks JSON.

use super::{Cx, Outcome, fake_secret, region};
use crate::sim::output;
use crate::sim::state::Database;

/// flyctl internal/command/redis/list.go.
pub(super) fn list(cx: &mut Cx<'_>) -> Outcome {
    let only = if cx.call.has("org") { Some(cx.org()?) } else { None };
    let rows: Vec<_> = cx
        .state
        .databases
        .iter()
        .filter(|(_, database)| match &only {
            Some(org) => database.org == *org,
            None => cx.state.organizations.contains_key(&database.org),
        })
        .map(|(name, d)| {
            let cells = [name, &d.org, &d.plan, enabled(d.eviction), &d.region, &d.replicas.join(",")];
            cells.map(ToOwned::to_owned).to_vec()
        })
        .collect();
    cx.print(output::table(&["Name", "Org", "Plan", "Eviction", "Primary Region", "Read Regions"], &rows));
    Ok(())
}

fn enabled(on: bool) -> &'static str {
    if on { "Enabled" } else { "Disabled" }
}

fn url(name: &str) -> String {
    format!("redis://default:{}@fly-{name}.upstash.io:6379", fake_secret("redis", name))
}

/// flyctl internal/command/redis/create.go. What a second database of a name gets is up to the server: here an error.
pub(super) fn create(cx: &mut Cx<'_>) -> Outcome {
    let org = cx.org()?;
    let primary = cx.region()?;
    let name = cx.call.text("name").unwrap_or_default().to_owned();
    let plan = cx.call.text("plan").unwrap_or("Pay-as-you-go").to_owned();
    if ["pro_2k", "pro_10k", "starter", "standard"].contains(&plan.to_lowercase().replace(' ', "_").as_str()) {
        return Err(format!("plan \"{plan}\" is no longer available for new databases. Please choose a current plan"));
    }
    let mut replicas = Vec::new();
    if !cx.call.on("no-replicas") {
        for code in cx.call.text("replica-regions").unwrap_or_default().split(',').filter(|code| !code.is_empty()) {
            if code == primary {
                return Err(format!("region {code} not found"));
            }
            replicas.push(region(code)?);
        }
    }
    if name.is_empty() || cx.state.databases.contains_key(&name) {
        return Err("Validation failed: Name has already been taken".to_owned());
    }
    cx.print(format_args!(
        "\nYour database {name} is ready. Apps in the {org} org can connect to Redis at {}\n",
        url(&name)
    ));
    let (eviction, prodpack) = (cx.call.on("enable-eviction"), cx.call.on("enable-prodpack"));
    cx.state.databases.insert(name, Database { org, region: primary, replicas, plan, eviction, prodpack });
    Ok(())
}

/// flyctl internal/command/redis/status.go: the URL in it has the password.
pub(super) fn status(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.call.words.first().cloned().unwrap_or_default();
    let seen = cx.state.databases.get(&name).filter(|d| cx.state.organizations.contains_key(&d.org));
    let Some(database) = seen else {
        return Err("Could not find AddOn".to_owned());
    };
    let replicas = if database.replicas.is_empty() { "None".to_owned() } else { database.replicas.join(",") };
    let text = output::vertical(
        "Redis",
        &[
            ("ID", "abcdefgh".to_owned()),
            ("Name", name.clone()),
            ("Plan", database.plan.clone()),
            ("Primary Region", database.region.clone()),
            ("Read Regions", replicas),
            ("Eviction", enabled(database.eviction).to_owned()),
            ("Auto-Upgrade", "Disabled".to_owned()),
            ("ProdPack", enabled(database.prodpack).to_owned()),
            ("Private URL", url(&name)),
        ],
    );
    cx.print(text);
    Ok(())
}
