//! For programs. Amounts are text: a number of JSON is floating point to most who read it.

use serde::Serialize;

use super::Footing;
use crate::cost::{Amount, Basis, Estimate};

/// The version of the format.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    currency: &'static str,
    period: &'static str,
    estimates: Vec<JsonEstimate<'a>>,
}

#[derive(Serialize)]
struct JsonEstimate<'a> {
    project: &'a str,
    environment: Option<&'a str>,
    items: Vec<JsonItem<'a>>,
    total: JsonRange,
    budget: Option<JsonBudget>,
    outlives_apps: Vec<JsonRest>,
    volumes_of_apps: Option<JsonRange>,
    not_counted: String,
    sources: Vec<JsonSource<'a>>,
}

#[derive(Serialize)]
struct JsonItem<'a> {
    of: Option<String>,
    name: Option<&'a str>,
    kind: &'static str,
    region: Option<&'a str>,
    text: &'a str,
    floor: JsonAmount,
    ceiling: JsonAmount,
    price_date: Option<&'a str>,
    confidence: Option<&'static str>,
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

#[derive(Serialize)]
struct JsonBudget {
    usd: String,
    exceeded: bool,
}

#[derive(Serialize)]
struct JsonRest {
    of: String,
    floor: JsonAmount,
    ceiling: JsonAmount,
}

#[derive(Serialize)]
struct JsonSource<'a> {
    page: &'a str,
    date: &'a str,
    confidence: &'static str,
}

fn amount(amount: Amount) -> JsonAmount {
    JsonAmount { usd: (!amount.is_unknown()).then(|| amount.usd.to_string()), complete: !amount.open }
}

fn range(floor: Amount, ceiling: Amount) -> JsonRange {
    JsonRange { floor: amount(floor), ceiling: amount(ceiling) }
}

/// Estimates, one of every environment, as JSON.
pub fn json(estimates: &[(Estimate<'_>, Footing<'_>)]) -> String {
    let estimates = estimates.iter().map(|(estimate, footing)| one(estimate, *footing)).collect();
    let document = Document { version: VERSION, currency: "USD", period: "month", estimates };
    // Nothing in it can fail: strings, numbers and lists.
    serde_json::to_string_pretty(&document).map(|text| text + "\n").unwrap_or_default()
}

fn one<'e>(estimate: &'e Estimate<'_>, footing: Footing<'e>) -> JsonEstimate<'e> {
    let model = footing.model;
    let items = estimate.items.iter().map(|item| JsonItem {
        of: item.of.map(|of| model.reference(of)),
        name: item.of.map(|of| model.name(of).as_str()),
        kind: item.kind.as_str(),
        region: item.region.as_deref(),
        text: &item.text,
        floor: amount(item.floor),
        ceiling: amount(item.ceiling),
        price_date: item.basis.as_ref().map(Basis::date),
        confidence: item.basis.as_ref().map(|basis| basis.confidence().as_str()),
    });
    let ceiling = estimate.ceiling();
    let rest = estimate.outlives_apps().into_iter();
    JsonEstimate {
        project: footing.project(),
        environment: footing.environment,
        items: items.collect(),
        total: range(estimate.floor(), ceiling),
        budget: footing.budget().map(|budget| JsonBudget { usd: budget.to_string(), exceeded: ceiling.usd > budget }),
        outlives_apps: rest
            .map(|(of, floor, ceiling)| JsonRest {
                of: model.reference(of),
                floor: amount(floor),
                ceiling: amount(ceiling),
            })
            .collect(),
        volumes_of_apps: estimate.volumes_of_apps().map(|(floor, ceiling)| range(floor, ceiling)),
        not_counted: footing.not_counted(),
        sources: estimate
            .sources()
            .into_iter()
            .map(|s| JsonSource { page: s.page, date: s.date, confidence: s.confidence.as_str() })
            .collect(),
    }
}
