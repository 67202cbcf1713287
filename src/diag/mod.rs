//! Findings as data.
//!
//! Every stage and every rule says what is wrong by adding a [`Diagnostic`] to [`Diagnostics`]. Nothing here prints:
//! [`emit`] turns a finished report into text for a terminal, for `grep`, or for programs.

pub mod emit;
pub mod fix;
pub mod form;
pub(crate) mod prose;

use std::fmt;

pub use fix::{Applicability, Edit, Fix};

use crate::facts::{FACTS, scan_for_secrets, without_tokens};
use crate::source::{FileId, Source, Sources, Span, TextRange};
use crate::value::Origin;

/// The identity of a rule: the name is what people write, the code is a short alias that is never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleId {
    /// The name, in kebab case.
    pub name: &'static str,
    /// `FA` and three digits.
    pub code: &'static str,
}

impl RuleId {
    /// Whether it is a finding of a language itself, and not of a rule: those have the codes below `FA100`.
    pub fn is_of_form(self) -> bool {
        self.code < "FA100"
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Probably a mistake.
    Warning,
    /// It must not be deployed: nothing is written.
    Error,
}

impl Severity {
    /// The word that outputs use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A place, and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A few words; empty where the place speaks for itself.
    pub text: String,
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The rule that found it.
    pub rule: RuleId,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line: a phrase, without a final stop.
    pub message: String,
    /// Where it is.
    pub primary: Label,
    /// Other places that matter: the other one of two, the declaration that a reference means.
    pub related: Vec<Label>,
    /// The way out.
    pub help: Option<String>,
    /// Background: why, or by whose word.
    pub note: Option<String>,
    /// The way out as edits.
    pub fix: Option<Fix>,
    /// Text that must not be shown: the values of secrets.
    pub redact: Vec<Span>,
}

/// What findings are sorted by: the order of the text, the worst first at one place.
type SortKey = (FileId, TextRange, std::cmp::Reverse<Severity>, RuleId);

impl Diagnostic {
    /// A finding at `range`; the builder methods add to it.
    pub fn new(rule: RuleId, severity: Severity, span: Span, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity,
            message: message.into(),
            primary: Label { span, text: String::new() },
            related: Vec::new(),
            help: None,
            note: None,
            fix: None,
            redact: Vec::new(),
        }
    }

    /// What stands beside the place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Another place in the same file.
    #[must_use]
    pub fn related(mut self, range: TextRange, text: impl Into<String>) -> Self {
        let span = Span { file: self.primary.span.file, range };
        self.related.push(Label { span, text: text.into() });
        self
    }

    /// A place in any file.
    #[must_use]
    pub fn related_in(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { span, text: text.into() });
        self
    }

    /// The way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Background.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// The way out as edits.
    #[must_use]
    pub fn fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }

    /// Hides a range of the same file from everything that shows the source.
    #[must_use]
    pub fn redact(mut self, range: TextRange) -> Self {
        self.redact.push(Span { file: self.primary.span.file, range });
        self
    }

    /// The same finding in another file.
    fn in_file(mut self, file: FileId) -> Self {
        self.primary.span.file = file;
        self.related.iter_mut().for_each(|label| label.span.file = file);
        self.redact.iter_mut().for_each(|span| span.file = file);
        self.fix.iter_mut().flat_map(|fix| &mut fix.edits).for_each(|edit| edit.span.file = file);
        self
    }

    /// The same finding in the texts that `source` was put together from.
    fn locate(&mut self, file: FileId, source: &Source) {
        let own = self.primary.span.range;
        let labels = self.related.iter_mut().map(|label| &mut label.span);
        let spans = labels.chain(&mut self.redact);
        for span in spans.filter(|span| span.file == file) {
            *span = source.locate(span.range).unwrap_or(*span);
        }
        for edit in self.fix.iter_mut().flat_map(|fix| &mut fix.edits).filter(|edit| edit.span.file == file) {
            edit.span = source.locate_beside(edit.span.range, own).unwrap_or(edit.span);
        }
        if self.primary.span.file == file {
            self.primary.span = source.locate(own).unwrap_or(self.primary.span);
        }
    }

    /// Texts repeat parts of what the user wrote, which may be a token wherever it stands.
    fn hide_tokens(&mut self) {
        let labels = self.related.iter_mut().map(|label| &mut label.text);
        let others = self.help.iter_mut().chain(&mut self.note).chain(self.fix.iter_mut().map(|fix| &mut fix.title));
        for text in [&mut self.message, &mut self.primary.text].into_iter().chain(labels).chain(others) {
            if let Some(masked) = without_tokens(&FACTS, text) {
                *text = masked;
            }
        }
    }

    fn sort_key(&self) -> SortKey {
        (self.primary.span.file, self.primary.span.range, std::cmp::Reverse(self.severity), self.rule)
    }
}

/// Findings about a source that was put together from several, as findings about those. Others stay as they are.
pub fn located(mut found: Vec<Diagnostic>, file: FileId, source: &Source) -> Vec<Diagnostic> {
    if source.is_joined() {
        for d in &mut found {
            d.locate(file, source);
        }
        found.sort_by_key(Diagnostic::sort_key);
    }
    found
}

/// A proof that an error was reported: a stage that cannot go on returns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reported(());

/// The findings of a run, in the order in which they were made.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    errors: usize,
}

impl Diagnostics {
    /// Adds a finding.
    pub fn push(&mut self, mut diagnostic: Diagnostic) {
        diagnostic.hide_tokens();
        self.errors += usize::from(diagnostic.severity == Severity::Error);
        self.list.push(diagnostic);
    }

    /// Adds all findings of another list behind its own.
    pub fn append(&mut self, mut other: Self) {
        self.errors += other.errors;
        self.list.append(&mut other.list);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// Keeps the findings that are wanted.
    pub(crate) fn retain(&mut self, wanted: impl FnMut(&Diagnostic) -> bool) {
        self.list.retain(wanted);
        self.errors = self.list.iter().filter(|d| d.severity == Severity::Error).count();
    }

    /// Adds an error and returns the proof of it.
    pub fn error(&mut self, mut diagnostic: Diagnostic) -> Reported {
        diagnostic.severity = Severity::Error;
        self.push(diagnostic);
        Reported(())
    }

    /// Whether nothing so far is an error.
    ///
    /// # Errors
    ///
    /// When something is.
    pub fn ok(&self) -> Result<(), Reported> {
        if self.errors == 0 { Ok(()) } else { Err(Reported(())) }
    }

    /// The findings in their final order.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        self.list.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()).then_with(|| a.message.cmp(&b.message)));
        self.list
    }
}

/// The findings of a run with the texts they speak of: what is emitted.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The texts.
    pub sources: Sources,
    /// The findings, sorted.
    pub diagnostics: Vec<Diagnostic>,
}

/// The findings of one source.
#[derive(Debug)]
pub struct FileReport {
    /// The text.
    pub source: Source,
    /// Its findings, sorted.
    pub diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Adds the findings of a compilation, which speak of their source as the first.
    pub fn add(&mut self, file: FileReport) {
        let id = self.sources.add(file.source);
        self.diagnostics.extend(file.diagnostics.into_iter().map(|diagnostic| diagnostic.in_file(id)));
    }

    /// Adds the findings of a compilation of a source that is here already.
    pub fn find(&mut self, file: FileId, diagnostics: Vec<Diagnostic>) {
        self.diagnostics.extend(diagnostics.into_iter().map(|diagnostic| diagnostic.in_file(file)));
    }

    /// Adds a report of one source.
    pub fn append(&mut self, other: Self) {
        let source = other.sources.get(FileId(0)).clone();
        self.add(FileReport { source, diagnostics: other.diagnostics });
    }

    /// How many findings are as bad as this.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|d| d.severity == severity).count()
    }

    /// The source of a label.
    pub fn source(&self, label: &Label) -> &Source {
        self.sources.get(label.span.file)
    }

    /// Every range of a file that must not be shown: what findings hide, and whatever looks like a secret, because
    /// an excerpt about one line shows its neighbours too.
    pub fn redacted(&self, file: FileId) -> Vec<TextRange> {
        let hidden = self.diagnostics.iter().flat_map(|d| &d.redact);
        let hidden = hidden.filter(|span| span.file == file).map(|span| span.range);
        hidden.chain(scan_for_secrets(&FACTS, self.sources.get(file).text())).collect()
    }
}

/// Reports on one source: a stage's or a rule's way to the findings.
pub struct Reporter<'a> {
    /// The source.
    pub file: FileId,
    /// Where findings go.
    pub diagnostics: &'a mut Diagnostics,
}

impl Reporter<'_> {
    /// An error about what has this origin.
    pub fn error(&mut self, rule: RuleId, at: Origin, message: impl Into<String>) -> DiagnosticBuilder<'_> {
        let span = Span { file: self.file, range: at.range };
        let diagnostic = Diagnostic::new(rule, Severity::Error, span, message);
        DiagnosticBuilder::new(diagnostic, self.diagnostics)
    }
}

/// A finding that is added when the statement that makes it ends.
pub struct DiagnosticBuilder<'a> {
    diagnostic: Option<Diagnostic>,
    diagnostics: &'a mut Diagnostics,
}

impl<'a> DiagnosticBuilder<'a> {
    /// Adds the finding when the builder is dropped.
    pub(crate) fn new(diagnostic: Diagnostic, diagnostics: &'a mut Diagnostics) -> Self {
        Self { diagnostic: Some(diagnostic), diagnostics }
    }

    /// Adds nothing: the finding is waived.
    pub(crate) fn silent(diagnostics: &'a mut Diagnostics) -> Self {
        Self { diagnostic: None, diagnostics }
    }

    fn change(mut self, change: impl FnOnce(Diagnostic) -> Diagnostic) -> Self {
        self.diagnostic = self.diagnostic.take().map(change);
        self
    }

    /// See [`Diagnostic::label`].
    pub fn label(self, text: impl Into<String>) -> Self {
        self.change(|d| d.label(text))
    }

    /// See [`Diagnostic::related`].
    pub fn related(self, at: Origin, text: impl Into<String>) -> Self {
        self.change(|d| d.related(at.range, text))
    }

    /// See [`Diagnostic::related_in`].
    pub fn related_in(self, file: FileId, at: Origin, text: impl Into<String>) -> Self {
        self.change(|d| d.related_in(Span { file, range: at.range }, text))
    }

    /// See [`Diagnostic::help`].
    pub fn help(self, help: impl Into<String>) -> Self {
        self.change(|d| d.help(help))
    }

    /// See [`Diagnostic::note`].
    pub fn note(self, note: impl Into<String>) -> Self {
        self.change(|d| d.note(note))
    }

    /// See [`Diagnostic::fix`].
    pub fn fix(self, fix: Option<Fix>) -> Self {
        self.change(|d| d.fix(fix))
    }

    /// See [`Diagnostic::redact`].
    pub fn redact(self, at: Origin) -> Self {
        self.change(|d| d.redact(at.range))
    }
}

impl Drop for DiagnosticBuilder<'_> {
    fn drop(&mut self) {
        if let Some(diagnostic) = self.diagnostic.take() {
            self.diagnostics.push(diagnostic);
        }
    }
}
