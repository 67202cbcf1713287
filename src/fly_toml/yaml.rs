//! Reads YAML as flyctl does: the first document, with anchors and merge keys, scalars resolved as `gopkg.in/yaml.v3`
//! resolves them into a generic map.
#![expect(clippy::wildcard_enum_match_arm, reason = "whatever is not of the wanted kind is wrong")]

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};
use toml::value::{Date, Datetime, Offset, Time};

use super::json::SyntaxError;
use super::tree::{Entry, Node, Table, Value};
use crate::source::{Source, TextRange};

/// How deep values may lie in one another.
const DEEPEST: usize = 128;

/// How many values anchors may be copied to: a short text can stand for billions.
const MOST_COPIES: usize = 10_000;

type Parsed<T> = Result<T, SyntaxError>;

/// The tree of a YAML text.
pub(crate) fn parse(source: &Source) -> Parsed<Table<'_>> {
    let mut composer = Composer {
        parser: Parser::new_from_str(source.text()),
        places: Places::new(source.text()),
        anchors: Vec::new(),
        copies: 0,
        depth: 0,
    };
    loop {
        match composer.next()? {
            (Event::StreamEnd, _) => return Ok(Table::default()),
            (Event::DocumentStart(_), _) => break,
            _ => {}
        }
    }
    let (event, range) = composer.next()?;
    let node = composer.node(event, range, true)?;
    match node.value {
        Value::Table(table) => Ok(table),
        _ => {
            Err(SyntaxError { range: node.range, message: "expected keys with values, such as `app: shop`".to_owned() })
        }
    }
}

/// The parser counts characters, spans count bytes.
struct Places {
    /// Where each character begins; none where all have one byte.
    bytes: Option<Vec<usize>>,
    length: usize,
}

impl Places {
    fn new(text: &str) -> Self {
        let bytes = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).collect());
        Self { bytes, length: text.len() }
    }

    fn byte(&self, index: usize) -> usize {
        match &self.bytes {
            None => index.min(self.length),
            Some(bytes) => bytes.get(index).copied().unwrap_or(self.length),
        }
    }

    fn range(&self, span: Span) -> TextRange {
        TextRange::new(self.byte(span.start.index()), self.byte(span.end.index()))
    }
}

struct Composer<'s> {
    parser: Parser<'s, StrInput<'s>>,
    places: Places,
    /// What each anchor stands for, by its number.
    anchors: Vec<Option<Node<'s>>>,
    copies: usize,
    depth: usize,
}

impl<'s> Composer<'s> {
    fn next(&mut self) -> Parsed<(Event<'s>, TextRange)> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, self.places.range(span))),
            Some(Err(error)) => {
                let at = self.places.byte(error.marker().index());
                Err(SyntaxError { range: TextRange::new(at, at), message: error.info().to_owned() })
            }
            None => Ok((Event::StreamEnd, TextRange::default())),
        }
    }

    fn node(&mut self, event: Event<'s>, range: TextRange, top: bool) -> Parsed<Node<'s>> {
        let wrong = |message: &str| Err(SyntaxError { range, message: message.to_owned() });
        let (value, anchor) = match event {
            Event::Alias(id) => {
                let Some(Some(node)) = self.anchors.get(id) else {
                    return wrong("an alias to what holds the alias, or to nothing");
                };
                self.copies += size(node);
                if self.copies > MOST_COPIES {
                    return wrong("aliases stand for too many values");
                }
                return Ok(node.clone());
            }
            Event::Scalar(text, style, anchor, tag) => (resolve(text, style, tag.as_deref()), anchor),
            Event::SequenceStart(anchor, _) => {
                self.descend(range)?;
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break,
                        (event, range) => items.push(self.node(event, range, false)?),
                    }
                }
                self.depth -= 1;
                (Value::List(items), anchor)
            }
            Event::MappingStart(anchor, _) => {
                self.descend(range)?;
                let table = self.mapping(top)?;
                self.depth -= 1;
                (Value::Table(table), anchor)
            }
            _ => return wrong("expected a value"),
        };
        let node = Node::new(value, range);
        if anchor > 0 {
            // Numbers count up from one.
            self.anchors.resize_with(self.anchors.len().max(anchor + 1), || None);
            self.anchors[anchor] = Some(node.clone());
        }
        Ok(node)
    }

    fn descend(&mut self, range: TextRange) -> Parsed<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(SyntaxError { range, message: "nested too deeply".to_owned() });
        }
        Ok(())
    }

    fn mapping(&mut self, top: bool) -> Parsed<Table<'s>> {
        let mut table = Table::default();
        let mut merged = Vec::new();
        loop {
            let (event, key_range) = self.next()?;
            let wrong = |message: String| Err(SyntaxError { range: key_range, message });
            let (text, style, tag) = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, style, _, tag) => (text, style, tag),
                _ => return wrong("a key must be text".to_owned()),
            };
            let (event, range) = self.next()?;
            let node = self.node(event, range, false)?;
            if style == ScalarStyle::Plain && text == "<<" && tag.is_none() {
                match node.value {
                    Value::Table(other) => merged.push(other),
                    Value::List(items) => {
                        for item in items {
                            let Value::Table(other) = item.value else {
                                return wrong("`<<` merges tables alone".to_owned());
                            };
                            merged.push(other);
                        }
                    }
                    _ => return wrong("`<<` merges tables alone".to_owned()),
                }
                continue;
            }
            // flyctl crashes over a key of another type, but for those of the whole file, which become text.
            if !top && !matches!(resolve(text.clone(), style, tag.as_deref()), Value::String(_)) {
                return wrong(format!("the key `{}` must be text: put it in quotes", super::cx::shorten(&text)));
            }
            table.0.push(Entry { key: text, key_range, node });
        }
        let mut keys: Vec<&Entry<'_>> = table.0.iter().collect();
        keys.sort_by(|a, b| a.key.cmp(&b.key).then(a.key_range.cmp(&b.key_range)));
        if let Some(pair) = keys.windows(2).find(|pair| pair[0].key == pair[1].key) {
            let message = format!("`{}` is defined twice", super::cx::shorten(&pair[1].key));
            return Err(SyntaxError { range: pair[1].key_range, message });
        }
        // What is written here comes before what is merged, and the first of several before the others.
        merged.reverse();
        let mut all = Table(merged.into_iter().flat_map(|table| table.0).collect());
        all.0.append(&mut table.0);
        all.keep_last();
        Ok(all)
    }
}

fn size(node: &Node<'_>) -> usize {
    1 + match &node.value {
        Value::List(items) => items.iter().map(size).sum(),
        Value::Table(table) => table.0.iter().map(|entry| size(&entry.node)).sum(),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Datetime(_)
        | Value::Duration(_) => 0,
    }
}

/// `resolve` of yaml.v3.
fn resolve<'s>(text: Cow<'s, str>, style: ScalarStyle, tag: Option<&Tag>) -> Value<'s> {
    let plain = match tag {
        None => style == ScalarStyle::Plain,
        Some(tag) => tag.is_yaml_core_schema() && tag.suffix != "str",
    };
    if !plain {
        return Value::String(text);
    }
    match &*text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Value::Float(f64::NEG_INFINITY),
        number if number.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) => {
            timestamp(number).map(Value::Datetime).or_else(|| self::number(number)).unwrap_or(Value::String(text))
        }
        _ => Value::String(text),
    }
}

/// An integer in Go's spelling, or a float in YAML's.
fn number<'s>(text: &str) -> Option<Value<'s>> {
    let text = text.replace('_', "");
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", &*text),
    };
    if digits.starts_with(['-', '+']) {
        return None;
    }
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = if let Some(rest) = lower.strip_prefix("0x") {
        (16, rest)
    } else if let Some(rest) = lower.strip_prefix("0o") {
        (8, rest)
    } else if let Some(rest) = lower.strip_prefix("0b") {
        (2, rest)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (8, &lower[1..])
    } else {
        (10, &*lower)
    };
    if let Ok(number) = i64::from_str_radix(&format!("{sign}{digits}"), radix) {
        return Some(Value::Integer(number));
    }
    // Rust reads more: words, and a lone point.
    let float = lower.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'+' | b'-'));
    let float = float && lower.bytes().next().is_some_and(|b| b.is_ascii_digit() || b == b'.');
    let number: f64 = if float { text.parse().ok()? } else { return None };
    number.is_finite().then_some(Value::Float(number))
}

/// A date, or a date and time: `2006-1-2`, `2006-1-2 15:4:5.999`, `2006-1-2T15:4:5Z07:00`. Without an offset it is UTC.
fn timestamp(text: &str) -> Option<Datetime> {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(text[at + 1..].trim_start())),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |part: &str, most: usize| {
        (!part.is_empty() && part.len() <= most && part.bytes().all(|b| b.is_ascii_digit())).then_some(())
    };
    if year.len() != 4 || parts.next().is_some() {
        return None;
    }
    digits(year, 4)?;
    digits(month, 2)?;
    digits(day, 2)?;
    let date = Date { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()? };
    let midnight = Time { hour: 0, minute: 0, second: Some(0), nanosecond: None };
    let (time, offset) = match time {
        None => (midnight, Offset::Z),
        Some(time) => {
            // The parser of TOML knows hours, fractions and offsets; it wants two digits.
            let end = time.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(time.len());
            let (clock, rest) = time.split_at(end);
            let padded: Vec<String> = clock.split(':').map(|part| format!("{part:0>2}")).collect();
            let parsed: Datetime = format!("2000-01-01T{}{}", padded.join(":"), rest.trim_start()).parse().ok()?;
            (parsed.time?, parsed.offset.unwrap_or(Offset::Z))
        }
    };
    // Days that a month does not have are text.
    let checked: Datetime = format!("{:04}-{:02}-{:02}", date.year, date.month, date.day).parse().ok()?;
    Some(Datetime { date: checked.date, time: Some(time), offset: Some(offset) })
}
