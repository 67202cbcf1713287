//! What messages are made of: what the schema takes in words, what stands there instead, what places are called.

use serde_json::Value;

use super::Judge;

impl Judge<'_> {
    pub(super) fn resolve<'n>(&'n self, node: &'n Value) -> &'n Value {
        resolve(self.schema, node)
    }

    /// How a table is written in TOML.
    pub(super) fn table_name(&self, path: &[&str]) -> String {
        match path {
            [] => "the spec".to_owned(),
            _ if self.is_item(path) => format!("[[{}]]", self.header(path)),
            _ => format!("[{}]", self.header(path)),
        }
    }

    /// The path of a table in its header, which does not count the items of lists.
    pub(super) fn header(&self, path: &[&str]) -> String {
        let keys = (0..path.len()).filter(|&i| !self.is_item(&path[..=i])).map(|i| path[i]);
        keys.map(shorten).collect::<Vec<_>>().join(".")
    }

    /// What a value is called: its key, or an item of it.
    pub(super) fn name_of(&self, path: &[&str]) -> String {
        match path {
            [.., key, _] if self.is_item(path) => format!("an item of `{}`", shorten(key)),
            [.., key] => format!("`{}`", shorten(key)),
            [] => "the spec".to_owned(),
        }
    }

    /// Whether this is an item of a list, which has no key.
    pub(super) fn is_item(&self, path: &[&str]) -> bool {
        self.tree.is_item(path)
    }

    /// A value in a message: short, and never text of some length, which might be anything.
    pub(super) fn found(&self, path: &[&str], value: &Value) -> String {
        let short = |text: &str| text.chars().count() <= 24 && !text.contains(char::is_control);
        match value {
            Value::Bool(value) => value.to_string(),
            // As it is written: JSON does not have all numbers of TOML, and no dates.
            Value::Null | Value::Number(_) => {
                let text = self.source.slice(self.place(path).value);
                if short(text) { text.to_owned() } else { "a number of that size".to_owned() }
            }
            Value::String(_) if self.may_be_secret(path) => "this string".to_owned(),
            Value::String(text) if short(text) => format!("\"{text}\""),
            Value::String(_) => "this string".to_owned(),
            Value::Array(_) => "a list".to_owned(),
            Value::Object(_) => "a table".to_owned(),
        }
    }

    /// Whether a node takes a number of this size.
    pub(super) fn in_bounds(&self, node: &Value, number: i64) -> bool {
        let bound = |key: &str| self.resolve(node).get(key).and_then(Value::as_i64);
        bound("minimum").is_none_or(|low| low <= number) && bound("maximum").is_none_or(|high| number <= high)
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

    /// Whether texts must have a certain form here.
    pub(super) fn is_formed(&self, node: &Value) -> bool {
        let node = self.resolve(node);
        let branches = node.get("anyOf").or_else(|| node.get("oneOf")).and_then(Value::as_array);
        node.get("pattern").is_some() || branches.is_some_and(|branches| branches.iter().any(|b| self.is_formed(b)))
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
            let open = branches.iter().any(|branch| branch == &serde_json::json!({ "type": "string" }));
            let mut words: Vec<String> = Vec::new();
            for branch in branches.iter().filter(|branch| !(open && branch.get("enum").is_some())) {
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
                    (Some(low), _, _) if low != "0" => format!("{what}, at least {low}"),
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

/// "`a`, `b` and `c`".
pub(crate) fn list(words: &[&str], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [init @ .., end] => {
            let init: Vec<String> = init.iter().map(|word| format!("`{word}`")).collect();
            format!("{} {last} `{end}`", init.join(", "))
        }
    }
}

/// The word that was probably meant: at most a third of it mistyped, or spelled with other dashes or capitals.
pub(crate) fn nearest<'w>(word: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let plain = |text: &str| text.to_ascii_lowercase().replace('-', "_");
    let target = plain(word);
    let distance = |candidate: &str| strsim::osa_distance(&target, &plain(candidate));
    let best = words.map(|candidate| (distance(candidate), candidate)).min_by_key(|&(distance, _)| distance)?;
    let limit = target.chars().count().max(best.1.chars().count()) / 3;
    (best.0 <= limit).then_some(best.1)
}
