//! For programs. Amounts are text: a number of JSON is floating point to most who read it.

use serde::Serialize;

use super::Between;
use crate::cost::Amount;
use crate::diff::{At, Change, CostRange, Diff, StepChange};

/// The version of the format. A new one only when a key goes or changes its meaning.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    comparisons: Vec<Comparison<'a>>,
}

#[derive(Serialize)]
struct Comparison<'a> {
    project: &'a str,
    environment: Option<&'a str>,
    old: &'a str,
    new: &'a str,
    leading: &'static str,
    changes: Vec<JsonChange<'a>>,
    steps: Vec<JsonStep<'a>>,
    cost: JsonCost,
}

#[derive(Serialize)]
struct JsonChange<'a> {
    leading: &'static str,
    classes: Vec<&'static str>,
    of: &'a str,
    what: &'a str,
    effects: &'a [String],
    person: &'a [String],
    at: Option<JsonAt<'a>>,
}

#[derive(Serialize)]
struct JsonAt<'a> {
    spec: &'static str,
    file: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct JsonStep<'a> {
    id: &'a str,
    change: &'static str,
    command: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonCost {
    currency: &'static str,
    period: &'static str,
    before: JsonRange,
    after: JsonRange,
}

#[derive(Serialize)]
struct JsonRange {
    floor: JsonAmount,
    ceiling: JsonAmount,
}

#[derive(Serialize)]
struct JsonAmount {
    /// What is known; nothing where all of it is unknown.
    usd: Option<String>,
    /// Whether that is all.
    complete: bool,
}

impl From<Amount> for JsonAmount {
    fn from(amount: Amount) -> Self {
        Self { usd: (!amount.is_unknown()).then(|| amount.usd.to_string()), complete: !amount.open }
    }
}

impl From<CostRange> for JsonRange {
    fn from(range: CostRange) -> Self {
        Self { floor: range.floor.into(), ceiling: range.ceiling.into() }
    }
}

impl<'a> From<&'a Change> for JsonChange<'a> {
    fn from(change: &'a Change) -> Self {
        Self {
            leading: change.leading().as_str(),
            classes: change.classes.iter().map(|class| class.as_str()).collect(),
            of: &change.of,
            what: &change.what,
            effects: &change.effects,
            person: &change.person,
            at: change.at.as_ref().map(|At { is_new, file, line }| JsonAt {
                spec: if *is_new { "new" } else { "old" },
                file,
                line: *line,
            }),
        }
    }
}

impl<'a> From<&'a StepChange> for JsonStep<'a> {
    fn from(step: &'a StepChange) -> Self {
        Self { id: &step.id, change: step.kind.as_str(), command: step.command.as_deref() }
    }
}

/// Differences as JSON, one comparison for each environment.
pub fn json(diffs: &[(&Diff, Between)]) -> String {
    let comparisons = diffs.iter().map(|(diff, between)| Comparison {
        project: &between.project,
        environment: between.environment.as_deref(),
        old: &between.old,
        new: &between.new,
        leading: diff.leading().as_str(),
        changes: diff.changes.iter().map(JsonChange::from).collect(),
        steps: diff.steps.iter().map(JsonStep::from).collect(),
        cost: JsonCost {
            currency: "USD",
            period: "month",
            before: diff.cost_before.into(),
            after: diff.cost_after.into(),
        },
    });
    let document = Document { version: VERSION, comparisons: comparisons.collect() };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}
