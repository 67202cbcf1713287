//! SARIF 2.1.0, the format of code scanning: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/>.
//!
//! What GitHub reads of it decides what is filled in: stable rule ids with help, relative paths, fingerprints, and
//! `security-severity` where a rule is about security. No text of a source is repeated.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;

use super::super::{Applicability, Diagnostic, Edit, Label, Report, RuleId, Severity};
use super::hidden::Hidden;
use super::{About, fingerprint, page, path};
use crate::source::{Source, Span, one_line};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The folder that paths lead from: that in which the program ran.
const BASE: &str = "%SRCROOT%";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    column_kind: &'static str,
    original_uri_base_ids: BTreeMap<&'static str, Base>,
    results: Vec<Outcome<'a>>,
}

#[derive(Serialize)]
struct Base {
    description: Text,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_description: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_description: Option<Text>,
    help_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_configuration: Option<Configuration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Properties>,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

/// Names that GitHub gives a meaning.
#[derive(Serialize)]
struct Properties {
    tags: Vec<&'static str>,
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    problem_severity: &'static str,
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    security_severity: Option<&'static str>,
}

#[derive(Serialize)]
struct Text {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(rename = "physicalLocation")]
    physical: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix<'a> {
    description: Text,
    artifact_changes: Vec<Change<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    artifact_location: Artifact,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Content<'a>,
}

#[derive(Serialize)]
struct Content<'a> {
    text: &'a str,
}

pub(super) fn emit(report: &Report, about: fn(RuleId) -> Option<About>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut rules: Vec<RuleId> = report.diagnostics.iter().map(|d| d.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    let mut hidden = Hidden::new(report);
    let fingerprints = fingerprint::of(report, &mut hidden);
    let results = report.diagnostics.iter().zip(fingerprints).map(|(d, fingerprint)| Outcome {
        rule_id: d.rule.name,
        rule_index: rules.binary_search(&d.rule).unwrap_or_default(),
        level: level(d.severity),
        message: text(&message(d)),
        locations: [location(report, &d.primary, None)],
        related_locations: (1..).zip(&d.related).map(|(id, label)| location(report, label, Some(id))).collect(),
        // The name by which GitHub asks for it.
        partial_fingerprints: BTreeMap::from([("primaryLocationLineHash", fingerprint)]),
        fixes: hidden.fix_of(d).map(|fix| mended(report, fix)).into_iter().collect(),
    });
    let results = results.collect();
    let version = env!("CARGO_PKG_VERSION");
    let driver = Driver {
        name: env!("CARGO_PKG_NAME"),
        version,
        semantic_version: version,
        information_uri: env!("CARGO_PKG_REPOSITORY"),
        rules: rules.iter().map(|&rule| descriptor(rule, about(rule))).collect(),
    };
    let base = Base { description: text("The folder in which flyarch ran.") };
    let run = Run {
        tool: Tool { driver },
        column_kind: "unicodeCodePoints",
        original_uri_base_ids: BTreeMap::from([(BASE, base)]),
        results,
    };
    serde_json::to_writer_pretty(&mut *out, &Log { schema: SCHEMA, version: "2.1.0", runs: [run] })?;
    writeln!(out)
}

fn descriptor(rule: RuleId, about: Option<About>) -> Descriptor {
    let (name, code) = (rule.name, rule.code);
    let help_uri = page(rule);
    let Some(about) = about else {
        return Descriptor {
            id: name,
            name: code,
            short_description: None,
            full_description: None,
            help_uri,
            help: None,
            default_configuration: None,
            properties: None,
        };
    };
    // A number of CVSS, which GitHub shows as a word: high from 7, medium from 4.
    let score = if about.severity == Severity::Error { "8.0" } else { "5.0" };
    let properties = Properties {
        tags: about.tags.clone(),
        precision: "high",
        problem_severity: match about.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "recommendation",
        },
        security_severity: about.security.then_some(score),
    };
    Descriptor {
        id: name,
        name: code,
        short_description: Some(text(&about.summary)),
        full_description: Some(text(&description(&about))),
        help: Some(Text {
            text: format!("{}\n\nMore: {help_uri}", about.docs.trim_end()),
            markdown: Some(format!("{}\n\n[The page of the rule]({help_uri})", about.docs.trim_end())),
        }),
        help_uri,
        default_configuration: Some(Configuration { level: level(about.severity) }),
        properties: Some(properties),
    }
}

/// What a rule checks and why: its documentation up to the example. GitHub takes 1,024 characters.
fn description(about: &About) -> String {
    let lines =
        about.docs.lines().take_while(|line| !line.starts_with("## Example") && !line.starts_with("## Sources"));
    let lines: Vec<&str> = lines.filter(|line| !line.starts_with("## ")).collect();
    let paragraphs = lines.split(|line| line.is_empty()).filter(|paragraph| !paragraph.is_empty());
    let text = paragraphs.map(|paragraph| paragraph.join(" ")).collect::<Vec<_>>().join("\n\n");
    match text.char_indices().nth(1_000) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text,
    }
}

/// The finding and the way out: viewers show no more of a result than its message.
fn message(d: &Diagnostic) -> String {
    let help = d.help.iter().map(|help| format!("\n\nhelp: {}", one_line(help)));
    let note = d.note.iter().map(|note| format!("\n\nnote: {}", one_line(note)));
    let text: String = std::iter::once(one_line(&d.message).into_owned()).chain(help).chain(note).collect();
    // This would be a link (3.11.6 of the standard).
    text.replace("](", "] (")
}

fn text(text: &str) -> Text {
    Text { text: text.to_owned(), markdown: None }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn location(report: &Report, label: &Label, id: Option<usize>) -> Location {
    let source = report.source(label);
    Location {
        id,
        physical: Physical { artifact_location: artifact(source), region: region(report, label.span) },
        message: (!label.text.is_empty()).then(|| text(&one_line(&label.text).replace("](", "] ("))),
    }
}

fn artifact(source: &Source) -> Artifact {
    let uri = path::uri(source.name());
    let uri_base_id = (!uri.starts_with("file:")).then_some(BASE);
    Artifact { uri, uri_base_id }
}

fn region(report: &Report, span: Span) -> Region {
    let source = report.sources.get(span.file);
    let (start, end) = (source.line_column(span.range.start), source.line_column(span.range.end));
    Region { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
}

/// A fix: the edits of each file together.
fn mended<'a>(report: &Report, fix: &'a super::super::Fix) -> Fix<'a> {
    let choice = match fix.applicability {
        Applicability::Safe => "",
        Applicability::Unsafe => " (a choice: look at it before you take it)",
    };
    let replacement = |edit: &'a Edit| Replacement {
        deleted_region: region(report, edit.span),
        inserted_content: Content { text: &edit.with },
    };
    let files = fix.edits.chunk_by(|a, b| a.span.file == b.span.file);
    let change = |edits: &'a [Edit]| Change {
        artifact_location: artifact(report.sources.get(edits[0].span.file)),
        replacements: edits.iter().map(replacement).collect(),
    };
    Fix {
        description: text(&format!("{}{choice}", one_line(&fix.title))),
        artifact_changes: files.map(change).collect(),
    }
}
