//! What an app uses: a reference, or a table that also says how a Postgres cluster is opened.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::Reference;
use crate::value::{PostgresName, Sourced};

/// What a variable stands for.
#[derive(Clone, Debug)]
pub struct UseSpec {
    /// What is used.
    pub of: Reference,
    /// The table, where it is one.
    pub table: Option<UseTable>,
}

/// The table form.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct UseTable {
    /// What is used.
    pub of: Sourced<Reference>,
    /// Which URL of a managed Postgres cluster: through its pooler, or past it. Default: pooled.
    pub url: Option<Sourced<PostgresUrl>>,
    /// The database of a managed Postgres cluster. Default: its first, `fly-db`.
    pub database: Option<Sourced<PostgresName>>,
    /// The user of a managed Postgres cluster. Default: its first, `fly-user`.
    pub username: Option<Sourced<PostgresName>>,
}

/// A way into a managed Postgres cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum PostgresUrl {
    /// Through the pooler, which shares connections: for requests.
    Pooled,
    /// Past the pooler, to the primary itself: for migrations, LISTEN, and locks of a session.
    Direct,
}

impl<'de> Deserialize<'de> for UseSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct UseVisitor;

        impl<'de> Visitor<'de> for UseVisitor {
            type Value = UseSpec;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a reference, or a table with `of`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<UseSpec, E> {
                Ok(UseSpec { of: text.parse().map_err(E::custom)?, table: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<UseSpec, A::Error> {
                let table = UseTable::deserialize(MapAccessDeserializer::new(map))?;
                Ok(UseSpec { of: table.of.value.clone(), table: Some(table) })
            }
        }

        deserializer.deserialize_any(UseVisitor)
    }
}

impl JsonSchema for UseSpec {
    fn schema_name() -> Cow<'static, str> {
        "UseSpec".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (reference, table) = (generator.subschema_for::<Reference>(), generator.subschema_for::<UseTable>());
        json_schema!({
            "description": "What a variable stands for: a reference, or a table with one and with how a Postgres cluster is opened.",
            "anyOf": [table, reference],
        })
    }
}
