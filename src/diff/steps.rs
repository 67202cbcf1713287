//! Steps of `setup.sh` that differ, by their ids.

use std::collections::BTreeMap;

use crate::facts::{Facts, without_tokens};
use crate::model::Model;
use crate::plan::{Arg, Layout, plan};

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
    /// Its command as it is now, if it is one and the same every time; of a step that is gone as it was.
    pub command: Option<String>,
}

/// What a step calls, and its command.
type Words = (Vec<String>, Vec<String>);

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
        (step.id(model, &text), (words(&text.call), words(&text.command)))
    });
    steps.collect()
}

/// A command for a reader.
fn shown(words: &[String], facts: &Facts) -> Option<String> {
    if words.is_empty() {
        return None;
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
            Some(earlier) if **earlier != *words => StepChangeKind::Changed,
            Some(_) => continue,
        };
        found.push(StepChange { id: id.clone(), kind, command: shown(&words.1, facts) });
    }
    let gone = old.iter().filter(|(id, _)| !after.contains_key(id.as_str()));
    found.extend(gone.map(|(id, words)| StepChange {
        id: id.clone(),
        kind: StepChangeKind::Removed,
        command: shown(&words.1, facts),
    }));
    found
}
