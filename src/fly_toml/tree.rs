//! One tree for the three spellings of a fly.toml: TOML, JSON and YAML. Every key and value knows its place.
//!
//! It stands for the generic map that flyctl decodes a file to before anything else (`internal/appconfig/serde.go`).

use std::borrow::Cow;

use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use crate::source::TextRange;

/// A value and its place.
#[derive(Clone, Debug)]
pub(crate) struct Node<'s> {
    pub(crate) value: Value<'s>,
    /// The value: of a table the header or the braces.
    pub(crate) range: TextRange,
    /// Whether it has a meaning for flyctl that [`super::FlyToml`] can hold. What has none is passed over.
    pub(crate) live: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Value<'s> {
    /// JSON's and YAML's.
    Null,
    Bool(bool),
    Integer(i64),
    /// Every number of JSON is one of these.
    Float(f64),
    String(Cow<'s, str>),
    Datetime(Datetime),
    /// Nanoseconds that a number stood for: made by the patches, never read.
    Duration(i64),
    List(Vec<Node<'s>>),
    Table(Table<'s>),
}

/// A key, its place, and what stands behind it.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'s> {
    pub(crate) key: Cow<'s, str>,
    pub(crate) key_range: TextRange,
    pub(crate) node: Node<'s>,
}

/// Entries with different keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table<'s>(pub(crate) Vec<Entry<'s>>);

impl<'s> Node<'s> {
    pub(crate) fn new(value: Value<'s>, range: TextRange) -> Self {
        Self { value, range, live: true }
    }

    /// What it is, for a message.
    pub(crate) fn describe(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Integer(_) | Value::Duration(_) => "an integer",
            Value::Float(number) if number.fract() == 0.0 => "a number",
            Value::Float(_) => "a number with a fraction",
            Value::String(_) => "a string",
            Value::Datetime(_) => "a date or time",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

impl<'s> Table<'s> {
    pub(crate) fn get(&self, key: &str) -> Option<&Entry<'s>> {
        self.0.iter().find(|entry| entry.key == key)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Entry<'s>> {
        self.0.iter_mut().find(|entry| entry.key == key)
    }

    pub(crate) fn take(&mut self, key: &str) -> Option<Entry<'s>> {
        let at = self.0.iter().position(|entry| entry.key == key)?;
        Some(self.0.remove(at))
    }

    /// Keeps the last entry of every key, in the order in which those stand.
    pub(crate) fn keep_last(&mut self) {
        let mut order: Vec<usize> = (0..self.0.len()).collect();
        order.sort_by(|&a, &b| self.0[a].key.cmp(&self.0[b].key).then(a.cmp(&b)));
        let mut keep = vec![true; self.0.len()];
        for pair in order.windows(2) {
            if self.0[pair[0]].key == self.0[pair[1]].key {
                keep[pair[0]] = false;
            }
        }
        let mut keep = keep.into_iter();
        self.0.retain(|_| keep.next().unwrap_or(true));
    }
}

/// The tree of a TOML text. The parser bounds how deep it is.
///
/// # Errors
///
/// The place of a number that flyctl's parser has no room for.
pub(crate) fn from_toml(root: DeTable<'_>) -> Result<Table<'_>, TextRange> {
    let entries = root.into_iter().map(|(key, value)| {
        let key_range = key.span().into();
        let range = value.span().into();
        Ok(Entry { key: key.into_inner(), key_range, node: node(value.into_inner(), range)? })
    });
    entries.collect::<Result<_, _>>().map(Table)
}

fn node(value: DeValue<'_>, range: TextRange) -> Result<Node<'_>, TextRange> {
    let value = match value {
        DeValue::String(text) => Value::String(text),
        DeValue::Integer(number) => {
            let digits = number.as_str();
            let parsed = if digits.contains('_') {
                i64::from_str_radix(&digits.replace('_', ""), number.radix())
            } else {
                i64::from_str_radix(digits, number.radix())
            };
            Value::Integer(parsed.map_err(|_| range)?)
        }
        DeValue::Float(number) => {
            let digits = number.as_str().replace('_', "");
            let parsed: f64 = digits.parse().map_err(|_| range)?;
            // `inf` is a number, and one that is too large none.
            if parsed.is_infinite() && !digits.ends_with("inf") {
                return Err(range);
            }
            Value::Float(parsed)
        }
        DeValue::Boolean(value) => Value::Bool(value),
        DeValue::Datetime(datetime) => Value::Datetime(datetime),
        DeValue::Array(items) => {
            let items = items.into_iter().map(|item| {
                let range = item.span().into();
                node(item.into_inner(), range)
            });
            Value::List(items.collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => Value::Table(from_toml(table)?),
    };
    Ok(Node::new(value, range))
}
