//! Mistakes of values: of another type, out of bounds, of no form that fits.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use super::Judge;
use super::words::{bare_unit, resolve, shorten, steps};
use crate::diag::fix::string_literal;
use crate::diag::form::{INVALID_VALUE, UNKNOWN_KEY, WRONG_TYPE, list, nearest};
use crate::diag::{Applicability, Fix, Label};
use crate::facts::FACTS;
use crate::source::Span;
use crate::value::RegionCode;

impl Judge<'_> {
    /// Which of several forms was meant is the one whose mistakes lie deepest; when none begins to fit, all are named.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other mistakes are within a form")]
    pub(super) fn branches(
        &mut self,
        path: &[&str],
        context: &[Vec<ValidationError<'static>>],
        node: &Value,
        instance: &Value,
    ) {
        let fits = |errors: &&Vec<ValidationError<'static>>| {
            !errors.is_empty()
                && !errors.iter().filter(|e| steps(e.instance_path().as_str()).len() == path.len()).any(|e| {
                    match e.kind() {
                        Kind::Type { .. } => true,
                        // Words are told from other types only here.
                        Kind::Enum { .. } => !instance.is_string(),
                        _ => false,
                    }
                })
        };
        let depth =
            |errors: &Vec<ValidationError<'static>>| errors.iter().map(|e| e.instance_path().as_str().len()).max();
        // A table with one of several keys: the branch whose key is there.
        let keyed =
            |errors: &&Vec<ValidationError<'static>>| !errors.iter().any(|e| matches!(e.kind(), Kind::Required { .. }));
        let candidates: Vec<_> = context.iter().filter(fits).collect();
        let mut keyed = candidates.iter().copied().filter(keyed);
        let best = match (&candidates[..], instance.is_object()) {
            (&[only], _) => Some(only),
            // One key says which form is meant; the keys of several do not.
            (_, true) => keyed.next().filter(|_| keyed.next().is_none()),
            (_, false) => keyed.max_by_key(|e| depth(e)),
        };
        match best {
            Some(errors) => errors.iter().for_each(|error| self.error(error)),
            None if instance.is_null() && self.is_date(path, node) => {}
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
        let help = if given.is_empty() { "add the one that is meant" } else { "keep the one that is meant" };
        diagnostic.help = Some(help.to_owned());
    }

    pub(super) fn twice(&mut self, path: &[&str], instance: &Value) {
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
            .push(Label { span: Span { file, range: first_range }, text: "first listed here".to_owned() });
        diagnostic.help =
            Some("several machines in one region are written as a table: `regions = { iad = 2 }`".to_owned());
        if path.last() != Some(&"regions") {
            diagnostic.help = Some("keep one of the two".to_owned());
        }
    }

    pub(super) fn wrong_type(&mut self, path: &[&str], node: &Value, instance: &Value) {
        let place = self.place(path);
        let expected = self.expected(node);
        let name = self.name_of(path);
        let list_of_tables = instance.is_object() && self.wants(node, "array") && !self.wants(node, "object");
        let listed = instance.is_string() && self.wants(node, "array");
        let text = instance.as_str().unwrap_or("");
        let number = text.parse::<i64>().ok().filter(|n| self.wants(node, "integer") && self.in_bounds(node, *n));
        let flag = text.parse::<bool>().ok().filter(|_| self.wants(node, "boolean"));
        // As TOML writes it, which has no zeros in front.
        let quoted = number.map(|n| n.to_string()).or(flag.map(|flag| flag.to_string()));
        let plain = instance.is_number() || instance.is_boolean() || instance.is_null();
        let unquoted = plain && self.wants(node, "string");
        let formed = self.is_formed(node);
        let duration = instance.is_number()
            && self
                .resolve(node)
                .get("errorMessage")
                .is_some_and(|m| m.as_str().is_some_and(|m| m.contains("duration")));
        let edits = self.edits();
        let title = format!("write {name} as {}", if unquoted { "a string" } else { &expected });
        let fix = if let Some(literal) = &quoted {
            Some(edits.replace(place.value, literal.as_str()))
        } else if unquoted && !formed {
            Some(edits.replace(place.value, string_literal(self.source.slice(place.value))))
        } else {
            None
        };
        let applicability = if quoted.is_some() { Applicability::Safe } else { Applicability::Unsafe };
        let fix = fix.map(|edit| Fix { title, applicability, edits: vec![edit] });
        let found = self.found(path, instance);
        let (header, in_braces) = (self.header(path), self.source.slice(place.value).starts_with('{'));
        let diagnostic = self.add(WRONG_TYPE, place.value, format!("{name} must be {expected}, not {found}"));
        diagnostic.fix = fix;
        diagnostic.help = if quoted.is_some() {
            Some("leave the quotes out".to_owned())
        } else if list_of_tables && in_braces {
            Some("put it in brackets: [{ … }]".to_owned())
        } else if list_of_tables {
            Some(format!("write the header as [[{header}]]"))
        } else if duration {
            let unit = bare_unit(path);
            Some(format!("flyctl would read a bare number here as {unit}: write the unit that you mean"))
        } else if listed {
            Some(if found.len() <= 24 {
                format!("write it as a list: [{found}]")
            } else {
                "write it as a list".to_owned()
            })
        } else if unquoted && expected.contains("unit") {
            Some("write the unit that you mean, in quotes".to_owned())
        } else if unquoted && !formed {
            Some("put it in quotes".to_owned())
        } else {
            None
        };
    }

    pub(super) fn invalid(&mut self, path: &[&str], node: &Value, instance: &Value) {
        let place = self.place(path);
        let name = self.name_of(path);
        let resolved = resolve(self.schema, node);
        if matches!(path, ["version"]) {
            let found = self.found(path, instance);
            let other = instance.is_u64();
            let (rule, message, help) = if other {
                let message = format!("this flyarch reads version 1 of the format, not {found}");
                (INVALID_VALUE, message, "write `version = 1`, or update flyarch")
            } else {
                (WRONG_TYPE, format!("`version` must be the number 1, not {found}"), "write `version = 1`")
            };
            self.add(rule, place.value, message).help = Some(help.to_owned());
            return;
        }
        let words: Vec<&str> = resolved
            .get("enum")
            .and_then(Value::as_array)
            .map(|a| a.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let expected = self.expected(node);
        let region = instance.as_str().filter(|_| expected == RegionCode::EXPECTED).and_then(region_meant);
        let near = region.or_else(|| instance.as_str().and_then(|text| nearest(text, words.iter().copied())));
        let fix = near.map(|near| Fix {
            title: format!("write `{near}`"),
            applicability: Applicability::Unsafe,
            edits: vec![self.edits().replace(place.value, string_literal(near))],
        });
        let empty = instance.as_array().is_some_and(Vec::is_empty)
            || instance.as_object().is_some_and(serde_json::Map::is_empty);
        let message = if empty {
            format!("{name} is empty")
        } else {
            format!("{name} must be {expected}, not {}", self.found(path, instance))
        };
        let rule = if !words.is_empty() && !instance.is_string() { WRONG_TYPE } else { INVALID_VALUE };
        let diagnostic = self.add(rule, place.value, message);
        diagnostic.fix = fix;
        diagnostic.help = match (near, path.last()) {
            (Some(near), _) => Some(format!("did you mean `{near}`?")),
            (None, Some(&"regions")) if empty => {
                Some("name at least one region, such as `regions = { iad = 2 }`".to_owned())
            }
            (None, Some(key)) if empty => Some(format!("`{key}` needs at least one entry")),
            _ => None,
        };
    }
}

/// The region that a word means: its code in capitals, or the name of its city.
fn region_meant(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let meant = |name: &str| name.to_lowercase().split([',', '(']).next().is_some_and(|city| city.trim() == word);
    FACTS.regions.iter().find(|region| region.code == word || meant(region.city)).map(|region| region.code)
}
