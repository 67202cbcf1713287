//! Says everything that is wrong with a file that does not fit the types: each mistake once, at its place, in the
//! user's words, with a way out. The only file that knows the schema engine.

mod keys;
mod values;
mod words;

pub(crate) use words::{list, nearest};

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use crate::diag::fix::Edits;
use crate::diag::{Diagnostic, Diagnostics, RuleId, Severity};
use crate::source::{FileId, Source, Span, TextRange};
use crate::spec::Date;
use crate::syntax::{Place, Tree};

/// The rule of keys that the language does not have.
pub static UNKNOWN_KEY: RuleId = RuleId { name: "unknown-key", code: "FA002" };
/// The rule of keys that must be there.
pub static MISSING_KEY: RuleId = RuleId { name: "missing-key", code: "FA003" };
/// The rule of values of another type.
pub static WRONG_TYPE: RuleId = RuleId { name: "wrong-type", code: "FA004" };
/// The rule of values of the right type that cannot be.
pub static INVALID_VALUE: RuleId = RuleId { name: "invalid-value", code: "FA005" };

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
    let mut judge = Judge { tree, source, file, schema: &schema, found: Vec::new(), renamed: Vec::new() };
    for error in Validator::iter_errors(&instance) {
        judge.error(&error);
    }
    for range in tree.endless_numbers() {
        judge.found.retain(|d| d.primary.span.range != range);
        judge.add(INVALID_VALUE, range, "the number is too large".to_owned()).help =
            Some("whole numbers have 64 bits, a sign included; text belongs into quotes".to_owned());
    }
    // A float where a whole number belongs is also out of its bounds: one mistake, one message.
    let mistyped: Vec<TextRange> =
        judge.found.iter().filter(|d| d.rule == WRONG_TYPE).map(|d| d.primary.span.range).collect();
    let mut found = judge.found;
    found.retain(|d| d.rule != INVALID_VALUE || !mistyped.contains(&d.primary.span.range));
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
            _ if self.is_secret_value(&path, instance) => self.secret_value(&path),
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

    /// Which of several forms was meant is the one whose mistakes lie deepest; when none begins to fit, all are named.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other mistakes are within a form")]
    fn branches(&mut self, path: &[&str], context: &[Vec<ValidationError<'static>>], node: &Value, instance: &Value) {
        let fits = |errors: &&Vec<ValidationError<'static>>| {
            !errors.is_empty()
                && !errors.iter().filter(|e| steps(e.instance_path().as_str()).len() == path.len()).any(|e| {
                    match e.kind() {
                        Kind::Type { .. } => true,
                        // Words are told from other types only here.
                        Kind::Enum { .. } => !instance.is_string(),
                        _ => false,
                    }
                })
        };
        let depth =
            |errors: &Vec<ValidationError<'static>>| errors.iter().map(|e| e.instance_path().as_str().len()).max();
        // A table with one of several keys: the branch whose key is there.
        let keyed =
            |errors: &&Vec<ValidationError<'static>>| !errors.iter().any(|e| matches!(e.kind(), Kind::Required { .. }));
        let candidates: Vec<_> = context.iter().filter(fits).collect();
        let mut keyed = candidates.iter().copied().filter(keyed);
        let best = match (&candidates[..], instance.is_object()) {
            (&[only], _) => Some(only),
            // One key says which form is meant; the keys of several do not.
            (_, true) => keyed.next().filter(|_| keyed.next().is_none()),
            (_, false) => keyed.max_by_key(|e| depth(e)),
        };
        match best {
            Some(errors) => errors.iter().for_each(|error| self.error(error)),
            None if instance.is_null() && self.is_date(path, node) => {}
            None if !candidates.is_empty() && instance.is_object() => self.wrong_alternative(path, node, instance),
            None if !candidates.is_empty() => self.invalid(path, node, instance),
            None => self.wrong_type(path, node, instance),
        }
    }
}

/// The steps of a JSON pointer.
fn steps(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
}
