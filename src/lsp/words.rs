//! The words of a text of TOML, each with the path that it stands at; of a text that is being written as well.
//!
//! Never fails: a bracket that nobody has closed ends where a line looks like the beginning of something else.

use std::ops::Range;

use toml_parser::lexer::{Token, TokenKind};

use crate::source::TextRange;

/// How deep a path is followed: nothing lies deeper.
const DEEPEST: usize = 32;

/// How many words are read: several times those of ten thousand apps.
const MOST: usize = 2_000_000;

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Part of a header.
    Header,
    /// Part of a key.
    Key,
    /// A value, or part of one.
    Value,
}

/// A word.
#[derive(Clone, Debug)]
pub(crate) struct Word<'t> {
    /// Where it is, with its quotes.
    pub(crate) range: TextRange,
    /// What it says, without quotes.
    pub(crate) text: &'t str,
    pub(crate) role: Role,
    /// The keys from the root on: of a part of a key or header with the part itself, of a value that of its key.
    pub(crate) path: Vec<&'t str>,
    /// Whether it stands in the brackets of a list.
    pub(crate) in_list: bool,
}

impl Word<'_> {
    /// Whether it is in quotes.
    pub(crate) fn is_quoted(&self) -> bool {
        self.range.end - self.range.start > TextRange::new(self.text.len(), 0).start
    }

    /// The range of what it says.
    pub(crate) fn inner(&self, text: &str) -> TextRange {
        let whole = text.get(self.range.to_usize()).unwrap_or_default();
        let quotes = whole.find(self.text).filter(|_| !self.text.is_empty());
        let start =
            self.range.start as usize + quotes.unwrap_or_else(|| whole.len().min(1) * usize::from(self.is_quoted()));
        TextRange::new(start, start + self.text.len())
    }
}

/// The words of a text, in its order.
#[derive(Debug, Default)]
pub(crate) struct Words<'t> {
    pub(crate) list: Vec<Word<'t>>,
}

/// What can be written at a place.
#[derive(Clone, Debug)]
pub(crate) struct Spot<'t> {
    /// What a word there would be.
    pub(crate) role: Role,
    /// The path above it: the table of a key, the head of a header, the key of a value.
    pub(crate) path: Vec<&'t str>,
    /// The word that is there already.
    pub(crate) word: Option<Word<'t>>,
    /// Whether it stands in the brackets of a list.
    pub(crate) in_list: bool,
    /// Whether a header has two brackets.
    pub(crate) is_list_header: bool,
    /// Whether a key stands in braces.
    pub(crate) in_braces: bool,
}

impl<'t> Words<'t> {
    pub(crate) fn read(text: &'t str) -> Self {
        let mut reader = Reader::new(text);
        let mut list = Vec::new();
        while list.len() < MOST && reader.step(u32::MAX, |word| list.push(word)) {}
        Self { list }
    }

    /// The word that holds a place, or ends there.
    pub(crate) fn at(&self, offset: u32) -> Option<&Word<'t>> {
        let behind = self.list.partition_point(|word| word.range.start <= offset);
        self.list[..behind].last().filter(|word| offset <= word.range.end)
    }
}

/// What could be written at a place; nothing in a comment, or behind a value.
pub(crate) fn spot(text: &str, offset: u32) -> Option<Spot<'_>> {
    let mut reader = Reader::new(text);
    let mut word = None;
    while reader.step(offset, |next| word = Some(next)) {}
    let word = word.filter(|word| word.range.end >= offset);
    if reader.comment.is_some_and(|comment| comment.end >= offset) {
        return None;
    }
    let role = match &word {
        Some(word) => word.role,
        None if reader.header => Role::Header,
        None if reader.closed => return None,
        None if reader.in_value => Role::Value,
        None => Role::Key,
    };
    let path = match (&word, role) {
        (Some(word), Role::Header | Role::Key) => word.path[..word.path.len().max(1) - 1].to_vec(),
        (Some(word), Role::Value) => word.path.clone(),
        (None, Role::Header) => reader.table.clone(),
        (None, Role::Key) => {
            // Behind a dot the key goes on; at a beginning it is fresh.
            let keys = if reader.dotted { reader.keys.len() } else { reader.base() };
            reader.table.iter().chain(&reader.keys[..keys]).copied().collect()
        }
        (None, Role::Value) => reader.table.iter().chain(&reader.keys).copied().collect(),
    };
    Some(Spot {
        role,
        path,
        in_list: word.as_ref().map_or_else(|| reader.in_list(), |word| word.in_list),
        is_list_header: reader.list_header,
        in_braces: matches!(reader.open.last(), Some(Open::Table(_))),
        word,
    })
}

/// A bracket that is open, and of a table in braces how many keys lead to it.
#[derive(Clone, Copy, Debug)]
enum Open {
    Table(usize),
    List,
}

struct Reader<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    /// The path of the header above.
    table: Vec<&'t str>,
    /// Whether this is in a header.
    header: bool,
    list_header: bool,
    open: Vec<Open>,
    /// The keys below the header.
    keys: Vec<&'t str>,
    in_value: bool,
    /// Whether nothing more belongs here: behind a header or a value.
    closed: bool,
    /// Whether the last word was a dot.
    dotted: bool,
    /// The last comment.
    comment: Option<TextRange>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        let tokens = toml_parser::Source::new(text).lex().into_vec();
        Self {
            text,
            tokens,
            at: 0,
            table: Vec::new(),
            header: false,
            list_header: false,
            open: Vec::new(),
            keys: Vec::new(),
            in_value: false,
            closed: false,
            dotted: false,
            comment: None,
        }
    }

    fn in_list(&self) -> bool {
        matches!(self.open.last(), Some(Open::List))
    }

    /// How many keys lead to the table that is open.
    fn base(&self) -> usize {
        self.open
            .iter()
            .rev()
            .find_map(|open| if let Open::Table(base) = open { Some(*base) } else { None })
            .unwrap_or(0)
    }

    /// Reads one token that begins before `end`, and hands out the word that it is, if any. Says whether there was one.
    fn step(&mut self, end: u32, found: impl FnOnce(Word<'t>)) -> bool {
        let Some(&token) = self.tokens.get(self.at) else { return false };
        let range: Range<usize> = token.span().start()..token.span().end();
        if token.kind() == TokenKind::Eof || TextRange::from(range.clone()).start >= end {
            return false;
        }
        self.at += 1;
        if let Some(word) = self.token(token.kind(), range) {
            found(word);
        }
        true
    }

    fn token(&mut self, kind: TokenKind, range: Range<usize>) -> Option<Word<'t>> {
        let dotted = std::mem::take(&mut self.dotted);
        match kind {
            TokenKind::Whitespace => self.dotted = dotted,
            TokenKind::Comment => self.comment = Some(range.into()),
            TokenKind::Newline | TokenKind::Eof => self.new_line(),
            TokenKind::Dot => self.dotted = !self.in_value,
            TokenKind::Equals if !self.header && !self.in_value => (self.in_value, self.closed) = (true, false),
            TokenKind::Comma => {
                if let Some(Open::Table(base)) = self.open.last() {
                    self.keys.truncate(*base);
                    self.in_value = false;
                }
                self.closed = self.open.is_empty();
            }
            TokenKind::LeftSquareBracket if self.in_value => {
                self.open.push(Open::List);
                self.closed = false;
            }
            TokenKind::LeftSquareBracket if self.header => self.list_header = true,
            TokenKind::LeftSquareBracket if self.open.is_empty() && self.keys.is_empty() => {
                (self.header, self.list_header, self.closed) = (true, false, false);
                self.table.clear();
            }
            TokenKind::LeftCurlyBracket if self.in_value => {
                self.open.push(Open::Table(self.keys.len()));
                (self.in_value, self.closed) = (false, false);
            }
            TokenKind::RightSquareBracket if self.header => (self.header, self.closed) = (false, true),
            TokenKind::RightSquareBracket if self.in_list() => {
                self.open.pop();
                self.closed = true;
            }
            TokenKind::RightCurlyBracket => {
                if let Some(Open::Table(base)) = self.open.last() {
                    self.keys.truncate(*base);
                    self.open.pop();
                    (self.in_value, self.closed) = (true, true);
                }
            }
            TokenKind::Equals
            | TokenKind::LeftSquareBracket
            | TokenKind::RightSquareBracket
            | TokenKind::LeftCurlyBracket => {}
            TokenKind::Atom
            | TokenKind::BasicString
            | TokenKind::LiteralString
            | TokenKind::MlBasicString
            | TokenKind::MlLiteralString => return Some(self.word(range, dotted)),
        }
        None
    }

    fn word(&mut self, range: Range<usize>, dotted: bool) -> Word<'t> {
        let text = unquoted(self.text.get(range.clone()).unwrap_or_default());
        let in_list = self.in_list();
        let role = if self.header {
            self.table.truncate(DEEPEST);
            self.table.push(text);
            Role::Header
        } else if self.in_value {
            self.closed = true;
            Role::Value
        } else {
            // Of two words without a dot the first was the beginning of another thought.
            if !dotted {
                self.keys.truncate(self.base());
            }
            self.keys.truncate(DEEPEST);
            self.keys.push(text);
            Role::Key
        };
        let keys: &[&str] = if self.header { &[] } else { &self.keys };
        let path = self.table.iter().chain(keys).copied().collect();
        Word { range: range.into(), text, role, path, in_list }
    }

    fn new_line(&mut self) {
        self.header = false;
        if !self.open.is_empty() && self.begins_anew() {
            self.open.clear();
        }
        if self.open.is_empty() {
            self.keys.clear();
            (self.in_value, self.closed) = (false, false);
        }
    }

    /// Whether the line that follows is a header or an entry, though a bracket is open.
    fn begins_anew(&self) -> bool {
        let mut rest = self.tokens[self.at..].iter().filter(|token| token.kind() != TokenKind::Whitespace);
        let is_word =
            |token: &Token| matches!(token.kind(), TokenKind::Atom | TokenKind::BasicString | TokenKind::LiteralString);
        match rest.next() {
            Some(first) if first.kind() == TokenKind::LeftSquareBracket => {
                let mut inner = rest.skip_while(|token| token.kind() == TokenKind::LeftSquareBracket);
                inner.next().is_some_and(|token| {
                    let word = self.text.get(token.span().start()..token.span().end()).unwrap_or_default();
                    token.kind() == TokenKind::Atom
                        && word.starts_with(|c: char| c.is_ascii_alphabetic())
                        && !["true", "false", "inf", "nan"].contains(&word)
                })
            }
            // A table in braces may have several lines, with a comma between.
            Some(first) if is_word(first) && (self.in_list() || self.closed) => {
                let behind = rest.find(|token| token.kind() != TokenKind::Dot && !is_word(token));
                behind.is_some_and(|token| token.kind() == TokenKind::Equals)
            }
            _ => false,
        }
    }
}

/// A string without its quotes, of which the last may be missing.
fn unquoted(text: &str) -> &str {
    for quotes in ["\"\"\"", "'''", "\"", "'"] {
        if let Some(inner) = text.strip_prefix(quotes) {
            return inner.strip_suffix(quotes).unwrap_or(inner);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The spot at the `|` of a text.
    fn at(text: &str) -> Option<(Role, String, String)> {
        let offset = text.find('|').unwrap();
        let text = text.replace('|', "");
        let spot = spot(&text, TextRange::new(offset, 0).start)?;
        Some((spot.role, spot.path.join("."), spot.word.map(|word| word.text.to_owned()).unwrap_or_default()))
    }

    fn is(text: &str, role: Role, path: &str, word: &str) {
        assert_eq!(at(text), Some((role, path.to_owned(), word.to_owned())), "{text}");
    }

    #[test]
    fn places_in_a_text_that_is_right() {
        is("|", Role::Key, "", "");
        is("[app.web]\nreg|ions = 1", Role::Key, "app.web", "regions");
        is("[app.web]\n|\nx = 1", Role::Key, "app.web", "");
        is("[app.web]\nbuild.arg|s = 1", Role::Key, "app.web.build", "args");
        is("[app.web]\nx = { a = 1, b| = 2 }\n", Role::Key, "app.web.x", "b");
        is("[app.web]\nx = { a = [{ b = '|' }] }\n", Role::Value, "app.web.x.a.b", "");
        is("[[app.web.vm]]\nsize = 'sh|'", Role::Value, "app.web.vm.size", "sh");
        is("[app.w|eb]", Role::Header, "app", "web");
        is("x = [\n 'a',\n |\n]\n", Role::Value, "x", "");
    }

    #[test]
    fn places_in_a_text_that_is_being_written() {
        is("[app.|", Role::Header, "app", "");
        is("[|\n[app.web]\n", Role::Header, "", "");
        is("[app.web]\nbuild.|\n", Role::Key, "app.web.build", "");
        is("[app.web]\nregions = [\"i|\nsource = 1\n", Role::Value, "app.web.regions", "i");
        is("[app.web]\nregions = [\"iad\",\nsour|ce = 1\n", Role::Key, "app.web", "source");
        is("[app.web]\nx = { a = 1\ny| = 2\n", Role::Key, "app.web", "y");
        is("x = { a = [\n[app.web]\n|", Role::Key, "app.web", "");
        is("[app.web]\nuses = { DB = \"post|", Role::Value, "app.web.uses.DB", "post");
        is("[app.web]\nkind \nname|", Role::Key, "app.web", "name");
    }

    #[test]
    fn nothing_belongs_into_a_comment_or_behind_a_value() {
        assert_eq!(at("x = 1 # |"), None);
        assert_eq!(at("x = 1 |"), None);
        assert_eq!(at("[app.web] |"), None);
        assert_eq!(at("x = [1] |"), None);
    }

    #[test]
    fn hostile_texts_end() {
        for text in ["[", "{", "x={", "x=[", "]", "}", "\"", "'''", "a.", "=", ",", "\u{feff}[", "é"] {
            let text = text.repeat(10_000);
            assert!(Words::read(&text).list.len() <= text.len());
            let _ = spot(&text, 9_999);
        }
    }
}
