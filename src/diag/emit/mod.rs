//! Findings as text: one file per format.

mod concise;
mod excerpt;
mod fingerprint;
mod full;
mod github;
mod gitlab;
mod hidden;
mod json;
mod junit;
mod markdown;
mod path;
mod sarif;

use std::io;

use super::{Report, RuleId, Severity};
use crate::source::is_active;

pub use markdown::markdown;

/// What each finding of a report is known by from one run to the next, in their order. No two are alike.
pub fn fingerprints(report: &Report) -> Vec<String> {
    fingerprint::of(report, &mut hidden::Hidden::new(report))
}

/// How findings are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// With an excerpt of the source, for people.
    Full,
    /// One line each, for `grep` and editors.
    Concise,
    /// For programs; described by `schema/report.schema.json`.
    Json,
    /// For code scanning: SARIF 2.1.0, a standard of OASIS.
    Sarif,
    /// Annotations of GitHub Actions: commands in its log.
    Github,
    /// A Code Quality report of GitLab.
    Gitlab,
    /// Test results in the form of JUnit, which most CI systems show.
    Junit,
    /// A comment on a pull request, or a job summary.
    Markdown,
}

impl Format {
    /// Whether there is something to say when nothing was found: a document that is not there is another statement than
    /// one that is empty.
    pub fn is_document(self) -> bool {
        match self {
            Self::Full | Self::Concise | Self::Github => false,
            Self::Json | Self::Sarif | Self::Gitlab | Self::Junit | Self::Markdown => true,
        }
    }
}

/// What is known of a rule beside its name, for the formats that carry it along.
#[derive(Clone, Debug)]
pub struct About {
    /// What it checks: a sentence.
    pub summary: String,
    /// Its documentation, in Markdown.
    pub docs: String,
    /// How bad its findings are where real users are.
    pub severity: Severity,
    /// Whether it is about who gets in.
    pub security: bool,
    /// Words that programs sort findings by.
    pub tags: Vec<&'static str>,
}

/// What the reader's side can show, and what it may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Display {
    /// Whether colours reach the reader.
    pub color: bool,
    /// Columns that text is wrapped at.
    pub width: usize,
    /// What is known of a rule. Rules stand above this layer, which names none of them.
    pub about: fn(RuleId) -> Option<About>,
}

impl Default for Display {
    fn default() -> Self {
        Self { color: false, width: 80, about: |_| None }
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
        Format::Sarif => sarif::emit(report, display.about, out),
        Format::Github => github::emit(report, out),
        Format::Gitlab => gitlab::emit(report, out),
        Format::Junit => junit::emit(report, out),
        Format::Markdown => markdown::emit(report, out),
    }
}

/// Where the page of a rule is on the web. The findings of the languages themselves share one (tests/rules/pages.rs).
pub fn page(rule: RuleId) -> String {
    const FOLDER: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/rules");
    if rule.is_of_form() { format!("{FOLDER}/form.md#{}", rule.name) } else { format!("{FOLDER}/{}.md", rule.name) }
}

/// The JSON Schema of [`Format::Json`], as it is checked in.
pub const REPORT_SCHEMA: &str = include_str!("../../../schema/report.schema.json");

/// The same, from the types that write reports.
pub fn report_schema() -> serde_json::Value {
    json::schema()
}

/// Text of several lines for a terminal.
pub(crate) fn plain_lines(text: &str) -> String {
    text.replace(|c| is_active(c) && !matches!(c, '\n' | '\t'), "\u{fffd}")
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
