//! Durations as flyctl reads and writes them.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// What flyctl takes a bare number for. It depends on the place, which is why the language wants a unit
/// (flyctl `internal/appconfig/patches.go`, fly-go `duration.go`).
pub trait BareUnit {
    /// Nanoseconds of one.
    const NANOSECONDS: i64;
    /// The unit's name.
    const NAME: &'static str;
}

/// `kill_timeout` alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seconds {
    /// The only value of this marker.
    #[default]
    Unit,
}

/// The checks of `[[services]]` and the top-level `[checks]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Milliseconds {
    /// The only value of this marker.
    #[default]
    Unit,
}

/// Everything else: `[[http_service.checks]]`, `[deploy]`, `machine_checks`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nanoseconds {
    /// The only value of this marker.
    #[default]
    Unit,
}

impl BareUnit for Seconds {
    const NANOSECONDS: i64 = 1_000_000_000;
    const NAME: &'static str = "seconds";
}

impl BareUnit for Milliseconds {
    const NANOSECONDS: i64 = 1_000_000;
    const NAME: &'static str = "milliseconds";
}

impl BareUnit for Nanoseconds {
    const NANOSECONDS: i64 = 1;
    const NAME: &'static str = "nanoseconds";
}

/// A duration. `U` is what a number without a unit would mean in this place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Duration<U> {
    nanoseconds: i64,
    bare: bool,
    unit: PhantomData<U>,
}

impl<U: BareUnit> Duration<U> {
    /// So many nanoseconds.
    pub fn from_nanoseconds(nanoseconds: i64) -> Self {
        Self { nanoseconds, bare: false, unit: PhantomData }
    }

    /// So many seconds.
    pub fn from_seconds(seconds: i64) -> Self {
        Self::from_nanoseconds(seconds.saturating_mul(1_000_000_000))
    }

    /// Its length in nanoseconds.
    pub fn nanoseconds(self) -> i64 {
        self.nanoseconds
    }

    /// Its length in whole seconds, rounded down.
    pub fn seconds(self) -> i64 {
        self.nanoseconds / 1_000_000_000
    }

    /// Whether it was written as a number without a unit.
    pub fn is_bare(self) -> bool {
        self.bare
    }

    /// The name of the unit that flyctl gives a bare number here.
    pub fn bare_unit(self) -> &'static str {
        U::NAME
    }
}

impl<U> fmt::Display for Duration<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&go_duration(self.nanoseconds))
    }
}

impl<U> fmt::Debug for Duration<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text of a duration that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseDurationError {
    /// No number, or no unit, or an unknown unit.
    Malformed,
    /// A sign in front.
    Negative,
    /// More than 2^63 nanoseconds (292 years).
    TooLong,
}

impl fmt::Display for ParseDurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "expected a duration with a unit (ns, us, ms, s, m, h), such as \"30s\" or \"1m30s\"",
            Self::Negative => "a duration cannot be negative",
            Self::TooLong => "the duration is too long",
        })
    }
}

impl<U: BareUnit> std::str::FromStr for Duration<U> {
    type Err = ParseDurationError;

    /// Reads Go's duration text, as `time.ParseDuration` does, without a sign.
    fn from_str(text: &str) -> Result<Self, ParseDurationError> {
        const UNITS: [(&str, i128); 8] = [
            ("ns", 1),
            ("us", 1_000),
            ("µs", 1_000),
            ("μs", 1_000),
            ("ms", 1_000_000),
            ("s", 1_000_000_000),
            ("m", 60_000_000_000),
            ("h", 3_600_000_000_000),
        ];
        if text == "0" {
            return Ok(Self::from_nanoseconds(0));
        }
        if text.starts_with(['-', '+']) {
            return Err(ParseDurationError::Negative);
        }
        let mut rest = text;
        let mut total: i128 = 0;
        while !rest.is_empty() || text.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let (number, after) = rest.split_at(digits);
            let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
            if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
                return Err(ParseDurationError::Malformed);
            }
            let end = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
            let (unit, next) = after.split_at(end);
            let &(_, scale) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(ParseDurationError::Malformed)?;
            // More digits than these are over the limit, or below a nanosecond, in any unit.
            if whole.trim_start_matches('0').len() > 19 {
                return Err(ParseDurationError::TooLong);
            }
            let mut amount = whole.parse::<i128>().unwrap_or(0) * scale;
            let fraction = &fraction[..fraction.len().min(18)];
            if !fraction.is_empty() {
                let power = 10_i128.pow(u32::try_from(fraction.len()).unwrap_or(0));
                amount += fraction.parse::<i128>().unwrap_or(0) * scale / power;
            }
            total += amount;
            if total > i128::from(i64::MAX) {
                return Err(ParseDurationError::TooLong);
            }
            rest = next;
        }
        i64::try_from(total).map(Self::from_nanoseconds).map_err(|_| ParseDurationError::TooLong)
    }
}

/// A length in nanoseconds in Go's form, which is what flyctl writes: `1m30s`, `1.5s`, `500ms`.
pub fn go_duration(nanoseconds: i64) -> String {
    let fraction = |value: i64, scale: i64, unit: &str| {
        let (whole, rest) = (value / scale, value % scale);
        if rest == 0 {
            return format!("{whole}{unit}");
        }
        let width = scale.to_string().len() - 1;
        let digits = format!("{rest:0width$}");
        format!("{whole}.{}{unit}", digits.trim_end_matches('0'))
    };
    match nanoseconds {
        0 => "0s".to_owned(),
        n if n < 0 => format!("-{}", go_duration(n.saturating_neg())),
        n if n < 1_000 => format!("{n}ns"),
        n if n < 1_000_000 => fraction(n, 1_000, "µs"),
        n if n < 1_000_000_000 => fraction(n, 1_000_000, "ms"),
        n => {
            let (minutes, rest) = (n / 60_000_000_000, n % 60_000_000_000);
            let seconds = fraction(rest, 1_000_000_000, "s");
            match (minutes / 60, minutes % 60) {
                (0, 0) => seconds,
                (0, m) => format!("{m}m{seconds}"),
                (h, m) => format!("{h}h{m}m{seconds}"),
            }
        }
    }
}

impl<'de, U: BareUnit> Deserialize<'de> for Duration<U> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DurationVisitor<U>(PhantomData<U>);

        impl<U: BareUnit> Visitor<'_> for DurationVisitor<U> {
            type Value = Duration<U>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a duration with a unit, such as \"30s\"")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
                if number < 0 {
                    return Err(E::custom(ParseDurationError::Negative));
                }
                let nanoseconds =
                    number.checked_mul(U::NANOSECONDS).ok_or_else(|| E::custom(ParseDurationError::TooLong))?;
                Ok(Duration { bare: true, ..Duration::from_nanoseconds(nanoseconds) })
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
                self.visit_i64(i64::try_from(number).map_err(|_| E::custom(ParseDurationError::TooLong))?)
            }
        }

        deserializer.deserialize_any(DurationVisitor(PhantomData))
    }
}

impl<U> JsonSchema for Duration<U> {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A duration with a unit: ns, us, ms, s, m or h, as in \"30s\", \"1m30s\" or \"500ms\".",
            "pattern": r"^(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$",
            "examples": ["10s", "1m30s"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<i64, ParseDurationError> {
        text.parse::<Duration<Seconds>>().map(Duration::nanoseconds)
    }

    #[test]
    fn reads_what_go_reads() {
        assert_eq!(parse("30s"), Ok(30_000_000_000));
        assert_eq!(parse("1m30s"), Ok(90_000_000_000));
        assert_eq!(parse("1.5s"), Ok(1_500_000_000));
        assert_eq!(parse(".5s"), Ok(500_000_000));
        assert_eq!(parse("1.s"), Ok(1_000_000_000));
        assert_eq!(parse("2µs"), Ok(2_000));
        assert_eq!(parse("0"), Ok(0));
        assert_eq!(parse("1h0.000000001s"), Ok(3_600_000_000_001));
    }

    #[test]
    fn refuses_what_go_refuses() {
        for text in ["", "30", "1d", "10 s", "PT10S", "none", "s", ".s", "1..5s", "1.5.5s", "s1"] {
            assert_eq!(parse(text), Err(ParseDurationError::Malformed), "{text:?}");
        }
        assert_eq!(parse("-1s"), Err(ParseDurationError::Negative));
        assert_eq!(parse("9223372036854775808ns"), Err(ParseDurationError::TooLong));
        assert_eq!(parse("99999999999999999999999h"), Err(ParseDurationError::TooLong));
    }

    #[test]
    fn writes_what_go_writes() {
        for (text, written) in [
            ("10m", "10m0s"),
            ("90s", "1m30s"),
            ("1500ms", "1.5s"),
            ("0.5s", "500ms"),
            ("3600s", "1h0m0s"),
            ("15ns", "15ns"),
            ("1500ns", "1.5µs"),
            ("0s", "0s"),
            ("61.25s", "1m1.25s"),
        ] {
            assert_eq!(go_duration(parse(text).unwrap()), written);
        }
    }
}
