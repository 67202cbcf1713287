//! For programs.

use serde::Serialize;

use super::super::{Advice, Change, Difference, Effect, Loss, Outcome, Retirement, sentences};
use super::Shown;
use crate::model::Model;
use crate::value::Usd;

/// The version of the format. A new one only when a key goes or changes its meaning.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    currency: &'static str,
    period: &'static str,
    simulations: Vec<Simulation<'a>>,
}

#[derive(Serialize)]
struct Simulation<'a> {
    project: &'a str,
    environment: Option<&'a str>,
    spec: &'a str,
    losses: Vec<JsonLoss<'a>>,
}

#[derive(Serialize)]
struct JsonLoss<'a> {
    loss: &'static str,
    region: Option<&'a str>,
    outcomes: Vec<JsonOutcome<'a>>,
    retirement: Option<JsonRetirement<'a>>,
}

#[derive(Serialize)]
struct JsonOutcome<'a> {
    of: String,
    name: &'a str,
    state: &'static str,
    by_itself: &'static str,
    if_one_host_has_all: &'static str,
    data: &'static str,
    survives: bool,
    effects: Vec<JsonEffect>,
    change: Option<JsonChange<'a>>,
    no_change: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonEffect {
    kind: &'static str,
    text: String,
    chain: Vec<String>,
}

#[derive(Serialize)]
struct JsonChange<'a> {
    table: &'a str,
    lines: &'a [String],
    at: &'a str,
    survives: bool,
    survives_by_itself: bool,
    state: &'static str,
    floor: JsonDifference,
    ceiling: JsonDifference,
    patch: Option<String>,
}

#[derive(Serialize)]
struct JsonDifference {
    usd: String,
    complete: bool,
}

#[derive(Serialize)]
struct JsonRetirement<'a> {
    replacement: Option<&'a str>,
    named: Vec<JsonNamed<'a>>,
    steps: Vec<JsonStep<'a>>,
    stays: &'a [String],
}

#[derive(Serialize)]
struct JsonNamed<'a> {
    what: &'a str,
    at: &'a str,
}

#[derive(Serialize)]
struct JsonStep<'a> {
    text: &'a str,
    commands: &'a [String],
}

impl From<Difference> for JsonDifference {
    fn from(difference: Difference) -> Self {
        let sign = if difference.micros < 0 { "-" } else { "" };
        let usd = Usd::from_micros(difference.micros.saturating_abs());
        Self { usd: format!("{sign}{usd}"), complete: !difference.open }
    }
}

/// What is left as JSON, one simulation for each environment.
pub fn json(shown: &[Shown<'_>]) -> String {
    let simulations = shown.iter().map(|shown| Simulation {
        project: shown.model.project.as_ref().map_or("", |project| project.name.as_str()),
        environment: shown.environment,
        spec: shown.spec,
        losses: shown.found.iter().map(|found| loss(shown, found)).collect(),
    });
    let document = Document { version: VERSION, currency: "USD", period: "month", simulations: simulations.collect() };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn loss<'a>(shown: &'a Shown<'a>, found: &'a super::Found<'a>) -> JsonLoss<'a> {
    let outcomes = found.outcomes.iter().flat_map(|(members, outcome, advice)| {
        members.iter().map(move |of| {
            let one = Outcome { of: *of, ..outcome.clone() };
            // A change is one of the first; that of the others is the same in their own tables.
            let advice = advice.as_ref().filter(|_| *of == outcome.of);
            of_declaration(shown, found.loss, &one, advice)
        })
    });
    JsonLoss {
        loss: match found.loss {
            Loss::Region(_) => "region",
            Loss::Host => "host",
            Loss::Retire(_) => "retirement",
        },
        region: found.loss.region(),
        outcomes: outcomes.collect(),
        retirement: found.retirement.as_ref().map(retirement),
    }
}

fn of_declaration<'a>(
    shown: &'a Shown<'a>,
    loss: Loss<'a>,
    outcome: &Outcome,
    advice: Option<&'a Advice>,
) -> JsonOutcome<'a> {
    let model: &Model = shown.model;
    let texts = sentences(model, loss, outcome);
    let effects = outcome.effects.iter().zip(texts).map(|(effect, text)| JsonEffect {
        kind: kind(effect),
        text,
        chain: if let Effect::Depends { chain, .. } = effect {
            chain.iter().map(|id| model.reference(*id)).collect()
        } else {
            Vec::new()
        },
    });
    JsonOutcome {
        of: model.reference(outcome.of),
        name: shown.model.name(outcome.of).as_str(),
        state: outcome.state.as_str(),
        by_itself: outcome.own.as_str(),
        if_one_host_has_all: outcome.shared_host.as_str(),
        data: outcome.data.as_str(),
        survives: outcome.survives(),
        effects: effects.collect(),
        change: match advice {
            Some(Advice::Change(change)) => Some(of_change(shown, change)),
            _ => None,
        },
        no_change: match advice {
            Some(Advice::Nothing(why)) => Some(why),
            _ => None,
        },
    }
}

fn kind(effect: &Effect) -> &'static str {
    match effect {
        Effect::Machines { .. } => "machines",
        Effect::Nodes { .. } => "nodes",
        Effect::Capacity(_) => "capacity",
        Effect::Volumes { .. } => "volumes",
        Effect::Quorum { .. } => "quorum",
        Effect::Primary { .. } => "primary",
        Effect::Home { .. } => "home",
        Effect::PrimaryRegion { .. } => "primary-region",
        Effect::Job { .. } => "job",
        Effect::Egress => "egress",
        Effect::Depends { .. } => "depends",
    }
}

fn of_change<'a>(shown: &Shown<'_>, change: &'a Change) -> JsonChange<'a> {
    let patch = shown.source.map(|source| {
        let difference = similar::TextDiff::from_lines(source, &change.text);
        difference.unified_diff().context_radius(2).header(shown.spec, shown.spec).to_string()
    });
    JsonChange {
        table: &change.table,
        lines: &change.lines,
        at: &change.at,
        survives: change.survives,
        survives_by_itself: change.survives_by_itself,
        state: change.state.as_str(),
        floor: change.floor.into(),
        ceiling: change.ceiling.into(),
        patch,
    }
}

fn retirement(retirement: &Retirement) -> JsonRetirement<'_> {
    JsonRetirement {
        replacement: retirement.replacement.map(|(region, _)| region),
        named: retirement.named.iter().map(|(what, at)| JsonNamed { what, at }).collect(),
        steps: retirement.steps.iter().map(|step| JsonStep { text: &step.text, commands: &step.commands }).collect(),
        stays: &retirement.stays,
    }
}
