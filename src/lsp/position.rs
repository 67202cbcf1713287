//! Positions as editors count them: lines from zero, and in a line the units of an encoding that was agreed on.

use serde_json::{Value, json};

use crate::source::TextRange;

/// What the characters of a line are counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Bytes.
    Utf8,
    /// What every editor knows.
    #[default]
    Utf16,
}

impl Encoding {
    /// The word of the protocol.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
        }
    }

    fn units(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
        }
    }
}

/// A place in a text, from zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
pub(crate) struct Position {
    pub(crate) line: u32,
    pub(crate) character: u32,
}

/// The lines of a text. To an editor a carriage return alone ends one too.
#[derive(Debug)]
pub(crate) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    encoding: Encoding,
}

impl<'t> Lines<'t> {
    pub(crate) fn new(text: &'t str, encoding: Encoding) -> Self {
        let bytes = text.as_bytes();
        let ends = |&at: &usize| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n');
        let breaks = memchr::memchr2_iter(b'\n', b'\r', bytes).filter(ends).map(|at| at + 1);
        Self { text, starts: std::iter::once(0).chain(breaks).collect(), encoding }
    }

    /// A line without what ends it.
    fn line(&self, number: usize) -> &'t str {
        let start = self.starts[number];
        let end = self.starts.get(number + 1).copied().unwrap_or(self.text.len());
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }

    /// The place of a byte. One behind the text is its end, one in a character the beginning of it.
    pub(crate) fn position(&self, offset: u32) -> Position {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let number = self.starts.partition_point(|&start| start <= offset).max(1) - 1;
        let before = &self.text[self.starts[number]..offset];
        let character = before.trim_end_matches(['\n', '\r']).chars().map(|c| self.encoding.units(c)).sum();
        let count = |n: usize| TextRange::new(n, n).start;
        Position { line: count(number), character: count(character) }
    }

    /// The byte of a place. What is behind the end of a line is its end, as the protocol wants it.
    pub(crate) fn offset(&self, at: Position) -> u32 {
        let number = at.line as usize;
        if number >= self.starts.len() {
            return TextRange::new(self.text.len(), 0).start;
        }
        let (mut units, mut offset) = (at.character as usize, self.starts[number]);
        for c in self.line(number).chars() {
            let of_char = self.encoding.units(c);
            if units < of_char {
                break;
            }
            units -= of_char;
            offset += c.len_utf8();
        }
        TextRange::new(offset, 0).start
    }

    /// A range in the form of the protocol.
    pub(crate) fn range(&self, range: TextRange) -> Value {
        let (start, end) = (self.position(range.start), self.position(range.end));
        json!({
            "start": { "line": start.line, "character": start.character },
            "end": { "line": end.line, "character": end.character },
        })
    }

    /// The one edit that makes `new` of the text; none when they are alike.
    pub(crate) fn edit(&self, new: &str) -> Option<Value> {
        if self.text == new {
            return None;
        }
        let same = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| -> usize {
            a.zip(b).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum()
        };
        let head = same(&mut self.text.chars(), &mut new.chars());
        let tail = same(&mut self.text[head..].chars().rev(), &mut new[head..].chars().rev());
        let range = TextRange::new(head, self.text.len() - tail);
        Some(json!({ "range": self.range(range), "newText": &new[head..new.len() - tail] }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a = 'é𝄞'\r\nb\n\nc\rd";

    #[test]
    fn places_are_counted_in_the_units_of_the_editor() {
        for (encoding, behind) in [(Encoding::Utf8, 11), (Encoding::Utf16, 8)] {
            let lines = Lines::new(TEXT, encoding);
            let quote = TextRange::new(TEXT.find("'\r").unwrap(), 0).start;
            assert_eq!(lines.position(quote), Position { line: 0, character: behind });
            assert_eq!(lines.offset(Position { line: 0, character: behind }), quote);
        }
    }

    #[test]
    fn every_byte_has_a_place_and_comes_back() {
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            let lines = Lines::new(TEXT, encoding);
            for offset in (0..=TEXT.len()).filter(|&at| TEXT.is_char_boundary(at) && !TEXT[at..].starts_with('\n')) {
                let offset = TextRange::new(offset, 0).start;
                assert_eq!(lines.offset(lines.position(offset)), offset, "{encoding:?}");
            }
            assert_eq!(lines.position(99).line, 4);
            assert_eq!(lines.offset(Position { line: 99, character: 0 }) as usize, TEXT.len());
            assert_eq!(lines.offset(Position { line: 1, character: 99 }) as usize, TEXT.find("\n\n").unwrap());
        }
    }

    #[test]
    fn an_edit_is_no_larger_than_the_difference() {
        let lines = Lines::new("x = 1\ny = 2\n", Encoding::Utf16);
        assert_eq!(lines.edit("x = 1\ny = 2\n"), None);
        let edit = lines.edit("x = 1\ny = 22\n").unwrap();
        assert_eq!(edit["newText"], "2");
        assert_eq!(edit["range"]["start"], json!({ "line": 1, "character": 5 }));
        // What is alike from both ends may overlap.
        assert_eq!(Lines::new("aa", Encoding::Utf16).edit("aaa").unwrap()["newText"], "a");
    }
}
