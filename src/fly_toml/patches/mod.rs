//! Old spellings brought into shape before anything is judged: one function for each of flyctl's
//! (`internal/appconfig/patches.go`), under its name and in its order.
//!
//! Like those they look at keys in lower case alone: `[Env]` is no `[env]` to them.

mod casts;
mod checks;
mod services;

use std::borrow::Cow;

pub(super) use self::casts::no_infinity;
use self::casts::{array_of_tables, cast_duration};
use self::checks::top_level_checks;
use self::services::services;
use super::cx::{Cx, IGNORED, Path, SHADOWED, shorten};
use super::go;
use super::surface::Unit;
use super::tree::{Entry, Node, Table, Value};
use crate::source::TextRange;

/// `patchRoot`.
pub(super) fn apply(cx: &mut Cx<'_>, root: &mut Table<'_>) {
    env(cx, root);
    services(cx, root);
    processes(cx, root);
    experimental(cx, root);
    top_level_checks(cx, root);
    compute(cx, root);
    mounts(cx, root);
    metrics(cx, root);
    top_fields(cx, root);
    build(cx, root);
}

/// `patchEnv`: any value becomes text; a list of tables is one table.
fn env(cx: &mut Cx<'_>, root: &mut Table<'_>) {
    let Some(entry) = root.get_mut("env") else { return };
    let range = entry.node.range;
    let listed = matches!(entry.node.value, Value::List(_));
    let mut all = Table::default();
    env_of(cx, std::mem::replace(&mut entry.node, Node::new(Value::Null, range)), &mut all);
    if listed {
        cx.old_spelling(entry.key_range, "a list for `env`", "one table `[env]`");
        keep_last(cx, &mut all);
    }
    entry.node.value = Value::Table(all);
}

fn env_of<'s>(cx: &mut Cx<'_>, node: Node<'s>, all: &mut Table<'s>) {
    match node.value {
        Value::Table(table) => {
            for mut entry in table.0 {
                entry.node = cx.text_of(&Path::root("env").then(&entry.key), entry.node);
                all.0.push(entry);
            }
        }
        Value::List(items) => {
            for item in items {
                env_of(cx, item, all);
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Datetime(_)
        | Value::Duration(_) => drop(cx.wrong_type(&Path::root("env"), &node, "a table")),
    }
}

/// Keeps the last of several entries with one key, and says so of the others.
fn keep_last(cx: &mut Cx<'_>, table: &mut Table<'_>) {
    let before: Vec<(String, TextRange)> = table.0.iter().map(|e| (e.key.to_string(), e.key_range)).collect();
    table.keep_last();
    if before.len() == table.0.len() {
        return;
    }
    let mut kept = table.0.iter().map(|entry| entry.key_range).peekable();
    for (key, range) in before {
        if kept.next_if_eq(&range).is_none() {
            let message = format!("a later `{}` takes the place of this one", shorten(&key));
            cx.warn(SHADOWED, range, message);
        }
    }
}

/// `patchProcesses`: a list of tables with `name` and `command` becomes a table.
fn processes(cx: &mut Cx<'_>, root: &mut Table<'_>) {
    let Some(entry) = root.get_mut("processes") else { return };
    let path = Path::root("processes");
    let items = match &mut entry.node.value {
        Value::Table(_) => return,
        Value::List(items) => std::mem::take(items),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Datetime(_)
        | Value::Duration(_) => {
            cx.wrong_type(&path, &entry.node, "a table");
            entry.node.value = Value::Null;
            return;
        }
    };
    let mut all = Table::default();
    if !items.is_empty() {
        cx.old_spelling(entry.key_range, "a list for `processes`", "one table `[processes]`");
    }
    for item in items {
        let range = item.range;
        let named = if let Value::Table(mut table) = item.value {
            table.take("name").map(|name| (name, table.take("command")))
        } else {
            None
        };
        let Some((name, command)) = named else {
            cx.warn(IGNORED, range, "flyctl passes over what has no `name`");
            continue;
        };
        let key_range = name.node.range;
        let Value::String(key) = cx.text_of(&path.then("name"), name.node).value else { continue };
        let node = match command {
            Some(command) => cx.text_of(&path.then("command"), command.node),
            None => Node::new(Value::String(Cow::Borrowed("")), range),
        };
        all.0.push(Entry { key, key_range, node });
    }
    if all.0.is_empty() {
        root.take("processes");
    } else {
        keep_last(cx, &mut all);
        entry.node.value = Value::Table(all);
    }
}

/// `patchExperimental`: text for a list, and what moved to other places.
fn experimental(cx: &mut Cx<'_>, root: &mut Table<'_>) {
    let Some(at) = root.0.iter().position(|entry| entry.key == "experimental") else { return };
    let Value::Table(table) = &mut root.0[at].node.value else {
        cx.wrong_type(&Path::root("experimental"), &root.0[at].node, "a table");
        root.0[at].node.value = Value::Null;
        return;
    };
    if table.0.is_empty() {
        root.0.remove(at);
        return;
    }
    for key in ["cmd", "entrypoint", "exec"] {
        let Some(entry) = table.get_mut(key) else { continue };
        match &entry.node.value {
            Value::String(_) => {
                let range = entry.node.range;
                let text = std::mem::replace(&mut entry.node, Node::new(Value::Null, range));
                entry.node.value = Value::List(vec![text]);
            }
            // Other lists take dates and null for text.
            Value::List(items) => {
                let strict = items.iter().filter(|item| matches!(item.value, Value::Datetime(_) | Value::Null));
                for item in strict {
                    cx.wrong_type(&Path::root("experimental").then(key), item, "a string");
                }
            }
            // What else it may be is judged like any list of texts.
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Datetime(_)
            | Value::Duration(_)
            | Value::Table(_) => {}
        }
    }
    let timeout = table.take("kill_timeout");
    let (port, metrics_path) = (table.take("metrics_port"), table.take("metrics_path"));
    let header = root.0[at].node.range;

    if let Some(mut timeout) = timeout {
        // flyctl leaves it in its old place, too, and stumbles over it there.
        no_infinity(cx, &timeout.node);
        if let Some(other) = root.get("kill_timeout") {
            let message = "the `kill_timeout` of the top level takes precedence";
            let at = crate::value::Origin::written(other.key_range);
            cx.warn(SHADOWED, timeout.key_range, message).related(at, "this one");
        } else {
            cx.old_spelling(timeout.key_range, "`experimental.kill_timeout`", "`kill_timeout` at the top");
            cast_duration(cx, &Path::root("experimental").then("kill_timeout"), &mut timeout.node, Unit::Seconds);
            root.0.push(timeout);
        }
    }
    let renamed = [(port, "port"), (metrics_path, "path")].into_iter();
    let moved: Vec<Entry<'_>> = renamed.filter_map(|(e, key)| Some(Entry { key: Cow::Borrowed(key), ..e? })).collect();
    let Some(key_range) = moved.first().map(|entry| entry.key_range) else { return };
    if root.get("metrics").is_some() {
        for entry in moved {
            cx.warn(SHADOWED, entry.key_range, "the section `metrics` takes precedence");
        }
    } else {
        cx.old_spelling(key_range, "`experimental.metrics_…`", "a section `[[metrics]]`");
        let node = Node::new(Value::Table(Table(moved)), header);
        root.0.push(Entry { key: Cow::Borrowed("metrics"), key_range, node });
    }
}

/// `patchCompute`: three names for one section, and numbers for memory.
fn compute(cx: &mut Cx<'_>, root: &mut Table<'_>) {
    gather(cx, root, &["compute", "computes", "vm"], "memory");
}

/// `patchMounts`
fn mounts(cx: &mut Cx<'_>, root: &mut Table<'_>) {
    gather(cx, root, &["mount", "mounts"], "initial_size");
}

/// `patchMetrics`
fn metrics(cx: &mut Cx<'_>, root: &mut Table<'_>) {
    gather(cx, root, &["metric", "metrics"], "");
}

/// Gathers the tables of several keys under the last of them. `size` may be a number.
fn gather(cx: &mut Cx<'_>, root: &mut Table<'_>, keys: &[&'static str], size: &str) {
    let &[.., name] = keys else { return };
    let Some(first) = root.0.iter().position(|entry| keys.contains(&&*entry.key)) else { return };
    let range = root.0[first].node.range;
    let key_range = root.0[first].key_range;
    let mut all = Vec::new();
    let mut refused = false;
    for &key in keys {
        let Some(mut entry) = root.take(key) else { continue };
        if key != name {
            cx.old_spelling(entry.key_range, &format!("`{key}`"), &format!("`[[{name}]]`"));
        }
        match array_of_tables(cx, &Path::root(key), &mut entry) {
            Some(tables) => all.extend(tables),
            None => refused = true,
        }
    }
    for node in &mut all {
        if let Value::Table(table) = &mut node.value
            && let Some(entry) = table.get_mut(size)
        {
            let range = entry.node.range;
            let old = std::mem::replace(&mut entry.node, Node::new(Value::Null, range));
            // A number is meant as one: the rule `missing-unit` speaks of it.
            entry.node = if let Value::Integer(_) = old.value {
                Node::new(Value::String(go::text(&old).into()), range)
            } else {
                cx.text_of(&Path::root(name).then(size), old)
            };
        }
    }
    if !refused {
        let node = Node::new(Value::List(all), range);
        root.0.push(Entry { key: Cow::Borrowed(name), key_range, node });
    }
}

/// `patchTopFields`
fn top_fields(cx: &mut Cx<'_>, root: &mut Table<'_>) {
    if let Some(entry) = root.get_mut("kill_timeout") {
        cast_duration(cx, &Path::root("kill_timeout"), &mut entry.node, Unit::Seconds);
    }
}

/// `patchBuild`
fn build(cx: &mut Cx<'_>, root: &mut Table<'_>) {
    let Some(at) = root.0.iter().position(|entry| entry.key == "build") else { return };
    let Value::Table(table) = &mut root.0[at].node.value else {
        cx.wrong_type(&Path::root("build"), &root.0[at].node, "a table");
        root.0[at].node.value = Value::Null;
        return;
    };
    if let Some(mut target) = table.take("build_target") {
        cx.old_spelling(target.key_range, "`build_target`", "`build-target`");
        if let Some(other) = table.take("build-target") {
            let at = crate::value::Origin::written(target.key_range);
            cx.warn(SHADOWED, other.key_range, "`build_target` takes precedence").related(at, "this one");
        }
        target.key = Cow::Borrowed("build-target");
        table.0.push(target);
    }
    if table.0.is_empty() {
        root.0.remove(at);
    }
}
