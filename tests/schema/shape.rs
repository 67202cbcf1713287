//! The schema itself: every key of fly.toml, a description on every key, nothing open, nothing that ages.

use std::collections::{BTreeMap, BTreeSet};

use flyarch::facts::FACTS;
use serde_json::Value;

fn schema() -> Value {
    serde_json::from_str(flyarch::schema::SCHEMA).unwrap()
}

fn resolve<'s>(schema: &'s Value, node: &'s Value) -> &'s Value {
    let reference = node.get("$ref").or_else(|| node.pointer("/allOf/0/$ref")).and_then(Value::as_str);
    reference.map_or(node, |reference| resolve(schema, schema.pointer(reference.trim_start_matches('#')).unwrap()))
}

/// A node and the forms that it may have.
fn forms<'s>(schema: &'s Value, node: &'s Value) -> Vec<&'s Value> {
    let node = resolve(schema, node);
    let branches = node.get("anyOf").or_else(|| node.get("oneOf")).and_then(Value::as_array);
    branches.map_or_else(|| vec![node], |branches| branches.iter().flat_map(|branch| forms(schema, branch)).collect())
}

/// The types of all paths below a node, as `fly-toml-surface.json` writes both.
fn paths(schema: &Value, node: &Value, path: &str, out: &mut BTreeMap<String, BTreeSet<String>>) {
    for form in forms(schema, node) {
        let kind = if form.get("enum").is_some() { Some("string") } else { form.get("type").and_then(Value::as_str) };
        let kinds = form.get("type").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let described = form.get("errorMessage").and_then(Value::as_str).unwrap_or("");
        let kind = kind.map(|kind| if described.contains("a duration") { "duration" } else { kind });
        out.entry(path.to_owned()).or_default().extend(kind.into_iter().chain(kinds).map(str::to_owned));
        let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        for (key, node) in form.get("properties").and_then(Value::as_object).into_iter().flatten() {
            paths(schema, node, &below(key), out);
        }
        if let Some(values) = form.get("additionalProperties").filter(|values| values.is_object()) {
            paths(schema, values, &below("*"), out);
        }
        if let Some(items) = form.get("items") {
            paths(schema, items, &format!("{path}[]"), out);
        }
    }
}

/// The keys that an app has beside those of fly.toml.
const OWN: &[&str] = &[
    "access",
    "after",
    "allow",
    "domains",
    "enabled",
    "extends",
    "group",
    "image_from",
    "ips",
    "litefs",
    "network",
    "regions",
    "schedule",
    "secrets",
    "source",
    "uses",
    "volume",
    "workload",
    "write_routing",
];

#[test]
fn an_app_has_every_key_of_fly_toml_and_no_other() {
    let surface: Value = serde_json::from_str(include_str!("../data/fly-toml-surface.json")).unwrap();
    let rows = surface["paths"].as_array().unwrap();
    let schema = schema();
    let mut found = BTreeMap::new();
    paths(&schema, &schema["definitions"]["AppSpec"], "", &mut found);

    let mut expected = BTreeMap::new();
    for row in rows.iter().filter(|row| row.get("old").is_none()) {
        let path = row.get("spec").unwrap_or(&row["path"]).as_str().unwrap();
        let types: Vec<&str> = row["types"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        expected.insert(path, types);
    }
    assert_eq!(expected.len(), 232, "the keys of fly.toml without old spellings");
    for (path, types) in &expected {
        let found = found.get(*path).unwrap_or_else(|| panic!("the schema has no {path}"));
        let plain = |of: &str| match of.split('<').next().unwrap() {
            "table" | "map" => "object".to_owned(),
            "float" => "number".to_owned(),
            other => other.to_owned(),
        };
        let types: BTreeSet<String> = types.iter().map(|of| plain(of)).collect();
        // What a spec does not take in every form that flyctl takes it in, it takes in flyctl's own.
        assert!(types.contains("any") || found.iter().any(|of| types.contains(of)), "{path}: {found:?}, {types:?}");
    }
    for row in rows.iter().filter(|row| row.get("old").is_some()) {
        let (old, spec) = (row["path"].as_str().unwrap(), row["spec"].as_str().unwrap());
        assert!(expected.contains_key(spec), "{old} means {spec}, which is no key");
        assert!(!found.contains_key(old), "{old} is an old spelling");
    }
    for path in found.keys().filter(|path| !path.is_empty()) {
        let own = OWN.contains(&path.split(['.', '[']).next().unwrap());
        // Lists of tables may be written as a table.
        let mut listed = String::new();
        for step in path.split('.') {
            let at = if listed.is_empty() { step.to_owned() } else { format!("{listed}.{step}") };
            let as_list = format!("{at}[]");
            let is_list =
                path.len() > at.len() && expected.keys().any(|known| known.starts_with(&format!("{as_list}.")));
            let free = expected.contains_key(format!("{at}.*").as_str());
            listed = if is_list && !free && !step.ends_with("[]") { as_list } else { at };
        }
        let known = expected.contains_key(path.as_str())
            || expected.contains_key(listed.as_str())
            || path.ends_with("[]")
            || (path.contains(".*[]") || path.contains("settings"));
        assert!(own || known, "{path} is a key of neither fly.toml nor the language");
    }
}

/// Every node that has keys, with its JSON pointer.
fn tables(node: &Value, at: &str, out: &mut Vec<(String, Value)>) {
    match node {
        Value::Object(entries) => {
            if node.get("type").is_some_and(|of| of == "object") || node.get("properties").is_some_and(Value::is_object)
            {
                out.push((at.to_owned(), node.clone()));
            }
            for (key, node) in entries {
                tables(node, &format!("{at}/{key}"), out);
            }
        }
        Value::Array(items) => {
            for (i, node) in items.iter().enumerate() {
                tables(node, &format!("{at}/{i}"), out);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_key_is_described_and_every_table_closed() {
    let schema = schema();
    let mut all = Vec::new();
    tables(&schema, "", &mut all);
    assert!(all.len() > 50);
    for (at, table) in all {
        let keys = table.get("properties").and_then(Value::as_object);
        for (key, node) in keys.into_iter().flatten() {
            let text = node.get("description").and_then(Value::as_str).unwrap_or("");
            assert!(text.len() >= 4, "{at}: `{key}` has no description");
            let wrapped = text.replace("\n\n", "").replace("\n- ", "").contains('\n');
            assert!(!wrapped, "{at}: `{key}` is wrapped for the source, not for an editor: {text}");
        }
        let open = table.get("additionalProperties");
        let closed = open == Some(&Value::Bool(false)) && keys.is_some();
        let typed = open.is_some_and(Value::is_object) && keys.is_none();
        assert!(closed || typed, "{at} is open");
    }
}

#[test]
fn it_is_draft_7_and_valid() {
    let schema = schema();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    jsonschema::draft7::meta::validate(&schema).unwrap();
    assert!(jsonschema::draft7::new(&schema).is_ok());
    assert!(!flyarch::schema::SCHEMA.contains("\"null\""), "TOML has no null");
}

/// The words of all closed lists.
fn closed<'s>(node: &'s Value, out: &mut BTreeSet<&'s str>) {
    match node {
        Value::Object(entries) => {
            let open = |branch: &Value| *branch == serde_json::json!({ "type": "string" });
            let is_open = node.get("anyOf").and_then(Value::as_array).is_some_and(|b| b.iter().any(open));
            if !is_open {
                out.extend(node.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str));
                entries.values().for_each(|node| closed(node, out));
            }
        }
        Value::Array(items) => items.iter().for_each(|node| closed(node, out)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn what_the_platform_extends_is_no_closed_list() {
    let schema = schema();
    let mut words = BTreeSet::new();
    closed(&schema, &mut words);
    assert!(words.contains("bluegreen"), "strategies are closed");
    let regions = FACTS.regions.iter().map(|region| region.code);
    let sizes = FACTS.machine_sizes.iter().map(|size| size.name);
    let others = ["performance", "basic", "launch", "SIGTERM", "TLSv1.3", "http/1.1", "pg_tls", "node"];
    for word in regions.chain(sizes).chain(others) {
        assert!(!words.contains(word), "`{word}` is of a list that ages: the schema must take others, too");
    }
    for number in [16, 17] {
        let version = serde_json::json!([number]);
        assert!(!flyarch::schema::SCHEMA.contains(&version.to_string()), "versions of Postgres age");
    }
}
