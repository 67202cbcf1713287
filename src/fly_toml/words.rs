//! Words that keys of fly.toml take.
//!
//! *Closed* words are those that flyctl or its proxy cannot take another way. *Open* words are lists that the platform
//! may extend any day (machine sizes, signals): the schema offers them and accepts others, so that it does not age;
//! rules judge them by dated facts.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

macro_rules! closed {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
        #[schemars(inline)]
        pub enum $name {
            $($(#[$variant_meta])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

closed! {
    /// How a deploy replaces machines.
    Strategy {
        /// One after another, or a share at a time.
        Rolling = "rolling",
        /// One machine first, then rolling. Not possible with volumes.
        Canary = "canary",
        /// A second set beside the first, then a switch. Not possible with volumes; needs a health check.
        BlueGreen = "bluegreen",
        /// All at once.
        Immediate = "immediate",
    }
}

closed! {
    /// What happens when a machine's process ends.
    RestartPolicy {
        /// Start it again, whatever the exit code.
        Always = "always",
        /// Leave it stopped.
        Never = "never",
        /// Start it again after a failure, up to `retries` times.
        OnFailure = "on-failure",
    }
}

closed! {
    /// How image layers are compressed.
    Compression {
        /// gzip
        Gzip = "gzip",
        /// zstd
        Zstd = "zstd",
    }
}

closed! {
    /// What a check asks.
    CheckType {
        /// An HTTP request that must be answered with 2xx.
        Http = "http",
        /// A connection that must be accepted.
        Tcp = "tcp",
    }
}

closed! {
    /// What the load of a machine is counted in.
    ConcurrencyType {
        /// Open connections.
        Connections = "connections",
        /// Requests in flight.
        Requests = "requests",
    }
}

closed! {
    /// The protocol of a service.
    Protocol {
        /// TCP
        Tcp = "tcp",
        /// UDP: needs a dedicated IPv4 address.
        Udp = "udp",
    }
}

closed! {
    /// The protocol of an HTTP check.
    HttpScheme {
        /// Plain.
        Http = "http",
        /// Over TLS.
        Https = "https",
    }
}

closed! {
    /// The version of the PROXY protocol.
    ProxyProtoVersion {
        /// Text.
        V1 = "v1",
        /// Binary.
        V2 = "v2",
    }
}

closed! {
    /// What a session is recognised by.
    ReplayCacheType {
        /// A cookie.
        Cookie = "cookie",
        /// A header.
        Header = "header",
    }
}

closed! {
    /// When the root file system of a machine is kept.
    PersistRootfs {
        /// Not set.
        None = "none",
        /// Never.
        Never = "never",
        /// Over restarts.
        Restart = "restart",
        /// Over updates too.
        Always = "always",
    }
}

/// What the proxy does with a machine that has nothing to do: `off`, `stop` or `suspend`. The old spellings `true` and
/// `false` mean `stop` and `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AutoStop {
    /// Let it run.
    Off,
    /// Stop it.
    Stop,
    /// Suspend it: memory is kept on disk, waking takes milliseconds.
    Suspend,
}

impl AutoStop {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Stop => "stop",
            Self::Suspend => "suspend",
        }
    }
}

impl fmt::Display for AutoStop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for AutoStop {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AutoStopVisitor;

        impl Visitor<'_> for AutoStopVisitor {
            type Value = AutoStop;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"off\", \"stop\" or \"suspend\"")
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<AutoStop, E> {
                match word {
                    "off" => Ok(AutoStop::Off),
                    "stop" => Ok(AutoStop::Stop),
                    "suspend" => Ok(AutoStop::Suspend),
                    _ => Err(E::unknown_variant(word, &["off", "stop", "suspend"])),
                }
            }

            fn visit_bool<E: Error>(self, stop: bool) -> Result<AutoStop, E> {
                Ok(if stop { AutoStop::Stop } else { AutoStop::Off })
            }
        }

        deserializer.deserialize_any(AutoStopVisitor)
    }
}

impl JsonSchema for AutoStop {
    fn schema_name() -> Cow<'static, str> {
        "AutoStop".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What the proxy does with a machine that has nothing to do. The old spellings true and false mean \"stop\" and \"off\".",
            "anyOf": [{ "enum": ["off", "stop", "suspend"] }, { "type": "boolean" }],
        })
    }
}

macro_rules! open {
    ($(#[doc = $doc:literal])+ $name:ident { $($word:literal),+ $(,)? }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "description": concat!($($doc),+).trim(),
                    "anyOf": [{ "enum": [$($word),+] }, { "type": "string" }],
                })
            }
        }
    };
}

open! {
    /// A signal, by name.
    Signal { "SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGKILL" }
}

open! {
    /// A preset of CPUs and memory. Other keys of the same table override it.
    MachineSize {
        "shared-cpu-1x", "shared-cpu-2x", "shared-cpu-4x", "shared-cpu-6x", "shared-cpu-8x",
        "performance-1x", "performance-2x", "performance-4x", "performance-6x", "performance-8x",
        "performance-10x", "performance-12x", "performance-14x", "performance-16x",
    }
}

open! {
    /// The kind of a machine's CPUs.
    CpuKind { "shared", "performance" }
}

open! {
    /// What the proxy does with a connection before it reaches the app. None for UDP and raw TCP.
    Handler { "http", "tls", "pg_tls", "proxy_proto" }
}

open! {
    /// A version of TLS that the proxy offers.
    TlsVersion { "TLSv1.2", "TLSv1.3" }
}

open! {
    /// A Dockerfile that flyctl brings along.
    Builtin { "node", "ruby", "deno", "go", "static", "hugo-static", "python" }
}

/// A response header: a value, several values, or `false` to remove it.
#[derive(Clone, Debug, PartialEq)]
pub enum HeaderEdit {
    /// Set to one value.
    Set(String),
    /// Set to several values.
    SetAll(Vec<String>),
    /// `false` removes the header; `true` has no documented meaning and is passed on.
    Flag(bool),
}

impl<'de> Deserialize<'de> for HeaderEdit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HeaderEditVisitor;

        impl<'de> Visitor<'de> for HeaderEditVisitor {
            type Value = HeaderEdit;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, a list of strings, or false")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<HeaderEdit, E> {
                Ok(HeaderEdit::Set(text.to_owned()))
            }

            fn visit_bool<E: Error>(self, flag: bool) -> Result<HeaderEdit, E> {
                Ok(HeaderEdit::Flag(flag))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<HeaderEdit, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = seq.next_element()? {
                    values.push(value);
                }
                Ok(HeaderEdit::SetAll(values))
            }
        }

        deserializer.deserialize_any(HeaderEditVisitor)
    }
}

impl JsonSchema for HeaderEdit {
    fn schema_name() -> Cow<'static, str> {
        "HeaderEdit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The value of a response header, several values, or false to remove the header.",
            "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }, { "type": "boolean" }],
        })
    }
}

/// A share below one, or a number from one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share(pub f64);

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        if number.is_finite() && number > 0.0 {
            Ok(Self(number))
        } else {
            Err(D::Error::custom("expected a number above zero"))
        }
    }
}

impl JsonSchema for Share {
    fn schema_name() -> Cow<'static, str> {
        "Share".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "number",
            "description": "Below 1 a share of the machines, from 1 a number of machines.",
            "exclusiveMinimum": 0,
        })
    }
}

/// Any value: the settings of a builtin are free-form.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Anything(pub toml::Value);

impl JsonSchema for Anything {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Anything".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({})
    }
}
