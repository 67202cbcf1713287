//! Go's text of a value: what flyctl makes of a number, a date, a list where it wants text.

use std::fmt::Write as _;

use toml::value::Datetime;

use super::tree::{Node, Value};
use crate::value::go_float;

/// Go's `%v` of a value. `None` for a string, which is its own.
pub(super) fn text(node: &Node<'_>) -> String {
    let mut out = String::new();
    put(node, &mut out);
    out
}

fn put(node: &Node<'_>, out: &mut String) {
    match &node.value {
        Value::Null => out.push_str("<nil>"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        // Writing to a string cannot fail.
        Value::Integer(number) | Value::Duration(number) => drop(write!(out, "{number}")),
        Value::Float(number) => out.push_str(&go_float(*number)),
        Value::String(text) => out.push_str(text),
        Value::Datetime(datetime) => out.push_str(&datetime_text(datetime, true)),
        Value::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(' ');
                }
                put(item, out);
            }
            out.push(']');
        }
        Value::Table(table) => {
            out.push_str("map[");
            let mut sorted: Vec<_> = table.0.iter().collect();
            sorted.sort_by(|a, b| a.key.cmp(&b.key));
            for (i, entry) in sorted.iter().enumerate() {
                if i > 0 {
                    out.push(' ');
                }
                let _ = write!(out, "{}:", entry.key);
                put(&entry.node, out);
            }
            out.push(']');
        }
    }
}

/// A date or time, as JSON has it or as `%v` prints it. They differ where there is an offset: the one is RFC 3339, the
/// other Go's own `2006-01-02 15:04:05 +0100 +0100`.
pub(super) fn datetime_text(datetime: &Datetime, printed: bool) -> String {
    let mut out = String::new();
    if let Some(date) = datetime.date {
        let _ = write!(out, "{date}");
        if datetime.time.is_some() {
            out.push(if printed && datetime.offset.is_some() { ' ' } else { 'T' });
        }
    }
    if let Some(time) = datetime.time {
        let _ = write!(out, "{:02}:{:02}:{:02}", time.hour, time.minute, time.second.unwrap_or(0));
        let fraction = format!("{:09}", time.nanosecond.unwrap_or(0));
        let fraction = fraction.trim_end_matches('0');
        if !fraction.is_empty() {
            let _ = write!(out, ".{fraction}");
        }
    }
    let minutes = match datetime.offset {
        None => return out,
        Some(toml::value::Offset::Z) => 0,
        Some(toml::value::Offset::Custom { minutes }) => minutes,
    };
    let (sign, hours, rest) = (if minutes < 0 { '-' } else { '+' }, minutes.abs() / 60, minutes.abs() % 60);
    let _ = match (printed, minutes) {
        (true, 0) => write!(out, " +0000 UTC"),
        (true, _) => write!(out, " {sign}{hours:02}{rest:02} {sign}{hours:02}{rest:02}"),
        (false, 0) => write!(out, "Z"),
        (false, _) => write!(out, "{sign}{hours:02}:{rest:02}"),
    };
    out
}

/// A whole number, as Go's JSON decoder sees it: a float without a fraction is one, as far as it is written without an
/// exponent.
pub(super) fn whole(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Integer(number) => Some(*number),
        // From 2^63 on a number has no room, and below it is exact.
        #[expect(clippy::cast_possible_truncation, reason = "checked on the same line")]
        Value::Float(number) if number.fract() == 0.0 && (-LIMIT..LIMIT).contains(number) => Some(*number as i64),
        Value::Null
        | Value::Bool(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Datetime(_)
        | Value::Duration(_)
        | Value::List(_)
        | Value::Table(_) => None,
    }
}

const LIMIT: f64 = 9_223_372_036_854_775_808.0;

/// Go's conversion of a float to an integer on the machines that flyctl runs on.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
pub(super) fn truncate(number: f64) -> i64 {
    if (-LIMIT..LIMIT).contains(&number) { number as i64 } else { i64::MIN }
}

/// `strconv.Atoi`.
pub(super) fn atoi(text: &str) -> Option<i64> {
    // Rust reads what Go reads: digits behind one sign.
    text.parse().ok()
}
