//! Money and other decimal numbers, exact: sums in integers, because floating point shows other cents on other ways to
//! the same sum.

use std::borrow::Cow;
use std::fmt;
use std::iter::Sum;
use std::ops::Add;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// The most that a number may be: far beyond any bill, and no product of two overflows.
const MOST: i128 = 1_000_000_000_000;

/// A decimal number that is not negative, in billionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal(i128);

impl Decimal {
    const ONE: i128 = 1_000_000_000;
    /// Digits behind the point.
    const PLACES: usize = 9;

    /// So many billionths.
    pub const fn from_nano(nano: i128) -> Self {
        Self(nano)
    }

    /// A whole number.
    pub const fn whole(number: u32) -> Self {
        Self(number as i128 * Self::ONE)
    }

    /// In billionths.
    pub const fn nano(self) -> i128 {
        self.0
    }

    /// What is left of it without `other`; nothing where that is more.
    pub fn less(self, other: Self) -> Self {
        Self((self.0 - other.0).max(0))
    }

    /// The number nearest to one that TOML gives as floating point.
    fn of_float(number: f64) -> Result<Self, &'static str> {
        if number.is_finite() { format!("{number:.9}").parse() } else { Err(Self::EXPECTED) }
    }

    const EXPECTED: &str = "expected a number that is not negative, such as 12.50";
}

impl Add for Decimal {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for Decimal {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

impl std::str::FromStr for Decimal {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(part) {
            return Err(Self::EXPECTED);
        }
        if part.len() > Self::PLACES {
            return Err("there are more than nine digits behind the point");
        }
        let whole = whole.parse::<i128>().ok().filter(|whole| *whole <= MOST).ok_or("the number is too large")?;
        let part: i128 = format!("{part:0<9}").parse().map_err(|_| Self::EXPECTED)?;
        Ok(Self(whole * Self::ONE + part))
    }
}

/// Without digits that say nothing: `2`, `0.695`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / Self::ONE, self.0 % Self::ONE);
        if part == 0 {
            return write!(f, "{whole}");
        }
        write!(f, "{whole}.{}", format!("{part:09}").trim_end_matches('0'))
    }
}

/// From a number, or from text that is one: a price has more digits than floating point tells apart.
impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DecimalVisitor;

        impl Visitor<'_> for DecimalVisitor {
            type Value = Decimal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or one in quotes")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Decimal, E> {
                number.to_string().parse().map_err(E::custom)
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Decimal, E> {
                Decimal::of_float(number).map_err(E::custom)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Decimal, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(DecimalVisitor)
    }
}

/// US dollars, in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usd(i64);

impl Usd {
    const CENT: i64 = 10_000;

    /// So many millionths of a dollar.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// In millionths of a dollar.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// This price for so many units, to the cent: half a cent is one. More than there is money is as much as there is.
    pub fn times(self, units: Decimal) -> Self {
        Self::ratio(i128::from(self.0).saturating_mul(units.0), Decimal::ONE)
    }

    /// A fraction of millionths of a dollar, to the cent.
    pub fn ratio(micros: i128, divisor: i128) -> Self {
        let cent = divisor.saturating_mul(i128::from(Self::CENT));
        let cents = (micros.saturating_add(cent / 2)) / cent;
        Self(i64::try_from(cents).unwrap_or(i64::MAX / Self::CENT).saturating_mul(Self::CENT))
    }

    /// What is left of it without `other`; nothing where that is more.
    pub fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0).max(0))
    }
}

impl From<Decimal> for Usd {
    fn from(number: Decimal) -> Self {
        Self(i64::try_from(number.0 / 1000).unwrap_or(i64::MAX))
    }
}

impl Add for Usd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

/// In dollars and cents: `1284.10`.
impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = (self.0 + Self::CENT / 2) / Self::CENT;
        f.pad(&format!("{}.{:02}", cents / 100, cents % 100))
    }
}

/// From a number of dollars.
impl<'de> Deserialize<'de> for Usd {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        if number.is_nan() || number <= 0.0 {
            return Err(D::Error::custom("expected a number of dollars above zero"));
        }
        Decimal::of_float(number).map(Self::from).map_err(|_| D::Error::custom("the number is too large"))
    }
}

impl JsonSchema for Usd {
    fn schema_name() -> Cow<'static, str> {
        "Usd".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "number",
            "description": "US dollars.",
            "exclusiveMinimum": 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        for text in ["0", "2", "0.695", "1.038461538", "1000000000000"] {
            assert_eq!(text.parse::<Decimal>().unwrap().to_string(), text);
        }
        for text in ["", ".", "1.", ".5", "-1", "1e3", "1_000", "0.0000000001", "1000000000001", "٣"] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
        assert_eq!(Decimal::of_float(0.1).unwrap() + Decimal::of_float(0.2).unwrap(), "0.3".parse().unwrap());
        assert!(Decimal::of_float(f64::NAN).is_err() && Decimal::of_float(-0.5).is_err());
    }

    #[test]
    fn money_is_rounded_to_the_cent() {
        let usd = |text: &str| Usd::from(text.parse::<Decimal>().unwrap());
        assert_eq!(usd("0.28").times(Decimal::whole(100)).to_string(), "28.00");
        assert_eq!(usd("0.005").times(Decimal::whole(1)).to_string(), "0.01");
        assert_eq!(usd("0.004999").times(Decimal::whole(1)).to_string(), "0.00");
        assert_eq!(
            Usd::from_micros(i64::MAX).times(Decimal::whole(u32::MAX)).less(Usd::default()).micros() % 10_000,
            0
        );
        assert_eq!(format!("{:>8}", usd("1284.1")), " 1284.10");
    }
}
