//! What the stages of reading share: where findings go, and what they say alike.

use std::fmt;

use super::Format;
use super::go;
use super::tree::{Node, Value};
use crate::diag::form::WRONG_TYPE;
use crate::diag::{Diagnostic, DiagnosticBuilder, Diagnostics, RuleId, Severity};
use crate::source::{FileId, Source, Span, TextRange};

/// The rule of what flyctl drops without a word.
pub static IGNORED: RuleId = RuleId { name: "ignored-by-flyctl", code: "FA030" };
/// The rule of what another key takes precedence over.
pub static SHADOWED: RuleId = RuleId { name: "shadowed-key", code: "FA031" };
/// The rule of text that flyctl makes of something else, and that reads differently.
pub static CHANGED_TEXT: RuleId = RuleId { name: "changed-text", code: "FA032" };
/// The rule of keys in another case.
pub static KEY_CASE: RuleId = RuleId { name: "key-case", code: "FA033" };
/// The rule of spellings that flyctl still reads, and would write another way.
pub static OLD_SPELLING: RuleId = RuleId { name: "old-spelling", code: "FA034" };
/// The rule of everything that is no JSON.
pub static JSON_SYNTAX: RuleId = RuleId { name: "json-syntax", code: "FA035" };
/// The rule of everything that is no YAML.
pub static YAML_SYNTAX: RuleId = RuleId { name: "yaml-syntax", code: "FA036" };

/// How many findings one file can have: whoever wrote more of them wrote something else than a fly.toml.
const MOST: usize = 500;

pub(super) struct Cx<'a> {
    pub(super) source: &'a Source,
    pub(super) file: FileId,
    pub(super) format: Format,
    pub(super) diagnostics: &'a mut Diagnostics,
    /// Whether flyctl refuses the file.
    pub(super) refused: bool,
    /// Whether the typed configuration can hold all that the file says to flyctl.
    pub(super) complete: bool,
    /// Whether a key in another case has been given its name.
    pub(super) renamed: bool,
    found: usize,
}

impl<'a> Cx<'a> {
    pub(super) fn new(source: &'a Source, file: FileId, format: Format, diagnostics: &'a mut Diagnostics) -> Self {
        Self { source, file, format, diagnostics, refused: false, complete: true, renamed: false, found: 0 }
    }

    /// Whether another finding would not be shown: what costs a search need not be looked for.
    pub(super) fn is_full(&self) -> bool {
        self.found >= MOST
    }

    fn add(
        &mut self,
        rule: RuleId,
        severity: Severity,
        range: TextRange,
        message: impl Into<String>,
    ) -> DiagnosticBuilder<'_> {
        self.found += 1;
        if self.found > MOST {
            return DiagnosticBuilder::silent(self.diagnostics);
        }
        let span = Span { file: self.file, range };
        DiagnosticBuilder::new(Diagnostic::new(rule, severity, span, message), self.diagnostics)
    }

    /// A mistake for which flyctl refuses the whole file.
    pub(super) fn refuse(
        &mut self,
        rule: RuleId,
        range: TextRange,
        message: impl Into<String>,
    ) -> DiagnosticBuilder<'_> {
        if !self.refused {
            // The first refusal is always said, however many warnings there were.
            self.found = self.found.min(MOST - 1);
        }
        self.refused = true;
        self.add(rule, Severity::Error, range, message).note("flyctl refuses the whole file")
    }

    /// A value of another type than flyctl takes.
    pub(super) fn wrong_type(&mut self, path: &Path<'_>, node: &Node<'_>, expected: &str) -> DiagnosticBuilder<'_> {
        let message = format!("`{path}` must be {expected}, and is {}", node.describe());
        self.refuse(WRONG_TYPE, node.range, message)
    }

    /// How a list of tables is written.
    pub(super) fn list_of_tables(&self, path: &Path<'_>) -> String {
        if self.format == Format::Toml { format!("write `[[{path}]]`") } else { "write a list".to_owned() }
    }

    /// Something that flyctl loads, and that cannot be deployed: the configuration goes without it.
    pub(super) fn cannot_be(
        &mut self,
        rule: RuleId,
        range: TextRange,
        message: impl Into<String>,
    ) -> DiagnosticBuilder<'_> {
        self.complete = false;
        self.add(rule, Severity::Error, range, message)
    }

    pub(super) fn warn(&mut self, rule: RuleId, range: TextRange, message: impl Into<String>) -> DiagnosticBuilder<'_> {
        self.add(rule, Severity::Warning, range, message)
    }

    pub(super) fn old_spelling(&mut self, range: TextRange, old: &str, new: &str) {
        let message = format!("{old} is an old spelling");
        self.add(OLD_SPELLING, Severity::Info, range, message).help(format!("flyctl writes {new}"));
    }

    /// The text that flyctl makes of a value (`castToString`, and `%v` of `[env]`). Says where that is not what stands
    /// there.
    pub(super) fn text_of<'s>(&mut self, what: &dyn fmt::Display, node: Node<'s>) -> Node<'s> {
        if matches!(node.value, Value::String(_)) {
            return node;
        }
        let text = go::text(&node);
        let written = self.source.slice(node.range);
        if written != text {
            let message = format!("flyctl passes `{}` for `{what}`", shorten(&text));
            let quoted = if matches!(node.value, Value::List(_) | Value::Table(_)) {
                "write the text that the app shall get, in quotes"
            } else {
                "put the value in quotes to have it passed as it stands"
            };
            self.warn(CHANGED_TEXT, node.range, message).help(quoted);
        }
        Node::new(Value::String(text.into()), node.range)
    }
}

/// A text for a message.
pub(super) fn shorten(text: &str) -> String {
    const MOST: usize = 40;
    let mut short: String = text.chars().take(MOST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(MOST).is_some() {
        short.push('…');
    }
    short
}

/// The way to a value, for messages.
#[derive(Clone, Copy)]
pub(super) struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    key: &'p str,
}

impl<'p> Path<'p> {
    pub(super) fn root(key: &'p str) -> Self {
        Self { parent: None, key }
    }

    pub(super) fn then(&'p self, key: &'p str) -> Self {
        Self { parent: Some(self), key }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            write!(f, "{parent}.")?;
        }
        f.write_str(&shorten(self.key))
    }
}
