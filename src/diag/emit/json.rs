//! The report as JSON, version 1. Keys are only ever added; `schema/report.schema.json` describes them.

use std::io;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::Value;

use super::super::{Edit, Label, Report};
use super::hidden::Hidden;
use crate::source::Source;

/// The version of the format. A new one only when a key goes or changes its meaning.
const VERSION: u32 = 1;

/// A report of flyarch: what it found in one or more specs.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "flyarch report", rename = "Report")]
struct JsonReport<'a> {
    /// The version of the format. Keys may be added to it; none goes or changes its meaning.
    #[schemars(extend("const" = VERSION))]
    version: u32,
    /// What wrote the report.
    tool: Tool,
    /// Findings: file by file, in the order of the text.
    diagnostics: Vec<JsonDiagnostic<'a>>,
}

/// What wrote the report.
#[derive(Serialize, JsonSchema)]
struct Tool {
    /// `flyarch`.
    name: &'static str,
    /// Its version.
    version: &'static str,
}

/// One finding.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Diagnostic")]
struct JsonDiagnostic<'a> {
    /// The name of the rule, in kebab case: what `flyarch explain` takes.
    #[schemars(regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$"))]
    rule: &'static str,
    /// The code of the rule: short, and never used for another.
    #[schemars(regex(pattern = "^FA[0-9]{3}$"))]
    code: &'static str,
    /// How bad it is: of an `error` nothing is written.
    #[schemars(extend("enum" = ["error", "warning", "info"]))]
    severity: &'static str,
    /// What is wrong: a phrase. The value of a secret is never in it.
    message: &'a str,
    /// Where it is.
    location: Location<'a>,
    /// Other places that matter, such as the other one of two.
    related: Vec<Location<'a>>,
    /// The way out.
    help: Option<&'a str>,
    /// Background.
    note: Option<&'a str>,
    /// The way out as edits.
    fix: Option<JsonFix<'a>>,
}

/// A range of text.
#[derive(Serialize, JsonSchema)]
struct Location<'a> {
    /// The file, as it was named on the command line.
    file: &'a str,
    /// The first character.
    start: Position,
    /// The character behind the last.
    end: Position,
    /// What is to be said of this place.
    label: Option<&'a str>,
}

/// A place in a text.
#[derive(Serialize, JsonSchema)]
struct Position {
    /// The line, from one.
    #[schemars(range(min = 1))]
    line: u32,
    /// The character in the line, from one. A byte order mark is none.
    #[schemars(range(min = 1))]
    column: u32,
    /// Bytes from the beginning of the file.
    offset: u32,
}

/// Edits that mend a finding. They do not overlap.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Fix")]
struct JsonFix<'a> {
    /// What the edits do.
    title: &'a str,
    /// `safe`: it means what was meant, and `--fix` applies it. `unsafe`: it chooses for the user, and
    /// `--unsafe-fixes` applies it.
    #[schemars(extend("enum" = ["safe", "unsafe"]))]
    applicability: &'static str,
    /// The edits.
    edits: Vec<JsonEdit<'a>>,
}

/// One edit.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Edit")]
struct JsonEdit<'a> {
    /// The file.
    file: &'a str,
    /// The first character that is replaced.
    start: Position,
    /// The character behind the last.
    end: Position,
    /// The text that takes their place.
    with: &'a str,
}

/// The JSON Schema of a report, from the types that write it.
pub(super) fn schema() -> Value {
    let settings = SchemaSettings::draft07().for_serialize().with(|settings| {
        // A number's size in the memory of this program is nobody's business.
        settings.transforms.push(Box::new(RecursiveTransform(|schema: &mut Schema| drop(schema.remove("format")))));
    });
    settings.into_generator().into_root_schema_for::<JsonReport<'_>>().to_value()
}

pub(super) fn emit(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut hidden = Hidden::new(report);
    let diagnostics = report.diagnostics.iter().map(|d| JsonDiagnostic {
        rule: d.rule.name,
        code: d.rule.code,
        severity: d.severity.as_str(),
        message: &d.message,
        location: location(report, &d.primary),
        related: d.related.iter().map(|label| location(report, label)).collect(),
        help: d.help.as_deref(),
        note: d.note.as_deref(),
        fix: hidden.fix_of(d).map(|fix| JsonFix {
            title: &fix.title,
            applicability: fix.applicability.as_str(),
            edits: fix.edits.iter().map(|e| edit(report, e)).collect(),
        }),
    });
    let tool = Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
    let report = JsonReport { version: VERSION, tool, diagnostics: diagnostics.collect() };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

fn location<'a>(report: &'a Report, label: &'a Label) -> Location<'a> {
    let source = report.sources.get(label.span.file);
    Location {
        file: source.name(),
        start: position(source, label.span.range.start),
        end: position(source, label.span.range.end),
        label: (!label.text.is_empty()).then_some(label.text.as_str()),
    }
}

fn edit<'a>(report: &'a Report, edit: &'a Edit) -> JsonEdit<'a> {
    let source = report.sources.get(edit.span.file);
    let (start, end) = (position(source, edit.span.range.start), position(source, edit.span.range.end));
    JsonEdit { file: source.name(), start, end, with: &edit.with }
}

fn position(source: &Source, offset: u32) -> Position {
    let at = source.line_column(offset);
    Position { line: at.line, column: at.column, offset }
}
