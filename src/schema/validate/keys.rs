//! Mistakes of keys: unknown, missing, not a name, and the way out of each.

use serde_json::Value;

use super::Judge;
use super::words::{first_sentence, shorten};
use crate::diag::form::{INVALID_VALUE, MISSING_KEY, UNKNOWN_KEY, list, nearest};
use crate::diag::{Applicability, Fix};

/// Keys of the language that this version does not know yet, and those of old spellings: what to say instead of
/// "unknown".
const ELSEWHERE: [(&str, &str); 19] = [
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
    ("region", "regions are said by `regions`; the first is the primary region"),
    ("volumes", "volumes are declared where fly.toml declares them, in `mounts`"),
    ("size_gb", "the size of a volume is `initial_size`, with a unit: \"10gb\""),
    ("tcp_checks", "`http_service` has `checks`; `tcp_checks` belong into `[[services]]`"),
    ("http_checks", "`http_service` has `checks`; `http_checks` belong into `[[services]]`"),
    ("ports", "`http_service` always has the ports 80 and 443; others belong into `[[services]]`"),
];

impl Judge<'_> {
    pub(super) fn unknown_key(&mut self, path: &[&str], key: &str, node: &Value) {
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
        let fix = near.filter(|near| self.can_be_renamed(path, key, near)).map(|near| Fix {
            title: format!("rename it to `{near}`"),
            applicability: Applicability::Unsafe,
            edits: vec![self.edits().replace(range, near)],
        });
        let table = self.table_name(path);
        let diagnostic = self.add(UNKNOWN_KEY, range, format!("unknown key `{}` in {table}", shorten(key)));
        diagnostic.help = match (old, near, homes.as_slice()) {
            (Some(what), _, _) => Some(what.to_owned()),
            (None, Some(near), _) => Some(format!("did you mean `{near}`?")),
            (None, None, [_, ..]) => Some(format!("`{key}` is a key of {}", homes.join(" and of "))),
            (None, None, []) if known.len() <= 12 && !known.is_empty() => {
                Some(format!("known keys are {}", list(&known, "and")))
            }
            (None, None, []) => {
                Some("remove it, or look at its spelling: a key of fly.toml has the same name here".to_owned())
            }
        };
        if old.is_none() {
            diagnostic.fix = fix;
        }
        if let (None, Some(near)) = (old, near) {
            let table = self.place(path).value;
            self.renamed.push((near.to_owned(), table));
        }
    }

    /// Whether a key can be renamed where it stands alone: nothing has the new name, neither in the file nor by another
    /// such fix, and the old one stands in no other header.
    fn can_be_renamed(&self, path: &[&str], key: &str, near: &str) -> bool {
        let mut there = path.to_vec();
        there.push(near);
        let table = self.place(path).value;
        let taken = self.tree.place(&there).is_some() || self.renamed.iter().any(|(to, of)| to == near && *of == table);
        let headers = self.source.text().lines().filter(|line| line.trim_start().starts_with('['));
        !taken && headers.filter(|line| line.contains(key)).count() <= 1
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
            let list = self.wants(section, "array");
            if list && (one.is_some() || items.is_some()) {
                homes.push(format!("[[app.{app}.{name}]]"));
            } else if one.is_some() {
                homes.push(format!("[app.{app}.{name}]"));
            }
        }
        homes.truncate(3);
        homes
    }

    pub(super) fn missing_key(&mut self, path: &[&str], key: &str, node: &Value) {
        // That the other key is unknown says it all.
        if self.misspelt(path, key, node) {
            return;
        }
        let range = self.place(path).value;
        let what =
            node.pointer(&format!("/properties/{key}/description")).and_then(Value::as_str).unwrap_or("").to_owned();
        let message = if path.is_empty() {
            format!("the spec has no `{key}`")
        } else {
            format!("{} has no `{key}`", self.table_name(path))
        };
        let diagnostic = self.add(MISSING_KEY, range, message);
        diagnostic.help = match (path, key) {
            ([], "version") => Some("begin with `version = 1`".to_owned()),
            ([], "project") => Some("add a `[project]` table with `name` and `org`".to_owned()),
            _ => Some(format!("add `{key}`: {}", first_sentence(&what))),
        };
    }

    /// Whether the table has another key that is probably meant to be this one.
    fn misspelt(&self, path: &[&str], key: &str, node: &Value) -> bool {
        let Some(known) = node.get("properties").and_then(Value::as_object) else { return false };
        let known = || known.keys().map(String::as_str);
        let given = self.tree.keys(path);
        given.iter().any(|given| !known().any(|k| k == *given) && nearest(given, known()) == Some(key))
    }

    pub(super) fn key_form(&mut self, path: &[&str], key: &Value, node: &Value) {
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
}
