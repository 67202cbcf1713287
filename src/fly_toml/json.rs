//! Reads JSON as Go's decoder does, with the place of every key and value, which `serde_json` does not tell.
//!
//! Every number is a float and the last of two equal keys wins, as in a decoder that fills a generic map.

use std::borrow::Cow;

use super::tree::{Entry, Node, Table, Value};
use crate::source::{Source, TextRange};

/// How deep values may lie in one another. Go's limit is 10,000; no fly.json has more than a dozen levels.
const DEEPEST: usize = 128;

/// Why a text is no JSON.
pub(crate) struct SyntaxError {
    pub(crate) range: TextRange,
    pub(crate) message: String,
}

type Parsed<T> = Result<T, SyntaxError>;

/// The tree of a JSON text.
pub(super) fn parse(source: &Source) -> Parsed<Table<'_>> {
    let mut parser = Parser { text: source.text(), at: 0, depth: 0 };
    parser.blank();
    let node = parser.value()?;
    parser.blank();
    if parser.at < parser.text.len() {
        return Err(parser.error("expected the end of the file"));
    }
    let Value::Table(table) = node.value else {
        return Err(SyntaxError { range: node.range, message: "expected an object: `{ … }`".to_owned() });
    };
    Ok(table)
}

struct Parser<'s> {
    text: &'s str,
    at: usize,
    depth: usize,
}

impl<'s> Parser<'s> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn error(&self, message: impl Into<String>) -> SyntaxError {
        let end = self.text[self.at..].chars().next().map_or(self.at, |c| self.at + c.len_utf8());
        SyntaxError { range: TextRange::new(self.at, end), message: message.into() }
    }

    fn expect(&mut self, byte: u8, what: &str) -> Parsed<()> {
        self.blank();
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        Err(self.error(format!("expected {what}")))
    }

    fn value(&mut self) -> Parsed<Node<'s>> {
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(b'"') => Value::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            _ => return Err(self.error("expected a value")),
        };
        Ok(Node::new(value, TextRange::new(start, self.at)))
    }

    fn nested(&mut self, read: fn(&mut Self) -> Parsed<Value<'s>>) -> Parsed<Value<'s>> {
        if self.depth == DEEPEST {
            return Err(self.error("nested too deeply"));
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn word(&mut self, word: &str, value: Value<'s>) -> Parsed<Value<'s>> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.error("expected a value"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn object(&mut self) -> Parsed<Value<'s>> {
        let mut table = Table::default();
        self.blank();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Table(table));
        }
        loop {
            self.blank();
            if self.peek() != Some(b'"') {
                return Err(self.error("expected a key in double quotes"));
            }
            let start = self.at;
            let key = self.string()?;
            let key_range = TextRange::new(start, self.at);
            self.expect(b':', "`:` behind the key")?;
            self.blank();
            let node = self.value()?;
            table.0.push(Entry { key, key_range, node });
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.error("expected `,` or `}`")),
            }
        }
        self.at += 1;
        table.keep_last();
        Ok(Value::Table(table))
    }

    fn array(&mut self) -> Parsed<Value<'s>> {
        let mut items = Vec::new();
        self.blank();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::List(items));
        }
        loop {
            self.blank();
            items.push(self.value()?);
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.error("expected `,` or `]`")),
            }
        }
        self.at += 1;
        Ok(Value::List(items))
    }

    fn digits(&mut self) -> bool {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at > start
    }

    fn number(&mut self) -> Parsed<Value<'s>> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let zero = self.peek() == Some(b'0');
        if zero {
            self.at += 1;
        } else if !self.digits() {
            return Err(self.error("expected a digit"));
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if !self.digits() {
                return Err(self.error("expected a digit"));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if !self.digits() {
                return Err(self.error("expected a digit"));
            }
        }
        match self.text[start..self.at].parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Float(number)),
            _ => {
                let range = TextRange::new(start, self.at);
                Err(SyntaxError { range, message: "the number is too large".to_owned() })
            }
        }
    }

    fn string(&mut self) -> Parsed<Cow<'s, str>> {
        self.at += 1;
        let start = self.at;
        let mut owned: Option<String> = None;
        let mut from = start;
        loop {
            match self.peek() {
                None => return Err(self.error("a string is never closed")),
                Some(b'"') => break,
                Some(b'\\') => {
                    let out = owned.get_or_insert_default();
                    out.push_str(&self.text[from..self.at]);
                    self.at += 1;
                    let c = self.escape()?;
                    owned.get_or_insert_default().push(c);
                    from = self.at;
                }
                Some(0..=0x1f) => return Err(self.error("a control character in a string must be escaped")),
                Some(_) => self.at += 1,
            }
        }
        let rest = &self.text[from..self.at];
        self.at += 1;
        Ok(match owned {
            None => Cow::Borrowed(rest),
            Some(mut text) => {
                text.push_str(rest);
                Cow::Owned(text)
            }
        })
    }

    fn escape(&mut self) -> Parsed<char> {
        let c = match self.peek() {
            Some(c @ (b'"' | b'\\' | b'/')) => char::from(c),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let unit = self.hex()?;
                return Ok(self.surrogates(unit));
            }
            _ => return Err(self.error("there is no such escape")),
        };
        self.at += 1;
        Ok(c)
    }

    fn hex(&mut self) -> Parsed<u16> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4).unwrap_or_default();
        let digits = std::str::from_utf8(digits).unwrap_or_default();
        if digits.len() == 4
            && digits.bytes().all(|b| b.is_ascii_hexdigit())
            && let Ok(unit) = u16::from_str_radix(digits, 16)
        {
            self.at += 4;
            return Ok(unit);
        }
        Err(self.error("expected four hexadecimal digits"))
    }

    /// Half a pair stands for nothing: Go puts the replacement character there.
    fn surrogates(&mut self, first: u16) -> char {
        let before = self.at;
        if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            if let Ok(second) = self.hex()
                && let Some(Ok(c)) = char::decode_utf16([first, second]).next()
                && c.len_utf16() == 2
            {
                return c;
            }
            self.at = before;
        }
        char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}
