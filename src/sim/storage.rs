//! `storage`: Tigris buckets (flyctl-commands 1.11). Nothing of it speaks JSON.

use super::{Cx, Outcome, deploy, fake_secret};
use crate::sim::output;
use crate::sim::state::Bucket;

/// flyctl internal/command/extensions/tigris/list.go.
pub(super) fn list(cx: &mut Cx<'_>) -> Outcome {
    let only = if cx.call.has("org") { Some(cx.org()?) } else { None };
    let rows: Vec<_> = cx
        .state
        .buckets
        .iter()
        .filter(|(_, bucket)| match &only {
            Some(org) => bucket.org == *org,
            None => cx.state.organizations.contains_key(&bucket.org),
        })
        .map(|(name, bucket)| vec![name.clone(), bucket.org.clone()])
        .collect();
    cx.print(output::table(&["Name", "Org"], &rows));
    Ok(())
}

/// flyctl internal/command/extensions/core/core.go: one bucket per app; its credentials become secrets of the app at
/// once, unless one of them is there.
pub(super) fn create(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.call.text("name").unwrap_or_default().to_owned();
    let app = if cx.call.has("app") { cx.app_name()? } else { String::new() };
    let org = if app.is_empty() { cx.org()? } else { cx.app(&app)?.org.clone() };
    let other = cx.state.buckets.iter().find(|(_, bucket)| !app.is_empty() && bucket.app == app);
    if let Some((other, _)) = other {
        return Err(format!("A Tigris bucket named {other} already exists for app {app}"));
    }
    if cx.state.buckets.contains_key(&name) {
        return Err("Validation failed: Name has already been taken".to_owned());
    }
    cx.effect()?;
    let bucket = Bucket { org, app: app.clone(), public: cx.call.on("public"), domain: String::new() };
    cx.state.buckets.insert(name.clone(), bucket);
    let values = [
        ("AWS_ACCESS_KEY_ID", fake_secret("tid", &name)),
        ("AWS_ENDPOINT_URL_S3", "https://fly.storage.tigris.dev".to_owned()),
        ("AWS_REGION", "auto".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", fake_secret("tsec", &name)),
        ("BUCKET_NAME", name.clone()),
    ];
    for (variable, value) in &values {
        cx.print(format_args!("{variable}: {value}\n"));
    }
    if app.is_empty()
        || values.iter().any(|(variable, _)| cx.app(&app).is_ok_and(|a| a.secrets.contains_key(*variable)))
    {
        return Ok(());
    }
    cx.effect()?;
    for (variable, value) in &values {
        let now = cx.state.tick();
        cx.app_mut(&app).set_secret(variable, value.as_bytes(), now);
    }
    deploy::restart(cx, &app);
    Ok(())
}

fn seen<'a>(cx: &'a Cx<'_>, name: &str) -> Result<&'a Bucket, String> {
    let bucket = cx.state.buckets.get(name).filter(|b| cx.state.organizations.contains_key(&b.org));
    bucket.ok_or_else(|| "Could not find AddOn".to_owned())
}

/// flyctl internal/command/extensions/tigris/status.go: the domain of a bucket is not among what it shows.
pub(super) fn status(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.call.words.first().cloned().unwrap_or_default();
    let bucket = seen(cx, &name)?;
    let public = if bucket.public { "True" } else { "False" };
    let text = output::vertical(
        "Status",
        &[("Name", name.clone()), ("Status", "ready".to_owned()), ("Public", public.to_owned())],
    );
    cx.print(text);
    Ok(())
}

/// flyctl internal/command/extensions/tigris/update.go.
pub(super) fn update(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.call.words.first().cloned().unwrap_or_default();
    let mut bucket = seen(cx, &name)?.clone();
    if cx.call.has("private") {
        bucket.public = false;
    } else if cx.call.has("public") {
        bucket.public = cx.call.on("public");
    }
    if let Some(domain) = cx.call.text("custom-domain") {
        domain.clone_into(&mut bucket.domain);
    }
    if cx.call.on("clear-custom-domain") {
        bucket.domain.clear();
    }
    cx.state.buckets.insert(name, bucket);
    status(cx)
}
