//! `plan.json`: the steps as data, one a line, so that a pull request shows which changed.
//!
//! Steps of one declaration need all earlier ones of the same; `needs` names those of others.

use serde::Serialize;

use super::RenderCx;
use crate::kinds::app::{AppStep, needs};
use crate::plan::{Action, Arg, Step};

/// The version of the format. A new one only when a key goes or changes its meaning.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Head<'a> {
    version: u32,
    architecture: &'a str,
    org: &'a str,
    tier: &'a str,
    spec: &'a str,
}

#[derive(Serialize)]
struct JsonStep<'a> {
    id: &'a str,
    phase: &'static str,
    line: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needs: Vec<String>,
    call: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    command: Vec<String>,
}

pub(super) fn render(cx: RenderCx<'_>) -> String {
    let model = cx.model;
    let head = Head {
        version: VERSION,
        architecture: model.project.name.as_str(),
        org: model.project.org.as_str(),
        tier: model.project.tier.as_str(),
        spec: cx.spec_name(),
    };
    let mut out = Vec::with_capacity(64 + cx.plan.steps.len() * 256);
    // Writing JSON of strings and numbers into memory cannot fail.
    let _ = serde_json::to_writer(&mut out, &head);
    out.pop();
    out.extend_from_slice(b",\"steps\":[");
    for (i, step) in cx.plan.steps.iter().enumerate() {
        out.extend_from_slice(if i == 0 { b"\n" } else { b",\n" });
        let text = step.text(model, cx.layout);
        let id = step.id(model, &text);
        let json = JsonStep {
            id: &id,
            phase: step.phase().as_str(),
            line: cx.source.line(text.origin.range.start),
            needs: others(step, cx),
            call: text.call.iter().map(word).collect(),
            command: text.command.iter().map(word).collect(),
        };
        let _ = serde_json::to_writer(&mut out, &json);
    }
    out.extend_from_slice(b"\n]}\n");
    String::from_utf8(out).unwrap_or_default()
}

/// Steps of other declarations that must be done before.
fn others(step: &Step, cx: RenderCx<'_>) -> Vec<String> {
    let model = cx.model;
    let app = &model.apps.get(step.resource.index);
    match (step.action, app) {
        (Action::App(AppStep::Attach(used)), Some(app)) => {
            vec![format!("{}/create", model.reference(app.uses[used].target.value))]
        }
        (Action::App(AppStep::Deploy), Some(app)) => {
            let after = app.after.iter().filter(|after| after.kind != crate::spec::Kind::App);
            let data = after.map(|after| format!("{}/create", model.reference(after.value)));
            needs(app).map(|other| format!("app.{}/deploy", model.apps[other].key.value)).chain(data).collect()
        }
        (Action::Bucket(_), _) => {
            let owner = model.buckets[step.resource.index].owner.value;
            vec![format!("app.{}/create", model.apps[owner].key.value)]
        }
        _ => Vec::new(),
    }
}

fn word(arg: &Arg<'_>) -> String {
    match arg {
        Arg::Word(word) => word.to_string(),
        Arg::Here(path) => format!("./{path}"),
        Arg::Found(what) => format!("<{what}>"),
    }
}
