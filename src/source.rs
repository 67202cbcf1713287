//! Text that came from outside, and positions in it.
//!
//! A [`TextRange`] is what the typed spec carries: two byte offsets and nothing else, because one value in a
//! spec of ten thousand apps must stay small. A [`Span`] adds the file, and is what diagnostics carry.

use std::borrow::Cow;
use std::fmt;

/// The largest input that is read, in bytes.
///
/// A spec of ten thousand apps has about seven megabytes. The parser holds some thirty bytes of tokens and events
/// per byte in the worst case (a file of brackets), so the limit is also the bound on memory.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;

/// What stands for a character that a terminal would obey, or that would hide others.
pub const REPLACEMENT: char = '\u{fffd}';

/// Whether a character is for a terminal to obey: control characters, and those that turn the direction of writing
/// around, so that a reader sees something else than what is there.
pub fn is_active(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text from outside on one line, fit for a terminal, a comment or a message: specs are written by anybody, and messages
/// repeat parts of them.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains(is_active) { Cow::Owned(text.replace(is_active, "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// A range of bytes in one source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextRange {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl TextRange {
    /// The range from `start` to `end`, in bytes. Sources are far smaller than 4 GiB (see [`MAX_BYTES`]).
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end).max(clamp(start)) }
    }

    /// As indices into the text.
    pub fn to_usize(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

impl From<std::ops::Range<usize>> for TextRange {
    fn from(range: std::ops::Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

/// Which of the sources of a run a position lies in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

impl FileId {
    /// The place of the source in the list of a run.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A range of bytes in one of the sources of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The source.
    pub file: FileId,
    /// Where in it.
    pub range: TextRange,
}

/// One text with the name that messages give it.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: String,
    lines: Vec<u32>,
    /// The texts that it was put together from; none when it is one.
    parts: Vec<Part>,
}

/// One of the texts that a source was put together from.
#[derive(Clone, Debug)]
struct Part {
    /// Where it stands in the whole.
    range: TextRange,
    /// What others call it.
    name: String,
    /// The source that it is.
    file: FileId,
}

/// A line of a text, as what is rendered names it: `spec.toml:12`. The same wherever a build runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cited<'s> {
    /// The name of the text, without the folders above the spec.
    pub name: &'s str,
    /// The line, from one.
    pub line: u32,
}

impl fmt::Display for Cited<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.line)
    }
}

/// A place for people: both count from one; the column counts characters, not bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// The line.
    pub line: u32,
    /// The character in the line.
    pub column: u32,
}

impl fmt::Display for LineColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

impl Source {
    /// A source called `name` (as the user wrote it, never made absolute).
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text: String = text.into();
        // A byte order mark is no part of the first line.
        let mut lines = vec![if text.starts_with('\u{feff}') { 3 } else { 0 }];
        lines.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|i| TextRange::new(i + 1, i + 1).start));
        Self { name: name.into(), text, lines, parts: Vec::new() }
    }

    /// Several texts behind each other, as if they stood in the first: each with the name that is cited for it. What is
    /// found in the whole is found in one of them: see [`Source::locate`].
    pub fn join<'p>(parts: impl IntoIterator<Item = (FileId, &'p str, &'p Self)>) -> Self {
        let (mut name, mut text, mut all) = (None, String::new(), Vec::new());
        for (file, cited, part) in parts {
            name.get_or_insert_with(|| part.name.clone());
            let start = text.len();
            // A byte order mark begins a text, and is an error anywhere else.
            match part.text.strip_prefix('\u{feff}').filter(|_| start > 0) {
                Some(rest) => text.extend(["   ", rest]),
                None => text.push_str(&part.text),
            }
            all.push(Part { range: TextRange::new(start, text.len()), name: cited.to_owned(), file });
            if !text.ends_with('\n') {
                text.push('\n');
            }
        }
        Self { parts: all, ..Self::new(name.unwrap_or_default(), text) }
    }

    /// Whether it was put together from several texts, which are sources themselves.
    pub fn is_joined(&self) -> bool {
        !self.parts.is_empty()
    }

    /// The same of the texts as they are now.
    #[must_use]
    pub fn rejoined(&self, sources: &Sources) -> Self {
        Self::join(self.parts.iter().map(|part| (part.file, part.name.as_str(), sources.get(part.file))))
    }

    /// The texts that it was put together from.
    pub fn parts(&self) -> impl Iterator<Item = FileId> {
        self.parts.iter().map(|part| part.file)
    }

    /// The text that a place lies in.
    fn part(&self, offset: u32) -> Option<&Part> {
        let behind = self.parts.partition_point(|part| part.range.start <= offset);
        self.parts.get(behind.max(1) - 1)
    }

    /// A place in the whole as one in the text that it is from. None in a source that is one text.
    pub fn locate(&self, range: TextRange) -> Option<Span> {
        self.part(range.start).map(|part| within(part, range))
    }

    /// The same for a place that is filled, near another: between two texts it belongs to that of the other.
    pub fn locate_beside(&self, range: TextRange, other: TextRange) -> Option<Span> {
        let of_other = self.part(other.start)?;
        let is_in = (of_other.range.start..=of_other.range.end + 1).contains(&range.start);
        Some(within(if is_in { of_other } else { self.part(range.start)? }, range))
    }

    /// The line of a place, with the name of the text that it is in.
    pub fn cite(&self, offset: u32) -> Cited<'_> {
        let line = self.line(offset);
        match self.part(offset) {
            Some(part) => Cited { name: &part.name, line: line + 1 - self.line(part.range.start) },
            None => Cited { name: self.name.rsplit(['/', '\\']).next().unwrap_or_default(), line },
        }
    }

    /// The name that messages show.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a range; empty when the range is not one of this text.
    pub fn slice(&self, range: TextRange) -> &str {
        self.text.get(range.to_usize()).unwrap_or("")
    }

    /// The number of the line that holds `offset`, from one.
    pub fn line(&self, offset: u32) -> u32 {
        TextRange::new(self.lines.partition_point(|&start| start <= offset).max(1), 0).start
    }

    /// The place of `offset`.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let line = self.line(offset);
        let start = self.lines[line as usize - 1] as usize;
        let end = (offset as usize).min(self.text.len());
        let column = self.text.get(start..end).map_or(0, |before| before.chars().count());
        LineColumn { line, column: TextRange::new(column + 1, 0).start }
    }

    /// The range of a line without its line break, by number from one.
    pub fn line_range(&self, line: u32) -> TextRange {
        let start = self.lines.get(line as usize - 1).map_or(self.text.len(), |&s| s as usize);
        let end = self.lines.get(line as usize).map_or(self.text.len(), |&s| s as usize);
        let text = &self.text[start..end];
        let trimmed = text.strip_suffix('\n').unwrap_or(text);
        let trimmed = trimmed.strip_suffix('\r').unwrap_or(trimmed);
        TextRange::new(start, start + trimmed.len())
    }

    /// The line break that the text uses: that of its first line.
    pub fn line_break(&self) -> &'static str {
        let first = self.lines.get(1).map_or("", |&second| &self.text[..second as usize]);
        if first.ends_with("\r\n") { "\r\n" } else { "\n" }
    }

    /// How many lines there are; a final line break does not start another.
    pub fn line_count(&self) -> u32 {
        let extra = usize::from(self.text.ends_with('\n') || self.text.is_empty());
        TextRange::new(self.lines.len() - extra, 0).start
    }
}

/// A place of the whole in one of its parts.
fn within(part: &Part, range: TextRange) -> Span {
    let here = |offset: u32| offset.clamp(part.range.start, part.range.end) - part.range.start;
    Span { file: part.file, range: TextRange { start: here(range.start), end: here(range.end) } }
}

/// The sources of a run, in the order in which they were given.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// Adds a source.
    pub fn add(&mut self, source: Source) -> FileId {
        self.0.push(source);
        FileId(u32::try_from(self.0.len() - 1).unwrap_or(u32::MAX))
    }

    /// All of them, by their ids.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Source> {
        self.0.iter()
    }

    /// Puts another text in the place of a source.
    pub fn replace(&mut self, file: FileId, source: Source) {
        self.0[file.index()] = source;
    }

    /// A source by its id.
    ///
    /// # Panics
    ///
    /// When the id is not one that [`Sources::add`] gave.
    pub fn get(&self, file: FileId) -> &Source {
        &self.0[file.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let s = Source::new("s", "a\nbé = 1\r\n\nz");
        assert_eq!(s.line_column(0).to_string(), "1:1");
        assert_eq!(s.line_column(2).to_string(), "2:1");
        assert_eq!(s.line_column(6).to_string(), "2:4");
        assert_eq!(s.line_count(), 4);
        assert_eq!(s.slice(s.line_range(2)), "bé = 1");
        assert_eq!(s.slice(s.line_range(3)), "");
        assert_eq!(s.slice(s.line_range(4)), "z");
        assert_eq!(s.line_column(9_999).line, 4);
    }

    #[test]
    fn a_byte_order_mark_has_no_column() {
        let s = Source::new("s", "\u{feff}ab\nc");
        let at = |offset| s.line_column(offset).to_string();
        assert_eq!([at(0), at(3), at(4), at(6)], ["1:1", "1:1", "1:2", "2:1"]);
        assert_eq!(s.slice(s.line_range(1)), "ab");
    }

    #[test]
    fn an_empty_text_has_no_lines_and_one_place() {
        let s = Source::new("s", "");
        assert_eq!(s.line_count(), 0);
        assert_eq!(s.line_column(0).to_string(), "1:1");
    }
}
