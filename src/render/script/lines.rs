//! The lines of the scripts: one per step, each with its id, its function, and the line of the spec.

use std::fmt::Write as _;

use super::super::engine::{comment, quote};
use super::super::{RenderCx, StepCx};
use crate::kinds::app::{AppStep, SecretSource};
use crate::kinds::bucket::BucketStep;
use crate::plan::{Action, Arg, Phase, StepText, step_id, teardown, teardown_text};

/// One line per step, under the name of its phase.
pub(crate) struct Steps {
    out: String,
    phase: Option<Phase>,
}

impl Steps {
    pub(crate) fn new(cx: RenderCx<'_>) -> Self {
        let out = String::with_capacity(cx.plan.steps.len() * 176);
        Self { out, phase: None }
    }

    pub(crate) fn push(&mut self, StepCx { step, id, text, from }: &StepCx<'_>) {
        head(&mut self.out, &mut self.phase, step.phase());
        push(&mut self.out, id, text);
        let _ = writeln!(self.out, "  # {}:{}", comment(from.name), from.line);
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }
}

/// One line per thing that can be looked at, with the words of its step.
pub(crate) struct Checks {
    out: String,
    phase: Option<Phase>,
    width: usize,
}

impl Checks {
    pub(crate) fn new(cx: RenderCx<'_>) -> Self {
        let out = String::with_capacity(cx.plan.steps.len() * 96);
        Self { out, phase: None, width: 0 }
    }

    pub(crate) fn push(&mut self, cx: RenderCx<'_>, StepCx { step, id, text, from }: &StepCx<'_>) {
        // Of a secret the name is enough, and flyctl does not show the domain of a bucket.
        let (function, count) = match step.action {
            // Nothing shows what a volume was made of; that it is there the next line asks.
            Action::Bucket(BucketStep::Domain) | Action::App(AppStep::Seed(_)) => return,
            Action::App(AppStep::Secret(i)) => match cx.model.apps[step.resource.index].secrets[i].source {
                SecretSource::Manual(_) => ("secret_manual", 3),
                SecretSource::Env(_)
                | SecretSource::File(_)
                | SecretSource::Command(_)
                | SecretSource::Generate(_)
                | SecretSource::Token(_) => ("secret", 3),
            },
            Action::App(AppStep::Deploy) => ("deploy", 3),
            Action::App(_) | Action::Postgres(_) | Action::Redis(_) | Action::Bucket(BucketStep::Create) => {
                ("", text.call.len())
            }
        };
        head(&mut self.out, &mut self.phase, step.phase());
        self.width = self.width.max(id.chars().count());
        self.out.push_str("check ");
        self.out.push_str(&quote(id));
        let call = text.call.get(..count).unwrap_or(&text.call);
        if function.is_empty() {
            words(&mut self.out, call);
        } else {
            self.out.push(' ');
            self.out.push_str(function);
            words(&mut self.out, call.get(1..).unwrap_or_default());
        }
        let _ = writeln!(self.out, "  # {}:{}", comment(from.name), from.line);
    }

    /// The width of the longest id.
    pub(super) fn width(&self) -> usize {
        self.width.max("fly/organisation".len())
    }

    pub(super) fn finish(self) -> String {
        self.out
    }
}

/// The lines that take everything away, and how many there are.
pub(crate) fn teardown_steps(cx: RenderCx<'_>) -> (String, usize) {
    let resources = teardown(cx.model);
    let mut out = String::with_capacity(resources.len() * 128);
    for resource in &resources {
        let text = teardown_text(*resource, cx.model);
        push(&mut out, &step_id(*resource, cx.model, &text), &text);
        let from = cx.source.cite(text.origin.range.start);
        let _ = writeln!(out, "  # {}:{}", comment(from.name), from.line);
    }
    (out, resources.len())
}

/// What `teardown.sh` has no step for, for people.
pub(crate) fn shared(cx: RenderCx<'_>) -> Vec<String> {
    let model = cx.model;
    let shared = model.declarations().filter(|id| model.is_shared(*id));
    shared.map(|id| format!("{} ({})", model.name(id).value, model.reference(id))).collect()
}

/// The name of a phase, above its first line.
fn head(out: &mut String, last: &mut Option<Phase>, phase: Phase) {
    if *last != Some(phase) {
        *last = Some(phase);
        let gap = if out.is_empty() { "" } else { "\n" };
        let _ = writeln!(out, "{gap}# {}", phase.as_str());
    }
}

fn push(out: &mut String, id: &str, text: &StepText<'_>) {
    out.push_str("step ");
    out.push_str(&quote(id));
    words(out, &text.call);
    if !text.command.is_empty() {
        out.push_str(" --");
        words(out, &text.command);
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
