//! The merged spec in one form, whatever form it was written in: the same tree gives the same text, without comments,
//! places, the choice between braces and headers, and what is switched off.

use std::fmt::{self, Write};

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};
use toml_writer::{TomlKeyBuilder, TomlStringBuilder, TomlWrite as _};

use super::include;

/// The table of apps, and the key that switches one off.
const APPS: &str = "app";
const ENABLED: &str = "enabled";

/// A tree as text. What is included has been put behind the rest, and is not to be included again. No rule looks at an app
/// that is switched off, and nothing may name it: it may hold anything, such as a password, and is left out.
pub fn canonical(root: &DeTable<'_>) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = section(root, &mut Vec::new(), &mut out);
    out
}

/// The entries of a table: its values, then the tables below it.
fn section<'t>(table: &'t DeTable<'_>, path: &mut Vec<&'t str>, out: &mut String) -> fmt::Result {
    let (is_root, is_apps) = (path.is_empty(), path.as_slice() == [APPS]);
    let is_left_out = |key: &str, value: &DeValue<'_>| is_root && key == include::KEY || is_apps && is_off(value);
    let all = || {
        let entries = table.iter().map(|(key, value)| (key.get_ref().as_ref(), value.get_ref()));
        entries.filter(|(key, value)| !is_left_out(key, value)).enumerate()
    };
    let last_value = all().filter(|(_, (_, value))| !is_section(value)).last().map(|(at, _)| at);
    let stays = |at: usize, value: &DeValue<'_>| !is_section(value) || (last_value > Some(at) && is_leaf(value));
    for (_, (name, value)) in all().filter(|(at, (_, value))| stays(*at, value)) {
        key(name, out)?;
        out.push_str(" = ");
        inline(value, out)?;
        out.push('\n');
    }
    for (_, (name, value)) in all().filter(|(at, (_, value))| !stays(*at, value)) {
        path.push(name);
        match value {
            // A table of tables alone needs no header.
            DeValue::Table(table) => {
                if table.is_empty() || !table.values().all(|value| is_section(value.get_ref())) {
                    header(path, "[", "]", out)?;
                }
                section(table, path, out)?;
            }
            DeValue::Array(list) => {
                for table in list.iter().filter_map(|item| item.get_ref().as_table()) {
                    header(path, "[[", "]]", out)?;
                    section(table, path, out)?;
                }
            }
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => {}
        }
        path.pop();
    }
    Ok(())
}

/// Whether an app is switched off.
fn is_off(app: &DeValue<'_>) -> bool {
    let enabled = app.as_table().and_then(|app| app.get(ENABLED)?.get_ref().as_bool());
    enabled == Some(false)
}

/// Whether a table has nothing but single values. Names that a person chose have an order, be a value single or such a
/// table (`uses`): it is kept where one follows the other.
fn is_leaf(value: &DeValue<'_>) -> bool {
    value.as_table().is_some_and(|table| {
        table.values().all(|value| !matches!(value.get_ref(), DeValue::Table(_) | DeValue::Array(_)))
    })
}

/// Whether a value can stand below a header of its own.
fn is_section(value: &DeValue<'_>) -> bool {
    match value {
        DeValue::Table(_) => true,
        DeValue::Array(list) => !list.is_empty() && list.iter().all(|item| item.get_ref().is_table()),
        DeValue::String(_) | DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
            false
        }
    }
}

fn header(path: &[&str], open: &str, close: &str, out: &mut String) -> fmt::Result {
    out.extend([if out.is_empty() { "" } else { "\n" }, open]);
    for (at, step) in path.iter().enumerate() {
        if at > 0 {
            out.push('.');
        }
        key(step, out)?;
    }
    out.extend([close, "\n"]);
    Ok(())
}

fn key(name: &str, out: &mut String) -> fmt::Result {
    if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
        out.push_str(name);
        return Ok(());
    }
    out.key(TomlKeyBuilder::new(name).as_default())
}

/// A value in one line.
fn inline(value: &DeValue<'_>, out: &mut String) -> fmt::Result {
    match value {
        DeValue::String(text) => string(text, out),
        DeValue::Integer(number) if number.radix() == 10 => {
            out.push_str(number.as_str());
            Ok(())
        }
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => write!(out, "{number}"),
            Err(_) => write!(out, "{number}"),
        },
        DeValue::Float(number) => write!(out, "{number}"),
        DeValue::Boolean(value) => write!(out, "{value}"),
        DeValue::Datetime(value) => write!(out, "{value}"),
        DeValue::Array(list) => array(list, out),
        DeValue::Table(table) => braces(table, out),
    }
}

/// A text. Most have nothing in them that would have to be thought about.
fn string(text: &str, out: &mut String) -> fmt::Result {
    if text.bytes().all(|b| matches!(b, b' '..=b'~') && !matches!(b, b'"' | b'\\')) {
        out.extend(["\"", text, "\""]);
        return Ok(());
    }
    out.value(TomlStringBuilder::new(text).as_default())
}

fn array(list: &DeArray<'_>, out: &mut String) -> fmt::Result {
    out.push('[');
    for (at, item) in list.iter().map(Spanned::get_ref).enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        inline(item, out)?;
    }
    out.push(']');
    Ok(())
}

fn braces(table: &DeTable<'_>, out: &mut String) -> fmt::Result {
    out.push('{');
    for (at, (name, value)) in table.iter().enumerate() {
        out.push_str(if at > 0 { ", " } else { " " });
        key(name.get_ref(), out)?;
        out.push_str(" = ");
        inline(value.get_ref(), out)?;
    }
    out.push_str(if table.is_empty() { "}" } else { " }" });
    Ok(())
}
