//! What can be written at a path, by the JSON Schema of specs: keys, words, and what they mean.

use serde_json::{Map, Value};

use crate::fly_toml;
use crate::schema::SCHEMA;

/// How deep definitions are followed: those of the schema are not recursive, and this keeps it so.
const DEEPEST: usize = 12;

/// The schema of a kind of file.
pub(crate) struct Shape {
    schema: Value,
    /// Whether it is that of a plain file, which has neither templates nor environments.
    pub(crate) is_plain: bool,
}

/// A key that can be written in a table.
pub(crate) struct Key<'s> {
    pub(crate) name: &'s str,
    pub(crate) schema: &'s Value,
    pub(crate) required: bool,
}

/// What the value of a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Number,
    Switch,
    List,
    Table,
    /// A list of tables, or one of them.
    Tables,
    Other,
}

impl Shape {
    /// That of specs.
    pub(crate) fn spec() -> Self {
        Self { schema: serde_json::from_str(SCHEMA).unwrap_or_default(), is_plain: false }
    }

    /// That of plain files: the table of an app, without what fly.toml cannot say.
    pub(crate) fn plain() -> Self {
        let mut schema = Self::spec().schema;
        let mut keys = schema["definitions"]["AppSpec"]["properties"].take();
        let mut own = Map::new();
        for name in fly_toml::keys_of_file() {
            let key = match name {
                "app" => serde_json::json!({ "type": "string", "description": "The name of the app." }),
                name => keys.get_mut(name).map(Value::take).unwrap_or_default(),
            };
            own.insert(name.to_owned(), key);
        }
        schema["properties"] = Value::Object(own);
        schema["required"] = Value::Null;
        Self { schema, is_plain: true }
    }

    /// A path as one of the base: of a template the table of an app, of an environment that of the spec itself.
    pub(crate) fn base<'p>(&self, path: &[&'p str]) -> Vec<&'p str> {
        match path {
            ["template", key, rest @ ..] if !self.is_plain => {
                ["app", *key].into_iter().chain(rest.iter().copied()).collect()
            }
            ["environment", _, kind @ ("app" | "postgres" | "redis" | "bucket" | "policy"), rest @ ..]
                if !self.is_plain =>
            {
                std::iter::once(*kind).chain(rest.iter().copied()).collect()
            }
            path => path.to_vec(),
        }
    }

    /// All schemas that hold for a value together or by choice, with the names of their definitions.
    fn parts<'s>(&'s self, schema: &'s Value) -> Vec<(Option<&'s str>, &'s Value)> {
        let mut found = Vec::new();
        let mut rest = vec![(None, schema, 0)];
        while let Some((name, schema, depth)) = rest.pop() {
            found.push((name, schema));
            if depth == DEEPEST {
                continue;
            }
            if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/definitions/")) {
                rest.push((Some(name), &self.schema["definitions"][name], depth + 1));
            }
            for list in ["anyOf", "oneOf", "allOf"] {
                // The first one is to be the first.
                rest.extend(schema[list].as_array().into_iter().flatten().rev().map(|part| (None, part, depth + 1)));
            }
        }
        found
    }

    /// The tables that may stand at a value, be it in a list.
    fn tables<'s>(&'s self, schema: &'s Value) -> Vec<&'s Value> {
        let parts = self.parts(schema);
        let items = parts.iter().filter(|(_, part)| part["items"].is_object());
        let items = items.flat_map(|(_, part)| self.parts(&part["items"]));
        parts.iter().copied().chain(items).map(|(_, part)| part).collect()
    }

    /// The schema of what stands at a path, as its key has it: with its description.
    pub(crate) fn at<'s>(&'s self, path: &[&str]) -> Option<&'s Value> {
        let mut schema = &self.schema;
        for step in self.base(path) {
            let tables = self.tables(schema);
            let named = tables.iter().map(|table| &table["properties"][step]).find(|key| key.is_object());
            let any = || tables.iter().map(|table| &table["additionalProperties"]).find(|any| any.is_object());
            schema = named.or_else(any)?;
        }
        Some(schema)
    }

    /// The keys of the table at a path, those first that must be there, and then in the order of the schema.
    pub(crate) fn keys<'s>(&'s self, path: &[&str]) -> Vec<Key<'s>> {
        let Some(schema) = self.at(path) else { return Vec::new() };
        // What an overlay leaves out the base has.
        let whole = self.base(path).len() == path.len() && !matches!(path, ["template", ..]);
        let mut keys: Vec<Key<'s>> = Vec::new();
        for table in self.tables(schema) {
            let required = table["required"].as_array();
            for (name, schema) in table["properties"].as_object().into_iter().flatten() {
                let must = whole && required.is_some_and(|names| names.iter().any(|must| must == name));
                if keys.iter().all(|key| key.name != name) {
                    keys.push(Key { name, schema, required: must });
                }
            }
        }
        keys.sort_by_key(|key| !key.required);
        keys
    }

    /// Whether the keys of the table at a path are codes of regions.
    pub(crate) fn has_regions(&self, path: &[&str]) -> bool {
        let tables = self.at(path).map(|schema| self.tables(schema)).unwrap_or_default();
        tables.iter().any(|table| table["propertyNames"]["pattern"] == "^[a-z]{3}$")
    }

    /// What a key or value means.
    pub(crate) fn description<'s>(&'s self, schema: &'s Value) -> &'s str {
        self.parts(schema).into_iter().find_map(|(_, part)| part["description"].as_str()).unwrap_or_default()
    }

    /// The words that a value can be; and those of the items of a list.
    pub(crate) fn words<'s>(&'s self, schema: &'s Value) -> Vec<&'s str> {
        let words = self.tables(schema).into_iter().filter_map(|part| part["enum"].as_array()).flatten();
        words.filter_map(Value::as_str).collect()
    }

    /// Whether a value, or an item of it, is of a definition.
    pub(crate) fn is(&self, schema: &Value, definition: &str) -> bool {
        let parts = self.parts(schema);
        let items = parts.iter().filter(|(_, part)| part["items"].is_object()).map(|(_, part)| &part["items"]);
        let of_items = items.flat_map(|item| self.parts(item));
        parts.iter().copied().chain(of_items).any(|(name, _)| name == Some(definition))
    }

    /// What the value of a key is.
    pub(crate) fn form(&self, schema: &Value) -> Form {
        let parts = self.parts(schema);
        let of_type = |what: &str| parts.iter().any(|(_, part)| part["type"] == what);
        let of_tables = parts.iter().any(|(_, part)| {
            part["type"] == "array" && self.parts(&part["items"]).iter().any(|(_, item)| item["type"] == "object")
        });
        if of_tables {
            Form::Tables
        } else if of_type("string") || parts.iter().any(|(_, part)| part["enum"].is_array()) {
            Form::Text
        } else if of_type("array") {
            Form::List
        } else if of_type("object") {
            Form::Table
        } else if of_type("boolean") {
            Form::Switch
        } else if of_type("integer") || of_type("number") || parts.iter().any(|(_, part)| part["const"].is_i64()) {
            Form::Number
        } else {
            Form::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_wherever_they_can_be_written() {
        let shape = Shape::spec();
        let names = |path: &[&str]| shape.keys(path).iter().map(|key| key.name).collect::<Vec<_>>();
        assert_eq!(names(&[])[..2], ["project", "version"], "those that must be there are first");
        assert_eq!(names(&["project"])[..2], ["name", "org"]);
        assert!(names(&["app", "web", "http_service", "checks"]).contains(&"grace_period"), "in a list of tables");
        for overlay in [&["template", "t"][..], &["environment", "staging", "app", "web"]] {
            assert_eq!(names(overlay).len(), names(&["app", "web"]).len());
        }
        assert!(names(&["app", "web", "env"]).is_empty());
        assert!(names(&["nonsense", "path"]).is_empty());
        assert!(shape.has_regions(&["app", "web", "regions"]));
    }

    #[test]
    fn every_key_of_a_plain_file_is_described() {
        let shape = Shape::plain();
        let keys = shape.keys(&[]);
        assert_eq!(keys.len(), fly_toml::keys_of_file().count());
        for key in keys {
            assert!(!shape.description(key.schema).is_empty(), "{}", key.name);
        }
        assert!(shape.keys(&["http_service"]).iter().any(|key| key.name == "internal_port"));
    }

    #[test]
    fn values_have_words_and_forms() {
        let shape = Shape::spec();
        let at = |path: &[&str]| shape.at(path).unwrap();
        assert_eq!(shape.words(at(&["project", "tier"])), ["production", "staging", "development"]);
        assert!(shape.is(at(&["app", "web", "uses", "DB"]), "Reference"));
        assert!(shape.is(at(&["app", "web", "regions"]), "RegionCode"));
        assert_eq!(shape.form(at(&["app", "web", "vm"])), Form::Tables);
        assert_eq!(shape.form(at(&["app", "web", "enabled"])), Form::Switch);
        assert_eq!(shape.form(at(&["app", "web", "domains"])), Form::List);
        assert_eq!(shape.form(at(&["app", "web", "http_service"])), Form::Table);
    }
}
