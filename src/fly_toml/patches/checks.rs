//! Checks of services and of the top level.

use std::borrow::Cow;

use super::casts::cast_duration;
use super::keep_last;
use crate::diag::form::WRONG_TYPE;
use crate::fly_toml::cx::{Cx, Path, shorten};
use crate::fly_toml::surface::Unit;
use crate::fly_toml::tree::{Entry, Node, Table, Value};

/// `patchTopLevelChecks`: a list of tables with a `name` becomes a table of tables.
pub(super) fn top_level_checks(cx: &mut Cx<'_>, root: &mut Table<'_>) {
    let Some(entry) = root.get_mut("checks") else { return };
    let path = Path::root("checks");
    let mut checks = match std::mem::replace(&mut entry.node.value, Value::Null) {
        Value::Table(table) => table,
        Value::List(items) => {
            let mut all = Table::default();
            if !items.is_empty() {
                cx.old_spelling(entry.key_range, "a list for `checks`", "one table for each, such as `[checks.alive]`");
            }
            for mut item in items {
                let Value::Table(table) = &mut item.value else {
                    cx.wrong_type(&path, &item, "a table, or a list of tables");
                    continue;
                };
                match table.take("name") {
                    Some(Entry { node: Node { value: Value::String(key), range, .. }, .. }) => {
                        all.0.push(Entry { key, key_range: range, node: item });
                    }
                    Some(name) => drop(cx.wrong_type(&path.then("name"), &name.node, "a string")),
                    None => drop(cx.refuse(WRONG_TYPE, item.range, "a check in a list needs a `name`")),
                }
            }
            keep_last(cx, &mut all);
            all
        }
        other @ (Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Datetime(_)
        | Value::Duration(_)) => {
            let node = Node::new(other, entry.node.range);
            cx.wrong_type(&path, &node, "a table");
            return;
        }
    };
    for check in &mut checks.0 {
        let path = path.then(&check.key);
        match &mut check.node.value {
            Value::Table(table) => patch_check(cx, &path, table),
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Datetime(_)
            | Value::Duration(_)
            | Value::List(_) => {
                let name = shorten(&check.key);
                cx.wrong_type(&path, &check.node, "a table").help(format!("a check has a table: `[checks.{name}]`"));
                check.node.value = Value::Null;
            }
        }
    }
    entry.node.value = Value::Table(checks);
}

/// `_patchCheck`: numbers are milliseconds, headers a table of texts.
pub(super) fn patch_check(cx: &mut Cx<'_>, path: &Path<'_>, check: &mut Table<'_>) {
    for key in ["interval", "timeout", "grace_period"] {
        if let Some(entry) = check.get_mut(key) {
            cast_duration(cx, &path.then(key), &mut entry.node, Unit::Milliseconds);
        }
    }
    let Some(entry) = check.get_mut("headers") else { return };
    let headers = patch_check_headers(cx, &path.then("headers"), entry);
    if headers.0.is_empty() {
        check.take("headers");
    } else {
        entry.node.value = Value::Table(headers);
    }
}

/// `_patchCheckHeaders`
fn patch_check_headers<'s>(cx: &mut Cx<'_>, path: &Path<'_>, entry: &mut Entry<'s>) -> Table<'s> {
    let mut headers = Table::default();
    match std::mem::replace(&mut entry.node.value, Value::Null) {
        Value::Table(table) => {
            for mut entry in table.0 {
                entry.node = cx.text_of(&path.then(&entry.key), entry.node);
                headers.0.push(entry);
            }
        }
        Value::List(items) => {
            if !items.is_empty() {
                cx.old_spelling(entry.key_range, "a list for `headers`", "one table `headers`");
            }
            for item in items {
                let range = item.range;
                let Value::Table(mut table) = item.value else {
                    cx.wrong_type(path, &item, "a table, or tables with `name` and `value`");
                    continue;
                };
                let Some(name) = table.take("name") else {
                    cx.refuse(WRONG_TYPE, range, "a header in a list needs a `name`");
                    continue;
                };
                let key_range = name.node.range;
                let Value::String(key) = cx.text_of(&path.then("name"), name.node).value else { continue };
                let node = match table.take("value") {
                    Some(value) => cx.text_of(&path.then("value"), value.node),
                    None => Node::new(Value::String(Cow::Borrowed("")), range),
                };
                headers.0.push(Entry { key, key_range, node });
            }
            keep_last(cx, &mut headers);
        }
        other @ (Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Datetime(_)
        | Value::Duration(_)) => {
            let node = Node::new(other, entry.node.range);
            cx.wrong_type(path, &node, "a table");
        }
    }
    headers
}
