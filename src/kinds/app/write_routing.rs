//! `write_routing` as written: a word, or a table that says more.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::value::{Sourced, UrlPath};

/// How writes reach the primary region from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum WriteRouting {
    /// The app answers a write with a fly-replay header, and the proxy repeats it in the primary region.
    FlyReplay,
    /// The app connects to the primary itself.
    Direct,
}

/// A framework that there is a middleware for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Framework {
    /// Express, for Node.js; it does for Connect and Polka too.
    Express,
    /// Rails, and whatever runs on Rack.
    Rails,
    /// Django.
    Django,
    /// Phoenix, and whatever is made of plugs.
    Phoenix,
    /// Go, with net/http or a router for it.
    Go,
    /// Axum, for Rust.
    Axum,
}

impl Framework {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Express, Self::Rails, Self::Django, Self::Phoenix, Self::Go, Self::Axum];
}

/// How writes reach the primary region, and with whose help.
#[derive(Clone, Debug)]
pub struct WriteRoutingSpec {
    /// The way.
    pub by: WriteRouting,
    /// The framework of the app; all when it is not said.
    pub framework: Option<Sourced<Framework>>,
    /// What the paths begin with that may be replayed; all when there are none.
    pub paths: Vec<Sourced<UrlPath>>,
}

/// The table form.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
struct Table {
    /// How writes reach the primary region from others.
    by: Sourced<WriteRouting>,
    /// The framework of the app: its middleware alone is rendered.
    framework: Option<Sourced<Framework>>,
    /// Only writes whose path begins with one of these are replayed. Default: all.
    #[serde(default)]
    paths: Vec<Sourced<UrlPath>>,
}

impl<'de> Deserialize<'de> for WriteRoutingSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RoutingVisitor;

        impl<'de> Visitor<'de> for RoutingVisitor {
            type Value = WriteRoutingSpec;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"fly-replay\" or \"direct\", or a table with `by`")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<WriteRoutingSpec, E> {
                let by = WriteRouting::deserialize(StrDeserializer::new(text))?;
                Ok(WriteRoutingSpec { by, framework: None, paths: Vec::new() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<WriteRoutingSpec, A::Error> {
                let Table { by, framework, paths } = Table::deserialize(MapAccessDeserializer::new(map))?;
                Ok(WriteRoutingSpec { by: by.value, framework, paths })
            }
        }

        deserializer.deserialize_any(RoutingVisitor)
    }
}

impl JsonSchema for WriteRoutingSpec {
    fn schema_name() -> Cow<'static, str> {
        "WriteRouting".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (word, table) = (generator.subschema_for::<WriteRouting>(), generator.subschema_for::<Table>());
        json_schema!({
            "description": "How writes reach the primary region from others: a word, or a table with the framework and the paths.",
            "anyOf": [word, table],
        })
    }
}
