//! Findings as text: one file per format.

mod concise;
mod excerpt;
mod full;
mod json;

use std::borrow::Cow;
use std::io;

use super::{Report, Severity};

/// How findings are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// With an excerpt of the source, for people.
    Full,
    /// One line each, for `grep` and editors.
    Concise,
    /// For programs; described by `schema/report.schema.json`.
    Json,
}

/// What the reader's side can show.
#[derive(Clone, Copy, Debug)]
pub struct Display {
    /// Whether colours reach the reader.
    pub color: bool,
    /// Columns that text is wrapped at.
    pub width: usize,
}

impl Default for Display {
    fn default() -> Self {
        Self { color: false, width: 80 }
    }
}

/// Writes a report.
///
/// # Errors
///
/// When the writer fails.
pub fn emit(report: &Report, format: Format, display: Display, out: &mut dyn io::Write) -> io::Result<()> {
    match format {
        Format::Full => full::emit(report, display, out),
        Format::Concise => concise::emit(report, out),
        Format::Json => json::emit(report, out),
    }
}

/// The JSON Schema of [`Format::Json`], as it is checked in.
pub const REPORT_SCHEMA: &str = include_str!("../../../schema/report.schema.json");

/// The same, from the types that write reports.
pub fn report_schema() -> serde_json::Value {
    json::schema()
}

/// What stands for a character that a terminal would obey, or that would hide others.
const REPLACEMENT: char = '\u{fffd}';

/// Whether a character is for a terminal to obey: control characters, and those that turn the direction of writing
/// around, so that a reader sees something else than what is there.
fn is_active(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text for a terminal and for one line: specs are written by anybody, and messages repeat parts of them.
fn plain(text: &str) -> Cow<'_, str> {
    if text.contains(is_active) { Cow::Owned(text.replace(is_active, "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// "2 errors, 1 warning", or nothing when there are no findings.
pub fn summary(report: &Report) -> Option<String> {
    let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .map(|severity| (severity, report.count(severity)))
        .filter(|&(_, count)| count > 0)
        .map(|(severity, count)| {
            let plural = if count == 1 || severity == Severity::Info { "" } else { "s" };
            format!("{count} {severity}{plural}")
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
