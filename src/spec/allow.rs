//! Waivers: a rule that does not apply to one app, and why.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::value::{Reason, Sourced};

/// A day of the calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// The year.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day, from 1.
    pub day: u8,
}

impl Date {
    /// The days of the calendar, as a regular expression.
    pub const PATTERN: &'static str = concat!(
        "^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)",
        "|02-(0[1-9]|1[0-9]|2[0-8]))",
        "|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$"
    );
    /// The form, in words.
    pub const EXPECTED: &'static str = "a date such as 2027-01-31";

    /// The day that is so many days after 1970-01-01.
    pub fn from_days_since_epoch(days: u32) -> Self {
        // Howard Hinnant's civil_from_days, for days from 1970 on.
        let z = days + 719_468;
        let era = z / 146_097;
        let day_of_era = z % 146_097;
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year_of_era + era * 400 + u32::from(month <= 2);
        let narrow = |n: u32| u8::try_from(n).unwrap_or(u8::MAX);
        Self { year: u16::try_from(year).unwrap_or(u16::MAX), month: narrow(month), day: narrow(day) }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Date {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "expected a date such as 2027-01-31";
        let datetime: toml::value::Datetime = text.parse().map_err(|_| WRONG)?;
        Self::try_from(datetime).map_err(|()| WRONG)
    }
}

impl TryFrom<toml::value::Datetime> for Date {
    type Error = ();

    /// Only a date without a time is a day.
    fn try_from(datetime: toml::value::Datetime) -> Result<Self, ()> {
        match (datetime.date, datetime.time, datetime.offset) {
            (Some(date), None, None) => Ok(Self { year: date.year, month: date.month, day: date.day }),
            _ => Err(()),
        }
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DateVisitor;

        impl<'de> Visitor<'de> for DateVisitor {
            type Value = Date;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date such as 2027-01-31")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Date, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Date, A::Error> {
                let datetime = toml::value::Datetime::deserialize(MapAccessDeserializer::new(map))?;
                Date::try_from(datetime).map_err(|()| A::Error::custom("expected a date without a time"))
            }
        }

        deserializer.deserialize_any(DateVisitor)
    }
}

impl JsonSchema for Date {
    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        // Tombi tells dates of TOML from strings, and knows them by the format alone.
        json_schema!({
            "description": "A date, such as 2027-01-31.",
            "anyOf": [
                { "type": "string", "format": "date", "pattern": Self::PATTERN },
                { "type": "string", "pattern": Self::PATTERN },
            ],
        })
    }
}

/// Why a rule does not apply, and until when.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The reason.
    pub reason: Sourced<Reason>,
    /// The last day on which it holds.
    pub until: Option<Sourced<Date>>,
}

/// The table form.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
struct WaiverTable {
    /// Why the rule does not apply, in at least ten characters.
    reason: Sourced<Reason>,
    /// The last day on which the waiver holds.
    until: Option<Sourced<Date>>,
}

impl<'de> Deserialize<'de> for Waiver {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WaiverVisitor;

        impl<'de> Visitor<'de> for WaiverVisitor {
            type Value = Waiver;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a reason, or a table with `reason` and `until`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Waiver, E> {
                let reason: Reason = text.parse().map_err(E::custom)?;
                Ok(Waiver { reason: Sourced { value: reason, origin: crate::value::Origin::default() }, until: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Waiver, A::Error> {
                let table = WaiverTable::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Waiver { reason: table.reason, until: table.until })
            }
        }

        deserializer.deserialize_any(WaiverVisitor)
    }
}

impl JsonSchema for Waiver {
    fn schema_name() -> Cow<'static, str> {
        "Waiver".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (reason, table) = (generator.subschema_for::<Reason>(), generator.subschema_for::<WaiverTable>());
        json_schema!({
            "description": "Why a rule does not apply: a reason of at least ten characters, or a table with the reason and the last day on which it holds.",
            "anyOf": [table, reason],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn days_since_the_epoch() {
        assert_eq!(Date::from_days_since_epoch(0).to_string(), "1970-01-01");
        assert_eq!(Date::from_days_since_epoch(59).to_string(), "1970-03-01");
        assert_eq!(Date::from_days_since_epoch(11_016).to_string(), "2000-02-29");
        assert_eq!(Date::from_days_since_epoch(20_778).to_string(), "2026-11-21");
    }

    #[test]
    fn only_whole_days() {
        assert_eq!("2027-01-31".parse::<Date>().unwrap().to_string(), "2027-01-31");
        assert!("2027-01-31T10:00:00".parse::<Date>().is_err());
        assert!("2027-02-30".parse::<Date>().is_err());
    }
}
