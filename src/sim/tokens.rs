//! `tokens` and `auth whoami`. Every run of `tokens create` mints another one (flyctl-commands 1.13).

use serde_json::json;

use super::{Cx, Outcome, fake_secret};
use crate::sim::output;
use crate::sim::state::Token;

/// flyctl internal/command/tokens/create.go: a token prints itself, with a blank inside.
pub(super) fn create(cx: &mut Cx<'_>) -> Outcome {
    let kind = cx.call.command.rsplit(' ').next().unwrap_or_default().to_owned();
    let app = if kind == "deploy" { cx.app_name()? } else { String::new() };
    let org = if app.is_empty() { org(cx)? } else { cx.app(&app)?.org.clone() };
    let id = cx.state.id("token_");
    let name = cx.call.text("name").unwrap_or("flyctl deploy token").to_owned();
    let expiry = cx.call.text("expiry").unwrap_or_default().to_owned();
    let token = format!("FlyV1 fm2_{}", fake_secret("token", &id));
    cx.state.tokens.push(Token { id, name, app, org, kind, expiry, revoked: false });
    if cx.call.on("json") {
        cx.print_json(&json!({"token": token}));
    } else {
        cx.print(format_args!("{token}\n"));
    }
    Ok(())
}

/// The organisation by flag or first word: these commands never choose one (flyctl-commands 0.1).
fn org(cx: &Cx<'_>) -> Result<String, String> {
    let slug = cx.call.text("org").or(cx.call.words.first().map(String::as_str)).unwrap_or_default();
    if cx.state.organizations.contains_key(slug) {
        return Ok(slug.to_owned());
    }
    Err(format!("Could not find Organization with slug \"{slug}\""))
}

/// flyctl internal/command/tokens/list.go: a sentence above a table, and no JSON.
pub(super) fn list(cx: &mut Cx<'_>) -> Outcome {
    let (title, app, org) = if cx.call.has("app") {
        let app = cx.app_name()?;
        (format!("Tokens for app \"{app}\":\n"), app, String::new())
    } else {
        let org = org(cx)?;
        (format!("Tokens for organization \"{org}\":\n"), String::new(), org)
    };
    let rows: Vec<_> = cx
        .state
        .tokens
        .iter()
        .filter(|token| if app.is_empty() { token.app.is_empty() && token.org == org } else { token.app == app })
        .map(|token| {
            let revoked = if token.revoked { "2026-01-01 00:00:00 +0000 UTC" } else { "" };
            let cells = [&token.id, &token.name, "somebody@example.com", "2046-01-01 00:00:00 +0000 UTC", revoked];
            cells.map(str::to_owned).to_vec()
        })
        .collect();
    cx.print(title);
    cx.print(output::table(&["ID", "Name", "Created By", "Expires At", "Revoked At"], &rows));
    Ok(())
}

/// flyctl internal/command/tokens/revoke.go: what cannot be revoked is said, and the exit code is 0 all the same.
pub(super) fn revoke(cx: &mut Cx<'_>) {
    for id in cx.call.words.clone() {
        match cx.state.tokens.iter_mut().find(|token| token.id == id) {
            Some(token) => {
                token.revoked = true;
                cx.print(format_args!("Revoked {id}\n"));
            }
            None => cx.print(format_args!("Failed to revoke token {id}: not found\n")),
        }
    }
}

/// flyctl internal/command/auth/whoami.go.
pub(super) fn whoami(cx: &mut Cx<'_>) {
    let email = "somebody@example.com";
    if cx.call.on("json") {
        cx.print_json(&json!({"email": email}));
    } else {
        cx.print(format_args!("{email}\n"));
    }
}
