//! TOML text, and the way from a value's path to its place.
//!
//! A right spec never comes here: it is read straight into its types (`crate::spec`). This module is for the other
//! ones: it finds every mistake of syntax, and gives the schema a tree to judge and to point into.

use serde_json::{Map, Value as Json};
use serde_spanned::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use crate::diag::{Diagnostic, Diagnostics, RuleId, Severity};
use crate::source::{FileId, Source, Span, TextRange};

/// The rule of everything that is no TOML.
pub static SYNTAX: RuleId = RuleId { name: "toml-syntax", code: "FA001" };

/// How many mistakes of syntax are shown: after that many the text is probably no TOML at all.
const MOST: usize = 20;

/// A parsed text that keeps the place of every key and value.
#[derive(Debug)]
pub struct Tree<'s> {
    root: DeTable<'s>,
}

/// The places of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its key; the value itself where it has none.
    pub key: TextRange,
    /// The value: of a table the header or the braces.
    pub value: TextRange,
}

/// Parses a text, and reports all mistakes of syntax. Returns nothing when there are any.
pub fn parse<'s>(source: &'s Source, file: FileId, diagnostics: &mut Diagnostics) -> Option<Tree<'s>> {
    let (root, errors) = DeTable::parse_recoverable(source.text());
    let root = root.into_inner();
    if errors.is_empty() {
        return Some(Tree { root });
    }
    let tree = Tree { root };
    let mut errors: Vec<(TextRange, &toml::de::Error)> =
        errors.iter().map(|error| (error.span().unwrap_or_default().into(), error)).collect();
    errors.sort_by_key(|(range, _)| *range);
    if let Some(deep) = errors.iter().position(|(_, error)| is_too_deep(error.message())) {
        // The parser gives up there, and takes what follows for something else.
        errors = vec![errors[deep]];
    }
    // What follows on a line is mostly the same mistake seen again.
    errors.dedup_by_key(|(range, _)| source.line(range.start));
    // The table that was opened again: what it repeats is no mistake of its own.
    let mut repeated: Option<TextRange> = None;
    for &(range, error) in errors.iter().take(MOST) {
        let twice = error.message().starts_with("duplicate key");
        if twice && repeated.is_some_and(|table| table.start <= range.start && range.start < table.end) {
            continue;
        }
        let span = Span { file, range };
        let mut diagnostic = Diagnostic::new(SYNTAX, Severity::Error, span, message(error.message()));
        if twice {
            repeated = table_of_header(source, range).or(repeated);
            let name = source.slice(range).trim_matches(['"', '\'', '[', ']']);
            diagnostic.message = format!("`{name}` is defined twice");
            diagnostic = diagnostic.label("defined again here");
            if let Some(first) = tree.first_definition(source, range) {
                diagnostic = diagnostic.related(first, "first defined here");
            }
            diagnostic = diagnostic.help("keep one of the two");
        } else if error.message().contains("expected `=`") || source.slice(range) == ":" {
            diagnostic = diagnostic.help("TOML is written `key = value`, with quotes around text");
        } else if range.start == 0 && source.text().starts_with('{') {
            diagnostic = diagnostic.help("this looks like JSON, and is read as TOML");
        }
        diagnostics.push(diagnostic);
    }
    if errors.len() > MOST {
        let at = errors[MOST].0;
        let more = format!("{} more mistakes like these: is this file TOML?", errors.len() - MOST);
        diagnostics.push(Diagnostic::new(SYNTAX, Severity::Error, Span { file, range: at }, more));
    }
    None
}

/// From a header to the next one, when this is a part of a header.
fn table_of_header(source: &Source, range: TextRange) -> Option<TextRange> {
    let line = source.line(range.start);
    let is_header = |line: u32| source.slice(source.line_range(line)).trim_start().starts_with('[');
    let next = (line + 1..=source.line_count()).find(|&line| is_header(line)).unwrap_or(source.line_count() + 1);
    is_header(line).then(|| TextRange { start: source.line_range(line).start, end: source.line_range(next).start })
}

fn is_too_deep(message: &str) -> bool {
    message.contains("recursion")
}

/// The parser's words, with a way out where it has none.
fn message(text: &str) -> String {
    let text = text.trim();
    if is_too_deep(text) {
        return "nested too deeply: a handful of levels is enough for anything here".to_owned();
    }
    match text {
        "invalid basic string, expected `\"`" | "invalid literal string, expected `'`" => {
            "a string is not closed".to_owned()
        }
        text => text.to_owned(),
    }
}

impl<'s> From<DeTable<'s>> for Tree<'s> {
    fn from(root: DeTable<'s>) -> Self {
        Self { root }
    }
}

impl<'s> Tree<'s> {
    /// The parser's own tree.
    pub(crate) fn into_root(self) -> DeTable<'s> {
        self.root
    }

    /// The same as the parser gives it for a whole text.
    pub(crate) fn into_document(self) -> Spanned<DeTable<'s>> {
        Spanned::new(0..0, self.root)
    }
}

impl Tree<'_> {
    /// Whether the text holds nothing but comments.
    pub fn is_empty(&self) -> bool {
        self.root.is_empty()
    }

    /// The values as JSON, for the schema.
    ///
    /// What JSON does not know becomes what no type of the schema but its own takes. A date is null, which TOML does
    /// not have. A float never is a whole number, because to the schema `1.0` is an integer and to TOML it is not:
    /// only its sign stays.
    pub fn to_json(&self) -> Json {
        table_to_json(&self.root)
    }

    /// The places of a value, by its path; `None` for the whole text or when there is no such value.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only tables and arrays have something in them")]
    pub fn place(&self, path: &[&str]) -> Option<Place> {
        let (first, rest) = path.split_first()?;
        let (key, value) = self.root.get_key_value(*first)?;
        let mut place = Place { key: key.span().into(), value: value.span().into() };
        let mut at = value.get_ref();
        for step in rest {
            match at {
                DeValue::Table(table) => {
                    let (key, value) = table.get_key_value(*step)?;
                    place = Place { key: key.span().into(), value: value.span().into() };
                    at = value.get_ref();
                }
                DeValue::Array(array) => {
                    let value = array.get(step.parse::<usize>().ok()?)?;
                    place = Place { key: value.span().into(), value: value.span().into() };
                    at = value.get_ref();
                }
                _ => return None,
            }
        }
        Some(place)
    }

    /// The keys of a table; none when there is no such table.
    pub fn keys(&self, path: &[&str]) -> Vec<&str> {
        let mut table = &self.root;
        for step in path {
            let Some(DeValue::Table(inner)) = table.get(*step).map(toml::Spanned::get_ref) else { return Vec::new() };
            table = inner;
        }
        table.keys().map(|key| key.get_ref().as_ref()).collect()
    }

    /// Whether this is an item of a list.
    pub fn is_item(&self, path: &[&str]) -> bool {
        let list = path.split_last().and_then(|(_, list)| self.value(list));
        list.is_some_and(|value| matches!(value.get_ref(), DeValue::Array(_)))
    }

    /// The texts in a value.
    pub fn strings(&self, path: &[&str]) -> Vec<TextRange> {
        leaves(self.value(path).into_iter().collect(), |value| matches!(value, DeValue::String(_)))
    }

    /// The numbers that do not fit into 64 bits.
    pub fn endless_numbers(&self) -> Vec<TextRange> {
        let all = self.root.iter().map(|(_, value)| value).collect();
        #[expect(clippy::wildcard_enum_match_arm, reason = "no numbers")]
        leaves(all, |value| match value {
            DeValue::Integer(number) => whole(number).is_none(),
            DeValue::Float(number) => {
                let digits = number.as_str().bytes().any(|b| b.is_ascii_digit());
                digits && number.as_str().replace('_', "").parse::<f64>().is_ok_and(f64::is_infinite)
            }
            _ => false,
        })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "only tables and arrays have something in them")]
    fn value(&self, path: &[&str]) -> Option<&Spanned<DeValue<'_>>> {
        let (first, rest) = path.split_first()?;
        let mut at = self.root.get(*first)?;
        for step in rest {
            at = match at.get_ref() {
                DeValue::Table(table) => table.get(*step)?,
                DeValue::Array(array) => array.get(step.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(at)
    }

    /// Where the key at `again` was defined before, when the tree still knows.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only tables and arrays have something in them")]
    fn first_definition(&self, source: &Source, again: TextRange) -> Option<TextRange> {
        fn find(table: &DeTable<'_>, name: &str, before: u32, best: &mut Option<TextRange>) {
            for (key, value) in table {
                let range: TextRange = key.span().into();
                if key.get_ref() == name && range.end <= before && best.is_none_or(|b| b.start < range.start) {
                    *best = Some(range);
                }
                match value.get_ref() {
                    DeValue::Table(inner) => find(inner, name, before, best),
                    DeValue::Array(items) => {
                        for item in items {
                            if let DeValue::Table(inner) = item.get_ref() {
                                find(inner, name, before, best);
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
        // A second header takes the place of the first in the tree: look for the same line above.
        let line = source.line(again.start);
        let text = |line: u32| source.slice(source.line_range(line)).split('#').next().unwrap_or("").trim();
        let header = text(line);
        if header.starts_with('[') {
            // A table may have been defined as a list of tables before.
            let name = |header: &'_ str| header.trim_matches(['[', ']', ' ', '\t']).to_owned();
            let same = |n: &u32| text(*n).starts_with('[') && name(text(*n)) == name(header);
            return (1..line).find(same).map(|n| source.line_range(n));
        }
        let mut best = None;
        find(&self.root, source.slice(again).trim_matches(['"', '\'']), again.start, &mut best);
        best
    }
}

/// The places of those that are wanted, of all values that are neither lists nor tables.
fn leaves<'t>(mut rest: Vec<&'t Spanned<DeValue<'t>>>, wanted: impl Fn(&DeValue<'t>) -> bool) -> Vec<TextRange> {
    let mut found = Vec::new();
    while let Some(value) = rest.pop() {
        match value.get_ref() {
            DeValue::Array(items) => rest.extend(items.iter()),
            DeValue::Table(table) => rest.extend(table.iter().map(|(_, value)| value)),
            leaf if wanted(leaf) => found.push(value.span().into()),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => {}
        }
    }
    found
}

fn whole(number: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok()
}

fn table_to_json(table: &DeTable<'_>) -> Json {
    Json::Object(table.iter().map(|(k, v)| (k.get_ref().to_string(), to_json(v.get_ref()))).collect::<Map<_, _>>())
}

fn to_json(value: &DeValue<'_>) -> Json {
    match value {
        DeValue::String(text) => Json::String(text.to_string()),
        DeValue::Integer(number) => whole(number).map_or(Json::from(0.5), Json::from),
        DeValue::Float(number) => {
            let value = number.as_str().replace('_', "").parse::<f64>().unwrap_or(f64::NAN);
            Json::from(if value.is_finite() && value > 0.0 { 0.5 } else { -0.5 })
        }
        DeValue::Boolean(value) => Json::Bool(*value),
        DeValue::Datetime(_) => Json::Null,
        DeValue::Array(items) => Json::Array(items.iter().map(|item| to_json(item.get_ref())).collect()),
        DeValue::Table(table) => table_to_json(table),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        let source = Source::new("t", text);
        let mut diagnostics = Diagnostics::default();
        assert!(parse(&source, FileId(0), &mut diagnostics).is_none(), "{text}");
        diagnostics
            .finish()
            .into_iter()
            .map(|d| format!("{} {}", source.line_column(d.primary.span.range.start), d.message))
            .collect()
    }

    #[test]
    fn all_mistakes_are_found() {
        let found = messages("a = 'x\nb = 1\n[c\nd = 1 2\n");
        assert!(found.len() >= 2, "{found:?}");
    }

    #[test]
    fn a_duplicate_shows_both_places() {
        let source = Source::new("t", "[app.web]\nx = 1\n[app.web]\ny = 2\n");
        let mut diagnostics = Diagnostics::default();
        parse(&source, FileId(0), &mut diagnostics);
        let found = diagnostics.finish();
        assert_eq!(found[0].message, "`web` is defined twice");
        assert_eq!(source.line(found[0].primary.span.range.start), 3);
        assert_eq!(found[0].related.iter().map(|l| source.line(l.span.range.start)).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn hostile_texts_end() {
        assert!(!messages(&"[".repeat(100_000)).is_empty());
        assert!(messages(&format!("a = {}", "[".repeat(100_000))).len() <= MOST + 1);
        assert!(messages(&format!("a = {}", "{a=".repeat(100_000))).len() <= MOST + 1);
    }

    #[test]
    fn places() {
        let source = Source::new("t", "[app.web]\nregions = [\"iad\", \"lhr\"]\nhttp = { port = 1 }\n");
        let tree = parse(&source, FileId(0), &mut Diagnostics::default()).unwrap();
        let text = |path: &[&str]| tree.place(path).map(|p| (source.slice(p.key), source.slice(p.value)));
        assert_eq!(text(&["app", "web"]), Some(("web", "[app.web]")));
        assert_eq!(text(&["app", "web", "regions", "1"]), Some(("\"lhr\"", "\"lhr\"")));
        assert_eq!(text(&["app", "web", "http", "port"]), Some(("port", "1")));
        assert_eq!(text(&["app", "nope"]), None);
    }
}
