//! For programs.

use serde::Serialize;

use super::Footing;
use crate::drift::{At, Drift, Finding, Unknown};

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
    differences: Vec<JsonFinding<'a>>,
    unknown: Vec<JsonUnknown<'a>>,
    not_compared: &'a [String],
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    class: &'static str,
    of: Option<&'a str>,
    name: &'a str,
    what: &'a str,
    declared: Option<&'a str>,
    runs: Option<&'a str>,
    at: Option<JsonAt<'a>>,
    next: &'static str,
    then: &'a str,
    person: &'a str,
}

#[derive(Serialize)]
struct JsonAt<'a> {
    file: &'a str,
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct JsonUnknown<'a> {
    what: &'a str,
    why: &'a str,
}

impl<'a> From<&'a Finding> for JsonFinding<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            class: finding.class.as_str(),
            of: finding.of.as_deref(),
            name: &finding.name,
            what: &finding.what,
            declared: finding.expected.as_deref(),
            runs: finding.runs.as_deref(),
            at: finding.at.as_ref().map(|At { file, line, column }| JsonAt { file, line: *line, column: *column }),
            next: finding.next.as_str(),
            then: &finding.then,
            person: &finding.person,
        }
    }
}

/// Differences as JSON, one comparison for each environment.
pub fn json(drifts: &[(Drift, Footing)]) -> String {
    let comparisons = drifts.iter().map(|(drift, footing)| Comparison {
        project: &footing.project,
        environment: footing.environment.as_deref(),
        differences: drift.findings.iter().map(JsonFinding::from).collect(),
        unknown: drift.unknown.iter().map(|Unknown { what, why }| JsonUnknown { what, why }).collect(),
        not_compared: &drift.unseen,
    });
    let document = Document { version: VERSION, comparisons: comparisons.collect() };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}
