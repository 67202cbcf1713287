//! Judges a patched tree by the surface, and brings it into the form that the types read.
//!
//! It mirrors Go's JSON decoder, which is what flyctl hands the patched map to (`mapToConfig` in
//! `internal/appconfig/patches.go`): keys fit in any case, unknown ones are dropped, a wrong type refuses the file. On
//! top of that it finds what flyctl loads and nobody can deploy, which the types cannot hold.
#![expect(clippy::wildcard_enum_match_arm, reason = "whatever is not of the wanted type is wrong")]

mod unknown;
mod values;

use std::borrow::Cow;

use self::unknown::unknown_key;
use self::values::{
    any_map, auto_stop, boolean, duration, formed, header_map, persist_rootfs, port, share, text, text_map, texts,
    whole,
};
use super::Format;
use super::cx::{Cx, IGNORED, KEY_CASE, Path, SHADOWED, shorten};
use super::go;
use super::surface::{FLY_TOML, Field, Kind, Section};
use super::tree::{Entry, Node, Table, Value};
use crate::diag::form::{MISSING_KEY, list};
use crate::value::{Memory, RegionCode, VolumeSize};

/// Sections that the patches make anew: a spelling in another case is decoded first and then emptied.
const REBUILT: [&str; 3] = ["mounts", "vm", "metrics"];

/// Brings the whole file into form.
pub(super) fn conform(cx: &mut Cx<'_>, root: &mut Table<'_>) {
    fields(cx, None, &FLY_TOML, root);
}

/// What a value has come to.
enum Verdict {
    /// It is in form.
    Fine,
    /// It says nothing: flyctl takes it for unset.
    Unset,
    /// It has been complained of.
    Wrong,
}

use Verdict::{Fine, Unset, Wrong};

fn fields(cx: &mut Cx<'_>, path: Option<&Path<'_>>, section: &'static Section, table: &mut Table<'_>) {
    // Which entry speaks for each field: Go decodes in the order of the keys' bytes, and the last one wins.
    let mut exact = true;
    let found: Vec<Option<(usize, bool)>> = table.0.iter().map(|entry| section.find(&entry.key)).collect();
    for (entry, found) in table.0.iter_mut().zip(&found) {
        match found {
            None => unknown_key(cx, path, section, entry),
            Some((at, alike)) => {
                let field = &section.fields[*at];
                exact &= alike;
                let below = match path {
                    Some(path) => path.then(field.name),
                    None => Path::root(field.name),
                };
                match value(cx, &below, field, &mut entry.node) {
                    Fine => {}
                    Unset | Wrong => entry.node.live = false,
                }
            }
        }
    }
    if !exact {
        merge_cases(cx, path.is_none(), section, table, &found);
    }
}

/// Gives keys in another case their name, and lets the last of several spellings win.
fn merge_cases(cx: &mut Cx<'_>, top: bool, section: &Section, table: &mut Table<'_>, found: &[Option<(usize, bool)>]) {
    let mut order: Vec<usize> = (0..table.0.len()).filter(|&i| found[i].is_some()).collect();
    order.sort_by(|&a, &b| table.0[a].key.cmp(&table.0[b].key));
    let mut speaker: Vec<Option<usize>> = vec![None; section.fields.len()];
    for i in order {
        let Some((at, _)) = found[i] else { continue };
        let earlier = speaker[at].replace(i);
        let Some(earlier) = earlier else { continue };
        if !table.0[i].node.live {
            speaker[at] = Some(earlier);
            continue;
        }
        let loser = std::mem::take(&mut table.0[earlier].node.live);
        if !loser {
            continue;
        }
        let (winner, key) = (table.0[i].key_range, table.0[earlier].key_range);
        // Tables of one meaning come together, key by key.
        let old = std::mem::replace(&mut table.0[earlier].node.value, Value::Null);
        let merges =
            matches!(section.fields[at].kind, Kind::Table(_) | Kind::TextMap | Kind::ProcessMap | Kind::TableMap(_));
        if let (true, Value::Table(mut old)) = (merges, old) {
            if let Value::Table(new) = &mut table.0[i].node.value {
                old.0.append(&mut new.0);
                old.keep_last();
                *new = old;
            }
            let name = section.fields[at].name;
            cx.warn(KEY_CASE, key, format!("flyctl reads this together with another spelling of `{name}`"))
                .related(crate::value::Origin::written(winner), "this one");
        } else {
            let name = section.fields[at].name;
            cx.warn(SHADOWED, key, format!("another spelling of `{name}` takes precedence"))
                .related(crate::value::Origin::written(winner), "this one");
        }
    }
    for (entry, found) in table.0.iter_mut().zip(found) {
        let Some((at, false)) = found else { continue };
        let name = section.fields[*at].name;
        let written = shorten(&entry.key);
        if top && REBUILT.contains(&name) {
            entry.node.live = false;
            cx.warn(IGNORED, entry.key_range, format!("flyctl drops `{written}`: the section is `{name}`"));
        } else if entry.node.live {
            entry.key = Cow::Borrowed(name);
            cx.renamed = true;
            cx.warn(KEY_CASE, entry.key_range, format!("flyctl takes `{written}` for `{name}`"))
                .help(format!("write `{name}`: flyctl refuses other cases under `--strict`"));
        }
    }
}

fn value(cx: &mut Cx<'_>, path: &Path<'_>, field: &'static Field, node: &mut Node<'_>) -> Verdict {
    if matches!(node.value, Value::Null) {
        return Unset;
    }
    let pointer = field.pointer;
    match &field.kind {
        Kind::Text => text(cx, path, node),
        Kind::Words(words) => formed(cx, path, node, pointer, &|text| words.contains(&text), &|| {
            format!("expected {}", list(words, "or"))
        }),
        Kind::Region => {
            formed(cx, path, node, pointer, &RegionCode::accepts, &|| format!("expected {}", RegionCode::EXPECTED))
        }
        Kind::Memory => formed(cx, path, node, pointer, &|text| text.parse::<Memory>().is_ok(), &|| {
            "expected a size of memory, such as \"512mb\" or \"2gb\"".to_owned()
        }),
        Kind::VolumeSize => formed(cx, path, node, pointer, &|text| text.parse::<VolumeSize>().is_ok(), &|| {
            "expected a size of a volume, such as \"10gb\"".to_owned()
        }),
        Kind::Bool => boolean(cx, path, node),
        Kind::Integer => whole(cx, path, node, i64::MIN..=i64::MAX, false),
        Kind::Whole => whole(cx, path, node, 0..=i64::from(u32::MAX), false),
        Kind::Unsigned => whole(cx, path, node, 0..=i64::from(u32::MAX), true),
        Kind::Within(low, high) => {
            let verdict = go::whole(&node.value).filter(|number| *number == 0 && *low > 0 && !pointer).map(|_| Unset);
            verdict.unwrap_or_else(|| whole(cx, path, node, *low..=*high, false))
        }
        Kind::Port => port(cx, path, node, pointer),
        Kind::Share => share(cx, path, node),
        Kind::Duration(unit) => duration(cx, path, node, *unit),
        Kind::AutoStop => auto_stop(cx, path, node),
        Kind::PersistRootfs => persist_rootfs(cx, path, node),
        Kind::Texts => texts(cx, path, node, false),
        Kind::Names => texts(cx, path, node, true),
        Kind::TextMap => text_map(cx, path, node, false),
        Kind::ProcessMap => text_map(cx, path, node, true),
        Kind::AnyMap => any_map(cx, path, node),
        Kind::HeaderMap => header_map(cx, path, node),
        Kind::Table(section) => table(cx, path, node, section),
        Kind::Tables(section) => tables(cx, path, node, section),
        Kind::TableMap(section) => table_map(cx, path, node, section),
    }
}

/// Whether a table has the key without which flyctl does not deploy it.
fn has_required(cx: &mut Cx<'_>, path: &Path<'_>, section: &Section, node: &Node<'_>) -> bool {
    let (Some(key), Value::Table(table)) = (section.required, &node.value) else { return true };
    if table.0.iter().any(|entry| entry.key == key && entry.node.live) {
        return true;
    }
    let field = section.fields.iter().find(|field| field.name == key);
    let unset = |entry: &Entry<'_>| match &entry.node.value {
        Value::Null => true,
        Value::String(text) => text.is_empty() && field.is_some_and(|field| !field.pointer),
        _ => false,
    };
    // A value that is there and wrong has been complained of.
    if table.0.iter().all(|entry| entry.key != key || unset(entry)) {
        let help = match field.map(|field| &field.kind) {
            Some(Kind::Words(words)) => format!("add `{key}`: {}", list(words, "or")),
            _ => format!("add `{key}`"),
        };
        cx.cannot_be(MISSING_KEY, node.range, format!("`{path}` has no `{key}`: flyctl does not deploy it")).help(help);
    }
    false
}

fn table(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>, section: &'static Section) -> Verdict {
    if let Value::Table(table) = &mut node.value {
        fields(cx, Some(path), section, table);
        return Fine;
    }
    let list = matches!(node.value, Value::List(_)) && cx.format == Format::Toml;
    let report = cx.wrong_type(path, node, "a table");
    if list {
        report.help(format!("write `[{path}]`, once"));
    }
    Wrong
}

fn table_map(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>, section: &'static Section) -> Verdict {
    let Value::Table(entries) = &mut node.value else {
        cx.wrong_type(path, node, "a table");
        return Wrong;
    };
    for entry in &mut entries.0 {
        let path = path.then(&entry.key);
        if let Value::Table(table) = &mut entry.node.value {
            fields(cx, Some(&path), section, table);
            entry.node.live = has_required(cx, &path, section, &entry.node);
        } else {
            entry.node.live = false;
            if !matches!(entry.node.value, Value::Null) {
                cx.wrong_type(&path, &entry.node, "a table");
            }
        }
    }
    Fine
}

fn tables(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>, section: &'static Section) -> Verdict {
    let Value::List(items) = &mut node.value else {
        let table = matches!(node.value, Value::Table(_));
        let help = cx.list_of_tables(path);
        let report = cx.wrong_type(path, node, "a list of tables");
        if table {
            report.help(help);
        }
        return Wrong;
    };
    for item in items {
        match &mut item.value {
            Value::Table(table) => {
                fields(cx, Some(path), section, table);
                item.live = has_required(cx, path, section, item);
            }
            Value::Null => {
                item.live = false;
                cx.warn(IGNORED, item.range, format!("`{path}` has an entry that is null"));
            }
            Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Datetime(_)
            | Value::Duration(_)
            | Value::List(_) => {
                cx.wrong_type(path, item, "a list of tables");
                item.live = false;
            }
        }
    }
    Fine
}
