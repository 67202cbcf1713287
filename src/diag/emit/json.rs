//! The report as JSON, version 1. Keys are only ever added; `schema/report.schema.json` describes them.

use std::io;

use serde::Serialize;

use super::super::{Edit, Label, Report};
use crate::source::Source;

/// The version of the format. A new one only when a key goes or changes its meaning.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct JsonReport<'a> {
    version: u32,
    tool: Tool,
    diagnostics: Vec<JsonDiagnostic<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    rule: &'static str,
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    location: Location<'a>,
    related: Vec<Location<'a>>,
    help: Option<&'a str>,
    note: Option<&'a str>,
    fix: Option<JsonFix<'a>>,
}

#[derive(Serialize)]
struct Location<'a> {
    file: &'a str,
    start: Position,
    end: Position,
    label: Option<&'a str>,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
struct JsonFix<'a> {
    title: &'a str,
    applicability: &'static str,
    edits: Vec<JsonEdit<'a>>,
}

#[derive(Serialize)]
struct JsonEdit<'a> {
    file: &'a str,
    start: Position,
    end: Position,
    with: &'a str,
}

pub(super) fn emit(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let diagnostics = report.diagnostics.iter().map(|d| JsonDiagnostic {
        rule: d.rule.name,
        code: d.rule.code,
        severity: d.severity.as_str(),
        message: &d.message,
        location: location(report, &d.primary),
        related: d.related.iter().map(|label| location(report, label)).collect(),
        help: d.help.as_deref(),
        note: d.note.as_deref(),
        fix: d.fix.as_ref().map(|fix| JsonFix {
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
