//! `setup.sh`, `verify.sh` and `teardown.sh`: functions once, then one line per step.

mod lines;

pub(super) use lines::{Checks, Steps, shared, teardown_steps};

use minijinja::{Value, context};

use super::engine::{fragment, render};
use super::{RenderCx, SweepCx};
use crate::kinds::app::SecretSource;
use crate::kinds::postgres::Engine;
use crate::model::{Model, PREVIEW_VARIABLE, Postgres, Use};

/// What all scripts look with.
const LOOK: &str = include_str!("script/look.sh");
/// What those that change something act with.
const ACT: &str = include_str!("script/act.sh");

/// A script: its frame, and its functions, those of a kind only where that is in the spec.
struct Script {
    template: &'static str,
    core: &'static [&'static str],
    app: &'static [&'static str],
    secrets: &'static [&'static str],
    seeds: &'static [&'static str],
    litefs: &'static [&'static str],
    tokens: &'static [&'static str],
    jobs: &'static [&'static str],
    managed: &'static [&'static str],
    direct: &'static [&'static str],
    holds: &'static [&'static str],
    unmanaged: &'static [&'static str],
    redis: &'static [&'static str],
    bucket: &'static [&'static str],
}

const SETUP: Script = Script {
    template: include_str!("script/setup.sh.j2"),
    core: &[LOOK, ACT, include_str!("script/setup.sh")],
    app: &[include_str!("../kinds/app/look.sh"), include_str!("../kinds/app/functions.sh")],
    secrets: &[include_str!("../kinds/app/secrets.sh")],
    seeds: &[include_str!("../kinds/app/seed.sh")],
    litefs: &[include_str!("../kinds/app/consul.sh")],
    tokens: &[include_str!("../kinds/app/look_tokens.sh"), include_str!("../kinds/app/tokens.sh")],
    jobs: &[include_str!("../kinds/app/look_jobs.sh"), include_str!("../kinds/app/jobs.sh")],
    managed: &[include_str!("../kinds/postgres/look.sh"), include_str!("../kinds/postgres/managed.sh")],
    direct: &[include_str!("../kinds/postgres/direct.sh")],
    holds: &[include_str!("../kinds/postgres/inside.sh"), include_str!("../kinds/postgres/holds.sh")],
    unmanaged: &[include_str!("../kinds/postgres/unmanaged.sh")],
    redis: &[include_str!("../kinds/redis/functions.sh")],
    bucket: &[include_str!("../kinds/bucket/functions.sh")],
};

const VERIFY: Script = Script {
    template: include_str!("script/verify.sh.j2"),
    core: &[LOOK, include_str!("script/verify.sh")],
    app: &[include_str!("../kinds/app/look.sh"), include_str!("../kinds/app/verify.sh")],
    secrets: &[],
    seeds: &[],
    litefs: &[include_str!("../kinds/app/verify_consul.sh")],
    tokens: &[],
    jobs: &[include_str!("../kinds/app/look_jobs.sh"), include_str!("../kinds/app/verify_jobs.sh")],
    managed: &[include_str!("../kinds/postgres/look.sh"), include_str!("../kinds/postgres/verify_managed.sh")],
    direct: &[include_str!("../kinds/postgres/verify_direct.sh")],
    holds: &[include_str!("../kinds/postgres/inside.sh"), include_str!("../kinds/postgres/verify_holds.sh")],
    unmanaged: &[include_str!("../kinds/postgres/verify_unmanaged.sh")],
    redis: &[include_str!("../kinds/redis/verify.sh")],
    bucket: &[include_str!("../kinds/bucket/verify.sh")],
};

const TEARDOWN: Script = Script {
    template: include_str!("script/teardown.sh.j2"),
    core: &[LOOK, ACT, include_str!("script/teardown.sh")],
    app: &[include_str!("../kinds/app/teardown.sh")],
    secrets: &[],
    seeds: &[],
    litefs: &[],
    tokens: &[include_str!("../kinds/app/look_tokens.sh"), include_str!("../kinds/app/teardown_tokens.sh")],
    jobs: &[],
    managed: &[include_str!("../kinds/postgres/look.sh"), include_str!("../kinds/postgres/teardown_managed.sh")],
    direct: &[],
    holds: &[],
    unmanaged: &[include_str!("../kinds/postgres/teardown_unmanaged.sh")],
    redis: &[include_str!("../kinds/redis/teardown.sh")],
    bucket: &[include_str!("../kinds/bucket/teardown.sh")],
};

/// Variables that flyctl and the shell need, even if a secret is taken from one.
const NEEDED: [&str; 6] = ["FLY_API_TOKEN", "FLY_ACCESS_TOKEN", "PATH", "HOME", "TMPDIR", "USER"];

/// `setup.sh` around its steps.
pub(super) fn setup(cx: RenderCx<'_>, steps: String) -> String {
    SETUP.around(cx, cx.plan.steps.len(), context! { secrets => sets_secrets(cx), steps => fragment(steps) })
}

/// `verify.sh` around its checks.
pub(super) fn verify(cx: RenderCx<'_>, checks: Checks) -> String {
    let width = checks.width();
    VERIFY.around(cx, cx.plan.steps.len(), context! { width, checks => fragment(checks.finish()) })
}

/// `teardown.sh`.
pub(super) fn teardown(cx: RenderCx<'_>) -> String {
    let (steps, total) = teardown_steps(cx);
    TEARDOWN.around(cx, total, context! { shared => shared(cx), steps => fragment(steps) })
}

/// `sweep.sh`, of the model of a preview: what its name is made of does not depend on which.
pub(super) fn sweep(cx: SweepCx<'_>) -> String {
    let project = cx.model.project();
    let own = project.preview.as_ref().map(|preview| format!("-{preview}")).unwrap_or_default();
    let stem = |name: &str| name.strip_suffix(&own).unwrap_or(name).to_owned();
    let stems: Vec<String> = cx.model.apps.iter().map(|app| stem(app.name.as_str())).collect();
    let functions = [LOOK, include_str!("script/sweep.sh")].join("\n");
    let spec = cx.source.cite(0).name;
    render(
        include_str!("script/sweep.sh.j2"),
        context! {
            spec,
            name => stem(project.name.as_str()),
            org => project.org.as_str(),
            minimum => cx.facts.flyctl_minimum,
            lives => cx.ttl.to_string().trim_end_matches("0m0s"),
            ttl => cx.ttl.seconds(),
            path => cx.layout.path_to(spec),
            stems => serde_json::json!(stems).to_string(),
            variable => PREVIEW_VARIABLE,
            functions => fragment(functions),
        },
    )
}

impl Script {
    /// The script around its lines, which `own` holds with all that no other script has.
    fn around(&self, cx: RenderCx<'_>, total: usize, own: Value) -> String {
        let mut hidden: Vec<String> = cx
            .model
            .apps
            .iter()
            .flat_map(|app| &app.secrets)
            .filter_map(|secret| {
                let SecretSource::Env(variable) = &secret.source else { return None };
                (!NEEDED.iter().any(|needed| *needed == variable.as_str())).then(|| variable.to_string())
            })
            .collect();
        hidden.sort_unstable();
        hidden.dedup();
        render(
            self.template,
            context! {
                spec => cx.spec_name(),
                name => cx.model.project().name.as_str(),
                org => cx.model.project().org.as_str(),
                minimum => cx.facts.flyctl_minimum,
                total,
                hidden,
                functions => fragment(self.functions(cx)),
                ..own
            },
        )
    }

    /// The functions that the lines call, and no others: a reviewer reads what runs.
    fn functions(&self, cx: RenderCx<'_>) -> String {
        let model = cx.model;
        let engine = |engine| model.postgres.iter().any(|postgres| postgres.engine.value == engine);
        let parts = [
            (true, self.core),
            (!model.apps.is_empty(), self.app),
            (sets_secrets(cx), self.secrets),
            (model.apps.iter().any(|app| !app.volumes.is_empty()), self.seeds),
            (model.apps.iter().any(|app| app.litefs.is_some()), self.litefs),
            (makes_tokens(model), self.tokens),
            (model.apps.iter().any(|app| !app.jobs.is_empty()), self.jobs),
            (engine(Engine::Managed), self.managed),
            (uses_direct(cx), self.direct),
            (model.postgres.iter().any(Postgres::holds_more), self.holds),
            (engine(Engine::Unmanaged), self.unmanaged),
            (!model.redis.is_empty(), self.redis),
            (!model.buckets.is_empty(), self.bucket),
        ];
        let parts: Vec<&str> =
            parts.into_iter().filter(|(used, _)| *used).flat_map(|(_, texts)| texts).copied().collect();
        parts.join("\n")
    }
}

/// Whether a secret is a token that the script makes.
fn makes_tokens(model: &Model) -> bool {
    let mut secrets = model.apps.iter().flat_map(|app| &app.secrets);
    secrets.any(|secret| matches!(secret.source, SecretSource::Token(_)))
}

/// Whether the script sets a secret itself: those of the spec, the URL of a Redis database, and the direct one of a
/// Postgres cluster.
fn sets_secrets(cx: RenderCx<'_>) -> bool {
    !cx.model.redis.is_empty() || uses_direct(cx) || cx.model.apps.iter().any(|app| !app.secrets.is_empty())
}

/// Whether an app uses the direct URL of a Postgres cluster.
fn uses_direct(cx: RenderCx<'_>) -> bool {
    cx.model.apps.iter().flat_map(|app| &app.uses).any(Use::is_direct)
}
