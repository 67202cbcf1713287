//! One table over another.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// `over` over `base`: tables are merged key by key, everything else is replaced. The order is that of `base`, and what
/// only `over` has comes behind.
///
/// A key that is replaced is the other one with its place, so that a key and its value always stand together in the
/// text.
pub(super) fn merge<'s>(base: &mut DeTable<'s>, mut over: DeTable<'s>) {
    let mut merged = DeTable::with_capacity(base.len() + over.len());
    for (key, mut value) in std::mem::take(base) {
        match over.remove_entry(&key) {
            None => _ = merged.insert(key, value),
            Some((other_key, other)) => match (value.get_mut(), other) {
                (DeValue::Table(table), other) if other.get_ref().is_table() => {
                    merge(table, into_table(other));
                    merged.insert(key, value);
                }
                (_, other) => _ = merged.insert(other_key, other),
            },
        }
    }
    merged.extend(over);
    *base = merged;
}

/// The table that a value is; an empty one where it is none.
pub(super) fn into_table(value: Spanned<DeValue<'_>>) -> DeTable<'_> {
    if let DeValue::Table(table) = value.into_inner() { table } else { DeTable::new() }
}
