//! What may not be shown of the sources, for the formats that repeat parts of them.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Diagnostic, Fix, Report};
use crate::source::{FileId, TextRange};

/// The hidden ranges of each file, found when they are first asked for.
pub(super) struct Hidden<'r> {
    report: &'r Report,
    files: BTreeMap<FileId, Vec<TextRange>>,
    texts: BTreeMap<FileId, Texts<'r>>,
}

/// Texts by their length: to look for all of them at once takes no longer where there are many.
type Texts<'r> = BTreeMap<usize, BTreeSet<&'r str>>;

impl<'r> Hidden<'r> {
    pub(super) fn new(report: &'r Report) -> Self {
        Self { report, files: BTreeMap::new(), texts: BTreeMap::new() }
    }

    /// The hidden ranges of a file, in order and apart.
    fn ranges(&mut self, file: FileId) -> &[TextRange] {
        self.files.entry(file).or_insert_with(|| {
            let mut ranges = self.report.redacted(file);
            ranges.sort_unstable();
            ranges.dedup_by(|next, last| {
                let overlap = next.start < last.end;
                if overlap {
                    *last = last.cover(*next);
                }
                overlap
            });
            ranges
        })
    }

    /// A range of a file, with one sign in the place of everything that is hidden: not even its length is told.
    pub(super) fn masked(&mut self, file: FileId, range: TextRange) -> String {
        let source = self.report.sources.get(file);
        let ranges = self.ranges(file);
        let first = ranges.partition_point(|hidden| hidden.end <= range.start);
        let (mut out, mut at) = (String::new(), range.start);
        for hidden in ranges[first..].iter().take_while(|hidden| hidden.start < range.end) {
            out.push_str(source.slice(TextRange { start: at, end: hidden.start.max(at) }));
            out.push('•');
            at = hidden.end.min(range.end);
        }
        out.push_str(source.slice(TextRange { start: at, end: range.end }));
        out
    }

    /// What stands in the hidden ranges of a file, without quotes.
    fn texts(&mut self, file: FileId) -> &Texts<'r> {
        if !self.texts.contains_key(&file) {
            let source = self.report.sources.get(file);
            let mut texts = Texts::new();
            for &range in self.ranges(file) {
                let text = source.slice(range).trim_matches(['"', '\'', ' ', '\n']);
                if !text.is_empty() {
                    texts.entry(text.len()).or_default().insert(text);
                }
            }
            self.texts.insert(file, texts);
        }
        &self.texts[&file]
    }

    /// The fix of a finding. None where an edit repeats what is hidden, in whatever quotes: one that puts a value in
    /// quotes shows the value.
    pub(super) fn fix_of(&mut self, d: &'r Diagnostic) -> Option<&'r Fix> {
        let fix = d.fix.as_ref()?;
        let shows = fix.edits.iter().any(|edit| {
            let (with, texts) = (edit.with.as_str(), self.texts(edit.span.file));
            let here = |at: usize, length: usize| with.get(at..at + length);
            let starts = with.char_indices().map(|(at, _)| at);
            starts
                .flat_map(|at| texts.iter().map(move |(length, texts)| (at, *length, texts)))
                .any(|(at, length, texts)| here(at, length).is_some_and(|text| texts.contains(text)))
        });
        (!shows).then_some(fix)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Applicability, Edit, FileReport, Severity};
    use super::*;
    use crate::source::{Source, Span};
    use crate::syntax::SYNTAX;

    const TEXT: &str = "a = 1\nPASSWORD = \"correct-horse\" # b\n";

    fn report(with: &str) -> Report {
        let range = TextRange::new(TEXT.find("\"c").unwrap(), TEXT.find(" #").unwrap());
        let span = Span { file: FileId(0), range };
        let fix = Fix {
            title: "t".to_owned(),
            applicability: Applicability::Safe,
            edits: vec![Edit { span, with: with.to_owned() }],
        };
        let finding = Diagnostic::new(SYNTAX, Severity::Error, span, "m").redact(range).fix(Some(fix));
        let mut report = Report::default();
        report.add(FileReport { source: Source::new("s", TEXT), diagnostics: vec![finding] });
        report
    }

    #[test]
    fn a_mask_tells_nothing_of_what_is_below() {
        let report = report("");
        let mut hidden = Hidden::new(&report);
        let line = report.sources.get(FileId(0)).line_range(2);
        assert_eq!(hidden.masked(FileId(0), line), "PASSWORD = • # b");
        assert_eq!(hidden.masked(FileId(0), TextRange::new(0, 5)), "a = 1");
        let inside = TextRange::new(line.start as usize + 14, line.start as usize + 17);
        assert_eq!(hidden.masked(FileId(0), inside), "•");
    }

    #[test]
    fn a_fix_that_repeats_a_secret_is_kept_back() {
        let kept = report("'correct-horse'");
        let mut hidden = Hidden::new(&kept);
        assert!(hidden.fix_of(&kept.diagnostics[0]).is_none());
        let shown = report("[\"PASSWORD\"]");
        let mut hidden = Hidden::new(&shown);
        assert!(hidden.fix_of(&shown.diagnostics[0]).is_some());
    }
}
