//! The specs use every key of the language, and their trees have every path of fly.toml.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::{merged, specs};

/// The paths that fly.toml accepts.
const SURFACE: &str = include_str!("../data/fly-toml-surface.json");

/// Paths that no spec renders, and why. None may be in it that is rendered after all.
const NOT_RENDERED: [(&str, &str); 0] = [];

#[test]
fn every_path_of_fly_toml_is_in_some_tree() {
    let mut seen = BTreeSet::new();
    for spec in specs() {
        for (path, file) in spec.compilation.artifacts.unwrap() {
            if path.ends_with("/fly.toml") {
                let table: toml::Table = file.text.parse().unwrap();
                paths(&toml::Value::Table(table), "", &mut seen);
            }
        }
    }
    let surface: serde_json::Value = serde_json::from_str(SURFACE).unwrap();
    // Old spellings of others are read, and never written.
    let rows = surface["paths"].as_array().unwrap().iter().filter(|row| row.get("old").is_none());
    let surface: BTreeSet<&str> = rows.filter_map(|row| row["path"].as_str()).collect();
    assert_eq!(surface.len(), 232);
    let excused: BTreeSet<&str> = NOT_RENDERED.iter().map(|(path, _)| *path).collect();
    let rendered: BTreeSet<&str> =
        surface.iter().filter(|pattern| seen.iter().any(|path| matches(pattern, path))).copied().collect();
    let missing: Vec<_> = surface.difference(&rendered).filter(|path| !excused.contains(*path)).collect();
    assert!(missing.is_empty(), "no golden fly.toml has {missing:#?}");
    assert!(excused.is_disjoint(&rendered), "rendered after all: {excused:?}");
    let unknown: Vec<_> = seen.iter().filter(|path| !surface.iter().any(|pattern| matches(pattern, path))).collect();
    assert!(unknown.is_empty(), "fly.toml has no {unknown:#?}");
}

/// All paths of a document, `[]` behind those of array items.
fn paths(value: &toml::Value, path: &str, out: &mut BTreeSet<String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                // A separator that is in no key.
                let path = if path.is_empty() { key.clone() } else { format!("{path}\u{1f}{key}") };
                out.insert(path.clone());
                paths(value, &path, out);
            }
        }
        toml::Value::Array(items) if items.iter().any(toml::Value::is_table) => {
            for item in items {
                paths(item, &format!("{path}[]"), out);
            }
        }
        toml::Value::Array(_)
        | toml::Value::String(_)
        | toml::Value::Integer(_)
        | toml::Value::Float(_)
        | toml::Value::Boolean(_)
        | toml::Value::Datetime(_) => {}
    }
}

/// Whether a path is one of a pattern. What lies below a setting is free.
fn matches(pattern: &str, path: &str) -> bool {
    let free = pattern == "build.settings.*";
    let (mut words, mut keys) = (pattern.split('.'), path.split('\u{1f}'));
    loop {
        match (words.next(), keys.next()) {
            (None, None) => return true,
            (None, Some(_)) => return free,
            (Some("*"), Some(_)) => {}
            (Some(word), Some(key)) if word == key => {}
            _ => return false,
        }
    }
}

#[test]
fn every_key_of_the_language_is_in_some_spec() {
    let schema = serde_json::to_value(flyarch::schema::generate()).unwrap();
    let mut used = BTreeSet::new();
    for spec in specs() {
        let merged = merged::each(&spec.name, spec.source.text()).into_iter().map(|(_, text)| text);
        for text in merged.chain([spec.source.text().to_owned()]) {
            let value: toml::Table = text.parse().unwrap();
            use_keys(&schema, &schema, "Spec", &serde_json::to_value(value).unwrap(), &mut used);
        }
    }
    let mut all: BTreeSet<String> = BTreeSet::new();
    keys(&schema, "Spec", &mut all);
    for (name, definition) in schema["definitions"].as_object().unwrap() {
        keys(definition, name, &mut all);
    }
    // A spec in several files: tests/cli/include.rs.
    used.insert("Spec.include".to_owned());
    let missing: Vec<_> = all.difference(&used).collect();
    assert!(missing.is_empty(), "no spec has {missing:#?}");
}

/// The keys that a schema declares, by the name of their definition.
fn keys(schema: &Json, name: &str, out: &mut BTreeSet<String>) {
    for part in alternatives(schema) {
        out.extend(part["properties"].as_object().into_iter().flatten().map(|(key, _)| format!("{name}.{key}")));
    }
}

/// A schema, and the alternatives in it.
fn alternatives(schema: &Json) -> impl Iterator<Item = &Json> {
    let words = ["anyOf", "oneOf", "allOf"];
    std::iter::once(schema).chain(words.into_iter().flat_map(|word| schema[word].as_array().into_iter().flatten()))
}

/// Notes the keys of a value, by the schema that they belong to.
fn use_keys(root: &Json, schema: &Json, name: &str, value: &Json, out: &mut BTreeSet<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.trim_start_matches("#/definitions/");
        return use_keys(root, &root["definitions"][name], name, value, out);
    }
    let below: BTreeMap<&str, &Json> = match value {
        Json::Object(map) => map.iter().map(|(key, value)| (key.as_str(), value)).collect(),
        Json::Array(items) => {
            let parts: Vec<_> = alternatives(schema).collect();
            for item in items {
                for part in &parts {
                    use_keys(root, &part["items"], name, item, out);
                }
            }
            BTreeMap::new()
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => BTreeMap::new(),
    };
    for part in alternatives(schema).skip(1) {
        use_keys(root, part, name, value, out);
    }
    for (key, value) in below {
        if let Some(property) = schema["properties"].get(key) {
            out.insert(format!("{name}.{key}"));
            use_keys(root, property, name, value, out);
        } else if schema["additionalProperties"].is_object() {
            use_keys(root, &schema["additionalProperties"], name, value, out);
        }
    }
}
