//! `version`, `orgs` and `apps`.

use serde_json::json;

use super::{Cx, Outcome, moment};
use crate::facts::FACTS;
use crate::sim::output;
use crate::sim::state::App;

/// flyctl internal/command/version/version.go: one line, PascalCase.
pub(super) fn version(cx: &mut Cx<'_>) {
    if cx.call.on("json") {
        let version = json!({"Name": "flyctl", "Version": FACTS.flyctl_minimum, "Commit": "0000000", "BranchName": "HEAD",
            "BuildDate": "2026-01-01T00:00:00Z", "OS": "linux", "Architecture": "amd64", "Environment": "production"});
        cx.print(format_args!("{version}\n"));
    } else {
        cx.print(format_args!("flyctl v{} linux/amd64\n", FACTS.flyctl_minimum));
    }
}

/// flyctl internal/command/platform/status.go: what the status page says, as it says it. Without `--json` a browser.
pub(super) fn platform_status(cx: &mut Cx<'_>) {
    if cx.call.on("json") {
        cx.print_json(&json!({"page": {"id": "1", "name": "Fly.io", "url": "https://status.flyio.net"},
            "status": {"indicator": "none", "description": "All Systems Operational"}}));
    }
}

/// flyctl internal/command/orgs/show.go.
pub(super) fn show_org(cx: &mut Cx<'_>) -> Outcome {
    let slug = cx.call.words.first().cloned().unwrap_or_default();
    let Some(org) = cx.state.organizations.get(&slug) else {
        return Err(format!("Could not find Organization with slug \"{slug}\""));
    };
    let details = json!({"ID": slug, "InternalNumericID": "1", "Name": org.name, "RemoteBuilderImage": "",
        "RemoteBuilderApp": null, "Slug": slug, "Type": org.kind, "ViewerRole": "admin", "Apps": {"Nodes": null},
        "Members": {"Edges": []}});
    if cx.call.on("json") {
        cx.print_json(&details);
    } else {
        let name = org.name.clone();
        cx.print(format_args!("Organization\nName      : {name}\nSlug      : {slug}\n"));
    }
    Ok(())
}

/// flyctl internal/command/apps/list.go: apps of the organisations that the token sees, or of one of them.
pub(super) fn list(cx: &mut Cx<'_>) -> Outcome {
    let only = if cx.call.has("org") { Some(cx.org()?) } else { None };
    let seen = cx.state.apps.iter().filter(|(_, app)| match &only {
        Some(org) => app.org == *org,
        None => cx.state.organizations.contains_key(&app.org),
    });
    let rows: Vec<_> = seen.collect();
    if cx.call.on("json") {
        let apps: Vec<_> = rows
            .iter()
            .map(|(name, app)| {
                json!({"ID": name, "Name": name, "State": "", "Status": status(app), "Deployed": app.deployed,
                    "Hostname": format!("{name}.fly.dev"), "PlatformVersion": "machines", "Network": app.network,
                    "CurrentRelease": app.releases.last().map(|release| {
                        json!({"CreatedAt": moment(release.created), "Status": release.status})
                    }),
                    "Organization": {"Slug": app.org, "Name": cx.state.organizations.get(&app.org).map(|o| &o.name)}})
            })
            .collect();
        cx.print_json(&apps);
    } else if rows.is_empty() {
        cx.print("No apps found\n");
    } else {
        let rows: Vec<_> =
            rows.iter().map(|(name, app)| vec![(*name).clone(), app.org.clone(), status(app).to_owned()]).collect();
        cx.print(output::table(&["Name", "Owner", "Status"], &rows));
    }
    Ok(())
}

fn status(app: &App) -> &'static str {
    if app.deployed { "deployed" } else { "pending" }
}

/// flyctl-commands 1.1: names are one namespace for everybody, and a second app of a name is an error.
pub(super) fn create(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.call.words.first().cloned().unwrap_or_default();
    let org = cx.org()?;
    take_name(cx, &name)?;
    let network = cx.call.text("network").unwrap_or_default().to_owned();
    cx.state.apps.insert(name.clone(), App { org, network, ..App::default() });
    if cx.call.on("json") {
        cx.print_json(&json!({"ID": name, "Name": name, "Status": "pending", "Deployed": false}));
    } else {
        cx.print(format_args!("New app created: {name}\n"));
    }
    Ok(())
}

/// Whether the platform gives the name away.
pub(super) fn take_name(cx: &Cx<'_>, name: &str) -> Outcome {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty()
        || name.len() > 63
        || !name.chars().all(fits)
        || !name.starts_with(|c: char| c.is_ascii_lowercase())
    {
        return Err("Validation failed: Name may only contain numbers, lowercase letters and dashes".to_owned());
    }
    if cx.state.apps.contains_key(name) {
        return Err("Validation failed: Name has already been taken".to_owned());
    }
    Ok(())
}
