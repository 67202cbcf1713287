//! `[[services]]`: ports, limits and checks in their old spellings.

use std::borrow::Cow;

use super::casts::{array_of_tables, cast_to_int};
use super::checks::patch_check;
use crate::diag::form::INVALID_VALUE;
use crate::fly_toml::cx::{Cx, IGNORED, Path};
use crate::fly_toml::go;
use crate::fly_toml::tree::{Entry, Node, Table, Value};

/// `patchServices`
pub(super) fn services(cx: &mut Cx<'_>, root: &mut Table<'_>) {
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
