//! References between declarations: `app.web`, `postgres.db`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};

use crate::value::Key;

/// A kind of declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `[app.<key>]`
    App,
    /// `[postgres.<key>]`
    Postgres,
    /// `[redis.<key>]`
    Redis,
    /// `[bucket.<key>]`
    Bucket,
}

impl Kind {
    /// All kinds, in the order in which they are set up.
    pub const ALL: [Self; 4] = [Self::App, Self::Postgres, Self::Redis, Self::Bucket];

    /// The word in front of the dot.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Postgres => "postgres",
            Self::Redis => "redis",
            Self::Bucket => "bucket",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A reference to a declaration.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// What it names.
    pub kind: Kind,
    /// Which one.
    pub key: Key,
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.kind, self.key)
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Reference {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str =
            "expected a reference such as \"app.web\", \"postgres.db\", \"redis.cache\" or \"bucket.assets\"";
        let (word, key) = text.split_once('.').ok_or(EXPECTED)?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or(EXPECTED)?;
        Ok(Self { kind, key: key.parse().map_err(|_| EXPECTED)? })
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl JsonSchema for Reference {
    fn schema_name() -> Cow<'static, str> {
        "Reference".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A reference to a declaration: kind.key, such as \"app.web\" or \"postgres.db\".",
            "pattern": r"^(app|postgres|redis|bucket)\.[a-z][a-z0-9-]{0,62}$",
        })
    }
}
