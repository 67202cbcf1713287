//! Fixes: edits of byte ranges in the text that the user wrote, so that comments, order and layout stay.
//!
//! Editing a parsed document instead would move or lose comments: the decor of a TOML document belongs to the value
//! that is replaced.

use toml_parser::lexer::TokenKind;

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
        self.insert_entries(table, &[(key, literal)])
    }

    /// Entries at the beginning of a table. None when it has one of them already, with a value that says nothing.
    pub fn insert_entries(self, table: TextRange, entries: &[(&str, &str)]) -> Option<Edit> {
        let text = self.source.slice(table);
        let body = self.body(table)?;
        if entries.iter().any(|(key, _)| body.keys.contains(key)) {
            return None;
        }
        if let Some(inner) = text.strip_prefix('{') {
            let empty = inner.trim_start().starts_with('}');
            let at = table.start + 1;
            let list: Vec<String> = entries.iter().map(|(key, literal)| format!("{key} = {literal}")).collect();
            let comma = if empty { " " } else { "," };
            return Some(self.edit(TextRange { start: at, end: at }, format!(" {}{comma}", list.join(", "))));
        }
        // After the header's line, indented like what follows it.
        let line = self.source.line(table.end.saturating_sub(1));
        let end = self.source.line_range(line).end;
        let next = self.source.slice(self.source.line_range(line + 1));
        let indent: String = next.chars().take_while(|c| *c == ' ' || *c == '\t').collect();
        let indent = if next.trim_start().starts_with('[') || next.trim().is_empty() { String::new() } else { indent };
        let mut with = String::new();
        for (key, literal) in entries {
            with.extend([self.source.line_break(), &indent, key, " = ", literal]);
        }
        Some(self.edit(TextRange { start: end, end }, with))
    }

    /// Whether a table, given by its header or its braces, has an entry of this name; without a table, the file.
    pub fn has_entry(self, table: Option<TextRange>, key: &str) -> bool {
        let body = match table {
            Some(table) => self.body(table),
            None => Some(self.entries(self.source.line_range(1).start, true)),
        };
        body.is_some_and(|body| body.keys.contains(&key))
    }

    /// Entries of a whole file of TOML, behind the one whose value stands at `after`, or before everything else. None
    /// when the file has one of them already, or when `after` is no entry of the file itself.
    pub fn insert_at_root(self, after: TextRange, entries: &[(&str, &str)]) -> Option<Edit> {
        let br = self.source.line_break();
        let root = self.source.line_range(1).start;
        let body = self.entries(root, true);
        if entries.iter().any(|(key, _)| body.keys.contains(key)) {
            return None;
        }
        let lines = || entries.iter().map(|(key, literal)| format!("{key} = {literal}"));
        if after.start == after.end {
            let with: String = lines().flat_map(|line| [line, br.to_owned()]).collect();
            return Some(self.edit(TextRange { start: root, end: root }, with));
        }
        // Behind the last entry of the file a table begins, and its entries are its own.
        if after.end > body.end {
            return None;
        }
        let end = self.source.line_range(self.source.line(after.end.saturating_sub(1))).end;
        let with: String = lines().flat_map(|line| [br.to_owned(), line]).collect();
        Some(self.edit(TextRange { start: end, end }, with))
    }

    /// A list of tables with one table, below the entries of the table that holds the list. The table is given by its
    /// header, whose path the new header repeats.
    pub fn insert_list_of_tables(self, table: TextRange, name: &str, entries: &[(&str, String)]) -> Option<Edit> {
        let body = self.body(table)?;
        let path = self.source.slice(table).strip_prefix('[')?.trim_matches(['[', ']', ' ']);
        if body.keys.contains(&name) {
            return None;
        }
        let br = self.source.line_break();
        let mut with = format!("{br}{br}[[{path}.{name}]]");
        for (key, literal) in entries {
            with.extend([br, key, " = ", literal]);
        }
        let next = self.source.line_range(self.source.line(body.end) + 1);
        if !self.source.slice(next).trim().is_empty() {
            with.push_str(br);
        }
        Some(self.edit(TextRange { start: body.end, end: body.end }, with))
    }

    /// What stands in a table, given by its header or its braces; not in the tables below it that have headers of
    /// their own.
    fn body(self, table: TextRange) -> Option<Body<'a>> {
        let text = self.source.slice(table);
        let braces = text.starts_with('{');
        let header = text.starts_with('[') && text.ends_with(']');
        if !braces && !header {
            return None;
        }
        let header_end = self.source.line_range(self.source.line(table.end.saturating_sub(1))).end;
        Some(if braces { self.entries(table.start + 1, false) } else { self.entries(header_end, true) })
    }

    /// The entries from a place on: to the next header where each has a line, or to the brace that closes.
    fn entries(self, start: u32, lines: bool) -> Body<'a> {
        let braces = !lines;
        let text = self.source.text().get(start as usize..).unwrap_or("");
        let mut body = Body { keys: Vec::new(), end: start };
        let (mut depth, mut fresh, mut entry) = (0_i32, true, false);
        for token in toml_parser::Source::new(text).lex() {
            let (from, to) = (token.span().start(), token.span().end());
            match token.kind() {
                TokenKind::LeftSquareBracket if fresh && !braces => break,
                TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => depth += 1,
                TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => depth -= 1,
                TokenKind::Newline | TokenKind::Eof if depth == 0 => {
                    if entry {
                        body.end = start + TextRange::new(from, to).start;
                    }
                    (fresh, entry) = (!braces || fresh, false);
                }
                TokenKind::Comma if depth == 0 => fresh = true,
                TokenKind::LiteralString
                | TokenKind::BasicString
                | TokenKind::MlLiteralString
                | TokenKind::MlBasicString
                | TokenKind::Atom
                    if fresh && depth == 0 =>
                {
                    body.keys.push(text.get(from..to).unwrap_or("").trim_matches(['"', '\'']));
                    (fresh, entry) = (false, true);
                }
                TokenKind::LiteralString
                | TokenKind::BasicString
                | TokenKind::MlLiteralString
                | TokenKind::MlBasicString
                | TokenKind::Atom
                | TokenKind::Dot
                | TokenKind::Equals
                | TokenKind::Comma
                | TokenKind::Whitespace
                | TokenKind::Comment
                | TokenKind::Newline
                | TokenKind::Eof => {}
            }
            if depth < 0 {
                break;
            }
        }
        body
    }

    /// The bare key of a value: what stands before the `=` before it, on the same line.
    pub fn key_of(self, value: TextRange) -> Option<TextRange> {
        let line = self.source.line_range(self.source.line(value.start));
        let before = self.source.slice(TextRange { start: line.start, end: value.start });
        let name = before.trim_end().strip_suffix('=')?.trim_end();
        let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let start = name.rfind(|c| !bare(c)).map_or(0, |at| at + 1);
        // Of a dotted key the last part alone is no entry.
        let whole = start < name.len() && !name[..start].trim_end().ends_with('.');
        whole.then(|| {
            let range = TextRange::new(start, name.len());
            TextRange { start: line.start + range.start, end: line.start + range.end }
        })
    }

    /// A new table behind everything else of the text.
    ///
    /// None when there is a table of this name in other letters: flyctl would read only one of the two.
    pub fn append_table(self, header: &str, entries: &[(&str, String)]) -> Option<Edit> {
        let text = self.source.text();
        let same = |line: &str| {
            let line = line.trim_start();
            line.get(..header.len()).is_some_and(|start| start.eq_ignore_ascii_case(header) && start != header)
        };
        if text.lines().any(same) {
            return None;
        }
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
        Some(self.edit(end, with))
    }

    /// No entry where there is one: its line, or what is left of it without a comment; in braces the entry and a comma.
    /// An item of an array is its own key.
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
        tail[spaces..].starts_with(['}', ']']).then(|| self.edit(TextRange::new(start, value.end as usize), ""))
    }

    /// No entry where this value is one, with its key.
    pub fn remove(self, value: TextRange) -> Option<Edit> {
        self.remove_entry(self.key_of(value)?, value)
    }

    /// Other words in an array on one line. None when it holds a comment or has several lines.
    pub fn replace_words(self, array: TextRange, words: &[&str]) -> Option<Edit> {
        let text = self.source.slice(array);
        let plain = text.starts_with('[') && !text.contains(['\n', '#']);
        let words: Vec<String> = words.iter().map(|word| string_literal(word)).collect();
        plain.then(|| self.edit(array, format!("[{}]", words.join(", "))))
    }

    /// No comment where there is one: its line, or what is behind the last word before it.
    pub fn remove_comment(self, comment: TextRange) -> Edit {
        let line = self.source.line(comment.start);
        let whole = self.source.line_range(line);
        let before = self.source.slice(TextRange { start: whole.start, end: comment.start });
        let start = whole.start + TextRange::new(before.trim_end().len(), 0).start;
        let end = if before.trim().is_empty() {
            self.source.line_range(line + 1).start.max(comment.end)
        } else {
            comment.end
        };
        self.edit(TextRange { start, end }, "")
    }

    /// No item where there is one, in an array: the item with its comma, or its line.
    pub fn remove_item(self, item: TextRange) -> Option<Edit> {
        let text = self.source.text();
        let (head, tail) = (text[..item.start as usize].trim_end(), text[item.end as usize..].trim_start());
        if !head.ends_with(['[', ',']) {
            return None;
        }
        if let Some(rest) = tail.strip_prefix(',') {
            // Of two lines the first keeps its end.
            let rest = rest.trim_start_matches([' ', '\t']);
            let alone = rest.starts_with(['\n', '\r']);
            let start = if alone { head.len() } else { item.start as usize };
            return Some(self.edit(TextRange::new(start, text.len() - rest.len()), ""));
        }
        let start = head.strip_suffix(',').map_or(item.start as usize, str::len);
        tail.starts_with(']').then(|| self.edit(TextRange::new(start, item.end as usize), ""))
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

/// What stands in a table.
struct Body<'a> {
    /// Its keys; of dotted ones the first part.
    keys: Vec<&'a str>,
    /// Where its last entry ends, with the comment behind it.
    end: u32,
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
mod tests;
