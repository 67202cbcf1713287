//! Old spellings brought into shape before anything is judged: one function for each of flyctl's
//! (`internal/appconfig/patches.go`), under its name and in its order.
//!
//! Like those they look at keys in lower case alone: `[Env]` is no `[env]` to them.

use std::borrow::Cow;

use super::Format;
use super::cx::{Cx, IGNORED, Path, SHADOWED};
use super::go;
use super::surface::Unit;
use super::tree::{Entry, Node, Table, Value};
use crate::schema::{INVALID_VALUE, WRONG_TYPE};
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
            let message = format!("a later `{}` takes the place of this one", super::cx::shorten(&key));
            cx.warn(SHADOWED, range, message);
        }
    }
}

/// `patchServices`
fn services(cx: &mut Cx<'_>, root: &mut Table<'_>) {
    let Some(entry) = root.get_mut("services") else { return };
    let path = Path::root("services");
    let Some(mut services) = array_of_tables(cx, &path, entry) else { return };
    services.retain_mut(|node| {
        let Value::Table(service) = &mut node.value else { return true };
        patch_service(cx, &path, service);
        let says = !service.0.is_empty();
        if !says {
            cx.warn(IGNORED, node.range, "flyctl drops a service that says nothing");
        }
        says
    });
    entry.node.value = Value::List(services);
}

/// `_patchService`
fn patch_service(cx: &mut Cx<'_>, path: &Path<'_>, service: &mut Table<'_>) {
    if let Some(entry) = service.get_mut("concurrency") {
        concurrency(cx, &path.then("concurrency"), entry);
    }
    if let Some(entry) = service.get_mut("ports") {
        let path = path.then("ports");
        if let Some(mut ports) = array_of_tables(cx, &path, entry) {
            for port in &mut ports {
                if let Value::Table(port) = &mut port.value
                    && let Some(port) = port.get_mut("port")
                {
                    cast_to_int(cx, &path.then("port"), &mut port.node);
                }
            }
            entry.node.value = Value::List(ports);
        }
    }
    for key in ["tcp_checks", "http_checks"] {
        let Some(entry) = service.get_mut(key) else { continue };
        let path = path.then(key);
        let Some(mut checks) = array_of_tables(cx, &path, entry) else { continue };
        for check in &mut checks {
            if let Value::Table(check) = &mut check.value {
                patch_check(cx, &path, check);
            }
        }
        if checks.is_empty() {
            service.take(key);
        } else {
            entry.node.value = Value::List(checks);
        }
    }
    if let Some(entry) = service.get_mut("internal_port") {
        cast_to_int(cx, &path.then("internal_port"), &mut entry.node);
    }
}

/// The old text `"soft,hard"` becomes a table.
fn concurrency(cx: &mut Cx<'_>, path: &Path<'_>, entry: &mut Entry<'_>) {
    let range = entry.node.range;
    let text = match &entry.node.value {
        Value::Table(_) => return,
        Value::String(text) => text,
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Datetime(_)
        | Value::Duration(_)
        | Value::List(_) => {
            cx.wrong_type(path, &entry.node, "a table");
            entry.node.value = Value::Null;
            return;
        }
    };
    let limits = text.split_once(',').and_then(|(soft, hard)| Some((go::atoi(soft)?, go::atoi(hard)?)));
    let Some((soft, hard)) = limits else {
        cx.refuse(INVALID_VALUE, range, format!("`{path}` must be a table, or two numbers such as \"20,25\""));
        entry.node.value = Value::Null;
        return;
    };
    cx.old_spelling(range, "`concurrency` as text", "a table with `type`, `hard_limit` and `soft_limit`");
    let field =
        |key: &'static str, value| Entry { key: Cow::Borrowed(key), key_range: range, node: Node::new(value, range) };
    entry.node.value = Value::Table(Table(vec![
        field("type", Value::String("requests".into())),
        field("hard_limit", Value::Integer(hard)),
        field("soft_limit", Value::Integer(soft)),
    ]));
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
        // What else it may be is judged like any list of texts.
        if let Some(entry) = table.get_mut(key)
            && matches!(entry.node.value, Value::String(_))
        {
            let range = entry.node.range;
            let text = std::mem::replace(&mut entry.node, Node::new(Value::Null, range));
            entry.node.value = Value::List(vec![text]);
        }
    }
    let timeout = table.take("kill_timeout");
    let (port, metrics_path) = (table.take("metrics_port"), table.take("metrics_path"));
    let header = root.0[at].node.range;

    if let Some(mut timeout) = timeout {
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

/// `patchTopLevelChecks`: a list of tables with a `name` becomes a table of tables.
fn top_level_checks(cx: &mut Cx<'_>, root: &mut Table<'_>) {
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
        other => {
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
                let name = super::cx::shorten(&check.key);
                cx.wrong_type(&path, &check.node, "a table").help(format!("a check has a table: `[checks.{name}]`"));
                check.node.value = Value::Null;
            }
        }
    }
    entry.node.value = Value::Table(checks);
}

/// `_patchCheck`: numbers are milliseconds, headers a table of texts.
fn patch_check(cx: &mut Cx<'_>, path: &Path<'_>, check: &mut Table<'_>) {
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
        other => {
            let node = Node::new(other, entry.node.range);
            cx.wrong_type(path, &node, "a table");
        }
    }
    headers
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

/// `ensureArrayOfMap`: the tables of a list, or one table. Leaves null behind.
fn array_of_tables<'s>(cx: &mut Cx<'_>, path: &Path<'_>, entry: &mut Entry<'s>) -> Option<Vec<Node<'s>>> {
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
fn cast_to_int(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>) {
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
                let message = format!("`{path}` must be a whole number, and is \"{}\"", super::cx::shorten(text));
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
fn cast_duration(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>, unit: Unit) {
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
