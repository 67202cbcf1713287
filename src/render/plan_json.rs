//! `plan.json`: the steps as data, one a line, so that a pull request shows which changed.
//!
//! Steps of one declaration need all earlier ones of the same; `needs` names those of others.

use serde::Serialize;

use super::{RenderCx, StepCx};
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
    call: Words<'a>,
    #[serde(skip_serializing_if = "Words::is_empty")]
    command: Words<'a>,
}

/// Words of a command: what the script fills in stands in angle brackets.
struct Words<'a>(&'a [Arg<'a>]);

impl Words<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Words<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Word))
    }
}

struct Word<'a>(&'a Arg<'a>);

impl Serialize for Word<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Arg::Word(word) => serializer.serialize_str(word),
            Arg::Here(path) => serializer.collect_str(&format_args!("./{path}")),
            Arg::Found(what) => serializer.collect_str(&format_args!("<{what}>")),
        }
    }
}

/// The file, step by step.
pub(super) struct Steps<'a> {
    cx: RenderCx<'a>,
    out: Vec<u8>,
    first: bool,
}

impl<'a> Steps<'a> {
    pub(super) fn new(cx: RenderCx<'a>) -> Self {
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
        Self { cx, out, first: true }
    }

    pub(super) fn push(&mut self, step: &StepCx<'_>) {
        self.out.extend_from_slice(if self.first { b"\n" } else { b",\n" });
        self.first = false;
        let json = JsonStep {
            id: step.id,
            phase: step.step.phase().as_str(),
            line: step.line,
            needs: others(step.step, self.cx),
            call: Words(&step.text.call),
            command: Words(&step.text.command),
        };
        let _ = serde_json::to_writer(&mut self.out, &json);
    }

    pub(super) fn finish(mut self) -> String {
        self.out.extend_from_slice(b"\n]}\n");
        String::from_utf8(self.out).unwrap_or_default()
    }
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
