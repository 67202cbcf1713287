//! The conversions that the patches share.

use crate::diag::form::INVALID_VALUE;
use crate::fly_toml::Format;
use crate::fly_toml::cx::{Cx, IGNORED, Path, shorten};
use crate::fly_toml::go;
use crate::fly_toml::surface::Unit;
use crate::fly_toml::tree::{Entry, Node, Value};

/// `ensureArrayOfMap`: the tables of a list, or one table. Leaves null behind.
pub(super) fn array_of_tables<'s>(cx: &mut Cx<'_>, path: &Path<'_>, entry: &mut Entry<'s>) -> Option<Vec<Node<'s>>> {
    let range = entry.node.range;
    let node = std::mem::replace(&mut entry.node, Node::new(Value::Null, range));
    match node.value {
        Value::Table(_) => Some(vec![node]),
        Value::List(items) => {
            let wrong = items.iter().find(|item| !matches!(item.value, Value::Table(_)));
            if let Some(item) = wrong {
                cx.wrong_type(path, item, "a list of tables");
                return None;
            }
            Some(items)
        }
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Datetime(_)
        | Value::Duration(_) => {
            let help = cx.list_of_tables(path);
            cx.wrong_type(path, &node, "a table or a list of tables").help(help);
            None
        }
    }
}

/// `castToInt`
pub(super) fn cast_to_int(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>) {
    node.value = match &node.value {
        Value::Integer(number) => Value::Integer(*number),
        Value::Float(number) => {
            if number.fract() != 0.0 {
                cx.warn(IGNORED, node.range, format!("flyctl drops the fraction of `{path}`"));
            }
            Value::Integer(go::truncate(*number))
        }
        Value::String(text) => {
            if let Some(number) = go::atoi(text) {
                Value::Integer(number)
            } else {
                let message = format!("`{path}` must be a whole number, and is \"{}\"", shorten(text));
                cx.refuse(INVALID_VALUE, node.range, message);
                Value::Null
            }
        }
        Value::Null | Value::Bool(_) | Value::Datetime(_) | Value::Duration(_) | Value::List(_) | Value::Table(_) => {
            cx.wrong_type(path, node, "a whole number");
            Value::Null
        }
    };
}

/// `_castDuration`: a number counts units, and what is neither number nor text is dropped.
pub(super) fn cast_duration(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>, unit: Unit) {
    let scaled = |number: i64| Value::Duration(number.wrapping_mul(unit.nanoseconds()));
    node.value = match &node.value {
        Value::String(text) if !text.is_empty() => return,
        // The old kill_timeout of [experimental] has been here before.
        Value::Duration(nanoseconds) => Value::Duration(*nanoseconds),
        // flyctl's YAML library has another type for whole numbers than the one that is looked for.
        Value::Integer(number) if cx.format != Format::Yaml => scaled(*number),
        Value::Float(number) => scaled(go::truncate(*number)),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::String(_)
        | Value::Datetime(_)
        | Value::List(_)
        | Value::Table(_) => {
            if !matches!(node.value, Value::Null) {
                let message = format!("flyctl takes `{path}` for unset: it is {}", node.describe());
                cx.warn(IGNORED, node.range, message).help("write a duration with a unit, such as \"30s\"");
            }
            Value::Null
        }
    };
}

/// JSON has no infinity, and flyctl goes through JSON: one anywhere, even in what it would drop, refuses the file.
pub(in crate::fly_toml) fn no_infinity(cx: &mut Cx<'_>, node: &Node<'_>) {
    match &node.value {
        Value::Float(number) if !number.is_finite() => {
            cx.refuse(INVALID_VALUE, node.range, "flyctl has no infinite numbers, and no `nan`");
        }
        Value::List(items) => items.iter().for_each(|item| no_infinity(cx, item)),
        Value::Table(table) => table.0.iter().for_each(|entry| no_infinity(cx, &entry.node)),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Datetime(_)
        | Value::Duration(_) => {}
    }
}
