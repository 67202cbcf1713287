//! The text of a source as it may be shown: secrets masked, what a terminal would obey replaced, long lines cut to what
//! the labels need.
//!
//! Lines stay where they are, so that line numbers are those of the file.

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::source::{REPLACEMENT, Source, TextRange, is_active, one_line};

/// What stands for each character of a secret.
const MASK: char = '•';
/// A line of more characters than this is cut: with the number before it, it would not fit into 80 columns.
const LONG: usize = 72;
/// How much of a cut line stays, and how much of that before the first label.
const WINDOW: (usize, usize) = (66, 20);
const ELLIPSIS: &str = "…";

/// One source, ready to be shown.
#[derive(Debug)]
pub(super) struct Excerpt<'a> {
    source: &'a Source,
    text: String,
    /// Where each line begins in `text`, and the same for the source.
    lines: Vec<(usize, usize)>,
    /// Pieces of `text` that differ in length from the source: (place in the source, its length, place in `text`).
    pieces: Vec<(TextRange, usize)>,
    /// Parts of the source that were cut off, in order.
    cut: Vec<TextRange>,
}

impl<'a> Excerpt<'a> {
    /// The excerpt of a source without the `redacted` ranges; `labels` decide which part of a long line stays.
    pub(super) fn new(source: &'a Source, redacted: &[TextRange], labels: &[TextRange]) -> Self {
        let mut this = Self { source, text: String::new(), lines: Vec::new(), pieces: Vec::new(), cut: Vec::new() };
        for line in 1..=source.line_count().max(1) {
            let range = source.line_range(line);
            this.lines.push((this.text.len(), range.start as usize));
            let text = source.slice(range);
            let cut =
                if text.len() > LONG && text.chars().count() > LONG { window(text, range, labels) } else { range };
            if cut.start > range.start {
                this.cut_off(TextRange { start: range.start, end: cut.start });
            }
            this.push_masked(cut, redacted);
            if cut.end < range.end {
                this.cut_off(TextRange { start: cut.end, end: range.end });
            }
            this.text.push('\n');
        }
        this
    }

    /// Whether the beginning of a range can be seen.
    pub(super) fn shows(&self, range: TextRange) -> bool {
        let next = self.cut.partition_point(|cut| cut.end <= range.start);
        self.cut.get(next).is_none_or(|cut| range.start < cut.start)
    }

    fn cut_off(&mut self, range: TextRange) {
        self.cut.push(range);
        self.push(range, ELLIPSIS);
    }

    fn push(&mut self, from: TextRange, text: &str) {
        self.pieces.push((from, self.text.len()));
        self.text.extend(text.chars().map(|c| if is_active(c) && c != '\t' { REPLACEMENT } else { c }));
    }

    fn push_masked(&mut self, range: TextRange, redacted: &[TextRange]) {
        let mut at = range.start;
        let mut secrets: Vec<_> = redacted.iter().filter(|r| r.start < range.end && range.start < r.end).collect();
        secrets.sort_unstable();
        for secret in secrets {
            let (start, end) = (secret.start.max(at), secret.end.min(range.end));
            if start >= end {
                continue;
            }
            self.push(TextRange { start: at, end: start }, self.source.slice(TextRange { start: at, end: start }));
            let hidden = self.source.slice(TextRange { start, end }).chars().count();
            self.push(TextRange { start, end }, &MASK.to_string().repeat(hidden));
            at = end;
        }
        self.push(TextRange { start: at, end: range.end }, self.source.slice(TextRange { start: at, end: range.end }));
    }

    /// A range of the source as a range of what is shown.
    pub(super) fn locate(&self, range: TextRange) -> SourceSpan {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        (start, end.saturating_sub(start)).into()
    }

    fn offset(&self, offset: u32) -> usize {
        let piece = self.pieces.partition_point(|(from, _)| from.start <= offset).saturating_sub(1);
        let Some(&(from, at)) = self.pieces.get(piece) else { return 0 };
        let end = self.pieces.get(piece + 1).map_or(self.text.len().saturating_sub(1), |&(_, next)| next);
        let source = self.source.slice(from);
        let shown = &self.text[at..end.max(at)];
        let before = source.get(..(offset.saturating_sub(from.start)) as usize).unwrap_or(source);
        // A masked character takes more bytes than the one that it hides.
        let chars = before.chars().count();
        let skipped: usize = shown.trim_end_matches('\n').chars().take(chars).map(char::len_utf8).sum();
        at + skipped
    }

    fn line_of(&self, offset: usize) -> usize {
        self.lines.partition_point(|&(start, _)| start <= offset).saturating_sub(1)
    }
}

/// The part of a long line that stays.
fn window(text: &str, line: TextRange, labels: &[TextRange]) -> TextRange {
    let first = labels.iter().filter(|l| l.start >= line.start && l.start <= line.end).map(|l| l.start).min();
    let label = first.map_or(0, |start| text.get(..(start - line.start) as usize).map_or(0, |t| t.chars().count()));
    let from = label.saturating_sub(WINDOW.1);
    let at = |chars: usize| text.char_indices().nth(chars).map_or(text.len(), |(i, _)| i);
    let start = line.start as usize;
    TextRange::new(start + at(from), start + at(from + WINDOW.0))
}

impl SourceCode for Excerpt<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        if end > self.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let last_byte = if span.is_empty() { end } else { end - 1 };
        let first = self.line_of(span.offset()).saturating_sub(context_lines_before);
        let last = (self.line_of(last_byte) + context_lines_after).min(self.lines.len() - 1);
        let until = self.lines.get(last + 1).map_or(self.text.len(), |&(start, _)| start);
        let (from, column) = if context_lines_before == 0 {
            // This is how the place in the heading is asked for: it must be the place in the file.
            let line = self.line_of(span.offset());
            let shown = self.text[self.lines[line].0..span.offset()].chars().count();
            (span.offset(), self.real_column(line, shown))
        } else {
            (self.lines[first].0, 0)
        };
        let data = &self.text.as_bytes()[from..until];
        Ok(Box::new(MietteSpanContents::new_named(
            one_line(self.source.name()).into_owned(),
            data,
            (from, until - from).into(),
            first,
            column,
            last - first + 1,
        )))
    }
}

impl Excerpt<'_> {
    /// The column in the file of a column in what is shown, both from zero.
    fn real_column(&self, line: usize, shown: usize) -> usize {
        let (start, source_start) = self.lines[line];
        let hidden = self.pieces.iter().find(|&&(from, at)| at == start && from.start as usize == source_start);
        match hidden {
            Some(&(from, _))
                if self.text[start..].starts_with(ELLIPSIS) && !self.source.slice(from).starts_with(ELLIPSIS) =>
            {
                self.source.slice(from).chars().count() + shown.saturating_sub(1)
            }
            _ => shown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range_of(source: &Source, needle: &str) -> TextRange {
        let start = source.text().find(needle).unwrap();
        TextRange::new(start, start + needle.len())
    }

    #[test]
    fn masks_keep_lines_and_columns() {
        let source = Source::new("s", "a = 1\nTOKEN = \"s3crét\" # x\nb = 2\n");
        let (secret, after) = (range_of(&source, "s3crét"), range_of(&source, "# x"));
        let excerpt = Excerpt::new(&source, &[secret], &[secret]);
        assert_eq!(excerpt.text, "a = 1\nTOKEN = \"••••••\" # x\nb = 2\n");
        let shown = excerpt.locate(after);
        assert_eq!(&excerpt.text[shown.offset()..shown.offset() + shown.len()], "# x");
        let shown = excerpt.locate(secret);
        assert_eq!(&excerpt.text[shown.offset()..shown.offset() + shown.len()], "••••••");
    }

    #[test]
    fn long_lines_are_cut_around_the_label() {
        let text = format!("a = 1\nb = \"{}\", here, \"{}\"\nc = 3\n", "x".repeat(200), "y".repeat(200));
        let source = Source::new("s", text);
        let label = range_of(&source, "here");
        let excerpt = Excerpt::new(&source, &[], &[label]);
        let line = excerpt.text.lines().nth(1).unwrap();
        assert!(
            line.starts_with('…') && line.ends_with('…') && line.contains("here") && line.chars().count() < 80,
            "{line}"
        );
        let shown = excerpt.locate(label);
        assert_eq!(&excerpt.text[shown.offset()..shown.offset() + shown.len()], "here");
        let contents = excerpt.read_span(&shown, 0, 0).unwrap();
        let real = source.line_column(label.start);
        assert_eq!((contents.line() + 1, contents.column() + 1), (real.line as usize, real.column as usize));
        assert_eq!(excerpt.text.lines().count(), 3);
    }

    #[test]
    fn what_is_cut_off_is_known() {
        let source = Source::new("s", format!("first, \"{}\", last", "x".repeat(200)));
        let (first, last) = (range_of(&source, "first"), range_of(&source, "last"));
        let excerpt = Excerpt::new(&source, &[], &[first, last]);
        assert!(excerpt.shows(first) && !excerpt.shows(last));
        let excerpt = Excerpt::new(&source, &[], &[last]);
        assert!(!excerpt.shows(first) && excerpt.shows(last));
    }

    #[test]
    fn an_empty_source_has_one_line_to_point_at() {
        let source = Source::new("s", "");
        let excerpt = Excerpt::new(&source, &[], &[TextRange::default()]);
        assert!(excerpt.read_span(&excerpt.locate(TextRange::default()), 1, 1).is_ok());
    }
}
