//! Steps of `setup.sh` that differ, by their ids.

use std::collections::BTreeMap;

use super::{Change, Class, Cx};
use crate::facts::{Facts, secret_in_words, without_tokens};
use crate::model::Model;
use crate::plan::{Arg, Layout, plan};
use crate::source::TextRange;

/// How a step differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepChangeKind {
    /// The old script has none of this id.
    Added,
    /// It does something else.
    Changed,
    /// The new script has none of this id. What it made stays: the script only adds.
    Removed,
}

impl StepChangeKind {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// A step that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepChange {
    /// Its id, such as `app.web/deploy`.
    pub id: String,
    /// How it differs.
    pub kind: StepChangeKind,
    /// What it comes from, in the spec that has it.
    pub(super) range: TextRange,
    /// Its command as it is now, if it is one and the same every time; of a step that is gone as it was.
    pub command: Option<String>,
}

/// What a step calls, its command, and what it comes from.
type Words = (Vec<String>, Vec<String>, TextRange);

fn steps(model: &Model) -> Vec<(String, Words)> {
    let layout = Layout::default();
    let words = |args: &[Arg<'_>]| -> Vec<String> {
        let word = |arg: &Arg<'_>| match arg {
            Arg::Word(word) => word.to_string(),
            Arg::Here(path) if path.starts_with("..") => path.to_string(),
            Arg::Here(path) => format!("./{path}"),
            Arg::Found(what) => format!("<{what}>"),
        };
        args.iter().map(word).collect()
    };
    let steps = plan(model).steps.into_iter().map(|step| {
        let text = step.text(model, &layout);
        (step.id(model, &text), (words(&text.call), words(&text.command), text.origin.range))
    });
    steps.collect()
}

/// A command for a reader.
fn shown(words: &[String], facts: &Facts) -> Option<String> {
    if words.is_empty() {
        return None;
    }
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    // A job has variables and a command of the spec's in it.
    let mut from = 0;
    while let Some((at, _)) = secret_in_words(facts, &words[from..]) {
        words[from + at] = "•";
        from += at + 1;
    }
    let text = words.join(" ");
    Some(without_tokens(facts, &text).unwrap_or(text))
}

/// The steps that differ, in the order of the new script; behind them those that are gone.
pub(super) fn compare(old: &Model, new: &Model, facts: &Facts) -> Vec<StepChange> {
    let (old, new) = (steps(old), steps(new));
    let before: BTreeMap<&str, &Words> = old.iter().map(|(id, words)| (id.as_str(), words)).collect();
    let after: BTreeMap<&str, &Words> = new.iter().map(|(id, words)| (id.as_str(), words)).collect();
    let mut found = Vec::new();
    for (id, words) in &new {
        let kind = match before.get(id.as_str()) {
            None => StepChangeKind::Added,
            Some(earlier) if (&earlier.0, &earlier.1) != (&words.0, &words.1) => StepChangeKind::Changed,
            Some(_) => continue,
        };
        found.push(StepChange { id: id.clone(), kind, range: words.2, command: shown(&words.1, facts) });
    }
    let gone = old.iter().filter(|(id, _)| !after.contains_key(id.as_str()));
    found.extend(gone.map(|(id, words)| StepChange {
        id: id.clone(),
        kind: StepChangeKind::Removed,
        range: words.2,
        command: shown(&words.1, facts),
    }));
    found
}

/// What the other files here tell with the change that brings a step.
const TOLD: [&str; 11] = [
    "create",
    "ip-",
    "attach-",
    "secret-",
    "volumes-",
    "deploy",
    "scale-",
    "certificate-",
    "replicas-",
    "domain",
    "verify",
];

/// Tells steps that no other change tells: jobs, the first volume of a name, databases and users of a cluster.
pub(super) fn tell(cx: &mut Cx<'_>, steps: &[StepChange]) {
    for step in steps {
        let Some((of, what)) = step.id.split_once('/') else { continue };
        let is_told = cx.changes.iter().any(|change| change.of == of && change.leading() > Class::NoEffect);
        if what == "verify" || is_told && TOLD.iter().any(|known| what.starts_with(known)) {
            continue;
        }
        let (words, effect) = match step.kind {
            StepChangeKind::Added => ("is new", "`setup.sh` does it beside what runs."),
            StepChangeKind::Changed => ("is another", "What `setup.sh --dry-run` says of it is what it would do."),
            StepChangeKind::Removed => ("is gone", "What it made stays, and goes on: `setup.sh` takes nothing away."),
        };
        let is_gone = step.kind == StepChangeKind::Removed;
        let at = if is_gone { cx.there(step.range) } else { cx.here(step.range) };
        let change = Change::new(&[Class::InPlace, Class::Cost], of, format!("the step `{what}` {words}"));
        cx.add(change.effect(effect).at(at));
    }
}
