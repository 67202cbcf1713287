//! Judges a patched tree by the surface, and brings it into the form that the types read.
//!
//! It mirrors Go's JSON decoder, which is what flyctl hands the patched map to (`mapToConfig` in
//! `internal/appconfig/patches.go`): keys fit in any case, unknown ones are dropped, a wrong type refuses the file. On
//! top of that it finds what flyctl loads and nobody can deploy, which the types cannot hold.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use super::cx::{Cx, IGNORED, KEY_CASE, Path, SHADOWED, shorten};
use super::go;
use super::surface::{FLY_TOML, Field, Kind, Section, Unit};
use super::tree::{Entry, Node, Table, Value};
use crate::schema::{INVALID_VALUE, MISSING_KEY, UNKNOWN_KEY, list, nearest};
use crate::value::{
    Duration, Memory, Name, Nanoseconds, ParseDurationError, Port, RegionCode, VolumeSize, go_duration,
};

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
            cx.warn(KEY_CASE, entry.key_range, format!("flyctl takes `{written}` for `{name}`"))
                .help(format!("write `{name}`: flyctl refuses other cases under `--strict`"));
        }
    }
}

/// Says what becomes of a key that flyctl does not know: nothing.
fn unknown_key(cx: &mut Cx<'_>, path: Option<&Path<'_>>, section: &'static Section, entry: &mut Entry<'_>) {
    entry.node.live = false;
    if cx.is_full() {
        return;
    }
    let key = shorten(&entry.key);
    let home = path.map_or_else(|| "at the top level".to_owned(), |path| format!("in `{path}`"));
    let mut known = section.fields.iter().map(|field| field.name);
    let near = nearest(&entry.key, section.fields.iter().map(|field| field.name)).map(str::to_owned);
    let report = cx.warn(UNKNOWN_KEY, entry.key_range, format!("unknown key `{key}` {home}: flyctl drops it"));
    let old = match (&*entry.key, path.is_some()) {
        ("max_retries", true) => Some("the key is `retries`"),
        ("size_gb" | "size", true) if known.clone().any(|name| name == "initial_size") => {
            Some("the size of a new volume is `initial_size`, such as \"10gb\"")
        }
        ("allowed_public_ports" | "enable_6pn" | "private_network" | "nomad_deploy", true) => {
            Some("a setting of the platform that machines have replaced: remove it")
        }
        ("encrypted", true) => Some("volumes are encrypted unless a command says otherwise"),
        ("script_checks" | "restart_limit" | "max_machines_running", true) => {
            Some("flyctl has no such key any more: remove it")
        }
        ("mpg" | "secrets" | "regions" | "network" | "scale", false) => {
            Some("fly.toml has no such section: it is said by commands of flyctl alone")
        }
        _ => None,
    };
    let _ = match (old, near) {
        (Some(old), _) => report.help(old),
        (None, Some(near)) => report.help(format!("did you mean `{near}`?")),
        (None, None) => match homes(&entry.key) {
            homes if !homes.is_empty() => report.help(format!("`{key}` is a key of {}", homes.join(" and of "))),
            _ if section.fields.len() <= 12 => {
                let known: Vec<&str> = known.by_ref().collect();
                report.help(format!("known keys are {}", list(&known, "and")))
            }
            _ => report,
        },
    };
}

/// The sections that have a key of this name.
fn homes(key: &str) -> Vec<String> {
    let mut homes = Vec::new();
    if FLY_TOML.fields.iter().any(|field| field.name == key) {
        homes.push("the top level".to_owned());
    }
    for field in FLY_TOML.fields {
        if field.kind.section().is_some_and(|section| section.fields.iter().any(|field| field.name == key)) {
            homes.push(match field.kind {
                Kind::Tables(_) => format!("[[{}]]", field.name),
                _ => format!("[{}]", field.name),
            });
        }
    }
    homes.truncate(3);
    homes
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
        Kind::Bool => match node.value {
            Value::Bool(_) => Fine,
            _ => {
                let quoted = matches!(node.value, Value::String(_));
                let report = cx.wrong_type(path, node, "true or false");
                if quoted {
                    report.help("leave out the quotes");
                }
                Wrong
            }
        },
        Kind::Integer => whole(cx, path, node, i64::MIN..=i64::MAX, false),
        Kind::Whole => whole(cx, path, node, 0..=i64::from(u32::MAX), false),
        Kind::Unsigned => whole(cx, path, node, 0..=i64::from(u32::MAX), true),
        Kind::Small => whole(cx, path, node, 0..=i64::from(u8::MAX), false),
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
        Kind::Table(section) => match &mut node.value {
            Value::Table(table) => {
                fields(cx, Some(path), section, table);
                Fine
            }
            _ => {
                let list = matches!(node.value, Value::List(_));
                let report = cx.wrong_type(path, node, "a table");
                if list {
                    report.help(format!("write `[{path}]`, once"));
                }
                Wrong
            }
        },
        Kind::Tables(section) => tables(cx, path, node, section),
        Kind::TableMap(section) => match &mut node.value {
            Value::Table(entries) => {
                for entry in &mut entries.0 {
                    if let Value::Table(table) = &mut entry.node.value {
                        let path = path.then(&entry.key);
                        fields(cx, Some(&path), section, table);
                        entry.node.live = has_required(cx, &path, section, &entry.node);
                    } else {
                        entry.node.live = false;
                        if !matches!(entry.node.value, Value::Null) {
                            cx.wrong_type(&path.then(&entry.key), &entry.node, "a table");
                        }
                    }
                }
                Fine
            }
            _ => {
                cx.wrong_type(path, node, "a table");
                Wrong
            }
        },
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

/// Any text. A date has become one on the way through JSON.
fn text(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>) -> Verdict {
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

/// Text of a form that flyctl does not look at before a deploy, and the types do.
fn formed(
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
fn whole(
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

fn port(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>, pointer: bool) -> Verdict {
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
fn share(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>) -> Verdict {
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
fn duration(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>, unit: Unit) -> Verdict {
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

fn auto_stop(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>) -> Verdict {
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

fn persist_rootfs(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>) -> Verdict {
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

fn texts(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>, names: bool) -> Verdict {
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

fn text_map(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>, names: bool) -> Verdict {
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

fn any_map(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>) -> Verdict {
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
fn header_map(cx: &mut Cx<'_>, path: &Path<'_>, node: &mut Node<'_>) -> Verdict {
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
