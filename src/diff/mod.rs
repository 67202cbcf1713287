//! What the change of a spec does to what runs: two resolved models compared, and each difference classed by what comes
//! of it when `setup.sh` runs again.
//!
//! Models are compared, not texts, so that a comment or another order is no change. What a change does is what the
//! generated script and flyctl do, each said where its source is named; nothing here decides or judges. docs/diff.md has
//! the table of classes.

mod access;
mod apps;
mod class;
mod data;
mod emit;
mod groups;
mod places;
mod policy;
mod release;
mod secrets;
mod settings;
mod steps;
mod strays;
mod volumes;

use std::collections::BTreeMap;

pub use class::Class;
pub use emit::{Between, json, markdown, markdown_within, text};
pub use places::At;
pub use steps::{StepChange, StepChangeKind};
pub use strays::Stray;

use crate::cost::{Amount, Prices, Usage, estimate};
use crate::facts::{Facts, masked_value};
use crate::model::Model;
use crate::source::{Source, TextRange};
use places::Places;

/// One of the two that are compared.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// Its text.
    pub source: &'a Source,
    /// The environment that is meant.
    pub environment: Option<&'a str>,
    /// What it means.
    pub model: &'a Model,
}

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What comes of it, the worst first; never empty.
    pub classes: Vec<Class>,
    /// What it belongs to: `app.web`, `postgres.db`, `project`.
    pub of: String,
    /// What differs.
    pub what: String,
    /// What happens, in sentences.
    pub effects: Vec<String>,
    /// What is left for a person, in sentences.
    pub person: Vec<String>,
    /// The line that says so in the new spec; where it is gone, in the old one.
    pub at: Option<At>,
}

impl Change {
    fn new(classes: &[Class], of: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            classes: classes.to_vec(),
            of: of.into(),
            what: what.into(),
            effects: Vec::new(),
            person: Vec::new(),
            at: None,
        }
    }

    fn effect(mut self, text: impl Into<String>) -> Self {
        self.effects.push(text.into());
        self
    }

    fn person(mut self, text: impl Into<String>) -> Self {
        self.person.push(text.into());
        self
    }

    fn at(mut self, at: impl Into<Option<At>>) -> Self {
        self.at = at.into();
        self
    }

    /// The worst that comes of it.
    pub fn leading(&self) -> Class {
        self.classes.iter().copied().max().unwrap_or(Class::NoEffect)
    }
}

/// A floor and a ceiling, in US dollars a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostRange {
    /// Everything that may stop is stopped.
    pub floor: Amount,
    /// Everything is on.
    pub ceiling: Amount,
}

/// All that differs.
#[derive(Clone, Debug)]
pub struct Diff {
    /// The changes, the worst first, then in the order of declarations.
    pub changes: Vec<Change>,
    /// What the old costs.
    pub cost_before: CostRange,
    /// What the new costs.
    pub cost_after: CostRange,
    /// Steps of the script that differ, in its order; those that are gone last.
    pub steps: Vec<StepChange>,
}

impl Diff {
    /// The worst that comes of any change.
    pub fn leading(&self) -> Class {
        self.changes.iter().map(Change::leading).max().unwrap_or(Class::NoEffect)
    }

    /// How many changes do something.
    pub fn effective(&self) -> usize {
        self.changes.iter().filter(|change| change.leading() > Class::NoEffect).count()
    }
}

/// What is compared, and what was found.
struct Cx<'a> {
    old: Side<'a>,
    new: Side<'a>,
    facts: &'a Facts,
    old_places: Places<'a>,
    new_places: Places<'a>,
    changes: Vec<Change>,
}

impl Cx<'_> {
    fn add(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// A place in the new spec.
    fn here(&self, range: TextRange) -> At {
        self.new_places.at(range)
    }

    /// A place in the old spec.
    fn there(&self, range: TextRange) -> At {
        self.old_places.at(range)
    }

    /// Text of the user's as it may be shown: what looks like a secret is masked, as in excerpts. `name` is the key.
    fn shown(&self, name: &str, value: &str) -> String {
        masked_value(self.facts, name, value)
    }
}

/// What the change from one spec to another does.
pub fn compare(old: Side<'_>, new: Side<'_>, facts: &Facts) -> Diff {
    let (old_places, new_places) = (Places::of(old, false), Places::of(new, true));
    let mut cx = Cx { old, new, facts, old_places, new_places, changes: Vec::new() };
    policy::project(&mut cx);
    apps::compare(&mut cx);
    data::compare(&mut cx);
    policy::policy(&mut cx);
    let steps = steps::compare(old.model, new.model, facts);
    steps::tell(&mut cx, &steps);
    let mut changes = cx.changes;
    let (before, by_old) = costs(old.model, facts);
    let (after, by_new) = costs(new.model, facts);
    for change in &mut changes {
        // A change is one of cost where its declaration costs something else.
        if by_old.get(&change.of) == by_new.get(&change.of) {
            change.classes.retain(|class| *class != Class::Cost);
        }
        if change.classes.is_empty() {
            change.classes.push(Class::InPlace);
        }
        change.classes.sort_unstable_by(|a, b| b.cmp(a));
        change.classes.dedup();
        // What does nothing else has no effect beside what it has.
        if change.classes.len() > 1 {
            change.classes.retain(|class| *class != Class::NoEffect);
        }
    }
    changes.sort_by_key(|change| std::cmp::Reverse(change.leading()));
    Diff { changes, cost_before: before, cost_after: after, steps }
}

/// What a model costs, and each of its declarations.
fn costs(model: &Model, facts: &Facts) -> (CostRange, BTreeMap<String, Vec<(Amount, Amount)>>) {
    let (prices, usage) = (Prices::known(facts), Usage::default());
    let estimate = estimate(model, facts, &prices, &usage);
    let mut by: BTreeMap<String, Vec<(Amount, Amount)>> = BTreeMap::new();
    for item in &estimate.items {
        if let Some(of) = item.of {
            by.entry(model.reference(of)).or_default().push((item.floor, item.ceiling));
        }
    }
    (CostRange { floor: estimate.floor(), ceiling: estimate.ceiling() }, by)
}
