//! Values of secrets, for which the language has no place: said without being shown.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use super::Judge;
use super::words::found;
use crate::diag::RuleId;
use crate::diag::form::{INVALID_VALUE, UNKNOWN_KEY, WRONG_TYPE};
use crate::source::{Span, TextRange};
use crate::value::EnvName;

/// What every one of these findings ends with.
const REPLACE: &str = "if this file was shared, replace the secret";

impl Judge<'_> {
    /// A mistake below `secrets`, where any text may be the value of one. Returns whether all is said.
    pub(super) fn secret(&mut self, path: &[&str], error: &ValidationError<'_>) -> bool {
        let ["app", _, "secrets", rest @ ..] = path else { return false };
        let instance: &Value = error.instance();
        let (text, place) = (instance.as_str(), self.place(path));
        match rest {
            [] if !instance.is_object() && !instance.is_array() => {
                let message = format!("`secrets` must be a list of names or a table, not {}", found(instance, None));
                let help = "list the names: `secrets = [\"API_KEY\"]` takes the value from the environment of setup.sh";
                self.hidden_value(WRONG_TYPE, place.value, place.value, message, help.to_owned());
            }
            [_] if self.tree.is_item(path) && text.is_some() => {
                let name = text.and_then(|text| text.split_once('=')).map(|(name, _)| name.trim());
                let message = format!("an item of `secrets` must be {}", EnvName::EXPECTED);
                let help = match name.filter(|name| name.parse::<EnvName>().is_ok()) {
                    Some(name) => format!("write the name alone: \"{name}\"; {REPLACE}"),
                    None => "write the name of a secret, such as \"API_KEY\"; its value has no place here".to_owned(),
                };
                self.hidden_value(INVALID_VALUE, place.value, place.value, message, help);
            }
            [name] if !instance.is_object() && !matches!(error.kind(), Kind::PropertyNames { .. }) => {
                self.value_of(name, WRONG_TYPE, place.key, place.value);
            }
            [name] => {
                let Some(table) = instance.as_object() else { return false };
                let Some(key) = table.keys().find(|key| ["value", "secret", "plain", "text"].contains(&key.as_str()))
                else {
                    // Whatever stands behind a key that is unknown.
                    self.hidden.push(place.value);
                    return false;
                };
                let mut full = path.to_vec();
                full.push(key);
                let place = self.place(&full);
                self.value_of(name, UNKNOWN_KEY, place.key, place.value);
            }
            [_, "command"] if text.is_some() => {
                let message = "`command` must be a list of words".to_owned();
                let help =
                    "no shell runs it: write it as a list, such as `command = [\"op\", \"read\", \"op://vault/a\"]`";
                self.hidden_value(WRONG_TYPE, place.value, place.value, message, help.to_owned());
            }
            // What a token is for is no secret; a text in its place may be one.
            [_, "token", _, ..] => return false,
            [_, key, ..] if *key != "generate" && text.is_some() => {
                let message = format!("`{key}` cannot have this value");
                let help = format!("it says where the value comes from, and is not the value itself; {REPLACE}");
                self.hidden_value(INVALID_VALUE, place.value, place.value, message, help);
            }
            _ => return false,
        }
        true
    }

    /// Hides what may be the value of a secret from the excerpts of the findings from `first` on: people write it into
    /// every form that there is.
    pub(super) fn hide_secrets(&mut self, path: &[&str], first: usize) {
        let ["app", _, "secrets", _, rest @ ..] = path else { return };
        if self.tree.is_item(&path[..4]) || rest.first() == Some(&"generate") || matches!(rest, ["token", _, ..]) {
            return;
        }
        for range in self.tree.strings(&path[..4]) {
            let span = Span { file: self.file, range };
            for diagnostic in &mut self.found[first..] {
                if !diagnostic.redact.contains(&span) {
                    diagnostic.redact.push(span);
                }
            }
        }
    }

    fn value_of(&mut self, name: &str, rule: RuleId, at: TextRange, value: TextRange) {
        let message = format!("the value of the secret `{name}` stands in the spec");
        let help =
            format!("say where it comes from instead, for instance `{name} = {{ env = \"{name}\" }}`; {REPLACE}");
        self.hidden_value(rule, at, value, message, help);
        if let Some(diagnostic) = self.found.last_mut() {
            diagnostic.note = Some("a spec can name a secret; no form of it holds the value".to_owned());
        }
    }

    fn hidden_value(&mut self, rule: RuleId, at: TextRange, value: TextRange, message: String, help: String) {
        let file = self.file;
        let diagnostic = self.add(rule, at, message);
        diagnostic.help = Some(help);
        diagnostic.redact.push(Span { file, range: value });
    }
}
