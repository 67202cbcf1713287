//! The way from a tree to the types: serde reads a [`Node`] as it would read TOML.
//!
//! `conform` has been before: keys are known, values are in form, and what has no meaning is passed over here. Positions
//! travel by the protocol of `serde_spanned`, as they do from the parser of TOML.

use std::borrow::Cow;

use serde::de::value::{CowStrDeserializer, Error, MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_spanned::de::SpannedDeserializer;

use super::tree::{Entry, Node, Table, Value};
use crate::source::TextRange;

/// Reads a table.
pub(super) fn read<'de, T: serde::Deserialize<'de>>(table: Table<'de>) -> Result<T, Error> {
    T::deserialize(Reader(Node::new(Value::Table(table), TextRange::default())))
}

struct Reader<'de>(Node<'de>);

impl<'de> IntoDeserializer<'de, Error> for Reader<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Integer(number) | Value::Duration(number) => visitor.visit_i64(number),
            Value::Float(number) => visitor.visit_f64(number),
            Value::String(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Value::String(Cow::Owned(text)) => visitor.visit_string(text),
            Value::Datetime(datetime) => visitor.visit_string(datetime.to_string()),
            Value::List(items) => {
                let items = items.into_iter().filter(|item| item.live).map(Reader);
                SeqDeserializer::new(items).deserialize_any(visitor)
            }
            Value::Table(table) => {
                let entries = table.0.into_iter().filter(|entry| entry.node.live);
                let entries = entries.map(|Entry { key, key_range, node }| (Key(key, key_range), Reader(node)));
                MapDeserializer::new(entries).deserialize_any(visitor)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if serde_spanned::de::is_spanned(name) {
            let range = self.0.range.to_usize();
            return visitor.visit_map(SpannedDeserializer::<Self, Error>::new(self, range));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let Value::String(word) = self.0.value else { return Err(serde::de::Error::custom("expected a word")) };
        CowStrDeserializer::new(word).deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool u8 u16 u32 u64 i8 i16 i32 i64 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

struct Key<'de>(Cow<'de, str>, TextRange);

impl<'de> IntoDeserializer<'de, Error> for Key<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if serde_spanned::de::is_spanned(name) {
            let range = self.1.to_usize();
            return visitor.visit_map(SpannedDeserializer::<Self, Error>::new(self, range));
        }
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool u8 u16 u32 u64 i8 i16 i32 i64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map enum identifier ignored_any
    }
}
