//! Mistakes of values: of another type, out of bounds, twice in a list, or the value of a secret.

use serde_json::Value;

use super::words::{nearest, resolve, shorten};
use super::{INVALID_VALUE, Judge, WRONG_TYPE};
use crate::diag::fix::string_literal;
use crate::diag::{Applicability, Fix, Label};
use crate::source::Span;
use crate::value::RegionCode;

impl Judge<'_> {
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

    /// Whether the value of a secret stands where its source is to be said.
    pub(super) fn is_secret_value(&self, path: &[&str], instance: &Value) -> bool {
        matches!(path, ["app", _, "secrets", _]) && instance.is_string() && !self.is_item(path)
    }

    pub(super) fn secret_value(&mut self, path: &[&str]) {
        let (place, name) = (self.place(path), path.last().copied().unwrap_or_default());
        let diagnostic =
            self.add(WRONG_TYPE, place.key, format!("the value of the secret `{name}` stands in the spec"));
        diagnostic.help = Some(format!(
            "say where it comes from instead, for instance `{name} = {{ env = \"{name}\" }}`; if this file was shared, replace the secret"
        ));
        diagnostic.note = Some("a spec can name a secret; no form of it holds the value".to_owned());
    }

    /// Whether this may be the value of a secret, which no message shows: people write it into every form that there is.
    pub(super) fn may_be_secret(&self, path: &[&str]) -> bool {
        match path {
            ["app", _, "secrets", _, "generate"] => false,
            ["app", _, "secrets", _, ..] => !self.is_item(&path[..4]),
            _ => false,
        }
    }

    /// Hides what may be the value of a secret from the excerpts of the findings from `first` on.
    pub(super) fn hide_secrets(&mut self, path: &[&str], first: usize) {
        if !self.may_be_secret(path) {
            return;
        }
        for range in self.tree.strings(&path[..4]) {
            let span = Span { file: self.file, range };
            self.found[first..].iter_mut().for_each(|diagnostic| diagnostic.redact.push(span));
        }
    }

    pub(super) fn wrong_type(&mut self, path: &[&str], node: &Value, instance: &Value) {
        let place = self.place(path);
        let expected = self.expected(node);
        let name = self.name_of(path);
        let list_of_tables = instance.is_object() && self.wants(node, "array") && !self.wants(node, "object");
        let text = instance.as_str().unwrap_or("");
        let number =
            text.parse::<i64>().ok().filter(|number| self.wants(node, "integer") && self.in_bounds(node, *number));
        let flag = text.parse::<bool>().ok().filter(|_| self.wants(node, "boolean"));
        let quoted = number.map(|n| n.to_string()).or(flag.map(|flag| flag.to_string()));
        let unquoted =
            !matches!(instance, Value::String(_) | Value::Array(_) | Value::Object(_)) && self.wants(node, "string");
        let formed = self.is_formed(node);
        let list_of_words = !text.is_empty() && self.wants(node, "array") && !self.may_be_secret(path);
        let duration = instance.is_number()
            && self
                .resolve(node)
                .get("errorMessage")
                .is_some_and(|m| m.as_str().is_some_and(|m| m.contains("duration")));
        let edits = self.edits();
        let fix = if let Some(literal) = &quoted {
            Some(edits.replace(place.value, literal.as_str()))
        } else if unquoted && !formed {
            Some(edits.replace(place.value, string_literal(self.source.slice(place.value))))
        } else {
            None
        };
        let applicability = if quoted.is_some() { Applicability::Safe } else { Applicability::Unsafe };
        let title = if quoted.is_some() { "leave the quotes out" } else { "put it in quotes" };
        let fix = fix.map(|edit| Fix { title: title.to_owned(), applicability, edits: vec![edit] });
        let found = self.found(path, instance);
        let header = self.header(path);
        let in_braces = self.source.slice(place.value).starts_with('{');
        let plain = formed && !has_article(&expected);
        let what = if plain { "a string" } else { &expected };
        let diagnostic = self.add(WRONG_TYPE, place.value, format!("{name} must be {what}, not {found}"));
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
        } else if list_of_words {
            Some("put it in brackets, also when it is the only one".to_owned())
        } else if plain {
            Some(format!("expected {expected}"))
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
        let found = self.found(path, instance);
        if matches!(path, ["version"]) {
            let message = format!("this flyarch reads version 1 of the format, not {found}");
            let diagnostic = self.add(INVALID_VALUE, place.value, message);
            diagnostic.help = Some("write `version = 1`, or update flyarch".to_owned());
            return;
        }
        let words: Vec<&str> = resolved
            .get("enum")
            .and_then(Value::as_array)
            .map(|a| a.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let text = instance.as_str().unwrap_or("");
        let lower = text.to_ascii_lowercase();
        let region = resolved.get("pattern").is_some_and(|pattern| pattern == RegionCode::PATTERN);
        let near = match nearest(text, words.iter().copied()) {
            None if region && RegionCode::accepts(&lower) => Some(lower.as_str()),
            near => near,
        };
        let fix = near.map(|near| Fix {
            title: format!("write `{near}`"),
            applicability: Applicability::Unsafe,
            edits: vec![self.edits().replace(place.value, string_literal(near))],
        });
        let expected = self.expected(node);
        let empty = instance.as_array().is_some_and(Vec::is_empty)
            || instance.as_object().is_some_and(serde_json::Map::is_empty);
        let negative = instance.as_i64().is_some_and(|number| number < 0) && resolved.get("minimum") == Some(&0.into());
        let plain = self.is_formed(resolved) && !has_article(&expected);
        let message = if empty {
            format!("{name} is empty")
        } else if negative {
            format!("{name} cannot be negative")
        } else if plain {
            format!("{name} cannot be {found}")
        } else {
            format!("{name} must be {expected}, not {found}")
        };
        let diagnostic = self.add(INVALID_VALUE, place.value, message);
        diagnostic.fix = fix;
        diagnostic.help = match near {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None if empty => {
                Some("say at least one: a list of regions, or a table of region to number of machines".to_owned())
            }
            None if plain => Some(format!("expected {expected}")),
            None => None,
        };
    }
}

/// Whether words fit behind "must be".
fn has_article(words: &str) -> bool {
    words.starts_with("a ") || words.starts_with("one of ")
}

/// What flyctl takes a bare number for (flyctl `internal/appconfig/patches.go`).
fn bare_unit(path: &[&str]) -> &'static str {
    match path {
        ["app", _, "kill_timeout"] => "seconds",
        ["app", _, "checks", ..] | ["app", _, "services", _, "tcp_checks" | "http_checks", ..] => "milliseconds",
        _ => "nanoseconds",
    }
}
