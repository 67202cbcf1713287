//! Says everything that is wrong with a file that does not fit the types: each mistake once, at its place, in the
//! user's words, with a way out. The only file that knows the schema engine.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use crate::diag::fix::{Edits, string_literal};
use crate::diag::{Applicability, Diagnostic, Diagnostics, Fix, RuleId, Severity};
use crate::source::{FileId, Source, Span, TextRange};
use crate::syntax::{Place, Tree};

/// The rule of keys that the language does not have.
pub static UNKNOWN_KEY: RuleId = RuleId { name: "unknown-key", code: "FA002" };
/// The rule of keys that must be there.
pub static MISSING_KEY: RuleId = RuleId { name: "missing-key", code: "FA003" };
/// The rule of values of another type.
pub static WRONG_TYPE: RuleId = RuleId { name: "wrong-type", code: "FA004" };
/// The rule of values of the right type that cannot be.
pub static INVALID_VALUE: RuleId = RuleId { name: "invalid-value", code: "FA005" };

/// The schema, compiled with the program: nothing is left to do at start.
#[jsonschema::validator(path = "schema/flyarch.schema.json", pattern_options = { engine = regex })]
struct Validator;

/// Keys of the language that this version does not know yet, and those of old spellings: what to say instead of
/// "unknown".
const ELSEWHERE: [(&str, &str); 22] = [
    ("template", "templates are part of the language, but not of this version"),
    ("environment", "environments are part of the language, but not of this version: write one spec per environment"),
    ("extends", "templates are part of the language, but not of this version"),
    ("litefs", "LiteFS is part of the language, but not of this version"),
    ("schedule", "scheduled machines are part of the language, but not of this version"),
    ("budget_usd", "budgets are part of the language, but not of this version"),
    ("app", "in a spec the name of the app is spelled `name`"),
    ("mount", "an old spelling of `mounts`"),
    ("compute", "an old spelling of `vm`"),
    ("computes", "an old spelling of `vm`"),
    ("metric", "an old spelling of `metrics`"),
    ("build_target", "an old spelling of `build-target`"),
    ("max_retries", "flyctl ignores it: the key is `retries`"),
    ("count", "the number of machines per region is said by `regions = { iad = 2 }`"),
    ("scale", "the number of machines per region is said by `regions = { iad = 2 }`"),
    ("replicas", "the number of machines per region is said by `regions = { iad = 2 }`"),
    ("region", "regions of an app are said by `regions`; the first is its primary region"),
    ("volumes", "volumes are declared where fly.toml declares them, in `mounts`"),
    ("size_gb", "the size of a volume is `initial_size`, with a unit: \"10gb\""),
    ("tcp_checks", "`http_service` has `checks`; `tcp_checks` belong into `[[services]]`"),
    ("http_checks", "`http_service` has `checks`; `http_checks` belong into `[[services]]`"),
    ("ports", "`http_service` always has the ports 80 and 443; others belong into `[[services]]`"),
];

/// Reports every mistake of form. Returns how many there are.
///
/// # Panics
///
/// Never: the schema is this program's own.
pub fn validate(tree: &Tree<'_>, source: &Source, file: FileId, diagnostics: &mut Diagnostics) -> usize {
    if tree.is_empty() {
        let diagnostic = Diagnostic::new(
            MISSING_KEY,
            Severity::Error,
            Span { file, range: TextRange::default() },
            "the spec is empty",
        );
        diagnostics.push(diagnostic.help("begin with `version = 1` and a `[project]` table; README.md has an example"));
        return 1;
    }
    let schema: Value = serde_json::from_str(super::SCHEMA).unwrap_or_default();
    let instance = tree.to_json();
    let mut judge = Judge { tree, source, file, schema: &schema, found: Vec::new() };
    for error in Validator::iter_errors(&instance) {
        judge.error(&error);
    }
    let found = judge.found;
    let count = found.len();
    for diagnostic in found {
        diagnostics.push(diagnostic);
    }
    count
}

struct Judge<'a> {
    tree: &'a Tree<'a>,
    source: &'a Source,
    file: FileId,
    schema: &'a Value,
    found: Vec<Diagnostic>,
}

impl Judge<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "kinds of errors that the schema does not use word themselves")]
    fn error(&mut self, error: &ValidationError<'_>) {
        let path = steps(error.instance_path().as_str());
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let at = error.schema_path().as_str();
        let node = self.schema.pointer(at.rsplit_once('/').map_or("", |(parent, _)| parent)).unwrap_or(&Value::Null);
        let instance: &Value = error.instance();
        if let ["app", _, "secrets", name] = path[..]
            && instance.is_string()
        {
            self.secret_value(&path, name);
            return;
        }
        match error.kind() {
            Kind::AdditionalProperties { unexpected } => {
                for key in unexpected {
                    self.unknown_key(&path, key, node);
                }
            }
            Kind::Required { property } => self.missing_key(&path, property.as_str().unwrap_or(""), node),
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => self.branches(&path, context, node, instance),
            Kind::PropertyNames { error } => self.error(error),
            Kind::Pattern { .. } if at.contains("/propertyNames/") => self.key_form(&path, instance, node),
            Kind::UniqueItems => self.twice(&path, instance),
            Kind::Type { .. } => self.wrong_type(&path, node, instance),
            _ => self.invalid(&path, node, instance),
        }
    }

    fn place(&self, path: &[&str]) -> Place {
        self.tree.place(path).unwrap_or(Place { key: TextRange::default(), value: TextRange::default() })
    }

    fn add(&mut self, rule: RuleId, range: TextRange, message: String) -> &mut Diagnostic {
        let index = self.found.len();
        self.found.push(Diagnostic::new(rule, Severity::Error, Span { file: self.file, range }, message));
        &mut self.found[index]
    }

    fn edits(&self) -> Edits<'_> {
        Edits::new(self.source, self.file)
    }

    fn unknown_key(&mut self, path: &[&str], key: &str, node: &Value) {
        let mut full = path.to_vec();
        full.push(key);
        let range = self.place(&full).key;
        let known: Vec<&str> = node
            .get("properties")
            .and_then(Value::as_object)
            .map(|p| p.keys().map(String::as_str).collect())
            .unwrap_or_default();
        let near = nearest(key, known.iter().copied());
        let old = ELSEWHERE.iter().find(|(name, _)| *name == key && !known.contains(name)).map(|(_, what)| *what);
        let homes = self.homes(path, key);
        let fix = near.map(|near| Fix {
            title: format!("rename it to `{near}`"),
            applicability: Applicability::Unsafe,
            edits: vec![self.edits().replace(range, near)],
        });
        let table = table_name(path);
        let diagnostic = self.add(UNKNOWN_KEY, range, format!("unknown key `{key}` in {table}"));
        diagnostic.help = match (old, near, homes.as_slice()) {
            (Some(what), _, _) => Some(what.to_owned()),
            (None, Some(near), _) => Some(format!("did you mean `{near}`?")),
            (None, None, [_, ..]) => Some(format!("`{key}` is a key of {}", homes.join(" and of "))),
            (None, None, []) if known.len() <= 12 && !known.is_empty() => {
                Some(format!("known keys are {}", list(&known, "and")))
            }
            (None, None, []) => None,
        };
        if old.is_none() {
            diagnostic.fix = fix;
        }
    }

    /// Tables of the same app that have this key.
    fn homes(&self, path: &[&str], key: &str) -> Vec<String> {
        let ["app", app, ..] = path else { return Vec::new() };
        let properties = |node: &Value| self.resolve(node).get("properties").and_then(Value::as_object).cloned();
        let Some(sections) = self.schema.pointer("/definitions/AppSpec").and_then(properties) else {
            return Vec::new();
        };
        let mut homes = Vec::new();
        if sections.contains_key(key) && path.len() > 2 {
            homes.push(format!("[app.{app}]"));
        }
        for (name, section) in &sections {
            if Some(&name.as_str()) == path.get(2) {
                continue;
            }
            let branches = section.get("anyOf").and_then(Value::as_array).cloned().unwrap_or_default();
            let one =
                branches.iter().chain([section]).find_map(|node| properties(node).filter(|p| p.contains_key(key)));
            let items = section.get("items").and_then(properties).filter(|p| p.contains_key(key));
            if one.is_some() {
                homes.push(format!("[app.{app}.{name}]"));
            } else if items.is_some() {
                homes.push(format!("[[app.{app}.{name}]]"));
            }
        }
        homes.truncate(3);
        homes
    }

    fn missing_key(&mut self, path: &[&str], key: &str, node: &Value) {
        let range = self.place(path).value;
        let what =
            node.pointer(&format!("/properties/{key}/description")).and_then(Value::as_str).unwrap_or("").to_owned();
        let message = if path.is_empty() {
            format!("the spec has no `{key}`")
        } else {
            format!("{} has no `{key}`", table_name(path))
        };
        let diagnostic = self.add(MISSING_KEY, range, message);
        diagnostic.help = match (path, key) {
            ([], "version") => Some("begin with `version = 1`".to_owned()),
            ([], "project") => Some("add a `[project]` table with `name` and `org`".to_owned()),
            _ => Some(format!("add `{key}`: {}", first_sentence(&what))),
        };
    }

    /// Which of several forms was meant is the one whose mistakes lie deepest; when none begins to fit, all are named.
    fn branches(&mut self, path: &[&str], context: &[Vec<ValidationError<'static>>], node: &Value, instance: &Value) {
        let fits = |errors: &&Vec<ValidationError<'static>>| {
            !errors.is_empty()
                && !errors.iter().any(|e| {
                    matches!(e.kind(), Kind::Type { .. }) && steps(e.instance_path().as_str()).len() == path.len()
                })
        };
        let depth =
            |errors: &Vec<ValidationError<'static>>| errors.iter().map(|e| e.instance_path().as_str().len()).max();
        // A table with one of several keys: the branch whose key is there.
        let keyed =
            |errors: &&Vec<ValidationError<'static>>| !errors.iter().any(|e| matches!(e.kind(), Kind::Required { .. }));
        let candidates: Vec<_> = context.iter().filter(fits).collect();
        let best = candidates.iter().copied().filter(|e| keyed(e)).max_by_key(|e| depth(e));
        match best {
            Some(errors) => errors.iter().for_each(|error| self.error(error)),
            None if !candidates.is_empty() && instance.is_object() => self.wrong_alternative(path, node, instance),
            None if !candidates.is_empty() => self.invalid(path, node, instance),
            None => self.wrong_type(path, node, instance),
        }
    }

    /// A table that must have exactly one of some keys, and has none or several.
    fn wrong_alternative(&mut self, path: &[&str], node: &Value, instance: &Value) {
        let branches =
            node.get("oneOf").or_else(|| node.get("anyOf")).and_then(Value::as_array).cloned().unwrap_or_default();
        let keys: Vec<String> = branches
            .iter()
            .filter_map(|b| self.resolve(b).get("required")?.as_array()?.first()?.as_str().map(str::to_owned))
            .collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let given: Vec<&str> = instance.as_object().map(|o| o.keys().map(String::as_str).collect()).unwrap_or_default();
        let unknown = given.iter().copied().find(|key| !keys.contains(key));
        let name = path.last().copied().unwrap_or("it");
        if let Some(key) = unknown {
            let mut full = path.to_vec();
            full.push(key);
            let range = self.place(&full).key;
            let near = nearest(key, keys.iter().copied());
            let diagnostic = self.add(UNKNOWN_KEY, range, format!("unknown key `{key}` in `{name}`"));
            diagnostic.help = Some(near.map_or_else(
                || format!("it takes one of {}", list(&keys, "or")),
                |near| format!("did you mean `{near}`?"),
            ));
            return;
        }
        let range = self.place(path).value;
        let found = if given.is_empty() { "none".to_owned() } else { list(&given, "and") };
        let diagnostic = self.add(
            INVALID_VALUE,
            range,
            format!("`{name}` needs exactly one of {}; it has {found}", list(&keys, "or")),
        );
        diagnostic.help = Some("keep the one that is meant".to_owned());
    }

    fn key_form(&mut self, path: &[&str], key: &Value, node: &Value) {
        let key = key.as_str().unwrap_or("");
        let mut full = path.to_vec();
        full.push(key);
        let range = self.place(&full).key;
        let what = match path {
            [kind @ ("app" | "postgres" | "redis" | "bucket")] => format!("the key of a declaration in [{kind}]"),
            [_, _, name] => format!("a name in `{name}`"),
            _ => "a key here".to_owned(),
        };
        let expected = self.expected(node);
        self.add(INVALID_VALUE, range, format!("`{}` cannot be {what}", shorten(key))).help =
            Some(format!("expected {expected}"));
    }

    fn twice(&mut self, path: &[&str], instance: &Value) {
        let items = instance.as_array().cloned().unwrap_or_default();
        let again = items
            .iter()
            .enumerate()
            .find_map(|(i, item)| items[..i].iter().position(|old| old == item).map(|first| (first, i)));
        let Some((first, again)) = again else { return };
        let range = |index: usize| {
            let index = index.to_string();
            let mut full = path.to_vec();
            full.push(&index);
            self.place(&full).value
        };
        let (first_range, range) = (range(first), range(again));
        let name = items[again].as_str().unwrap_or("the item").to_owned();
        let file = self.file;
        let diagnostic = self.add(INVALID_VALUE, range, format!("`{}` is listed twice", shorten(&name)));
        diagnostic
            .related
            .push(crate::diag::Label { span: Span { file, range: first_range }, text: "first listed here".to_owned() });
        diagnostic.help =
            Some("several machines in one region are written as a table: `regions = { iad = 2 }`".to_owned());
        if path.last() != Some(&"regions") {
            diagnostic.help = Some("keep one of the two".to_owned());
        }
    }

    fn secret_value(&mut self, path: &[&str], name: &str) {
        let place = self.place(path);
        let file = self.file;
        let diagnostic =
            self.add(WRONG_TYPE, place.key, format!("the value of the secret `{name}` stands in the spec"));
        diagnostic.help = Some(format!(
            "say where it comes from instead, for instance `{name} = {{ env = \"{name}\" }}`; if this file was shared, replace the secret"
        ));
        diagnostic.note = Some("a spec can name a secret; no form of it holds the value".to_owned());
        diagnostic.redact.push(Span { file, range: place.value });
    }

    fn wrong_type(&mut self, path: &[&str], node: &Value, instance: &Value) {
        let place = self.place(path);
        let expected = self.expected(node);
        let name = name_of(path);
        let list_of_tables = instance.is_object() && self.wants(node, "array") && !self.wants(node, "object");
        let quoted = instance.as_str().is_some_and(|text| {
            (self.wants(node, "integer") && text.parse::<i64>().is_ok())
                || (self.wants(node, "boolean") && text.parse::<bool>().is_ok())
        });
        let unquoted = (instance.is_number() || instance.is_boolean()) && self.wants(node, "string");
        let duration = instance.is_number()
            && self
                .resolve(node)
                .get("errorMessage")
                .is_some_and(|m| m.as_str().is_some_and(|m| m.contains("duration")));
        let edits = self.edits();
        let title = format!("write {name} as {expected}");
        let fix = if quoted {
            Some(edits.replace(place.value, instance.as_str().unwrap_or("")))
        } else if unquoted && !duration && !expected.contains("unit") {
            Some(edits.replace(place.value, string_literal(self.source.slice(place.value))))
        } else {
            None
        };
        let applicability = if quoted { Applicability::Safe } else { Applicability::Unsafe };
        let fix = fix.map(|edit| Fix { title, applicability, edits: vec![edit] });
        let found = found(instance);
        let diagnostic = self.add(WRONG_TYPE, place.value, format!("{name} must be {expected}, not {found}"));
        diagnostic.fix = fix;
        diagnostic.help = if quoted {
            Some("leave the quotes out".to_owned())
        } else if list_of_tables {
            Some(format!("write the header as [[{}]]", path.join(".")))
        } else if duration {
            let unit = bare_unit(path);
            Some(format!("flyctl would read a bare number here as {unit}: write the unit that you mean"))
        } else if unquoted {
            Some("put it in quotes".to_owned())
        } else {
            None
        };
    }

    fn invalid(&mut self, path: &[&str], node: &Value, instance: &Value) {
        let place = self.place(path);
        let name = name_of(path);
        let resolved = resolve(self.schema, node);
        if matches!(path, ["version"]) {
            let diagnostic = self.add(
                INVALID_VALUE,
                place.value,
                format!("this flyarch reads version 1 of the format, not {}", found(instance)),
            );
            diagnostic.help = Some("write `version = 1`, or update flyarch".to_owned());
            return;
        }
        let words: Vec<&str> = resolved
            .get("enum")
            .and_then(Value::as_array)
            .map(|a| a.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let near = instance.as_str().and_then(|text| nearest(text, words.iter().copied()));
        let fix = near.map(|near| Fix {
            title: format!("write `{near}`"),
            applicability: Applicability::Unsafe,
            edits: vec![self.edits().replace(place.value, string_literal(near))],
        });
        let expected = self.expected(node);
        let empty = instance.as_array().is_some_and(Vec::is_empty)
            || instance.as_object().is_some_and(serde_json::Map::is_empty);
        let message = if empty {
            format!("{name} is empty")
        } else {
            format!("{name} must be {expected}, not {}", found(instance))
        };
        let diagnostic = self.add(INVALID_VALUE, place.value, message);
        diagnostic.fix = fix;
        diagnostic.help = match near {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None if empty => Some(format!("expected at least one entry: {expected}")),
            None => None,
        };
    }

    fn resolve<'n>(&'n self, node: &'n Value) -> &'n Value {
        resolve(self.schema, node)
    }

    /// Whether a node takes values of this type in one of its forms.
    fn wants(&self, node: &Value, name: &str) -> bool {
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

    /// What a node takes, in words that fit behind "must be".
    fn expected(&self, node: &Value) -> String {
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
            return words.join(" or ");
        }
        let bound = |key: &str| node.get(key).map(ToString::to_string);
        match node.get("type") {
            Some(Value::Array(types)) => {
                let mut words: Vec<&str> = types.iter().filter_map(Value::as_str).filter(|t| *t != "integer").collect();
                words.dedup();
                words.iter().map(|word| type_name(word)).collect::<Vec<_>>().join(", ")
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
fn resolve<'n>(schema: &'n Value, node: &'n Value) -> &'n Value {
    let reference = node.get("$ref").or_else(|| node.pointer("/allOf/0/$ref")).and_then(Value::as_str);
    reference.and_then(|r| schema.pointer(r.trim_start_matches('#'))).unwrap_or(node)
}

/// The steps of a JSON pointer.
fn steps(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
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

/// A value in a message: short, and never text of some length, which might be anything.
fn found(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) if number.as_f64() == Some(0.5) => "a number of that size".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.chars().count() <= 24 && !text.contains(char::is_control) => format!("\"{text}\""),
        Value::String(_) => "this string".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a table".to_owned(),
    }
}

/// How a table is written in TOML.
fn table_name(path: &[&str]) -> String {
    match path {
        [] => "the spec".to_owned(),
        [.., last] if last.parse::<usize>().is_ok() => format!("[[{}]]", without_numbers(path)),
        _ => format!("[{}]", without_numbers(path)),
    }
}

fn without_numbers(path: &[&str]) -> String {
    path.iter().filter(|step| step.parse::<usize>().is_err()).copied().collect::<Vec<_>>().join(".")
}

/// What a value is called: its key, or an item of it.
fn name_of(path: &[&str]) -> String {
    match path {
        [.., key, last] if last.parse::<usize>().is_ok() => format!("an item of `{}`", shorten(key)),
        [.., key] => format!("`{}`", shorten(key)),
        [] => "the spec".to_owned(),
    }
}

fn shorten(text: &str) -> String {
    if text.chars().count() > 40 || text.contains(char::is_control) {
        let start: String = text.chars().filter(|c| !c.is_control()).take(37).collect();
        format!("{start}…")
    } else {
        text.to_owned()
    }
}

fn first_sentence(text: &str) -> String {
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

/// What flyctl takes a bare number for (flyctl `internal/appconfig/patches.go`).
fn bare_unit(path: &[&str]) -> &'static str {
    match path {
        ["app", _, "kill_timeout"] => "seconds",
        ["app", _, "checks", ..] | ["app", _, "services", _, "tcp_checks" | "http_checks", ..] => "milliseconds",
        _ => "nanoseconds",
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
