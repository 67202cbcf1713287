//! `setup.sh`: functions once, then one line per step.

use std::fmt::Write as _;

use minijinja::context;

use super::engine::{comment, fragment, quote, render};
use super::{RenderCx, StepCx};
use crate::kinds::app::SecretSource;
use crate::kinds::postgres::Engine;
use crate::plan::{Arg, Phase};

const TEMPLATE: &str = include_str!("script/setup.sh.j2");
const CORE: &str = include_str!("script/core.sh");
const APP: &str = include_str!("../kinds/app/functions.sh");
const SECRETS: &str = include_str!("../kinds/app/secrets.sh");
const MANAGED: &str = include_str!("../kinds/postgres/managed.sh");
const UNMANAGED: &str = include_str!("../kinds/postgres/unmanaged.sh");
const REDIS: &str = include_str!("../kinds/redis/functions.sh");
const BUCKET: &str = include_str!("../kinds/bucket/functions.sh");

/// Variables that flyctl and the shell need, even if a secret is taken from one.
const NEEDED: [&str; 6] = ["FLY_API_TOKEN", "FLY_ACCESS_TOKEN", "PATH", "HOME", "TMPDIR", "USER"];

/// The script around its steps.
pub(super) fn setup(cx: RenderCx<'_>, steps: String) -> String {
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
        TEMPLATE,
        context! {
            spec => cx.spec_name(),
            name => cx.model.project.name.as_str(),
            org => cx.model.project.org.as_str(),
            minimum => cx.facts.flyctl_minimum,
            total => cx.plan.steps.len(),
            hidden,
            secrets => sets_secrets(cx),
            functions => fragment(functions(cx)),
            steps => fragment(steps),
        },
    )
}

/// Whether the script sets a secret itself: those of the spec, and the URL of a Redis database.
fn sets_secrets(cx: RenderCx<'_>) -> bool {
    !cx.model.redis.is_empty() || cx.model.apps.iter().any(|app| !app.secrets.is_empty())
}

/// The functions that the steps call, and no others: a reviewer reads what runs.
fn functions(cx: RenderCx<'_>) -> String {
    let model = cx.model;
    let engine = |engine| model.postgres.iter().any(|postgres| postgres.engine.value == engine);
    let parts = [
        (true, CORE),
        (!model.apps.is_empty(), APP),
        (sets_secrets(cx), SECRETS),
        (engine(Engine::Managed), MANAGED),
        (engine(Engine::Unmanaged), UNMANAGED),
        (!model.redis.is_empty(), REDIS),
        (!model.buckets.is_empty(), BUCKET),
    ];
    let parts: Vec<&str> = parts.into_iter().filter(|(used, _)| *used).map(|(_, text)| text).collect();
    parts.join("\n")
}

/// One line per step, under the name of its phase.
pub(super) struct Steps {
    out: String,
    spec: String,
    phase: Option<Phase>,
}

impl Steps {
    pub(super) fn new(cx: RenderCx<'_>) -> Self {
        let out = String::with_capacity(cx.plan.steps.len() * 176);
        Self { out, spec: comment(cx.spec_name()), phase: None }
    }

    pub(super) fn push(&mut self, StepCx { step, id, text, line }: &StepCx<'_>) {
        let out = &mut self.out;
        if self.phase != Some(step.phase()) {
            self.phase = Some(step.phase());
            let gap = if out.is_empty() { "" } else { "\n" };
            let _ = writeln!(out, "{gap}# {}", step.phase().as_str());
        }
        out.push_str("step ");
        out.push_str(&quote(id));
        words(out, &text.call);
        if !text.command.is_empty() {
            out.push_str(" --");
            words(out, &text.command);
        }
        let _ = writeln!(out, "  # {}:{line}", self.spec);
    }

    pub(super) fn finish(self) -> String {
        self.out
    }
}

fn words(out: &mut String, args: &[Arg<'_>]) {
    for (i, arg) in args.iter().enumerate() {
        out.push(' ');
        match arg {
            // Commands name the tool; which file that is, the script has found out.
            Arg::Word(word) if i == 0 && word == "fly" => out.push_str("\"$FLY\""),
            Arg::Word(word) => out.push_str(&quote(word)),
            Arg::Here(path) if path == "." => out.push_str("\"$HERE\""),
            Arg::Here(path) => {
                out.push_str("\"$HERE\"/");
                out.push_str(&quote(path));
            }
            Arg::Found(what) => out.push_str(what),
        }
    }
}
