//! Fixes: edits of byte ranges in the text that the user wrote, so that comments, order and layout stay.
//!
//! Editing a parsed document instead would move or lose comments: the decor of a TOML document belongs to the value
//! that is replaced.

use crate::source::{Source, Span, TextRange};

/// How far a fix may be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Applicability {
    /// The result may differ from what was meant: `--unsafe-fixes`.
    Unsafe,
    /// The result means what was meant: `--fix`.
    Safe,
}

impl Applicability {
    /// The word that outputs use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unsafe => "unsafe",
            Self::Safe => "safe",
        }
    }
}

/// One change of the text: an empty range inserts, an empty text deletes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub with: String,
}

/// Edits that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What they do, as an order: "set kill_signal to SIGTERM".
    pub title: String,
    /// How far they may be trusted.
    pub applicability: Applicability,
    /// The edits, in the order of the text, without overlap.
    pub edits: Vec<Edit>,
}

/// A literal of TOML for a text.
pub fn string_literal(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

/// Makes edits that fit the text around them. Each returns nothing where the text has a shape that it does not know:
/// no fix is better than a wrong one.
#[derive(Clone, Copy)]
pub struct Edits<'a> {
    source: &'a Source,
    file: crate::source::FileId,
}

impl<'a> Edits<'a> {
    /// Edits of one source.
    pub fn new(source: &'a Source, file: crate::source::FileId) -> Self {
        Self { source, file }
    }

    fn edit(self, range: TextRange, with: impl Into<String>) -> Edit {
        Edit { span: Span { file: self.file, range }, with: with.into() }
    }

    /// Another literal for a value.
    pub fn replace(self, value: TextRange, literal: impl Into<String>) -> Edit {
        self.edit(value, literal)
    }

    /// Another word for a string or a key, in the quotes that it has.
    pub fn replace_word(self, word: TextRange, with: &str) -> Edit {
        let quote: String = self.source.slice(word).chars().take(1).filter(|c| matches!(c, '"' | '\'')).collect();
        self.edit(word, format!("{quote}{with}{quote}"))
    }

    /// An entry at the beginning of a table, given by its header or its braces.
    pub fn insert_entry(self, table: TextRange, key: &str, literal: &str) -> Option<Edit> {
        let text = self.source.slice(table);
        if let Some(inner) = text.strip_prefix('{') {
            let empty = inner.trim_start().starts_with('}');
            let at = table.start + 1;
            let comma = if empty { " " } else { "," };
            return Some(self.edit(TextRange { start: at, end: at }, format!(" {key} = {literal}{comma}")));
        }
        if !text.starts_with('[') || !text.ends_with(']') {
            return None;
        }
        // After the header's line, indented like what follows it.
        let line = self.source.line(table.end.saturating_sub(1));
        let end = self.source.line_range(line).end;
        let next = self.source.slice(self.source.line_range(line + 1));
        let indent: String = next.chars().take_while(|c| *c == ' ' || *c == '\t').collect();
        let indent = if next.trim_start().starts_with('[') || next.trim().is_empty() { String::new() } else { indent };
        Some(self.edit(TextRange { start: end, end }, format!("{}{indent}{key} = {literal}", self.source.line_break())))
    }

    /// A new table behind everything else of the text.
    pub fn append_table(self, header: &str, entries: &[(&str, String)]) -> Edit {
        let text = self.source.text();
        let br = self.source.line_break();
        let end = TextRange::new(text.len(), text.len());
        let mut with = String::new();
        if !text.is_empty() && !text.ends_with('\n') {
            with.push_str(br);
        }
        with.push_str(br);
        with.push_str(header);
        for (key, literal) in entries {
            with.extend([br, key, " = ", literal]);
        }
        with.push_str(br);
        self.edit(end, with)
    }

    /// No entry where there is one: its line, or what is left of it without a comment; in braces the entry and a comma.
    pub fn remove_entry(self, key: TextRange, value: TextRange) -> Option<Edit> {
        let (first, last) = (self.source.line(key.start), self.source.line(value.end.saturating_sub(1)));
        let whole = self.source.line_range(first).cover(self.source.line_range(last));
        let before = self.source.slice(TextRange { start: whole.start, end: key.start });
        let after = self.source.slice(TextRange { start: value.end, end: whole.end }).trim_start();
        if before.trim().is_empty() && after.starts_with('#') {
            // The comment may say more than the entry did: it stays.
            let rest = self.source.slice(TextRange { start: value.end, end: whole.end });
            let gap = TextRange::new(rest.len() - rest.trim_start().len(), 0).start;
            return Some(self.edit(TextRange { start: key.start, end: value.end + gap }, ""));
        }
        if before.trim().is_empty() && after.is_empty() {
            let end = self.source.line_range(last + 1).start.max(whole.end);
            return Some(self.edit(TextRange { start: whole.start, end }, ""));
        }
        let text = self.source.text();
        let tail = &text[value.end as usize..];
        let spaces = tail.len() - tail.trim_start_matches([' ', '\t']).len();
        if tail[spaces..].starts_with(',') {
            let after_comma = &tail[spaces + 1..];
            let gap = after_comma.len() - after_comma.trim_start_matches([' ', '\t']).len();
            let end = value.end as usize + spaces + 1 + gap;
            return Some(self.edit(TextRange::new(key.start as usize, end), ""));
        }
        let head = text[..key.start as usize].trim_end_matches([' ', '\t']);
        let start = head.strip_suffix(',').map_or(key.start as usize, str::len);
        tail[spaces..].starts_with('}').then(|| self.edit(TextRange::new(start, value.end as usize), ""))
    }

    /// One more item of an array on one line.
    pub fn append_item(self, array: TextRange, literal: &str) -> Option<Edit> {
        let text = self.source.slice(array);
        let inner = text.strip_prefix('[')?.strip_suffix(']')?;
        if inner.contains('\n') || inner.contains('#') {
            return None;
        }
        let used = inner.trim_end();
        let at = array.start + 1 + TextRange::new(used.len(), 0).start;
        let comma = match (used.trim().is_empty(), used.ends_with(',')) {
            (true, _) => "",
            (false, true) => " ",
            (false, false) => ", ",
        };
        Some(self.edit(TextRange { start: at, end: at }, format!("{comma}{literal}")))
    }
}

/// The text after the fixes that fit: in the order of the text, each whole or not at all, none over another.
/// Also says how many were applied.
pub fn apply<'f>(source: &Source, fixes: impl IntoIterator<Item = &'f Fix>) -> (String, usize) {
    let mut fixes: Vec<&Fix> = fixes.into_iter().filter(|fix| !fix.edits.is_empty()).collect();
    fixes.sort_by_key(|fix| (fix.edits[0].span.range, fix.title.as_str()));
    let mut edits: Vec<&Edit> = Vec::new();
    let mut applied = 0;
    for fix in fixes {
        let clashes = |new: &Edit| {
            edits.iter().any(|old| {
                let (a, b) = (old.span.range, new.span.range);
                // Two insertions at one place have no order of their own.
                a.start < b.end && b.start < a.end || a.start == b.start
            })
        };
        if fix.edits.iter().any(clashes) {
            continue;
        }
        edits.extend(&fix.edits);
        applied += 1;
    }
    edits.sort_by_key(|edit| edit.span.range);
    let mut out = String::with_capacity(source.text().len() + 64);
    let mut at = 0;
    for edit in edits {
        let range = edit.span.range.to_usize();
        out.push_str(&source.text()[at..range.start]);
        out.push_str(&edit.with);
        at = range.end;
    }
    out.push_str(&source.text()[at..]);
    (out, applied)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn range_of(source: &Source, needle: &str) -> TextRange {
        let start = source.text().find(needle).unwrap();
        TextRange::new(start, start + needle.len())
    }

    fn run(text: &str, make: impl Fn(Edits<'_>, &Source) -> Option<Edit>) -> String {
        let source = Source::new("t", text);
        let edit = make(Edits::new(&source, FileId(0)), &source).unwrap();
        let fix = Fix { title: "t".into(), applicability: Applicability::Safe, edits: vec![edit] };
        apply(&source, [&fix]).0
    }

    #[test]
    fn words_keep_their_quotes() {
        for (text, word, mended) in
            [("a = \"x\"", "\"x\"", "a = \"yz\""), ("a = 'x'", "'x'", "a = 'yz'"), ("x = 1", "x", "yz = 1")]
        {
            assert_eq!(run(text, |e, s| Some(e.replace_word(range_of(s, word), "yz"))), mended);
        }
    }

    #[test]
    fn entries_go_below_the_header_and_keep_its_comment() {
        let out = run("[a] # why\n  x = 1\n", |e, s| e.insert_entry(range_of(s, "[a]"), "y", "2"));
        assert_eq!(out, "[a] # why\n  y = 2\n  x = 1\n");
        assert_eq!(run("[a]", |e, s| e.insert_entry(range_of(s, "[a]"), "y", "2")), "[a]\ny = 2");
        assert_eq!(
            run("[a]\r\nx=1\r\n", |e, s| e.insert_entry(range_of(s, "[a]"), "y", "2")),
            "[a]\r\ny = 2\r\nx=1\r\n"
        );
    }

    #[test]
    fn entries_go_into_braces() {
        assert_eq!(
            run("a = { x = 1 }", |e, s| e.insert_entry(range_of(s, "{ x = 1 }"), "y", "2")),
            "a = { y = 2, x = 1 }"
        );
        assert_eq!(run("a = {}", |e, s| e.insert_entry(range_of(s, "{}"), "y", "2")), "a = { y = 2 }");
    }

    #[test]
    fn removing_takes_the_line_or_the_comma() {
        let remove = |e: Edits<'_>, s: &Source| e.remove_entry(range_of(s, "x"), range_of(s, "1"));
        assert_eq!(run("# keep\nx = 1\ny = 2\n", remove), "# keep\ny = 2\n");
        assert_eq!(run("  x = 1   # keep\ny = 2\n", remove), "  # keep\ny = 2\n");
        assert_eq!(run("a = { x = 1, y = 2 }", remove), "a = { y = 2 }");
        assert_eq!(run("a = { y = 2, x = 1 }", remove), "a = { y = 2 }");
        assert_eq!(run("a = { x = 1 }", remove), "a = {  }");
    }

    #[test]
    fn items_go_to_the_end() {
        let add = |e: Edits<'_>, s: &Source| {
            let start = s.text().find('[').unwrap();
            e.append_item(TextRange::new(start, s.text().len()), "\"b\"")
        };
        assert_eq!(run("a = [\"a\"]", add), "a = [\"a\", \"b\"]");
        assert_eq!(run("a = []", add), "a = [\"b\"]");
        assert_eq!(run("a = [\"a\", ]", add), "a = [\"a\", \"b\" ]");
    }

    #[test]
    fn overlapping_fixes_wait_for_the_next_round() {
        let source = Source::new("t", "abcdef");
        let fix = |start, end, with: &str| Fix {
            title: with.into(),
            applicability: Applicability::Safe,
            edits: vec![Edit { span: Span { file: FileId(0), range: TextRange::new(start, end) }, with: with.into() }],
        };
        let (out, applied) = apply(&source, [&fix(0, 3, "X"), &fix(2, 4, "Y"), &fix(5, 6, "Z")]);
        assert_eq!((out.as_str(), applied), ("XdeZ", 2));
    }
}
