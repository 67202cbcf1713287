//! Scheduled jobs, and tokens: what works while nobody looks.

use std::fmt::Write as _;

use super::apps::size_of;
use super::plain;
use super::runbook::block;
use crate::facts::Facts;
use crate::kinds::app::{SecretSource, TokenKind, TokenSpec, expiry, token_name};
use crate::model::{App, Model, Secret};

pub(super) fn jobs(out: &mut String, model: &Model, facts: &Facts) {
    if model.apps.iter().all(|app| app.jobs.is_empty()) {
        return;
    }
    out.push_str(
        "\n## Scheduled jobs\n\n\
         Each has a machine of its own, which runs the image of its app, with the same variables and secrets, and no volume.\n\
         It first ran when setup.sh made the machine, and runs again about an hour, a day, a week or a month later, at no\n\
         exact time. Nothing repeats a run that was missed.\n\n\
         | app | job | every | region | size | command |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for app in &model.apps {
        for job in &app.jobs {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} |",
                app.key.value,
                job.key.value,
                job.every.as_str(),
                job.region.value,
                size_of(&job.vm, facts),
                plain(&job.command),
            );
        }
    }
}

fn all(model: &Model) -> impl Iterator<Item = (&App, &Secret, &TokenSpec)> {
    let secrets = model.apps.iter().flat_map(|app| app.secrets.iter().map(move |secret| (app, secret)));
    secrets.filter_map(|(app, secret)| {
        let SecretSource::Token(token) = &secret.source else { return None };
        Some((app, secret, &**token))
    })
}

pub(super) fn tokens(out: &mut String, model: &Model) {
    let mut rows = String::new();
    for (app, secret, token) in all(model) {
        let may = match token.kind.value {
            TokenKind::Deploy => {
                let target = secret.token_for.map_or("", |target| model.apps[target].name.as_str());
                format!("everything in `{target}`")
            }
            TokenKind::Readonly => format!("look at all of `{}`", model.project().org.value),
            TokenKind::Org => format!("everything in `{}`", model.project().org.value),
        };
        let ends = expiry(token).map_or("20 years".to_owned(), |expiry| expiry);
        let _ = writeln!(
            rows,
            "| `{}` | {} | `{}` | {may} | {ends} |",
            token_name(app, secret),
            app.key.value,
            secret.name.value
        );
    }
    if !rows.is_empty() {
        out.push_str("\n## Tokens\n\nsetup.sh made them, and put each into a secret. Nobody has seen them.\n\n| token | app | secret | may | ends after |\n| --- | --- | --- | --- | --- |\n");
        out.push_str(&rows);
    }
}

/// What a person does before a token ends, or after somebody has seen it.
pub(super) fn replace_token(out: &mut String, model: &Model) {
    let Some((app, secret, _)) = all(model).next() else { return };
    let (key, name, org) = (&app.key.value, &secret.name.value, &model.project().org.value);
    let list = match secret.token_for {
        Some(target) => format!("fly tokens list -a {}", model.apps[target].name.value),
        None => format!("fly tokens list --scope org --org {org}"),
    };
    let _ = writeln!(
        out,
        "\n### Replace a token\n\n\
         Before it ends, for instance `{token}`: a new one is made and deployed, then the old one is revoked. One that\n\
         somebody has seen is revoked first, and the app fails until it has another.",
        token = token_name(app, secret),
    );
    block(
        out,
        &[
            format!("./setup.sh --update-secrets --only app.{key}/secret-{name}"),
            format!("./setup.sh --only app.{key}/deploy"),
            list,
            "fly tokens revoke TOKEN_ID".to_owned(),
        ],
    );
}
