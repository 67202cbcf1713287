//! A Code Quality report of GitLab: a JSON list that a merge request compares with the one of its target branch.

use std::io;

use serde::Serialize;

use super::super::{Report, Severity};
use super::hidden::Hidden;
use super::{fingerprint, path};
use crate::source::LineColumn;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: std::borrow::Cow<'a, str>,
    positions: Positions,
}

#[derive(Serialize)]
struct Positions {
    begin: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

pub(super) fn emit(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let fingerprints = fingerprint::of(report, &mut Hidden::new(report));
    let issues = report.diagnostics.iter().zip(fingerprints).map(|(d, fingerprint)| {
        let source = report.source(&d.primary);
        let range = d.primary.span.range;
        Issue {
            // One line is shown, and no page is linked: the way out belongs to it.
            description: d.help.as_ref().map_or_else(|| d.message.clone(), |help| format!("{}: {help}", d.message)),
            check_name: d.rule.name,
            fingerprint,
            severity: severity(d.severity),
            location: Location {
                path: path::slashed(source.name()),
                positions: Positions {
                    begin: source.line_column(range.start).into(),
                    end: source.line_column(range.end).into(),
                },
            },
        }
    });
    serde_json::to_writer_pretty(&mut *out, &issues.collect::<Vec<_>>())?;
    writeln!(out)
}

impl From<LineColumn> for Position {
    fn from(at: LineColumn) -> Self {
        Self { line: at.line, column: at.column }
    }
}

/// GitLab knows five: `blocker` above these, `major` between the first two.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "minor",
        Severity::Info => "info",
    }
}
