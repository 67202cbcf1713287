//! Findings in the form of the protocol.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::position::{Encoding, Lines};
use crate::diag::emit::page;
use crate::diag::{Applicability, Diagnostic, Fix, RuleId, Severity};
use crate::fly_toml::{IGNORED, OLD_SPELLING, SHADOWED};
use crate::resolve::UNUSED_TEMPLATE;
use crate::rules::UNUSED_ALLOW;
use crate::source::{FileId, Sources, Span};

/// The sources of findings as an editor knows them.
pub(crate) struct Places<'s> {
    sources: &'s Sources,
    /// Where the editor finds each of them.
    uris: Vec<String>,
    lines: Vec<OnceCell<Lines<'s>>>,
    encoding: Encoding,
}

impl<'s> Places<'s> {
    pub(crate) fn new(sources: &'s Sources, uris: Vec<String>, encoding: Encoding) -> Self {
        let lines = sources.iter().map(|_| OnceCell::new()).collect();
        Self { sources, uris, lines, encoding }
    }

    /// Where the editor finds a source.
    pub(crate) fn uri(&self, file: FileId) -> &str {
        self.uris.get(file.index()).map_or("", String::as_str)
    }

    fn range(&self, span: Span) -> Value {
        let new = || Lines::new(self.sources.get(span.file).text(), self.encoding);
        self.lines[span.file.index()].get_or_init(new).range(span.range)
    }
}

/// A finding.
pub(crate) fn show(d: &Diagnostic, places: &Places<'_>) -> Value {
    let mut message = d.message.clone();
    if !d.primary.text.is_empty() {
        message = format!("{message}: {}", d.primary.text);
    }
    for (what, text) in [("help", &d.help), ("note", &d.note)] {
        if let Some(text) = text {
            message = format!("{message}\n{what}: {text}");
        }
    }
    let severity = match d.severity {
        Severity::Error => 1,
        Severity::Warning => 2,
        Severity::Info => 3,
    };
    let mut shown = json!({
        "range": places.range(d.primary.span),
        "severity": severity,
        "code": d.rule.name,
        "codeDescription": { "href": page(d.rule) },
        "source": "flyarch",
        "message": message,
    });
    if let Some(tag) = tag(d.rule) {
        shown["tags"] = json!([tag]);
    }
    if !d.related.is_empty() {
        let related = d.related.iter().map(|label| {
            let text = if label.text.is_empty() { "this belongs to it" } else { label.text.as_str() };
            json!({ "location": { "uri": places.uri(label.span.file), "range": places.range(label.span) }, "message": text })
        });
        shown["relatedInformation"] = related.collect();
    }
    shown
}

/// How editors show what has no effect, and what is old.
fn tag(rule: RuleId) -> Option<u32> {
    const UNNECESSARY: u32 = 1;
    const DEPRECATED: u32 = 2;
    if [UNUSED_ALLOW, UNUSED_TEMPLATE, IGNORED, SHADOWED].contains(&rule) {
        Some(UNNECESSARY)
    } else {
        (rule == OLD_SPELLING).then_some(DEPRECATED)
    }
}

/// The edits of a fix, by document.
pub(crate) fn edits(fix: &Fix, places: &Places<'_>) -> Value {
    let mut changes: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for edit in &fix.edits {
        let shown = json!({ "range": places.range(edit.span), "newText": edit.with });
        changes.entry(places.uri(edit.span.file)).or_default().push(shown);
    }
    json!({ "changes": changes })
}

/// What a fix is called in a menu: one that chooses for the user says so.
pub(crate) fn title(fix: &Fix) -> String {
    let mut letters = fix.title.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let mark = match fix.applicability {
        Applicability::Safe => "",
        Applicability::Unsafe => " (chooses for you: look at it)",
    };
    format!("{first}{}{mark}", letters.as_str())
}
