//! `plan.json`: the steps as data, one a line, so that a pull request shows which changed.
//!
//! Steps of one declaration need all earlier ones of the same; `needs` names those of others.

use std::fmt::Write as _;

use serde::Serialize;

use super::{RenderCx, StepCx};
use crate::kinds::app::{AppStep, needs};
use crate::plan::{Action, Arg, Step};
use crate::value::Key;

/// The version of the format. A new one only when a key goes or changes its meaning.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Head<'a> {
    version: u32,
    architecture: &'a str,
    org: &'a str,
    tier: &'a str,
    spec: &'a str,
    /// The folder of the spec, relative to that of this file.
    folder: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preview: Option<&'a str>,
}

/// The file, step by step.
pub(super) struct Steps<'a> {
    cx: RenderCx<'a>,
    out: String,
    first: bool,
}

impl<'a> Steps<'a> {
    pub(super) fn new(cx: RenderCx<'a>) -> Self {
        let model = cx.model;
        let head = Head {
            version: VERSION,
            architecture: model.project().name.as_str(),
            org: model.project().org.as_str(),
            tier: model.project().tier.as_str(),
            spec: cx.spec_name(),
            folder: cx.layout.spec_folder(),
            environment: cx.environment,
            preview: cx.preview.map(Key::as_str),
        };
        let mut out = String::with_capacity(256 + cx.plan.steps.len() * 288);
        out.push_str(&serde_json::to_string(&head).unwrap_or_default());
        out.pop();
        out.push_str(",\"steps\":[");
        Self { cx, out, first: true }
    }

    pub(super) fn push(&mut self, StepCx { step, id, text, from }: &StepCx<'_>) {
        let out = &mut self.out;
        out.push_str(if self.first { "\n" } else { ",\n" });
        self.first = false;
        out.push_str("{\"id\":");
        string(out, id);
        let _ = write!(out, ",\"phase\":\"{}\"", step.phase().as_str());
        if from.name != self.cx.spec_name() {
            out.push_str(",\"file\":");
            string(out, from.name);
        }
        let _ = write!(out, ",\"line\":{}", from.line);
        let needs = others(step, self.cx);
        if !needs.is_empty() {
            out.push_str(",\"needs\":");
            list(out, &needs, |out, id| string(out, id));
        }
        out.push_str(",\"call\":");
        list(out, &text.call, word);
        if !text.command.is_empty() {
            out.push_str(",\"command\":");
            list(out, &text.command, word);
        }
        out.push('}');
    }

    pub(super) fn finish(mut self) -> String {
        self.out.push_str("\n]}\n");
        self.out
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
        (Action::App(AppStep::Secret(secret)), Some(app)) => {
            let target = app.secrets[secret].token_for;
            target.map(|target| format!("app.{}/create", model.apps[target].key.value)).into_iter().collect()
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

fn list<T>(out: &mut String, items: &[T], put: impl Fn(&mut String, &T)) {
    out.push('[');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        put(out, item);
    }
    out.push(']');
}

fn word(out: &mut String, arg: &Arg<'_>) {
    match arg {
        Arg::Word(word) => string(out, word),
        Arg::Here(path) if path.starts_with("..") => string(out, path),
        Arg::Here(path) => string(out, &format!("./{path}")),
        Arg::Found(what) => string(out, &format!("<{what}>")),
    }
}

/// A string of JSON. Nearly all of them are their own literal, and there are a hundred for every app.
fn string(out: &mut String, text: &str) {
    if text.bytes().all(|b| b >= b' ' && b != b'"' && b != b'\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        // Writing a string into memory cannot fail.
        out.push_str(&serde_json::to_string(text).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::string;

    #[test]
    fn strings_are_json() {
        for text in ["", "plain-word", "a \"b\" \\ c", "tab\there", "line\nbreak", "é\u{1f600}", "\u{7f}\u{0}"] {
            let mut out = String::new();
            string(&mut out, text);
            assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text, "{out}");
        }
    }
}
