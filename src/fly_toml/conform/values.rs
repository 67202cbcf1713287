//! One function for each kind of value: what flyctl decodes, what the platform takes, and the form for the types.
#![expect(clippy::wildcard_enum_match_arm, reason = "whatever is not of the wanted type is wrong")]

use std::borrow::Cow;
use std::ops::RangeInclusive;

use super::Verdict::{self, Fine, Unset, Wrong};
use crate::diag::form::INVALID_VALUE;
use crate::fly_toml::cx::{Cx, Path, shorten};
use crate::fly_toml::go;
use crate::fly_toml::surface::Unit;
use crate::fly_toml::tree::{Node, Value};
use crate::value::{Duration, Name, Nanoseconds, ParseDurationError, Port, go_duration};

/// Any text. A date has become one on the way through JSON.
pub(super) fn text(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>) -> Verdict {
    match &node.value {
        Value::String(_) => Fine,
        Value::Datetime(datetime) => {
            node.value = Value::String(go::datetime_text(datetime, false).into());
            Fine
        }
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Duration(_)
        | Value::List(_)
        | Value::Table(_) => {
            let quote = matches!(node.value, Value::Integer(_) | Value::Float(_) | Value::Bool(_));
            let report = cx.wrong_type(path, node, "a string");
            if quote {
                report.help("put it in quotes");
            }
            Wrong
        }
    }
}

pub(super) fn boolean(cx: &mut Cx<'_>, path: &Path<'_>, node: &Node<'_>) -> Verdict {
    if matches!(node.value, Value::Bool(_)) {
        return Fine;
    }
    let quoted = matches!(node.value, Value::String(_));
    let report = cx.wrong_type(path, node, "true or false");
    if quoted {
        report.help("leave out the quotes");
    }
    Wrong
}

/// Text of a form that flyctl does not look at before a deploy, and the types do.
pub(super) fn formed(
    cx: &mut Cx<'_>,
    path: &Path<'_>,
    node: &mut Node<'_>,
    pointer: bool,
    accepts: &dyn Fn(&str) -> bool,
    expected: &dyn Fn() -> String,
) -> Verdict {
    if let Wrong = text(cx, path, node) {
        return Wrong;
    }
    let Value::String(text) = &node.value else { return Wrong };
    if text.is_empty() && !pointer {
        return Unset;
    }
    if accepts(text) {
        return Fine;
    }
    let message = format!("`{path}` cannot be \"{}\"", shorten(text));
    let _ = cx.cannot_be(INVALID_VALUE, node.range, message).help(expected());
    Wrong
}

/// A whole number. `by_flyctl` says whose the range is: its own, or that of the types.
pub(super) fn whole(
    cx: &mut Cx<'_>,
    path: &Path<'_>,
    node: &mut Node<'_>,
    range: RangeInclusive<i64>,
    by_flyctl: bool,
) -> Verdict {
    let Some(number) = go::whole(&node.value) else {
        let quoted = matches!(node.value, Value::String(_));
        let report = cx.wrong_type(path, node, "a whole number");
        if quoted {
            report.help("leave out the quotes and any unit");
        }
        return Wrong;
    };
    node.value = Value::Integer(number);
    if range.contains(&number) {
        return Fine;
    }
    let message = format!("`{path}` cannot be {number}");
    let help = format!("expected a whole number from {} to {}", range.start(), range.end());
    if by_flyctl {
        cx.refuse(INVALID_VALUE, node.range, message).help(help);
    } else {
        cx.cannot_be(INVALID_VALUE, node.range, message).help(help);
    }
    Wrong
}

pub(super) fn port(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>, pointer: bool) -> Verdict {
    let Some(number) = go::whole(&node.value) else {
        let quoted = matches!(node.value, Value::String(_));
        let report = cx.wrong_type(path, node, "a port");
        if quoted {
            report.help("leave out the quotes");
        }
        return Wrong;
    };
    node.value = Value::Integer(number);
    if Port::new(number).is_some() {
        return Fine;
    }
    if number == 0 && !pointer {
        return Unset;
    }
    cx.cannot_be(INVALID_VALUE, node.range, format!("`{path}` cannot be {number}"))
        .help("expected a port from 1 to 65535");
    Wrong
}

#[expect(clippy::cast_precision_loss, reason = "Go decodes to the same type")]
pub(super) fn share(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>) -> Verdict {
    let number = match node.value {
        Value::Integer(number) => number as f64,
        Value::Float(number) => number,
        _ => {
            cx.wrong_type(path, node, "a number").help("below 1 a share of the machines, from 1 a number of machines");
            return Wrong;
        }
    };
    node.value = Value::Float(number);
    if number > 0.0 && number.is_finite() {
        return Fine;
    }
    cx.cannot_be(INVALID_VALUE, node.range, format!("`{path}` cannot be {number}"))
        .help("expected a number above zero: below 1 a share of the machines, from 1 a number of machines");
    Wrong
}

/// `fly.Duration`: text with a unit, or nanoseconds. Where the patches have been, a number has its unit already.
pub(super) fn duration(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>, unit: Unit) -> Verdict {
    let (nanoseconds, bare) = match &node.value {
        Value::Duration(nanoseconds) => (*nanoseconds, true),
        #[expect(clippy::cast_precision_loss, reason = "Go's JSON has no other numbers")]
        Value::Integer(number) => (go::truncate(*number as f64), true),
        Value::Float(number) => (go::truncate(*number), true),
        Value::String(text) => match parse_duration(text) {
            Ok(nanoseconds) => (nanoseconds, false),
            Err(error) => {
                let message = format!("`{path}` cannot be \"{}\"", shorten(text));
                cx.refuse(INVALID_VALUE, node.range, message).help(error.to_string());
                return Wrong;
            }
        },
        Value::Null | Value::Bool(_) | Value::Datetime(_) | Value::List(_) | Value::Table(_) => {
            cx.wrong_type(path, node, "a duration such as \"30s\"");
            return Wrong;
        }
    };
    if nanoseconds < 0 {
        cx.cannot_be(INVALID_VALUE, node.range, format!("`{path}` cannot be {}", go_duration(nanoseconds)))
            .help("a duration cannot be negative; flyctl takes a number that is too large for one that is");
        return Wrong;
    }
    node.value = if bare && nanoseconds % unit.nanoseconds() == 0 {
        Value::Integer(nanoseconds / unit.nanoseconds())
    } else {
        Value::String(go_duration(nanoseconds).into())
    };
    Fine
}

/// `time.ParseDuration`, which takes a sign.
fn parse_duration(text: &str) -> Result<i64, ParseDurationError> {
    let (negative, rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if rest.starts_with(['-', '+']) {
        return Err(ParseDurationError::Malformed);
    }
    let nanoseconds = rest.parse::<Duration<Nanoseconds>>()?.nanoseconds();
    Ok(if negative { -nanoseconds } else { nanoseconds })
}

pub(super) fn auto_stop(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>) -> Verdict {
    match &node.value {
        Value::Bool(_) => Fine,
        Value::String(word) if matches!(&**word, "off" | "stop" | "suspend") => Fine,
        Value::String(word) => {
            let message = format!("`{path}` cannot be \"{}\"", shorten(word));
            cx.refuse(INVALID_VALUE, node.range, message).help("expected \"off\", \"stop\" or \"suspend\"");
            Wrong
        }
        _ => {
            cx.wrong_type(path, node, "\"off\", \"stop\" or \"suspend\"");
            Wrong
        }
    }
}

pub(super) fn persist_rootfs(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>) -> Verdict {
    const WORDS: [&str; 4] = ["none", "never", "restart", "always"];
    let range = node.range;
    let help = "expected \"none\", \"never\", \"restart\" or \"always\"";
    match &node.value {
        Value::String(word) if word.is_empty() => Unset,
        Value::String(word) if WORDS.contains(&&**word) => Fine,
        Value::String(word) => {
            let message = format!("`{path}` cannot be \"{}\"", shorten(word));
            cx.refuse(INVALID_VALUE, range, message).help(help);
            Wrong
        }
        value => {
            let word = go::whole(value).and_then(|number| WORDS.get(usize::try_from(number).ok()?));
            if let Some(word) = word {
                node.value = Value::String(Cow::Borrowed(word));
                return Fine;
            }
            cx.wrong_type(path, node, "a word").help(help);
            Wrong
        }
    }
}

pub(super) fn texts(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>, names: bool) -> Verdict {
    let Value::List(items) = &mut node.value else {
        let report = cx.wrong_type(path, node, "a list of strings");
        if let Value::String(text) = &node.value {
            report.help(format!("write `[\"{}\"]`", shorten(text)));
        }
        return Wrong;
    };
    for item in items {
        if matches!(item.value, Value::Null) {
            item.value = Value::String(Cow::Borrowed(""));
        }
        if let Wrong = text(cx, path, item) {
            item.live = false;
        } else if let (true, Value::String(name)) = (names, &item.value)
            && !Name::accepts(name)
        {
            item.live = false;
            let message = format!("\"{}\" cannot be the name of a process group", shorten(name));
            let _ = cx.cannot_be(INVALID_VALUE, item.range, message).help(format!("expected {}", Name::EXPECTED));
        }
    }
    Fine
}

pub(super) fn text_map(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>, names: bool) -> Verdict {
    let Value::Table(table) = &mut node.value else {
        cx.wrong_type(path, node, "a table");
        return Wrong;
    };
    for entry in &mut table.0 {
        if matches!(entry.node.value, Value::Null) {
            entry.node.value = Value::String(Cow::Borrowed(""));
        }
        if let Wrong = text(cx, &path.then(&entry.key), &mut entry.node) {
            entry.node.live = false;
        } else if names && !Name::accepts(&entry.key) {
            entry.node.live = false;
            let message = format!("`{}` cannot be the name of a process group", shorten(&entry.key));
            let _ = cx.cannot_be(INVALID_VALUE, entry.key_range, message).help(format!("expected {}", Name::EXPECTED));
        }
    }
    Fine
}

pub(super) fn any_map(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>) -> Verdict {
    let Value::Table(table) = &mut node.value else {
        cx.wrong_type(path, node, "a table");
        return Wrong;
    };
    for entry in &mut table.0 {
        anything(&mut entry.node);
    }
    Fine
}

/// A free value, as it comes out of JSON: dates are text there. TOML has no null.
fn anything(node: &mut Node<'_>) {
    match &mut node.value {
        Value::Datetime(datetime) => node.value = Value::String(go::datetime_text(datetime, false).into()),
        Value::Null => node.live = false,
        Value::List(items) => items.iter_mut().for_each(anything),
        Value::Table(table) => table.0.iter_mut().for_each(|entry| anything(&mut entry.node)),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) | Value::Duration(_) => {}
    }
}

/// Response headers: flyctl passes on whatever stands there.
pub(super) fn header_map(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>) -> Verdict {
    let Value::Table(table) = &mut node.value else {
        cx.wrong_type(path, node, "a table");
        return Wrong;
    };
    for entry in &mut table.0 {
        anything(&mut entry.node);
        let fine = match &entry.node.value {
            Value::String(_) | Value::Bool(_) => true,
            Value::List(items) => items.iter().all(|item| matches!(item.value, Value::String(_))),
            Value::Null
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Datetime(_)
            | Value::Duration(_)
            | Value::Table(_) => false,
        };
        if !fine {
            entry.node.live = false;
            let message = format!("`{}` cannot be {}", path.then(&entry.key), entry.node.describe());
            cx.cannot_be(INVALID_VALUE, entry.node.range, message)
                .help("expected the value of the header in quotes, several in a list, or `false` to remove it");
        }
    }
    Fine
}
