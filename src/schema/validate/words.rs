//! What the schema expects and what was found, in words.

use serde_json::Value;

use super::Judge;
use crate::diag::fix::string_literal;
use crate::diag::form::list;

impl Judge<'_> {
    /// A value of the spec in a message; nothing of it when it may be a secret.
    pub(super) fn found(&self, path: &[&str], value: &Value) -> String {
        let range = self.place(path).value;
        let secret = self.hidden.iter().any(|hidden| hidden.start < range.end && range.start < hidden.end);
        found(value, (!secret).then(|| self.source.slice(range)))
    }

    pub(super) fn resolve<'n>(&'n self, node: &'n Value) -> &'n Value {
        resolve(self.schema, node)
    }

    /// Whether a node takes values of this type in one of its forms.
    pub(super) fn wants(&self, node: &Value, name: &str) -> bool {
        let node = self.resolve(node);
        let is = |t: &Value| t == name;
        let own = match node.get("type") {
            Some(Value::Array(types)) => types.iter().any(is),
            Some(one) => is(one),
            None => name == "string" && node.get("enum").is_some(),
        };
        let branches = node.get("anyOf").or_else(|| node.get("oneOf")).and_then(Value::as_array);
        own || branches.is_some_and(|branches| branches.iter().any(|branch| self.wants(branch, name)))
    }

    /// Whether a node takes a number of this size.
    pub(super) fn in_bounds(&self, node: &Value, number: i64) -> bool {
        let bound = |key: &str| self.resolve(node).get(key).and_then(Value::as_i64);
        bound("minimum").is_none_or(|low| low <= number) && bound("maximum").is_none_or(|high| number <= high)
    }

    /// Whether texts must have a certain form here.
    pub(super) fn is_formed(&self, node: &Value) -> bool {
        let node = self.resolve(node);
        let branches = node.get("anyOf").or_else(|| node.get("oneOf")).and_then(Value::as_array);
        let listed = |branches: &Vec<Value>| is_open(branches) && branches.iter().any(|b| b.get("enum").is_some());
        node.get("pattern").is_some()
            || branches.is_some_and(|branches| listed(branches) || branches.iter().any(|b| self.is_formed(b)))
    }

    /// How a table is written in TOML.
    pub(super) fn table_name(&self, path: &[&str]) -> String {
        match path {
            [] => "the spec".to_owned(),
            _ if self.tree.is_item(path) => format!("[[{}]]", self.header(path)),
            _ => format!("[{}]", self.header(path)),
        }
    }

    /// The path of a table in its header, which does not count the items of lists.
    pub(super) fn header(&self, path: &[&str]) -> String {
        let keys = (0..path.len()).filter(|&i| !self.tree.is_item(&path[..=i])).map(|i| path[i]);
        keys.map(shorten).collect::<Vec<_>>().join(".")
    }

    /// What a value is called: its key, or an item of it.
    pub(super) fn name_of(&self, path: &[&str]) -> String {
        match path {
            [.., key, _] if self.tree.is_item(path) => format!("an item of `{}`", shorten(key)),
            [.., key] => format!("`{}`", shorten(key)),
            [] => "the spec".to_owned(),
        }
    }

    /// What a node takes, in words that fit behind "must be".
    pub(super) fn expected(&self, node: &Value) -> String {
        let node = self.resolve(node);
        if let Some(text) = node.get("errorMessage").and_then(Value::as_str) {
            return text.strip_prefix("expected ").unwrap_or(text).to_owned();
        }
        if let Some(names) = node.get("propertyNames")
            && node.get("type").is_none()
        {
            return self.expected(names);
        }
        if let Some(words) = node.get("enum").and_then(Value::as_array) {
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            return format!("one of {}", list(&words, "or"));
        }
        if let Some(branches) = node.get("anyOf").or_else(|| node.get("oneOf")).and_then(Value::as_array) {
            let open = is_open(branches);
            let first = branches.iter().find_map(|branch| branch.pointer("/enum/0")?.as_str()).filter(|_| open);
            if let Some(word) = first {
                return format!("a string such as \"{word}\"");
            }
            let mut words: Vec<String> = Vec::new();
            for branch in branches {
                let expected = self.expected(branch);
                if !words.contains(&expected) {
                    words.push(expected);
                }
            }
            return either(&words);
        }
        let bound = |key: &str| node.get(key).map(ToString::to_string);
        match node.get("type") {
            Some(Value::Array(types)) => {
                let mut words: Vec<&str> = types.iter().filter_map(Value::as_str).filter(|t| *t != "integer").collect();
                words.dedup();
                either(&words.iter().map(|word| type_name(word).to_owned()).collect::<Vec<_>>())
            }
            Some(Value::String(name)) if name == "array" => match node.get("items").map(|items| self.plural(items)) {
                Some(items) => format!("a list of {items}"),
                None => "a list".to_owned(),
            },
            Some(Value::String(name)) => {
                let what = type_name(name);
                match (bound("minimum"), bound("maximum"), bound("exclusiveMinimum")) {
                    (Some(low), Some(high), _) if high.len() < 10 => format!("{what} from {low} to {high}"),
                    (Some(low), _, _) => format!("{what}, at least {low}"),
                    (_, _, Some(low)) => format!("{what} above {low}"),
                    _ => what.to_owned(),
                }
            }
            _ => "another value".to_owned(),
        }
    }

    fn plural(&self, items: &Value) -> String {
        let items = self.resolve(items);
        if items.get("errorMessage").is_some_and(|m| m.as_str().is_some_and(|m| m.contains("region"))) {
            return "regions".to_owned();
        }
        match items.get("type").and_then(Value::as_str) {
            Some("object") => "tables".to_owned(),
            Some("string") if items.get("errorMessage").is_some() => "names".to_owned(),
            Some("integer" | "number") => "numbers".to_owned(),
            _ => "strings".to_owned(),
        }
    }
}

/// The node that a `$ref` means; others as they are.
pub(super) fn resolve<'n>(schema: &'n Value, node: &'n Value) -> &'n Value {
    let reference = node.get("$ref").or_else(|| node.pointer("/allOf/0/$ref")).and_then(Value::as_str);
    reference.and_then(|r| schema.pointer(r.trim_start_matches('#'))).unwrap_or(node)
}

/// The steps of a JSON pointer.
pub(super) fn steps(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
}

/// Whether any text does, of which others are examples.
fn is_open(branches: &[Value]) -> bool {
    branches.iter().any(|branch| *branch == serde_json::json!({ "type": "string" }))
}

/// "a string, a number, or true or false".
fn either(words: &[String]) -> String {
    match words {
        [init @ .., last] if init.len() > 1 || (init.len() == 1 && last.contains(" or ")) => {
            format!("{}, or {last}", init.join(", "))
        }
        words => words.join(" or "),
    }
}

fn type_name(name: &str) -> &'static str {
    match name {
        "string" => "a string",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "a table",
        _ => "another value",
    }
}

/// A value in a message: short, as it is `written`, and never text of some length, which might be anything.
pub(super) fn found(value: &Value, written: Option<&str>) -> String {
    match (value, written) {
        (Value::Bool(value), _) => value.to_string(),
        // A date is null: see `Tree::to_json`.
        (Value::Null | Value::Number(_), Some(text)) if text.len() <= 24 => text.to_owned(),
        (Value::Null, _) => "this date".to_owned(),
        (Value::Number(_), _) => "this number".to_owned(),
        (Value::String(text), Some(_)) if text.chars().count() <= 24 && !text.contains(char::is_control) => {
            string_literal(text)
        }
        (Value::String(_), _) => "this string".to_owned(),
        (Value::Array(_), _) => "a list".to_owned(),
        (Value::Object(_), _) => "a table".to_owned(),
    }
}

pub(super) fn shorten(text: &str) -> String {
    if text.chars().count() > 40 || text.contains(char::is_control) {
        let start: String = text.chars().filter(|c| !c.is_control()).take(37).collect();
        format!("{start}…")
    } else {
        text.to_owned()
    }
}

pub(super) fn first_sentence(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    let end = line.find(". ").unwrap_or(line.len());
    let sentence = line[..end].trim_end_matches('.');
    let mut chars = sentence.chars();
    chars.next().map(|c| c.to_lowercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}

/// What flyctl takes a bare number for (flyctl `internal/appconfig/patches.go`).
pub(super) fn bare_unit(path: &[&str]) -> &'static str {
    match path {
        ["app", _, "kill_timeout"] => "seconds",
        ["app", _, "checks", ..] | ["app", _, "services", _, "tcp_checks" | "http_checks", ..] => "milliseconds",
        _ => "nanoseconds",
    }
}
