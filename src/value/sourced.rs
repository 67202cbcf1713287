//! A value and where it came from.

use std::borrow::Cow;
use std::fmt;
use std::ops::{Deref, DerefMut};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

use super::tables::Tabled;
use crate::source::TextRange;

/// Why the compiler filled a value in, and the page or file that says so.
///
/// Every default of the language is one `static` of this type, beside the code that applies it.
#[derive(Debug, PartialEq, Eq)]
pub struct Why {
    /// The reason, in one sentence without a final stop.
    pub reason: &'static str,
    /// Where the fact comes from: a page of the Fly.io documentation, a file of flyctl, or this project's language.
    pub source: &'static str,
}

/// Where a value came from: written in the spec, or filled in on behalf of something that is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Origin {
    /// The text that holds the value or, for a default, the text that it was filled in for.
    pub range: TextRange,
    /// Set when nobody wrote the value.
    pub default: Option<&'static Why>,
}

impl Origin {
    /// Written at `range`.
    pub fn written(range: TextRange) -> Self {
        Self { range, default: None }
    }

    /// Filled in for what stands at `range`.
    pub fn filled(range: TextRange, why: &'static Why) -> Self {
        Self { range, default: Some(why) }
    }

    /// Whether somebody wrote it.
    pub fn is_written(self) -> bool {
        self.default.is_none()
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.is_written() { "" } else { " (default)" };
        write!(f, "{}..{}{how}", self.range.start, self.range.end)
    }
}

/// A value with its [`Origin`]. Compares by value alone.
#[derive(Clone, Copy, Default)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

impl<T> Sourced<T> {
    /// A value that stands at `range`.
    pub fn written(value: T, range: TextRange) -> Self {
        Self { value, origin: Origin::written(range) }
    }

    /// A value that the compiler fills in for what stands at `range`.
    pub fn filled(value: T, range: TextRange, why: &'static Why) -> Self {
        Self { value, origin: Origin::filled(range, why) }
    }

    /// The text it came from.
    pub fn range(&self) -> TextRange {
        self.origin.range
    }

    /// The same origin with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced { value: f(self.value), origin: self.origin }
    }

    /// A view that borrows the value.
    pub fn as_ref(&self) -> Sourced<&T> {
        Sourced { value: &self.value, origin: self.origin }
    }
}

impl<T> Deref for Sourced<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Sourced<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: PartialEq> PartialEq for Sourced<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Sourced<T> {}

impl<T: fmt::Debug> fmt::Debug for Sourced<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Sourced<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The type of `serde_spanned` is how the parser hands positions out; ours adds the default's reason and,
        // unlike theirs, may implement `JsonSchema`.
        let spanned = serde_spanned::Spanned::<Tabled<T>>::deserialize(deserializer)?;
        let range = spanned.span().into();
        Ok(Self::written(spanned.into_inner().0, range))
    }
}

impl<T: JsonSchema> JsonSchema for Sourced<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
