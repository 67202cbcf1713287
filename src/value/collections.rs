//! Collections that keep the order of the text and the positions of what they hold.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::Sourced;
use crate::source::TextRange;

/// A table whose keys are the user's: entries in the order of the text, each key with its place.
#[derive(Clone)]
pub struct Entries<K, V>(Vec<(Sourced<K>, V)>);

impl<K, V> Default for Entries<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K, V> Entries<K, V> {
    /// The entry of a key.
    pub fn get<Q: PartialEq + ?Sized>(&self, key: &Q) -> Option<&(Sourced<K>, V)>
    where
        K: std::borrow::Borrow<Q>,
    {
        self.0.iter().find(|(k, _)| k.value.borrow() == key)
    }

    /// Adds an entry at the end.
    pub fn push(&mut self, key: Sourced<K>, value: V) {
        self.0.push((key, value));
    }

    /// The entries, to change.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, (Sourced<K>, V)> {
        self.0.iter_mut()
    }

    /// Keeps the entries for which `keep` says so. It may change their values.
    pub fn retain(&mut self, mut keep: impl FnMut(&Sourced<K>, &mut V) -> bool) {
        self.0.retain_mut(|(key, value)| keep(key, value));
    }
}

impl<K, V> Deref for Entries<K, V> {
    type Target = [(Sourced<K>, V)];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'a, K, V> IntoIterator for &'a Entries<K, V> {
    type Item = &'a (Sourced<K>, V);
    type IntoIter = std::slice::Iter<'a, (Sourced<K>, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<K, V> IntoIterator for Entries<K, V> {
    type Item = (Sourced<K>, V);
    type IntoIter = std::vec::IntoIter<(Sourced<K>, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, K, V> IntoIterator for &'a mut Entries<K, V> {
    type Item = &'a mut (Sourced<K>, V);
    type IntoIter = std::slice::IterMut<'a, (Sourced<K>, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter_mut()
    }
}

impl<K, V> FromIterator<(Sourced<K>, V)> for Entries<K, V> {
    fn from_iter<I: IntoIterator<Item = (Sourced<K>, V)>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Entries<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().map(|(k, v)| (k, v))).finish()
    }
}

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Entries<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor<K, V>(PhantomData<(K, V)>);

        impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for EntriesVisitor<K, V> {
            type Value = Entries<K, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::with_capacity(map.size_hint().unwrap_or(0).min(1024));
                while let Some(entry) = map.next_entry::<Sourced<K>, V>()? {
                    entries.push(entry);
                }
                // The parser's tables are sorted by key.
                entries.sort_by_key(|(key, _)| key.range().start);
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

impl<K: JsonSchema, V: JsonSchema> JsonSchema for Entries<K, V> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Entries_{}", V::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = json_schema!({
            "type": "object",
            "additionalProperties": generator.subschema_for::<V>(),
        });
        let names = K::json_schema(generator);
        if let Some(pattern) = names.get("pattern") {
            schema.insert("propertyNames".to_owned(), serde_json::json!({ "pattern": pattern }));
        }
        schema
    }
}

/// A list of tables that may also be written as one table (`[mounts]` for `[[mounts]]`), as flyctl allows for the
/// sections that its patches rebuild.
#[derive(Clone)]
pub struct Many<T>(Vec<Sourced<T>>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Many<T> {
    /// Adds a table at the end.
    pub fn push(&mut self, table: Sourced<T>) {
        self.0.push(table);
    }

    /// The tables, to change.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Sourced<T>> {
        self.0.iter_mut()
    }

    /// Keeps the tables for which `keep` says so. It may change them.
    pub fn retain(&mut self, keep: impl FnMut(&mut Sourced<T>) -> bool) {
        self.0.retain_mut(keep);
    }
}

impl<T> Deref for Many<T> {
    type Target = [Sourced<T>];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'a, T> IntoIterator for &'a Many<T> {
    type Item = &'a Sourced<T>;
    type IntoIter = std::slice::Iter<'a, Sourced<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'a, T> IntoIterator for &'a mut Many<T> {
    type Item = &'a mut Sourced<T>;
    type IntoIter = std::slice::IterMut<'a, Sourced<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter_mut()
    }
}

impl<T> FromIterator<Sourced<T>> for Many<T> {
    fn from_iter<I: IntoIterator<Item = Sourced<T>>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}

impl<T: fmt::Debug> fmt::Debug for Many<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let either = Sourced::<OneOrList<T, Sourced<T>>>::deserialize(deserializer)?;
        let range = either.range();
        Ok(Self(match either.value {
            OneOrList::One(table) => vec![Sourced::written(table, range)],
            OneOrList::List(tables) => tables,
        }))
    }
}

impl<T: JsonSchema> JsonSchema for Many<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Many_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let table = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [{ "type": "array", "items": table.clone() }, table] })
    }
}

/// A table or a list: which of the two stands there decides how the rest is read. Unlike an untagged enum this keeps
/// the positions of what it holds.
#[derive(Clone, Debug)]
pub enum OneOrList<T, I> {
    /// One table.
    One(T),
    /// A list.
    List(Vec<I>),
}

impl<'de, T: Deserialize<'de>, I: Deserialize<'de>> Deserialize<'de> for OneOrList<T, I> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EitherVisitor<T, I>(PhantomData<(T, I)>);

        impl<'de, T: Deserialize<'de>, I: Deserialize<'de>> Visitor<'de> for EitherVisitor<T, I> {
            type Value = OneOrList<T, I>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table or a list")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(OneOrList::One)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut list = Vec::with_capacity(seq.size_hint().unwrap_or(0).min(1024));
                while let Some(item) = seq.next_element()? {
                    list.push(item);
                }
                Ok(OneOrList::List(list))
            }
        }

        deserializer.deserialize_any(EitherVisitor(PhantomData))
    }
}

impl<T: JsonSchema, I: JsonSchema> JsonSchema for OneOrList<T, I> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}_or_list_of_{}", T::schema_name(), I::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (one, item) = (generator.subschema_for::<T>(), generator.subschema_for::<I>());
        json_schema!({ "anyOf": [{ "type": "array", "items": item }, one] })
    }
}

impl<K, V> Entries<K, V> {
    /// The range from the first key to the last, for a message about all of them.
    pub fn keys_range(&self) -> Option<TextRange> {
        let first = self.0.first()?.0.range();
        Some(self.0.iter().fold(first, |range, (key, _)| range.cover(key.range())))
    }
}
