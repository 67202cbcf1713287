//! `certs`: certificates (flyctl-commands 1.4).

use serde_json::{Value as Json, json};

use super::{Cx, Outcome, moment};
use crate::sim::output;

/// How many one answer names (flyctl internal/command/certificates/root.go).
const PAGE: usize = 50;

fn host(cx: &Cx<'_>) -> String {
    cx.call.words.first().cloned().unwrap_or_default().to_lowercase()
}

/// One line of text follows the JSON when there are more.
pub(super) fn list(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.app_name()?;
    let all = cx.app(&name)?.certificates.clone();
    let shown: Vec<Json> = all
        .iter()
        .take(PAGE)
        .map(|host| {
            let configured = cx.state.published_hosts.contains(host);
            json!({"hostname": host, "status": if configured { "Ready" } else { "Awaiting configuration" },
                "acme_dns_configured": false, "acme_alpn_configured": configured, "acme_http_configured": configured,
                "ownership_txt_configured": false, "configured": configured, "acme_requested": true,
                "has_custom_certificate": false, "has_fly_certificate": configured, "created_at": moment(0),
                "updated_at": moment(0)})
        })
        .collect();
    if cx.call.on("json") {
        cx.print_json(&shown);
    } else {
        let rows: Vec<_> = all.iter().take(PAGE).map(|host| vec![host.clone()]).collect();
        cx.print(output::table(&["Hostname"], &rows));
    }
    if all.len() > PAGE {
        let total = all.len();
        cx.print(format_args!(
            "\nShowing {PAGE} of {total} certificates. Use the Machines API to paginate through all results.\n"
        ));
    }
    Ok(())
}

/// What a second one of a host gets is up to the server: here an error.
pub(super) fn add(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.app_name()?;
    let host = host(cx);
    if !host.contains('.') || host.contains(|c: char| c.is_whitespace() || c == '/') {
        return Err(format!("failed to create certificate: invalid hostname {host}"));
    }
    if cx.state.apps.values().any(|app| app.certificates.contains(&host)) {
        return Err(format!("failed to create certificate: hostname {host} already exists"));
    }
    cx.app_mut(&name).certificates.insert(host);
    answer(cx, &name)
}

/// flyctl internal/command/certificates/root.go: a POST, which also begins a validation.
pub(super) fn check(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.app_name()?;
    if !cx.app(&name)?.certificates.contains(&host(cx)) {
        return Err("failed to check certificate: certificate not found".to_owned());
    }
    answer(cx, &name)
}

/// With the keys of fly-go types.go, CertificateDetailResponse.
fn answer(cx: &mut Cx<'_>, app: &str) -> Outcome {
    let host = host(cx);
    let configured = cx.state.published_hosts.contains(&host);
    let found = cx.app(app)?;
    let of = |kinds: &[&str]| -> Vec<&str> {
        found.addresses.iter().filter(|a| kinds.contains(&a.kind.as_str())).map(|a| a.address.as_str()).collect()
    };
    let bare = host.trim_start_matches("*.");
    let answer = json!({"hostname": host, "configured": configured, "acme_requested": true,
        "status": if configured { "Ready" } else { "Awaiting configuration" },
        "certificates": if configured { json!([{"source": "fly", "status": "active", "issued": []}]) } else { json!([]) },
        "validation": {"dns_configured": configured, "alpn_configured": configured, "http_configured": configured,
            "ownership_txt_configured": false},
        "dns_requirements": {"a": of(&["v4", "shared_v4"]), "aaaa": of(&["v6"]), "cname": format!("abc123.{app}.fly.dev"),
            "acme_challenge": {"name": format!("_acme-challenge.{bare}"), "target": format!("{bare}.abc123.flydns.net")},
            "ownership": {"name": format!("_fly-ownership.{bare}"), "app_value": "app-abc123", "org_value": "org-abc123"}}});
    if cx.call.on("json") {
        cx.print_json(&answer);
    } else {
        cx.print(format_args!("Certificate for {host}\n"));
    }
    Ok(())
}
