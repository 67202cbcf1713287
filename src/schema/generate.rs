//! From types to a schema that editors like: draft 7, a description on every key, no `null`.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform, transform_subschemas};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use crate::spec::{Date, Spec};
use crate::value::{
    AppName, CommandLine, EnvName, FileName, Folder, HostName, Key, Name, PathPattern, PostgresName, Reason,
    RegionCode, SnapshotId, UrlPath, VolumeId,
};

/// The schema of a spec, from the types.
///
/// Draft 7 is what taplo, tombi and SchemaStore read alike.
pub fn generate() -> Value {
    let mut schema = generate_for::<Spec>();
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".to_owned(), json!("flyarch spec"));
    }
    schema
}

/// The schema of a type that is read from TOML.
pub fn generate_for<T: JsonSchema>() -> Value {
    let mut settings = SchemaSettings::draft07();
    // Ahead of schemars' own transforms, which settle what may stand beside a `$ref`.
    settings.transforms.insert(0, Box::new(RecursiveTransform(no_null)));
    settings.transforms.insert(1, Box::new(RecursiveTransform(described_variants)));
    settings.transforms.push(Box::new(RecursiveTransform(one_line_descriptions)));
    settings.transforms.push(Box::new(RecursiveTransform(plain_enums)));
    settings.transforms.push(Box::new(RecursiveTransform(plain_numbers)));
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    error_messages(&mut schema);
    let mut schema = schema.to_value();
    if let Some(object) = schema.as_object_mut() {
        // The editor's own first line: `#:schema`.
        object.sort_keys();
    }
    schema
}

/// TOML has no null: an optional key is absent.
fn no_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|t| t != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    let Some(Value::Array(branches)) = schema.get_mut("anyOf") else { return };
    branches.retain(|branch| branch.get("type") != Some(&json!("null")));
    if let [only] = branches.as_slice() {
        let only = only.as_object().cloned().unwrap_or_default();
        schema.remove("anyOf");
        for (key, value) in only {
            // The description of the key wins over that of its type.
            if schema.get(&key).is_none() {
                schema.insert(key, value);
            }
        }
    }
}

/// A variant that is a table of one key describes the table; editors look at the key.
fn described_variants(schema: &mut Schema) {
    let Some(Value::Array(branches)) = schema.get_mut("oneOf") else { return };
    for branch in branches {
        let description = branch.get("description").cloned();
        let Some(Value::Object(properties)) = branch.get_mut("properties") else { continue };
        if let (1, Some(description)) = (properties.len(), description) {
            for key in properties.values_mut().filter_map(Value::as_object_mut) {
                key.entry("description").or_insert_with(|| description.clone());
            }
        }
    }
}

/// Doc comments are wrapped for the source; editors wrap for themselves.
fn one_line_descriptions(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect::<Vec<_>>().join("\n\n");
    }
}

/// A list of words with a description each is an `enum` whose description lists them: one clear message when none fits.
fn plain_enums(schema: &mut Schema) {
    let Some(Value::Array(branches)) = schema.get("oneOf") else { return };
    let words: Vec<(Value, String)> = branches
        .iter()
        .filter_map(|b| {
            Some((b.get("const")?.clone(), b.get("description").and_then(Value::as_str).unwrap_or("").to_owned()))
        })
        .collect();
    if words.len() != branches.len() {
        return;
    }
    let own = schema.get("description").and_then(Value::as_str).unwrap_or("").to_owned();
    let lines = words.iter().map(|(word, what)| format!("- {}: {what}", word.as_str().unwrap_or("")));
    let description = format!("{own}\n\n{}", lines.collect::<Vec<_>>().join("\n"));
    schema.remove("oneOf");
    schema.insert("description".to_owned(), Value::String(description.trim().to_owned()));
    schema.insert("enum".to_owned(), words.into_iter().map(|(word, _)| word).collect());
}

/// `format: uint32` means nothing to editors; its bounds do.
fn plain_numbers(schema: &mut Schema) {
    let bounds = match schema.get("format").and_then(Value::as_str) {
        Some("uint8") => Some((0, i64::from(u8::MAX))),
        Some("uint32") => Some((0, i64::from(u32::MAX))),
        Some("int64" | "double") => None,
        _ => return,
    };
    schema.remove("format");
    if let Some((minimum, maximum)) = bounds {
        for (key, bound) in [("minimum", minimum), ("maximum", maximum)] {
            if schema.get(key).is_none() {
                schema.insert(key.to_owned(), json!(bound));
            }
        }
    }
}

/// What a pattern means, in words: `errorMessage` is what editors show in place of the pattern, and what
/// [`super::validate()`] says.
fn error_messages(schema: &mut Schema) {
    let words: [(&str, &str); 20] = [
        (Key::PATTERN, Key::EXPECTED),
        (AppName::PATTERN, AppName::EXPECTED),
        (RegionCode::PATTERN, RegionCode::EXPECTED),
        (EnvName::PATTERN, EnvName::EXPECTED),
        (Name::PATTERN, Name::EXPECTED),
        (HostName::PATTERN, HostName::EXPECTED),
        (PostgresName::PATTERN, PostgresName::EXPECTED),
        (VolumeId::PATTERN, VolumeId::EXPECTED),
        (SnapshotId::PATTERN, SnapshotId::EXPECTED),
        (Reason::PATTERN, Reason::EXPECTED),
        (FileName::PATTERN, FileName::EXPECTED),
        (Folder::PATTERN, Folder::EXPECTED),
        (UrlPath::PATTERN, UrlPath::EXPECTED),
        (PathPattern::PATTERN, PathPattern::EXPECTED),
        (CommandLine::PATTERN, CommandLine::EXPECTED),
        (Date::PATTERN, Date::EXPECTED),
        ("Duration", "a duration with a unit (ms, s, m, h), such as \"30s\" or \"1m30s\""),
        ("Memory", "a size with a unit, such as \"512mb\" or \"2gb\""),
        ("VolumeSize", "a size with a unit, such as \"10gb\""),
        ("Reference", "a reference such as \"app.web\", \"postgres.db\", \"redis.cache\" or \"bucket.assets\""),
    ];
    let message = |schema: &Map<String, Value>, name: Option<&str>| {
        let pattern = schema.get("pattern")?.as_str()?;
        words
            .iter()
            .find(|(of, _)| *of == pattern || Some(*of) == name)
            .map(|(_, words)| json!(format!("expected {words}")))
    };
    let mut add = RecursiveTransform(|schema: &mut Schema| {
        if let Some(text) = schema.as_object().and_then(|object| message(object, None)) {
            schema.insert("errorMessage".to_owned(), text);
        }
    });
    add.transform(schema);
    let Some(Value::Object(definitions)) = schema.get_mut("definitions") else { return };
    for (name, definition) in definitions {
        if let Some(object) = definition.as_object_mut()
            && let Some(text) = message(object, Some(name))
        {
            object.insert("errorMessage".to_owned(), text);
        }
    }
    // propertyNames are no schemas of values to schemars, but have patterns all the same.
    transform_subschemas(&mut add, schema);
}
