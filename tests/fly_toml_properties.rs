//! What holds of every fly.toml: shown on configurations made from the types, and on texts that are none.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

use std::path::Path;

use flyarch::diag::Diagnostics;
use flyarch::fly_toml::{self, FlyToml, Reading};
use flyarch::source::{FileId, Source};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed};
use serde_json::{Map, Value as Json};

fn config(cases: u32) -> Config {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(0x00f1_a2c4);
    }
    config
}

fn read(name: &str, text: &str) -> Option<Reading> {
    fly_toml::read(&Source::new(name, text), FileId(0), &mut Diagnostics::default()).ok()
}

fn format(text: &str) -> Option<String> {
    fly_toml::format(&Source::new("fly.toml", text), FileId(0), &mut Diagnostics::default()).ok()
}

/// Values that a schema allows.
fn allowed(schema: &Json, node: &Json) -> BoxedStrategy<Json> {
    if let Some(reference) = node.get("$ref").and_then(Json::as_str) {
        return allowed(schema, schema.pointer(&reference[1..]).unwrap());
    }
    if let Some(words) = node.get("enum").and_then(Json::as_array) {
        return select(words.clone()).boxed();
    }
    if let Some(word) = node.get("const") {
        return Just(word.clone()).boxed();
    }
    if let Some(branches) = node.get("anyOf").or_else(|| node.get("oneOf")).and_then(Json::as_array) {
        let branches = branches.iter().filter(|branch| branch.get("type") != Some(&Json::from("null")));
        return proptest::strategy::Union::new(branches.map(|branch| allowed(schema, branch))).boxed();
    }
    let name = match node.get("type") {
        Some(Json::Array(names)) => names.iter().find_map(|name| name.as_str().filter(|name| *name != "null")),
        Some(name) => name.as_str(),
        None => None,
    };
    match name {
        Some("boolean") => any::<bool>().prop_map(Json::from).boxed(),
        Some("integer") => {
            let bound = |key: &str| node.get(key).and_then(Json::as_i64);
            let low = bound("minimum").unwrap_or(0);
            let high = bound("maximum").unwrap_or(1_000).min(i64::from(u32::MAX));
            prop_oneof![Just(low), Just(high), low..=high].prop_map(Json::from).boxed()
        }
        Some("number") => select(vec![0.25, 0.33, 1.0, 3.0, 1.0e6]).prop_map(Json::from).boxed(),
        Some("string") => match node.get("pattern").and_then(Json::as_str) {
            Some(pattern) => {
                let bounded = pattern.trim_matches(['^', '$']).replace(")+", "){1,3}").replace("]+", "]{1,4}");
                let bounded = bounded.replace("]*", "]{0,4}");
                proptest::string::string_regex(&bounded).unwrap().prop_map(Json::from).boxed()
            }
            None => texts().prop_map(Json::from).boxed(),
        },
        Some("array") => {
            let items = node.get("items").map_or_else(free, |items| allowed(schema, items));
            prop::collection::vec(items, 0..3).prop_map(Json::from).boxed()
        }
        Some("object") => object(schema, node),
        _ => free(),
    }
}

fn object(schema: &Json, node: &Json) -> BoxedStrategy<Json> {
    let Some(properties) = node.get("properties").and_then(Json::as_object) else {
        let values =
            node.get("additionalProperties").filter(|v| v.is_object()).map_or_else(free, |v| allowed(schema, v));
        let keys = match node.pointer("/propertyNames/pattern") {
            Some(_) => "[A-Za-z0-9][A-Za-z0-9_-]{0,6}".boxed(),
            None => prop_oneof![3 => "[A-Za-z_.-]{1,8}", 1 => texts()].boxed(),
        };
        let map = prop::collection::btree_map(keys, values, 0..4);
        return map.prop_map(|map| map.into_iter().collect::<Map<_, _>>().into()).boxed();
    };
    let required = node.get("required").and_then(Json::as_array).cloned().unwrap_or_default();
    let entries: Vec<_> = properties
        .iter()
        .map(|(key, node)| {
            let needed = required.contains(&Json::from(key.as_str()));
            let (key, value) = (key.clone(), allowed(schema, node));
            let value = if needed { value.prop_map(Some).boxed() } else { prop::option::weighted(0.3, value).boxed() };
            value.prop_map(move |value| Some((key.clone(), value?)))
        })
        .collect();
    entries.prop_map(|entries| entries.into_iter().flatten().collect::<Map<_, _>>().into()).boxed()
}

/// What the settings of a builtin may hold.
fn free() -> BoxedStrategy<Json> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Json::from),
        (-1_000_i64..1_000).prop_map(Json::from),
        texts().prop_map(Json::from),
        select(vec![0.5, 1.0, 1e21]).prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
            prop::collection::btree_map("[a-z.]{1,3}", inner, 0..3)
                .prop_map(|map| map.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
    .boxed()
}

fn texts() -> BoxedStrategy<String> {
    prop_oneof![4 => "[a-z0-9./ -]{0,12}", 1 => any::<String>(), 1 => "[\"'\\\\\t\n\r#\u{7f}\u{1b}]{1,4}"].boxed()
}

/// A value as TOML has it on one line. JSON's strings are TOML's, but for one character.
fn inline(value: impl Into<Json>) -> String {
    let entries = |parts: Vec<String>| parts.join(", ");
    match value.into() {
        Json::String(text) => Json::String(text).to_string().replace('\u{7f}', "\\u007f"),
        Json::Array(items) => format!("[{}]", entries(items.into_iter().map(inline).collect())),
        Json::Object(map) => {
            let parts = map.into_iter().map(|(key, value)| format!("{} = {}", inline(key), inline(value)));
            format!("{{{}}}", entries(parts.collect()))
        }
        other @ (Json::Null | Json::Bool(_) | Json::Number(_)) => other.to_string(),
    }
}

/// Arbitrary configurations over the whole surface, as the text of their types.
fn configurations() -> BoxedStrategy<(String, FlyToml)> {
    let schema = serde_json::to_value(schemars::schema_for!(FlyToml)).unwrap();
    let documents = allowed(&schema, &schema);
    let understood = |document: Json| {
        let text: String = document
            .as_object()?
            .iter()
            .map(|(k, v)| format!("{} = {}\n", inline(k.as_str()), inline(v.clone())))
            .collect();
        let config = toml::from_str(&text).ok()?;
        Some((text, config))
    };
    documents.prop_filter_map("the types are stricter than the schema in a few places", understood).boxed()
}

#[test]
fn what_is_written_is_read_back() {
    proptest!(config(300), |((text, config) in configurations())| {
        let written = fly_toml::write("", &config, config.build.as_ref());
        let reading = read("fly.toml", &written);
        let reading = reading.unwrap_or_else(|| panic!("{text}\nwritten and refused:\n{written}"));
        prop_assert!(reading.complete, "{written}");
        let again = reading.config;
        prop_assert_eq!(fly_toml::differences(&config, &again), []);
        prop_assert_eq!(fly_toml::write("", &again, again.build.as_ref()), written);
    });
}

/// The reader of plain files and that of specs understand what both can read alike.
#[test]
fn the_types_read_alike() {
    proptest!(config(300), |((text, config) in configurations())| {
        let reading = read("fly.toml", &text).unwrap_or_else(|| panic!("refused:\n{text}"));
        prop_assert!(reading.complete, "{text}");
        prop_assert_eq!(fly_toml::differences(&config, &reading.config), [], "{}", text);
    });
}

#[test]
fn formatting_keeps_what_is_said() {
    proptest!(config(200), |((text, config) in configurations())| {
        let once = format(&text).unwrap_or_else(|| panic!("not formatted:\n{text}"));
        prop_assert_eq!(format(&once).unwrap(), once.clone());
        prop_assert_eq!(fly_toml::differences(&config, &read("fly.toml", &once).unwrap().config), []);
    });
}

/// Whatever the text, reading ends without a panic, and what can be formatted stays as it is the second time.
fn holds(text: &str) {
    for name in ["fly.toml", "fly.json", "fly.yaml"] {
        if let Some(reading) = read(name, text) {
            fly_toml::normal_form(&reading.config);
            let written = fly_toml::write("", &reading.config, reading.config.build.as_ref());
            let again =
                read("fly.toml", &written).unwrap_or_else(|| panic!("{text:?}\nwritten and refused:\n{written}"));
            assert_eq!(fly_toml::differences(&reading.config, &again.config), [], "{text:?}\n{written}");
        }
    }
    if let Some(once) = format(text) {
        assert_eq!(format(&once).as_ref(), Some(&once), "{text:?}");
    }
}

fn corpus() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/fly_toml");
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    files.filter(|file| file.file_type().is_file()).map(|file| std::fs::read_to_string(file.path()).unwrap()).collect()
}

#[test]
fn of_what_was_found_once() {
    // Without its empty list the service said nothing, and was dropped the second time.
    holds("services = [{ ports = [] }]\n");
}

#[test]
fn mutated_files_do_no_harm() {
    let files = corpus();
    let mutation = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0_usize..4, texts());
    let mutations = prop::collection::vec(mutation, 1..4);
    proptest!(config(1_500), |(text in select(files.clone()), other in select(files), mutations in mutations)| {
        let mut text = text;
        for (from, to, what, words) in mutations {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let (from, to) = (*from.get(&places), *to.get(&places));
            let range = from.min(to)..from.max(to);
            match what {
                0 => text.replace_range(range, ""),
                1 => text.insert_str(from, &words),
                2 => text = format!("{text}\n{other}"),
                _ => text = text.replacen(" = ", &format!(" = {words} "), 1),
            }
        }
        holds(&text);
    });
}

#[test]
fn hostile_texts_end() {
    for text in [
        "[".repeat(200_000),
        format!("a = {}", "[".repeat(200_000)),
        format!("a = {}", "{a=".repeat(200_000)),
        "{\"a\":".repeat(200_000),
        format!(
            "a0: &a0 [1, 2, 3]\n{}",
            (1..40).map(|i| format!("a{i}: &a{i} [*a{0}, *a{0}]\n", i - 1)).collect::<String>()
        ),
        (0..20_000).map(|i| format!("{}a{i}:\n", " ".repeat(i % 300))).collect(),
        "- ".repeat(100_000),
        "? ".repeat(100_000),
        "[".repeat(100_000) + &"]".repeat(100_000),
        format!("{{\"env\":{}}}", "[".repeat(200_000)),
        (0..20_000).map(|i| format!("[[env]]\nA{} = {i}\n", i % 7_000)).collect(),
        (0..50_000).map(|i| format!("unknown_{i} = {i}\n")).collect(),
        (0..20_000).map(|i| format!("[[services]]\ninternal_port = \"x{i}\"\n")).collect(),
        (0..20_000).map(|i| format!("[[services]] # {i}\ninternal_port = {}\n", i % 60_000 + 1)).collect(),
        format!("console_command = '{}'\n", "x".repeat(2_000_000)),
        "a.".repeat(100_000) + "a = 1",
        "# a\n".repeat(200_000),
    ] {
        holds(&text);
    }
}
