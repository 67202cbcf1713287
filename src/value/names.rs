//! Names and bounded numbers: what they may be made of, said once for the parser, the schema and the messages.
//!
//! These are rules of form. Whether a region exists or a name is taken is not known here.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};

use super::Sourced;

/// A text of a certain form. The pattern is for the schema, the function for the parser; `tests/schema.rs` shows
/// that they agree.
macro_rules! name {
    ($(#[doc = $doc:literal])+ $type:ident, $pattern:literal, $accepts:expr, expected $expected:literal) => {
        $(#[doc = $doc])+
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $type(Box<str>);

        impl $type {
            /// The form, as a regular expression.
            pub const PATTERN: &'static str = $pattern;
            /// The form, in words.
            pub const EXPECTED: &'static str = $expected;

            /// Whether a text has this form.
            pub fn accepts(text: &str) -> bool {
                let accepts: fn(&[u8]) -> bool = $accepts;
                accepts(text.as_bytes())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $type {
            type Err = &'static str;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                if Self::accepts(text) { Ok(Self(text.into())) } else { Err(concat!("expected ", $expected)) }
            }
        }

        impl Deref for $type {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $type {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "description": concat!($($doc),+).trim(),
                    "pattern": $pattern,
                })
            }
        }
    };
}

name! {
    /// The key of a declaration: lower case letters, digits and dashes, beginning with a letter.
    Key, r"^[a-z][a-z0-9-]{0,62}$",
    |b| b.len() <= 63 && b.first().is_some_and(u8::is_ascii_lowercase) && b.iter().all(|&c| is_label(c)),
    expected "lower case letters, digits and dashes, beginning with a letter"
}

name! {
    /// The name of a Fly app: a DNS label of lower case letters, digits and dashes.
    AppName, r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    |b| {
        let edge = |c: Option<&u8>| c.is_some_and(|&c| is_label(c) && c != b'-');
        b.len() <= 63 && edge(b.first()) && edge(b.last()) && b.iter().all(|&c| is_label(c))
    },
    expected "lower case letters, digits and dashes, 63 at most, with no dash at either end"
}

name! {
    /// The code of a Fly.io region, such as "iad".
    RegionCode, r"^[a-z]{3}$",
    |b| b.len() == 3 && b.iter().all(u8::is_ascii_lowercase),
    expected "a region code of three lower case letters, such as \"iad\""
}

name! {
    /// The name of an environment variable or of a secret.
    EnvName, r"^[A-Za-z_][A-Za-z0-9_]*$",
    |b| b.first().is_some_and(|c| !c.is_ascii_digit()) && b.iter().all(|&c| c == b'_' || c.is_ascii_alphanumeric()),
    expected "letters, digits and underscores, not beginning with a digit"
}

name! {
    /// A slug or a name on Fly.io: letters, digits, dashes and underscores, beginning with a letter or a digit.
    Name, r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$",
    |b| {
        b.len() <= 63
            && b.first().is_some_and(u8::is_ascii_alphanumeric)
            && b.iter().all(|&c| c == b'_' || c == b'-' || c.is_ascii_alphanumeric())
    },
    expected "letters, digits, dashes and underscores, beginning with a letter or a digit"
}

name! {
    /// The name of a database, a user or an extension of Postgres: lower case, so that no command has to quote it.
    PostgresName, r"^[a-z_][a-z0-9_-]{0,62}$",
    |b| {
        b.len() <= 63
            && b.first().is_some_and(|&c| c == b'_' || c.is_ascii_lowercase())
            && b.iter().all(|&c| c == b'_' || is_label(c))
    },
    expected "lower case letters, digits, dashes and underscores, beginning with a letter or an underscore"
}

name! {
    /// The id of a volume, as `fly volumes list` shows it.
    VolumeId, r"^vol_[A-Za-z0-9]{1,60}$",
    |b| b.strip_prefix(b"vol_").is_some_and(is_id),
    expected "the id of a volume, such as \"vol_123456789\""
}

name! {
    /// The id of a snapshot, as `fly volumes snapshots list` shows it.
    SnapshotId, r"^vs_[A-Za-z0-9]{1,60}$",
    |b| b.strip_prefix(b"vs_").is_some_and(is_id),
    expected "the id of a snapshot, such as \"vs_123456789\""
}

name! {
    /// A host name, such as "shop.example.com" or "*.example.com".
    HostName, r"^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    |b| {
        let b = b.strip_prefix(b"*.").unwrap_or(b);
        let mut labels = 0;
        b.split(|&c| c == b'.').all(|label| {
            labels += 1;
            let edge = |c: Option<&u8>| c.is_some_and(|&c| is_label(c) && c != b'-');
            label.len() <= 63 && edge(label.first()) && edge(label.last()) && label.iter().all(|&c| is_label(c))
        }) && labels > 1
    },
    expected "a host name in lower case, such as \"shop.example.com\" or \"*.example.com\""
}

name! {
    /// A reason that a reviewer can judge: at least ten characters.
    Reason, r"^[ \t\r\n]*[^ \t\r\n][\s\S]{8,}[^ \t\r\n][ \t\r\n]*$",
    |b| {
        let blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
        let Some(first) = b.iter().position(|b| !blank(b)) else { return false };
        let last = b.iter().rposition(|b| !blank(b)).unwrap_or(first);
        // Characters, not bytes: those that begin one.
        b[first..=last].iter().filter(|&&b| b & 0xc0 != 0x80).count() >= 10
    },
    expected "a reason of at least ten characters"
}

name! {
    /// The name of a file, without a folder.
    FileName, r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$",
    |b| b.len() <= 100 && b.first().is_some_and(|&c| is_word(c)) && b.iter().all(|&c| is_file(c)),
    expected "the name of a file: letters, digits, dots, dashes and underscores, with no dot or dash in front"
}

name! {
    /// A folder of a machine, such as "/var/lib/litefs".
    Folder, r"^(/[A-Za-z0-9_][A-Za-z0-9._-]*)+$",
    |b| {
        let name = |name: &[u8]| name.first().is_some_and(|&c| is_word(c)) && name.iter().all(|&c| is_file(c));
        b.strip_prefix(b"/").is_some_and(|rest| rest.split(|&c| c == b'/').all(name))
    },
    expected "a folder from the root on, such as \"/var/lib/litefs\""
}

name! {
    /// The beginning of the path of a request, such as "/api".
    UrlPath, r"^/[A-Za-z0-9._~/-]{0,199}$",
    |b| b.len() <= 200 && b.first() == Some(&b'/') && b.iter().all(|&c| is_file(c) || c == b'~' || c == b'/'),
    expected "the beginning of a path, such as \"/api\": letters, digits, slashes, dots, dashes, underscores and tildes"
}

name! {
    /// The path of requests, with `*` for any part of it, such as "*.png".
    PathPattern, r"^[A-Za-z0-9._~*/-]{1,200}$",
    |b| (1..=200).contains(&b.len()) && b.iter().all(|&c| is_file(c) || matches!(c, b'~' | b'*' | b'/')),
    expected "a path such as \"/assets/*\" or \"*.png\": letters, digits, slashes, dots, dashes, underscores and tildes, and * for any part"
}

name! {
    /// A command on one line.
    CommandLine, r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$",
    |b| b.iter().all(|&c| c >= b' ' && c != 0x7f) && b.iter().any(|&c| c != b' '),
    expected "a command on one line"
}

fn is_word(c: u8) -> bool {
    c == b'_' || c.is_ascii_alphanumeric()
}

fn is_file(c: u8) -> bool {
    is_word(c) || c == b'.' || c == b'-'
}

fn is_label(c: u8) -> bool {
    c == b'-' || c.is_ascii_lowercase() || c.is_ascii_digit()
}

fn is_id(b: &[u8]) -> bool {
    (1..=60).contains(&b.len()) && b.iter().all(u8::is_ascii_alphanumeric)
}

/// A whole number between two bounds.
macro_rules! bounded {
    ($(#[doc = $doc:literal])+ $type:ident($repr:ty), $low:literal ..= $high:literal) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $type($repr);

        impl $type {
            /// The number, when it is within the bounds.
            pub fn new(number: i64) -> Option<Self> {
                if ($low..=$high).contains(&number) { <$repr>::try_from(number).ok().map(Self) } else { None }
            }

            /// The number.
            pub fn get(self) -> $repr {
                self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let number = i64::deserialize(deserializer)?;
                Self::new(number).ok_or_else(|| D::Error::custom(concat!("expected a number from ", $low, " to ", $high)))
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "integer",
                    "description": concat!($($doc),+).trim(),
                    "minimum": $low,
                    "maximum": $high,
                })
            }
        }
    };
}

/// A whole number of a wider type, between two bounds that are the platform's today: the types keep them out of the
/// compiler, and do not make a type of each.
pub(crate) fn within<'de, const LOW: i64, const HIGH: i64, T, D>(
    deserializer: D,
) -> Result<Option<Sourced<T>>, D::Error>
where
    T: Copy + Deserialize<'de> + Into<i64>,
    D: Deserializer<'de>,
{
    let number = Sourced::<T>::deserialize(deserializer)?;
    if (LOW..=HIGH).contains(&number.value.into()) {
        Ok(Some(number))
    } else {
        Err(D::Error::custom(format_args!("expected a number from {LOW} to {HIGH}")))
    }
}

bounded! {
    /// A port, from 1 to 65535.
    Port(u16), 1 ..= 65535
}

bounded! {
    /// A number of machines in one region. More than a thousand in one region is taken for a slip of the keyboard.
    Count(u32), 1 ..= 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        assert!(Key::accepts("web-2") && !Key::accepts("2web") && !Key::accepts("../web") && !Key::accepts(""));
        assert!(AppName::accepts("my-web") && !AppName::accepts("-web") && !AppName::accepts("web-"));
        assert!(!AppName::accepts(&"a".repeat(64)));
        assert!(RegionCode::accepts("iad") && !RegionCode::accepts("IAD") && !RegionCode::accepts("iad2"));
        assert!(
            EnvName::accepts("_A1") && !EnvName::accepts("1A") && !EnvName::accepts("A B") && !EnvName::accepts("")
        );
        assert!(HostName::accepts("*.example.com") && !HostName::accepts("localhost") && !HostName::accepts("a..b"));
        assert!(PostgresName::accepts("uuid-ossp") && PostgresName::accepts("_a1") && !PostgresName::accepts("1a"));
        assert!(!PostgresName::accepts("A") && !PostgresName::accepts("a b") && !PostgresName::accepts(""));
        assert!(VolumeId::accepts("vol_zmjnv8") && !VolumeId::accepts("vol_") && !VolumeId::accepts("vs_zmjnv8"));
        assert!(SnapshotId::accepts("vs_2AVz9") && !SnapshotId::accepts("vs_2-9") && !SnapshotId::accepts("last"));
        assert!(Reason::accepts("because of it") && !Reason::accepts("because"));
        assert!(Reason::accepts("  éééééééééé\n") && !Reason::accepts("ééééééééé") && !Reason::accepts("a         \n"));
        assert!(Port::new(0).is_none() && Port::new(65_536).is_none() && Port::new(65_535).is_some());
        assert!(Count::new(0).is_none() && Count::new(-1).is_none() && Count::new(1001).is_none());
    }
}
