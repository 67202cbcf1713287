//! Says everything that is wrong with a file that does not fit the types: each mistake once, at its place, in the
//! user's words, with a way out. The only file that knows the schema engine.

mod keys;
mod secrets;
mod values;
mod words;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use crate::diag::form::{INVALID_VALUE, MISSING_KEY, WRONG_TYPE};

use crate::diag::fix::Edits;
use crate::diag::{Diagnostic, Diagnostics, RuleId, Severity};
use crate::facts::{FACTS, scan_for_secrets};
use crate::source::{FileId, Source, Span, TextRange};
use crate::spec::Date;
use crate::syntax::{Place, Tree};
use words::steps;

/// The schema, compiled with the program: nothing is left to do at start.
#[jsonschema::validator(path = "schema/flyarch.schema.json", pattern_options = { engine = regex })]
struct Validator;

/// Reports every mistake of form. Returns how many there are.
///
/// # Panics
///
/// Never: the schema is this program's own.
pub fn validate(tree: &Tree<'_>, source: &Source, file: FileId, diagnostics: &mut Diagnostics) -> usize {
    if tree.is_empty() {
        let diagnostic = Diagnostic::new(
            MISSING_KEY,
            Severity::Error,
            Span { file, range: TextRange::default() },
            "the spec is empty",
        );
        diagnostics.push(diagnostic.help("begin with `version = 1` and a `[project]` table; README.md has an example"));
        return 1;
    }
    let schema: Value = serde_json::from_str(super::SCHEMA).unwrap_or_default();
    let instance = tree.to_json();
    let hidden = scan_for_secrets(&FACTS, source.text());
    let mut judge = Judge { tree, source, file, schema: &schema, hidden, found: Vec::new(), renamed: Vec::new() };
    for error in Validator::iter_errors(&instance) {
        judge.error(&error);
    }
    for range in tree.endless_numbers() {
        judge.found.retain(|d| d.primary.span.range != range);
        judge.add(INVALID_VALUE, range, "the number is too large".to_owned()).help =
            Some("whole numbers have 64 bits, a sign included; text belongs into quotes".to_owned());
    }
    let found = judge.finish();
    let count = found.len();
    for diagnostic in found {
        diagnostics.push(diagnostic);
    }
    count
}

struct Judge<'a> {
    tree: &'a Tree<'a>,
    source: &'a Source,
    file: FileId,
    schema: &'a Value,
    /// What looks like a secret, and is not to be repeated in a message.
    hidden: Vec<TextRange>,
    found: Vec<Diagnostic>,
    /// Names that keys were found to mean, each with its table.
    renamed: Vec<(String, TextRange)>,
}

impl Judge<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "kinds of errors that the schema does not use word themselves")]
    fn error(&mut self, error: &ValidationError<'_>) {
        let path = steps(error.instance_path().as_str());
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let at = error.schema_path().as_str();
        let node = self.schema.pointer(at.rsplit_once('/').map_or("", |(parent, _)| parent)).unwrap_or(&Value::Null);
        let instance: &Value = error.instance();
        let first = self.found.len();
        match error.kind() {
            _ if self.secret(&path, error) => {}
            Kind::AdditionalProperties { unexpected } => {
                for key in unexpected {
                    self.unknown_key(&path, key, node);
                }
            }
            Kind::Required { property } => self.missing_key(&path, property.as_str().unwrap_or(""), node),
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => self.branches(&path, context, node, instance),
            Kind::PropertyNames { error } => self.error(error),
            Kind::Pattern { .. } if at.contains("/propertyNames/") => self.key_form(&path, instance, node),
            Kind::UniqueItems => self.twice(&path, instance),
            Kind::Type { .. } if instance.is_null() && self.is_date(&path, node) => {}
            Kind::Type { .. } => self.wrong_type(&path, node, instance),
            _ => self.invalid(&path, node, instance),
        }
        self.hide_secrets(&path, first);
    }

    /// Whether a date stands where one is taken: as text, which is what JSON has for dates, it would fit.
    fn is_date(&self, path: &[&str], node: &Value) -> bool {
        let node = self.resolve(node);
        // Tombi wants two forms.
        let forms = node.get("anyOf").and_then(Value::as_array).into_iter().flatten().chain([node]);
        forms.filter_map(|form| form.get("pattern")).any(|pattern| pattern == Date::PATTERN)
            && self.source.slice(self.place(path).value).parse::<Date>().is_ok()
    }

    /// The findings: what is probably one mistake is said once.
    fn finish(mut self) -> Vec<Diagnostic> {
        // A value that is of the wrong type and out of bounds: the type goes before.
        let value = |d: &Diagnostic| (d.rule == WRONG_TYPE || d.rule == INVALID_VALUE).then_some(d.primary.span.range);
        self.found.sort_by_key(|d| (d.primary.span.range, d.rule != WRONG_TYPE));
        self.found.dedup_by(|b, a| value(a).is_some() && value(a) == value(b));
        self.found
    }

    fn place(&self, path: &[&str]) -> Place {
        self.tree.place(path).unwrap_or(Place { key: TextRange::default(), value: TextRange::default() })
    }

    fn add(&mut self, rule: RuleId, range: TextRange, message: String) -> &mut Diagnostic {
        let index = self.found.len();
        self.found.push(Diagnostic::new(rule, Severity::Error, Span { file: self.file, range }, message));
        &mut self.found[index]
    }

    fn edits(&self) -> Edits<'_> {
        Edits::new(self.source, self.file)
    }
}
