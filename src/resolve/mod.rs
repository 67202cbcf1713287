//! Templates and environments: from the tree of a spec to one without either, before its types read it.
//!
//! Works on the parsed text, not on types: a template holds part of a table, and part of a table fits no type. Values
//! keep their places, so that whatever is wrong with one points to where it was written, in the overlay as in the base.
//! Nothing here knows what a key means, but for those that say what is merged with what.

mod canonical;
mod environment;
pub mod include;
mod merge;
mod print;
mod template;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diag::form::{WRONG_TYPE, nearest};
use crate::diag::{Diagnostic, DiagnosticBuilder, Diagnostics, Reported, RuleId, Severity};
use crate::source::{FileId, Span, TextRange};
use crate::value::{Duration, Seconds};

pub use canonical::canonical;
pub use environment::PREVIEW;
pub use print::print;

/// The rule of templates that are not there.
pub static UNKNOWN_TEMPLATE: RuleId = RuleId { name: "unknown-template", code: "FA024" };
/// The rule of templates that extend themselves.
pub static TEMPLATE_CYCLE: RuleId = RuleId { name: "template-cycle", code: "FA025" };
/// The rule of templates that make a spec too large.
pub static TEMPLATES_TOO_LARGE: RuleId = RuleId { name: "templates-too-large", code: "FA029" };
/// The rule of templates that nobody extends.
pub static UNUSED_TEMPLATE: RuleId = RuleId { name: "unused-template", code: "FA027" };
/// The rule of overlays of something that is not there.
pub static UNKNOWN_OVERLAY: RuleId = RuleId { name: "unknown-overlay", code: "FA026" };

/// A table of the tree, with its place.
type Table<'s> = Spanned<DeTable<'s>>;

/// The way to the findings.
struct Cx<'a> {
    file: FileId,
    diagnostics: &'a mut Diagnostics,
}

impl Cx<'_> {
    fn error(&mut self, rule: RuleId, range: impl Into<TextRange>, message: String) -> DiagnosticBuilder<'_> {
        let span = Span { file: self.file, range: range.into() };
        DiagnosticBuilder::new(Diagnostic::new(rule, Severity::Error, span, message), self.diagnostics)
    }

    fn warning(&mut self, rule: RuleId, range: impl Into<TextRange>, message: String) -> DiagnosticBuilder<'_> {
        let span = Span { file: self.file, range: range.into() };
        DiagnosticBuilder::new(Diagnostic::new(rule, Severity::Warning, span, message), self.diagnostics)
    }

    /// The table that a value must be.
    fn table<'t, 's>(&mut self, what: &str, value: &'t mut Spanned<DeValue<'s>>) -> Option<&'t mut DeTable<'s>> {
        let range = value.span();
        if let DeValue::Table(table) = value.get_mut() {
            return Some(table);
        }
        self.error(WRONG_TYPE, range, format!("{what} is a table"));
        None
    }
}

/// The environments of a spec, in its order; of too many the first.
pub fn environments(root: &DeTable<'_>) -> Vec<String> {
    let Some(DeValue::Table(table)) = root.get(environment::KEY).map(Spanned::get_ref) else { return Vec::new() };
    table.keys().take(environment::MOST).map(|key| key.get_ref().to_string()).collect()
}

/// How long previews live after their last deploy, if that has an end.
pub fn ttl_of_previews(root: &DeTable<'_>) -> Option<Duration<Seconds>> {
    environment::ttl_of_previews(root)
}

/// A spec with its templates merged into what extends them, and an environment over it; without one, the base.
///
/// # Errors
///
/// When a template or what is overlaid does not exist; all such mistakes, those of other environments too, have been
/// reported.
pub fn resolve<'s>(
    mut root: Table<'s>,
    environment: Option<&str>,
    file: FileId,
    diagnostics: &mut Diagnostics,
) -> Result<Table<'s>, Reported> {
    let table = root.get_mut();
    let mut cx = Cx { file, diagnostics };
    environment::overlay(table, environment, &mut cx);
    template::extend(table, &mut cx);
    diagnostics.ok()?;
    Ok(root)
}

/// What was probably meant, for a message.
fn did_you_mean<'w>(word: &str, words: impl Iterator<Item = &'w str>, otherwise: &str) -> String {
    nearest(word, words).map_or(otherwise.to_owned(), |near| format!("did you mean `{near}`?"))
}
