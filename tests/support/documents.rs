//! Documents made from a schema, for tests of properties: right ones, wrong ones, and their text in many spellings.
//!
//! A schema that was generated from the types knows every key at every depth, so that a new key is in these tests
//! the moment it is in the types. The documents are JSON, which shrinks well; [`text`] writes them as TOML.

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::string::string_regex;
use serde_json::{Map, Value, json};

/// The key of an object that stands for a literal of TOML that JSON does not have.
const LITERAL: &str = "\u{0}literal";

/// A literal of TOML, written as it is: a date, `nan`, `0x10`.
pub(crate) fn literal(text: &str) -> Value {
    json!({ LITERAL: text })
}

fn as_literal(value: &Value) -> Option<&str> {
    value.get(LITERAL)?.as_str()
}

/// The node that a reference means.
fn resolve<'s>(schema: &'s Value, node: &'s Value) -> &'s Value {
    let reference = node.get("$ref").or_else(|| node.pointer("/allOf/0/$ref")).and_then(Value::as_str);
    match reference {
        Some(reference) => resolve(schema, schema.pointer(reference.trim_start_matches('#')).unwrap()),
        None => node,
    }
}

/// Documents that a schema allows.
pub(crate) fn valid(schema: &Value) -> BoxedStrategy<Value> {
    allowed(schema, schema)
}

fn allowed(schema: &Value, node: &Value) -> BoxedStrategy<Value> {
    let node = resolve(schema, node);
    if let Some(value) = node.get("const") {
        return Just(value.clone()).boxed();
    }
    if let Some(values) = node.get("enum").and_then(Value::as_array) {
        return select(values.clone()).boxed();
    }
    if let Some(branches) = node.get("anyOf").or_else(|| node.get("oneOf")).and_then(Value::as_array) {
        let branches: Vec<_> = branches.iter().map(|branch| allowed(schema, branch)).collect();
        return proptest::strategy::Union::new(branches).boxed();
    }
    match node.get("type") {
        Some(Value::String(name)) => of_type(schema, node, name),
        Some(Value::Array(names)) => {
            let branches: Vec<_> = names.iter().map(|name| of_type(schema, node, name.as_str().unwrap())).collect();
            proptest::strategy::Union::new(branches).boxed()
        }
        _ => anything(),
    }
}

fn of_type(schema: &Value, node: &Value, name: &str) -> BoxedStrategy<Value> {
    match name {
        "boolean" => any::<bool>().prop_map(Value::from).boxed(),
        "integer" => {
            let bound = |key: &str| node.get(key).and_then(Value::as_i64);
            let (low, high) = (bound("minimum").unwrap_or(i64::MIN), bound("maximum").unwrap_or(i64::MAX));
            prop_oneof![Just(low), Just(high), low..=high, low..=high.min(low.saturating_add(20))]
                .prop_map(Value::from)
                .boxed()
        }
        "number" => {
            let low = node.get("exclusiveMinimum").and_then(Value::as_f64).unwrap_or(-1.0e9);
            prop_oneof![(low + 1e-3)..1.0e9, Just(low + 1.0), Just(low + 0.5)].prop_map(Value::from).boxed()
        }
        "string" => match node.get("pattern").and_then(Value::as_str) {
            Some(pattern) => matching(pattern).prop_map(Value::from).boxed(),
            None => words().prop_map(Value::from).boxed(),
        },
        "array" => {
            let least = node.get("minItems").and_then(Value::as_u64).unwrap_or(0);
            let items = node.get("items").map_or_else(anything, |items| allowed(schema, items));
            let unique = node.get("uniqueItems") == Some(&Value::Bool(true));
            prop::collection::vec(items, usize::try_from(least).unwrap()..4)
                .prop_map(move |mut items| {
                    if unique {
                        items.sort_by_key(ToString::to_string);
                        items.dedup();
                    }
                    Value::Array(items)
                })
                .boxed()
        }
        "object" => object(schema, node),
        other => panic!("a schema of TOML has no {other}"),
    }
}

/// Strings that a pattern of the schema allows.
pub(crate) fn matching(pattern: &str) -> BoxedStrategy<String> {
    let inner = pattern.strip_prefix('^').and_then(|p| p.strip_suffix('$')).expect("patterns are anchored");
    // What repeats without an end shall end.
    string_regex(&inner.replace(")+", "){1,3}").replace("]+", "]{1,6}").replace("]*", "]{0,6}")).unwrap().boxed()
}

fn object(schema: &Value, node: &Value) -> BoxedStrategy<Value> {
    let required: Vec<&str> =
        node.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    if let Some(properties) = node.get("properties").and_then(Value::as_object) {
        // Large tables get a few of their keys, small ones most: else an app would have them all, or a check none.
        let share = if properties.len() > 20 { 0.15 } else { 0.45 };
        let entries: Vec<_> = properties
            .iter()
            .map(|(key, node)| {
                let (needed, key) = (required.contains(&key.as_str()), key.clone());
                let value = allowed(schema, node);
                let value =
                    if needed { value.prop_map(Some).boxed() } else { prop::option::weighted(share, value).boxed() };
                value.prop_map(move |value| Some((key.clone(), value?)))
            })
            .collect();
        return entries.prop_map(|entries| entries.into_iter().flatten().collect::<Map<_, _>>().into()).boxed();
    }
    let least = node.get("minProperties").and_then(Value::as_u64).unwrap_or(0);
    let keys = match node.pointer("/propertyNames/pattern").and_then(Value::as_str) {
        Some(pattern) => matching(pattern),
        None => prop_oneof![3 => "[A-Za-z_-]{1,8}", 1 => words()].boxed(),
    };
    let values = node.get("additionalProperties").map_or_else(anything, |values| allowed(schema, values));
    prop::collection::btree_map(keys, values, usize::try_from(least).unwrap()..4)
        .prop_map(|entries| entries.into_iter().collect::<Map<_, _>>().into())
        .boxed()
}

/// Texts as people and attackers write them.
pub(crate) fn words() -> BoxedStrategy<String> {
    prop_oneof![
        4 => "[a-z0-9./ -]{0,12}",
        1 => select(HOSTILE.to_vec()).prop_map(str::to_owned),
        1 => prop::collection::vec(select(HOSTILE.to_vec()), 1..4).prop_map(|parts| parts.concat()),
        1 => any::<String>(),
    ]
    .boxed()
}

/// What breaks out of quotes, comments, tables or lines somewhere.
pub(crate) const HOSTILE: &[&str] = &[
    "\"",
    "'",
    "\\",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "#",
    "[[",
    "]]",
    "$(touch x)",
    "`touch x`",
    "${HOME}",
    "; exit 1",
    "' && echo '",
    "\"\"\"",
    "'''",
    "|",
    "`",
    "*/",
    "-->",
    "%%",
    "{{ x }}",
    "\u{202e}",
    "\u{feff}",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "🦀",
    "é",
    " ",
    "-",
    "--help",
    "=",
    "<script>",
    "EOF",
];

fn anything() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        words().prop_map(Value::from),
        Just(json!(1.5)),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,4}", inner, 0..3)
                .prop_map(|entries| entries.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
    .boxed()
}

/// A change of a document that mostly makes it wrong.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Replace(Index, Value),
    Remove(Index),
    Add(Index, String, Value),
    /// Puts a character into a string, or in the place of one.
    Type(Index, Index, char, bool),
    /// Takes a character out of a string.
    Erase(Index, Index),
    /// Puts one value of the document in the place of another.
    Swap(Index, Index),
}

/// Changes that mostly make a document wrong, near the border to what is right.
pub(crate) fn changes() -> BoxedStrategy<Change> {
    const EDGES: &[i64] = &[
        -1,
        0,
        1,
        2,
        9,
        10,
        11,
        49,
        50,
        60,
        61,
        99,
        100,
        255,
        256,
        500,
        501,
        1000,
        1001,
        65_535,
        65_536,
        u32::MAX as i64,
        u32::MAX as i64 + 1,
        i64::MAX,
        i64::MIN,
    ];
    const LITERALS: &[&str] = &[
        "nan",
        "-inf",
        "inf",
        "1.0",
        "0.0",
        "-0.0",
        "1e400",
        "80.0",
        "3e3",
        "0x10",
        "1_000",
        "9223372036854775808",
        "18446744073709551616",
        "2027-01-31",
        "2027-01-31T10:00:00",
        "2027-01-31T10:00:00Z",
        "10:00:00",
    ];
    let index = any::<Index>;
    let values = prop_oneof![
        3 => select(EDGES.to_vec()).prop_map(Value::from),
        2 => select(LITERALS.to_vec()).prop_map(literal),
        2 => words().prop_map(Value::from),
        2 => string_regex("(0|1|30|1\\.5|99999999999999999999)?( )?(ns|us|ms|s|m|h|mb|MB|gb|tib|kb)?").unwrap().prop_map(Value::from),
        1 => string_regex("[0-9]{4}-[0-9]{2}-[0-3][0-9]").unwrap().prop_map(Value::from),
        1 => anything(),
        1 => Just(json!({})),
        1 => Just(json!([])),
        1 => Just(json!("")),
    ];
    let typed = select(" .-_*aZé0\n\t\"'/:@".chars().collect::<Vec<_>>());
    prop_oneof![
        4 => (index(), values.clone()).prop_map(|(at, value)| Change::Replace(at, value)),
        1 => index().prop_map(Change::Remove),
        1 => (index(), prop_oneof![Just("name".to_owned()), Just("$__toml_private_datetime".to_owned()), words(), "[a-z_]{3,9}"], values)
            .prop_map(|(at, key, value)| Change::Add(at, key, value)),
        3 => (index(), index(), typed, any::<bool>()).prop_map(|(at, i, c, instead)| Change::Type(at, i, c, instead)),
        2 => (index(), index()).prop_map(|(at, i)| Change::Erase(at, i)),
        1 => (index(), index()).prop_map(|(to, from)| Change::Swap(to, from)),
    ]
    .boxed()
}

/// The places of a document, as JSON pointers: all of them, or those that a condition holds for.
fn places(document: &Value, wanted: &dyn Fn(&Value) -> bool) -> Vec<String> {
    fn walk(value: &Value, at: &str, wanted: &dyn Fn(&Value) -> bool, out: &mut Vec<String>) {
        if wanted(value) {
            out.push(at.to_owned());
        }
        match value {
            Value::Object(entries) if as_literal(value).is_none() => {
                for (key, value) in entries {
                    walk(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), wanted, out);
                }
            }
            Value::Array(items) => {
                for (i, value) in items.iter().enumerate() {
                    walk(value, &format!("{at}/{i}"), wanted, out);
                }
            }
            Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut out = Vec::new();
    walk(document, "", wanted, &mut out);
    out
}

/// A document after a change; as it was where the change fits nowhere.
pub(crate) fn changed(mut document: Value, change: &Change) -> Value {
    let table = |value: &Value| value.is_object() && as_literal(value).is_none();
    let pick = |places: &[String], at: &Index| (!places.is_empty()).then(|| at.get(places).clone());
    let below: Vec<String> = places(&document, &|_| true).into_iter().filter(|at| !at.is_empty()).collect();
    match change {
        Change::Replace(at, value) => {
            if let Some(at) = pick(&below, at) {
                *document.pointer_mut(&at).unwrap() = value.clone();
            }
        }
        Change::Swap(to, from) => {
            if let (Some(to), Some(from)) = (pick(&below, to), pick(&below, from)) {
                let value = document.pointer(&from).unwrap().clone();
                *document.pointer_mut(&to).unwrap() = value;
            }
        }
        Change::Remove(at) => {
            if let Some(at) = pick(&below, at) {
                let (parent, last) = at.rsplit_once('/').unwrap();
                match document.pointer_mut(parent).unwrap() {
                    Value::Object(entries) => drop(entries.remove(&last.replace("~1", "/").replace("~0", "~"))),
                    Value::Array(items) => drop(items.remove(last.parse().unwrap())),
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
                }
            }
        }
        Change::Add(at, key, value) => {
            if let Some(at) = pick(&places(&document, &table), at) {
                document.pointer_mut(&at).unwrap().as_object_mut().unwrap().insert(key.clone(), value.clone());
            }
        }
        Change::Type(at, i, c, instead) => edit(&mut document, *at, |text| {
            let i = i.index(text.len() + 1);
            if *instead && i < text.len() { text[i] = *c } else { text.insert(i, *c) }
        }),
        Change::Erase(at, i) => edit(&mut document, *at, |text| {
            if !text.is_empty() {
                text.remove(i.index(text.len()));
            }
        }),
    }
    document
}

fn edit(document: &mut Value, at: Index, edit: impl FnOnce(&mut Vec<char>)) {
    let strings = places(document, &Value::is_string);
    if strings.is_empty() {
        return;
    }
    let value = document.pointer_mut(&strings[at.index(strings.len())]).unwrap();
    let mut text: Vec<char> = value.as_str().unwrap().chars().collect();
    edit(&mut text);
    *value = text.into_iter().collect::<String>().into();
}

/// A document as TOML. `spelling` decides, table by table, between headers and braces.
pub(crate) fn text(document: &Value, spelling: u64) -> String {
    let mut writer = Writer { out: String::new(), spelling, in_braces: false };
    if let Value::Object(entries) = document {
        writer.table(&mut Vec::new(), entries);
    }
    writer.out
}

/// A document as TOML without headers below the first level: what stands in a table keeps its order.
pub(crate) fn text_in_braces(document: &Value) -> String {
    let mut writer = Writer { out: String::new(), spelling: 0, in_braces: true };
    writer.table(&mut Vec::new(), document.as_object().expect("a document is a table"));
    writer.out
}

struct Writer {
    out: String,
    spelling: u64,
    in_braces: bool,
}

impl Writer {
    /// One of so many ways (the generator is splitmix64).
    fn choose(&mut self, ways: u64) -> u64 {
        self.spelling = self.spelling.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.spelling;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % ways
    }

    fn table(&mut self, path: &mut Vec<String>, entries: &Map<String, Value>) {
        let mut headed = Vec::new();
        for (key, value) in entries {
            let table = value.is_object() && as_literal(value).is_none();
            let tables = value.as_array().is_some_and(|items| {
                !items.is_empty() && items.iter().all(|item| item.is_object() && as_literal(item).is_none())
            });
            // The first levels are always tables of their own: nobody writes a spec on one line.
            if (table || tables) && (path.is_empty() || (!self.in_braces && self.choose(3) > 0)) {
                headed.push((key, value));
            } else {
                let value = self.value(value);
                writeln!(self.out, "{} = {value}", self::key(key)).unwrap();
            }
        }
        for (key, value) in headed {
            path.push(self::key(key));
            match value {
                Value::Array(items) => {
                    for item in items {
                        writeln!(self.out, "\n[[{}]]", path.join(".")).unwrap();
                        self.table(path, item.as_object().unwrap());
                    }
                }
                Value::Object(entries) => {
                    writeln!(self.out, "\n[{}]", path.join(".")).unwrap();
                    self.table(path, entries);
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
            path.pop();
        }
    }

    fn value(&mut self, value: &Value) -> String {
        if let Some(literal) = as_literal(value) {
            return literal.to_owned();
        }
        match value {
            Value::Null => panic!("TOML has no null"),
            Value::Bool(value) => value.to_string(),
            Value::Number(number) => number.as_i64().map_or_else(
                || toml_edit::Value::from(number.as_f64().unwrap()).to_string(),
                |number| number.to_string(),
            ),
            Value::String(text) if self.choose(8) == 0 => escaped(text),
            Value::String(text) => toml_edit::Value::from(text.as_str()).to_string(),
            Value::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.value(item)).collect();
                let gap = if self.choose(4) == 0 { "\n  " } else { "" };
                format!("[{gap}{}]", items.join(&format!(", {gap}")))
            }
            Value::Object(entries) => {
                let entries: Vec<_> =
                    entries.iter().map(|(key, value)| format!("{} = {}", self::key(key), self.value(value))).collect();
                format!("{{ {} }}", entries.join(", "))
            }
        }
    }
}

/// A basic string with every character escaped.
pub(crate) fn escaped(text: &str) -> String {
    let escaped: String = text.chars().map(|c| format!("\\U{:08x}", u32::from(c))).collect();
    format!("\"{escaped}\"")
}

fn key(key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if bare { key.to_owned() } else { escaped(key) }
}
