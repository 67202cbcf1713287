//! Findings with an excerpt of the source, drawn by miette. The only file that knows it.

use std::fmt;
use std::io;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles};

use super::super::{Diagnostic, Report, Severity};
use super::excerpt::Excerpt;
use super::{Display, summary};
use crate::source::{FileId, TextRange, one_line};

/// How many findings get an excerpt of their own: making one reads the whole source.
const OWN_EXCERPTS: usize = 100;

/// How many findings are shown with an excerpt. Drawing a hundred thousand takes minutes, and nobody reads them.
const MOST: usize = 200;

pub(super) fn emit(report: &Report, display: Display, out: &mut dyn io::Write) -> io::Result<()> {
    let mut excerpt: Option<(FileId, Vec<TextRange>, Excerpt<'_>)> = None;
    let mut own = 0;
    let shown = chosen(report);
    let left_out = report.diagnostics.len() - shown.len();
    for d in shown {
        let file = d.primary.span.file;
        if excerpt.as_ref().is_none_or(|(of, ..)| *of != file) {
            let redacted = report.redacted(file);
            let shared = excerpt_of(report, file, &redacted);
            excerpt = Some((file, redacted, shared));
        }
        let Some((_, redacted, shared)) = &excerpt else { continue };
        // A long line is cut around its first label. Who has another one there gets an excerpt of its own.
        let own = (own < OWN_EXCERPTS && !shared.shows(d.primary.span.range)).then(|| {
            own += 1;
            excerpt_for(report, d, redacted)
        });
        let excerpt = own.as_ref().unwrap_or(shared);
        let mut text = String::new();
        let mut handler = GraphicalReportHandler::new_themed(theme(d, display)).with_width(display.width);
        let footer = footer(report, d);
        if !footer.is_empty() {
            handler = handler.with_footer(footer);
        }
        handler.render_report(&mut text, &Adapter { d, excerpt, file }).map_err(io::Error::other)?;
        writeln!(out, "{}", trim_lines(&text))?;
    }
    if let Some(summary) = summary(report) {
        writeln!(out, "{summary}")?;
    }
    if left_out > 0 {
        writeln!(out, "{left_out} of them are not shown; --format concise lists all")?;
    }
    Ok(())
}

/// What stands below an excerpt: the note, and places in other files.
fn footer(report: &Report, d: &Diagnostic) -> String {
    let note = d.note.iter().map(|note| format!("note: {}", one_line(note)));
    let elsewhere = d.related.iter().filter(|label| label.span.file != d.primary.span.file);
    let elsewhere = elsewhere.map(|label| {
        let source = report.source(label);
        let at = source.line_column(label.span.range.start);
        format!("{}:{at}: {}", one_line(source.name()), one_line(&label.text))
    });
    note.chain(elsewhere).collect::<Vec<_>>().join("\n")
}

/// The findings that are shown, in their order: all, or as many as anybody reads, the worst before others.
fn chosen(report: &Report) -> Vec<&Diagnostic> {
    let mut all: Vec<(usize, &Diagnostic)> = report.diagnostics.iter().enumerate().collect();
    if all.len() > MOST {
        all.sort_by_key(|(_, d)| std::cmp::Reverse(d.severity));
        all.truncate(MOST);
        all.sort_by_key(|&(place, _)| place);
    }
    all.into_iter().map(|(_, d)| d).collect()
}

/// The excerpt for one finding: what is not on the line of its primary label has the line to itself.
fn excerpt_for<'r>(report: &'r Report, d: &Diagnostic, redacted: &[TextRange]) -> Excerpt<'r> {
    let file = d.primary.span.file;
    let source = report.sources.get(file);
    let line = source.line_range(source.line(d.primary.span.range.start));
    let others = d.related.iter().filter(|l| l.span.file == file).map(|l| l.span.range);
    let others = others.filter(|range| range.start < line.start || range.start > line.end);
    let labels: Vec<_> = std::iter::once(d.primary.span.range).chain(others).collect();
    Excerpt::new(source, redacted, &labels)
}

fn excerpt_of<'r>(report: &'r Report, file: FileId, redacted: &[TextRange]) -> Excerpt<'r> {
    let labels = report.diagnostics.iter().flat_map(|d| std::iter::once(&d.primary).chain(&d.related));
    let labels: Vec<_> = labels.filter(|l| l.span.file == file).map(|l| l.span.range).collect();
    Excerpt::new(report.sources.get(file), redacted, &labels)
}

/// miette pads lines with blanks; a log does not need them.
fn trim_lines(text: &str) -> String {
    let lines = text.trim_matches('\n').lines().map(str::trim_end);
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The word for the severity and the rule stand where miette has an icon: `error[multi-region]:`.
fn theme(d: &Diagnostic, display: Display) -> GraphicalTheme {
    let icon = format!("{}[{}]:", d.severity, d.rule.name);
    let characters =
        ThemeCharacters { error: icon.clone(), warning: icon.clone(), advice: icon, ..ThemeCharacters::unicode() };
    let styles = if display.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
    GraphicalTheme { characters, styles }
}

struct Adapter<'a> {
    d: &'a Diagnostic,
    excerpt: &'a Excerpt<'a>,
    file: FileId,
}

impl fmt::Debug for Adapter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.d.fmt(f)
    }
}

impl fmt::Display for Adapter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&one_line(&self.d.message))
    }
}

impl std::error::Error for Adapter<'_> {}

impl miette::Diagnostic for Adapter<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.d.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.d.help.as_ref().map(|help| Box::new(one_line(help)) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let text = |text: &str| (!text.is_empty()).then(|| one_line(text).into_owned());
        let primary = &self.d.primary;
        let first = LabeledSpan::new_primary_with_span(text(&primary.text), self.excerpt.locate(primary.span.range));
        let others = self.d.related.iter().filter(|l| l.span.file == self.file);
        let others = others.map(move |l| LabeledSpan::new_with_span(text(&l.text), self.excerpt.locate(l.span.range)));
        Some(Box::new(std::iter::once(first).chain(others)))
    }
}
