//! `[app.<key>.litefs]` as written.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use crate::value::{
    CommandLine, Duration, FileName, Folder, Nanoseconds, Origin, PathPattern, Port, RegionCode, Sourced,
};

/// LiteFS: SQLite that is copied from one machine to the others.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LiteFsSpec {
    /// The port on which the app listens, behind the proxy of LiteFS.
    pub target_port: Sourced<Port>,
    /// The port on which the proxy of LiteFS listens, which services lead to. Default: 8080.
    pub port: Option<Sourced<Port>>,
    /// The file of the database in `fuse_dir`. The proxy makes readers wait for what they have written to it.
    pub database: Sourced<FileName>,
    /// What LiteFS starts: a command, or a list of them, of which the last is the app.
    pub exec: Sourced<Commands>,
    /// Commands before the app, only where the primary may be: a command, or a list of them.
    pub migrate: Option<Sourced<Commands>>,
    /// Paths that go past the proxy to the app, such as "*.png".
    #[serde(default)]
    pub passthrough: Vec<Sourced<PathPattern>>,
    /// Paths that write though they are only read, and go to the primary.
    #[serde(default)]
    pub always_forward: Vec<Sourced<PathPattern>>,
    /// The region whose machines may become the primary. Default: the primary region of the app.
    pub candidate_region: Option<Sourced<RegionCode>>,
    /// Where the app finds its databases. Default: "/litefs".
    pub fuse_dir: Option<Sourced<Folder>>,
    /// Where LiteFS keeps its files: on a volume. Default: "/var/lib/litefs".
    pub data_dir: Option<Sourced<Folder>>,
    /// How long files of transactions are kept for those that fall behind. Default: LiteFS' own, ten minutes.
    pub retention: Option<Sourced<Duration<Nanoseconds>>>,
}

/// A command, or a list of commands. One that stands alone has the place of the whole.
#[derive(Clone, Debug, Default)]
pub struct Commands(pub Vec<Sourced<CommandLine>>);

impl<'de> Deserialize<'de> for Commands {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CommandsVisitor;

        impl<'de> Visitor<'de> for CommandsVisitor {
            type Value = Commands;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a command, or a list of commands")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Commands, E> {
                let value = text.parse().map_err(E::custom)?;
                Ok(Commands(vec![Sourced { value, origin: Origin::default() }]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Commands, A::Error> {
                let mut commands = Vec::new();
                while let Some(command) = seq.next_element()? {
                    commands.push(command);
                }
                Ok(Commands(commands))
            }
        }

        deserializer.deserialize_any(CommandsVisitor)
    }
}

impl JsonSchema for Commands {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Commands".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let command = generator.subschema_for::<CommandLine>();
        json_schema!({ "anyOf": [command, { "type": "array", "items": command }] })
    }
}
