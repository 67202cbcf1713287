//! Sizes of memory and of volumes. flyctl counts the first in powers of two and the second in powers of ten.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// Memory of a machine. Units are binary: `1gb` is 1024 MiB (flyctl `internal/appconfig/machines.go`).
#[derive(Clone, PartialEq, Eq)]
pub struct Memory(Size);

/// Size of a volume. Units are decimal and fractions are cut (flyctl `internal/appconfig/validation.go`).
#[derive(Clone, PartialEq, Eq)]
pub struct VolumeSize(Size);

#[derive(Clone, PartialEq, Eq)]
struct Size {
    text: String,
    whole: u32,
    bare: bool,
}

impl Memory {
    /// So many mebibytes.
    pub fn from_mebibytes(mebibytes: u32) -> Self {
        Self(Size { text: format!("{mebibytes}mb"), whole: mebibytes, bare: false })
    }

    /// In mebibytes, rounded down.
    pub fn mebibytes(&self) -> u32 {
        self.0.whole
    }

    /// As it was written, or as this compiler would write it. Always read alike by flyctl.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// Whether it was written without a unit.
    pub fn is_bare(&self) -> bool {
        self.0.bare
    }
}

impl VolumeSize {
    /// So many gigabytes.
    pub fn from_gigabytes(gigabytes: u32) -> Self {
        Self(Size { text: format!("{gigabytes}gb"), whole: gigabytes, bare: false })
    }

    /// In gigabytes, rounded down.
    pub fn gigabytes(&self) -> u32 {
        self.0.whole
    }

    /// As it was written, or as this compiler would write it. Always read alike by flyctl.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// Whether it was written without a unit.
    pub fn is_bare(&self) -> bool {
        self.0.bare
    }
}

/// Why a text is no size.
enum SizeError {
    /// No number, or an unknown unit.
    Malformed,
    /// More than any machine or volume could have.
    TooLarge,
}

const TOO_LARGE: &str = "the size is too large";

/// Reads `512mb`, `1.5 GiB`, `20`: a number, then a unit as in docker/go-units, which flyctl uses.
/// `base` is 1000 or 1024, `unit` the bytes of what the result counts and of a number without a unit.
fn parse(text: &str, base: u64, unit: u64) -> Result<Size, SizeError> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits);
    let suffix = suffix.strip_prefix(' ').unwrap_or(suffix).to_ascii_lowercase();
    let scale = match suffix.as_str() {
        // Digits alone count what the place counts. A fraction would be one of bytes, which nobody means.
        "" if !number.contains('.') => unit,
        "b" => 1,
        "k" | "kb" | "kib" => base,
        "m" | "mb" | "mib" => base.pow(2),
        "g" | "gb" | "gib" => base.pow(3),
        "t" | "tb" | "tib" => base.pow(4),
        _ => return Err(SizeError::Malformed),
    };
    if number.is_empty() || number.starts_with('.') || number.ends_with('.') || number.matches('.').count() > 1 {
        return Err(SizeError::Malformed);
    }
    // A size is at most some terabytes: within 53 bits the product is exact enough to round down.
    #[expect(clippy::cast_precision_loss, reason = "the factors are powers of 1000 or 1024 below 2^53")]
    let bytes = number.parse::<f64>().map_err(|_| SizeError::Malformed)? * scale as f64;
    if !(0.0..9.0e15).contains(&bytes) {
        return Err(SizeError::TooLarge);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked on the line above")]
    let whole = u32::try_from(bytes as u64 / unit).map_err(|_| SizeError::TooLarge)?;
    Ok(Size { text: text.to_owned(), whole, bare: suffix.is_empty() })
}

macro_rules! size {
    ($type:ident, $name:literal, base $base:literal, unit $unit:expr, $suffix:literal, $expected:literal) => {
        impl std::str::FromStr for $type {
            type Err = &'static str;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let mut size = parse(text, $base, $unit).map_err(|error| match error {
                    SizeError::Malformed => concat!("expected ", $expected),
                    SizeError::TooLarge => TOO_LARGE,
                })?;
                if size.bare {
                    size.text = format!("{}{}", size.whole, $suffix);
                }
                Ok(Self(size))
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0.text)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0.text)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct SizeVisitor;

                impl Visitor<'_> for SizeVisitor {
                    type Value = $type;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expected)
                    }

                    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                        text.parse().map_err(E::custom)
                    }

                    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
                        if number < 0 {
                            return Err(E::custom("a size cannot be negative"));
                        }
                        let whole = u32::try_from(number).map_err(|_| E::custom(TOO_LARGE))?;
                        Ok($type(Size { text: format!("{whole}{}", $suffix), whole, bare: true }))
                    }

                    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
                        self.visit_i64(i64::try_from(number).map_err(|_| E::custom(TOO_LARGE))?)
                    }
                }

                deserializer.deserialize_any(SizeVisitor)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "description": concat!("A size with a unit: ", $expected, "."),
                    "pattern": r"^[0-9]+(\.[0-9]+)? ?([bB]|[kKmMgGtT]([iI]?[bB])?)$",
                })
            }
        }
    };
}

size!(Memory, "Memory", base 1024, unit 1024 * 1024, "mb", "a size of memory, such as \"512mb\" or \"2gb\"");
size!(VolumeSize, "VolumeSize", base 1000, unit 1_000_000_000, "gb", "a size of a volume, such as \"10gb\"");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_binary_and_volumes_are_decimal() {
        assert_eq!("1gb".parse::<Memory>().unwrap().mebibytes(), 1024);
        assert_eq!("0.5GiB".parse::<Memory>().unwrap().mebibytes(), 512);
        assert_eq!("512 mb".parse::<Memory>().unwrap().mebibytes(), 512);
        assert_eq!("512".parse::<Memory>().unwrap().mebibytes(), 512);
        assert!("512".parse::<Memory>().unwrap().is_bare());
        assert_eq!("1500mb".parse::<VolumeSize>().unwrap().gigabytes(), 1);
        assert_eq!("1tb".parse::<VolumeSize>().unwrap().gigabytes(), 1000);
    }

    #[test]
    fn refuses_what_is_no_size() {
        for text in ["", "gb", "1..5gb", ".5gb", "1 petabyte", "-1gb", "1e9", "1.5", "999999999999999999tb", "10  gb"] {
            assert!(text.parse::<Memory>().is_err(), "{text:?}");
        }
    }
}
