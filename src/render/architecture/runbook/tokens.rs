//! The tokens that the workflow deploys with.

use super::super::super::RenderCx;
use super::super::super::deploy_yml::token;
use super::{DRAWABLE, block, deployed};

pub(super) fn tokens(out: &mut String, cx: RenderCx<'_>) {
    if !cx.has_workflow() || cx.model.apps.is_empty() {
        return;
    }
    out.push_str(
        "\n### Deploy from GitHub\n\n\
         `deploy.yml` deploys what `setup.sh` has set up. Each app has a token that can deploy nothing else and ends after\n\
         90 days; these lines make them, and new ones before that. No value is shown.\n",
    );
    let environment = cx.environment.map_or(String::new(), |name| format!(" --env {name}"));
    let lines: Vec<String> = deployed(cx)
        .take(DRAWABLE)
        .map(|app| {
            let (name, secret) = (&app.name.value, token(app));
            format!(
                "fly tokens create deploy -a {name} --name deploy.yml --expiry 2160h | gh secret set {secret}{environment}"
            )
        })
        .collect();
    block(out, &lines);
    let Some(app) = deployed(cx).next() else { return };
    out.push_str("\nWho had one, and to take one back:\n");
    block(out, &[format!("fly tokens list -a {}", app.name.value), "fly tokens revoke TOKEN_ID".to_owned()]);
}
