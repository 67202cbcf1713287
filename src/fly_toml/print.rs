//! Writes the tree of a fly.toml in flyctl's order, each comment beside what it stood beside.
//!
//! Three things stay the user's own: the order of names that the user chose (`[env]`), empty lines between entries, and
//! whatever flyctl does not understand.
#![expect(clippy::wildcard_enum_match_arm, reason = "what is neither table nor list is a value")]

use toml_writer::{TomlStringBuilder, TomlWrite as _};

use super::remarks::{Remarks, empty_line};
use super::surface::{FLY_TOML, Kind, Section};
use super::tree::{Entry, Node, Table, Value};
use super::write::{Put as _, put_float, put_key};
use crate::source::{Source, TextRange};
use crate::value::go_duration;

/// The places that a comment can stand beside: those that are written again.
fn collect(source: &Source, table: &Table<'_>, section: Option<&'static Section>, anchors: &mut Vec<TextRange>) {
    for entry in table.0.iter().filter(|entry| !is_gone(source, entry)) {
        let below = kind_of(section, entry);
        match shape(source, entry, below) {
            Shape::Value => anchors.push(entry.key_range.cover(entry.node.range)),
            Shape::Table => {
                header(source, &entry.node, anchors);
                if let Value::Table(table) = &entry.node.value {
                    match below {
                        Some(Kind::TableMap(section)) => {
                            for entry in &table.0 {
                                header(source, &entry.node, anchors);
                                if let Value::Table(table) = &entry.node.value {
                                    collect(source, table, Some(section), anchors);
                                }
                            }
                        }
                        below => collect(source, table, below.and_then(Kind::section), anchors),
                    }
                }
            }
            Shape::Tables => {
                if let Value::List(items) = &entry.node.value {
                    for item in items {
                        header(source, item, anchors);
                        if let Value::Table(table) = &item.value {
                            collect(source, table, below.and_then(Kind::section), anchors);
                        }
                    }
                }
            }
        }
    }
}

fn header(source: &Source, node: &Node<'_>, anchors: &mut Vec<TextRange>) {
    if is_header(source, node.range) {
        anchors.push(node.range);
    }
}

fn is_header(source: &Source, range: TextRange) -> bool {
    let text = source.slice(range);
    text.starts_with('[') && source.slice(source.line_range(source.line(range.start))).trim_start().starts_with('[')
}

fn kind_of(section: Option<&'static Section>, entry: &Entry<'_>) -> Option<&'static Kind> {
    let section = section.filter(|_| entry.node.live)?;
    section.fields.iter().find(|field| field.name == entry.key).map(|field| &field.kind)
}

/// How an entry is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// `key = value`
    Value,
    /// `[key]`
    Table,
    /// `[[key]]`
    Tables,
}

/// Whether nothing is left of it: a table that another spelling of its name has taken over, or one that flyctl drops
/// where it is empty.
fn is_gone(source: &Source, entry: &Entry<'_>) -> bool {
    match &entry.node.value {
        Value::Null => is_header(source, entry.node.range),
        Value::Table(table) => table.0.is_empty() && matches!(&*entry.key, "experimental" | "build"),
        // Tables with headers of which none is left.
        Value::List(items) => items.is_empty() && is_header(source, entry.node.range),
        _ => false,
    }
}

/// Tables of fly.toml have headers. Others are left as they stand.
fn shape(source: &Source, entry: &Entry<'_>, kind: Option<&Kind>) -> Shape {
    match &entry.node.value {
        Value::Table(_) if kind.is_some() || !source.slice(entry.node.range).starts_with('{') => Shape::Table,
        Value::List(items) => {
            let tables = !items.is_empty() && items.iter().all(|item| matches!(item.value, Value::Table(_)));
            let known = matches!(kind, Some(Kind::Tables(_)));
            let headed = items.first().is_some_and(|item| source.slice(item.range).starts_with("[["));
            if tables && (known || headed) { Shape::Tables } else { Shape::Value }
        }
        _ => Shape::Value,
    }
}

/// Where in a larger document a file is written.
pub(super) struct Nest(Vec<String>);

impl Nest {
    pub(super) fn new(path: &[&str]) -> Self {
        Self(path.iter().map(|key| (*key).to_owned()).collect())
    }
}

pub(super) struct Printer<'a> {
    source: &'a Source,
    pub(super) remarks: Remarks<'a>,
    pub(super) out: String,
    path: Vec<String>,
    /// How much of the path is around the file. A spec is written as specs are: with double quotes, and not indented.
    around: usize,
    /// Whether nothing stands in the table yet.
    first: bool,
    /// Whether the last line was a header: the next header follows without an empty line.
    after_header: bool,
}

impl<'a> Printer<'a> {
    /// Prints the tree of a file. `nest` is where, when it is not the whole of what is written.
    pub(super) fn new(source: &'a Source, root: &Table<'_>, nest: Option<Nest>) -> Self {
        let mut anchors = Vec::new();
        collect(source, root, Some(&FLY_TOML), &mut anchors);
        let Nest(path) = nest.unwrap_or_else(|| Nest::new(&[]));
        Self {
            source,
            remarks: Remarks::new(source, anchors),
            out: String::with_capacity(source.text().len() + 256),
            around: path.len(),
            path,
            first: true,
            after_header: true,
        }
    }

    /// Prints the whole tree. Returns where in the output its sections begin.
    pub(super) fn root(&mut self, root: &Table<'_>) -> usize {
        self.table(root, Some(&FLY_TOML))
    }

    /// Prints the comments of an entry, and not the entry.
    pub(super) fn remarks_alone(&mut self, entry: &Entry<'_>) {
        let anchor = entry.key_range.cover(entry.node.range);
        self.remarks.above(anchor, 0, true, &mut self.out);
        let mut beside = String::new();
        self.remarks.beside(anchor, &mut beside);
        if !beside.is_empty() {
            self.out.push_str(beside.trim_start());
            self.out.push('\n');
        }
        self.remarks.below(anchor, 0, &mut self.out);
    }

    fn is_nested(&self) -> bool {
        self.around > 0
    }

    fn indent(&self) -> usize {
        if self.is_nested() { 0 } else { self.path.len() }
    }

    fn put_indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.out.push_str("  ");
        }
    }

    /// Prints a table, and returns where in the output its sections begin.
    fn table(&mut self, table: &Table<'_>, section: Option<&'static Section>) -> usize {
        let rank = |entry: &Entry<'_>| {
            let known = section.filter(|_| entry.node.live);
            known.and_then(|s| s.fields.iter().position(|field| field.name == entry.key)).unwrap_or(usize::MAX)
        };
        let source = self.source;
        let mut entries: Vec<&Entry<'_>> = table.0.iter().filter(|entry| !is_gone(source, entry)).collect();
        // What fly.toml knows comes in flyctl's order, the rest as it stands.
        entries.sort_by_key(|entry| (rank(entry), entry.key_range.start));
        let with_shape: Vec<(&Entry<'_>, Option<&'static Kind>, Shape)> = entries
            .into_iter()
            .map(|entry| {
                let kind = kind_of(section, entry);
                (entry, kind, shape(self.source, entry, kind))
            })
            .collect();
        self.first = true;
        for (entry, kind, _) in with_shape.iter().filter(|(_, _, shape)| *shape == Shape::Value) {
            self.entry(entry, *kind);
        }
        let sections = self.out.len();
        for (entry, kind, shape) in with_shape {
            let below = kind.and_then(Kind::section);
            match (shape, &entry.node.value) {
                (Shape::Table, Value::Table(table)) => {
                    self.path.push(entry.key.to_string());
                    self.header(&entry.node, "[", "]");
                    if let Some(Kind::TableMap(section)) = kind {
                        for entry in &table.0 {
                            if let Value::Table(table) = &entry.node.value {
                                self.path.push(entry.key.to_string());
                                self.header(&entry.node, "[", "]");
                                self.table(table, Some(section));
                                self.path.pop();
                            }
                        }
                    } else {
                        self.table(table, below);
                    }
                    self.path.pop();
                }
                (Shape::Tables, Value::List(items)) => {
                    self.path.push(entry.key.to_string());
                    for item in items {
                        if let Value::Table(table) = &item.value {
                            self.header(item, "[[", "]]");
                            self.table(table, below);
                            if self.around == 0 && entry.key == "services" && table.0.is_empty() {
                                // flyctl drops one that says nothing, but for one whose name is not in lower case.
                                self.out.push_str("  ports = []\n");
                                self.after_header = false;
                            }
                        }
                    }
                    self.path.pop();
                }
                _ => {}
            }
        }
        sections
    }

    fn header(&mut self, node: &Node<'_>, open: &str, close: &str) {
        let anchor = is_header(self.source, node.range).then_some(node.range);
        if !self.after_header || anchor.is_some_and(|anchor| self.remarks.stands_apart(anchor)) {
            empty_line(&mut self.out);
        }
        let depth = self.indent().saturating_sub(1);
        if let Some(anchor) = anchor {
            self.remarks.above_header(anchor, depth, &mut self.out);
        }
        self.put_indent(depth);
        self.out.push_str(open);
        for (i, key) in self.path.iter().enumerate() {
            if i > 0 {
                self.out.push('.');
            }
            put_key(key, &mut self.out);
        }
        self.out.push_str(close);
        self.after_header = true;
        if let Some(anchor) = anchor {
            self.remarks.beside(anchor, &mut self.out);
        }
        self.out.push('\n');
        if let Some(anchor) = anchor
            && self.remarks.below(anchor, self.indent(), &mut self.out)
        {
            self.after_header = false;
        }
    }

    fn entry(&mut self, entry: &Entry<'_>, kind: Option<&'static Kind>) {
        let anchor = entry.key_range.cover(entry.node.range);
        let depth = self.indent();
        self.remarks.above(anchor, depth, !self.first, &mut self.out);
        self.put_indent(depth);
        put_key(&entry.key, &mut self.out);
        self.out.push_str(" = ");
        self.value(&entry.node, kind);
        self.remarks.beside(anchor, &mut self.out);
        self.out.push('\n');
        self.remarks.below(anchor, depth, &mut self.out);
        self.after_header = false;
        self.first = false;
    }

    fn text(&mut self, text: &str) {
        if self.is_nested() {
            let text = TomlStringBuilder::new(text);
            // Writing to a string cannot fail.
            let _ = self.out.value(text.as_default());
        } else {
            text.put(&mut self.out);
        }
    }

    fn value(&mut self, node: &Node<'_>, kind: Option<&'static Kind>) {
        let raw = self.source.slice(node.range);
        let is_text = |raw: &str| raw.starts_with("\"\"\"") || raw.starts_with("'''");
        match (&node.value, kind) {
            // A text of several lines reads better as it stands than on one. One that was changed is owned.
            (Value::String(text), _) if is_text(raw) && !(self.is_nested() && text.contains("$${")) => {
                self.out.push_str(raw);
            }
            (Value::String(text), _) => self.text(text),
            (Value::Duration(nanoseconds), _) => {
                let text = go_duration(*nanoseconds);
                self.text(&text);
            }
            (Value::Integer(number), Some(Kind::Duration(unit))) => {
                let text = go_duration(number.saturating_mul(unit.nanoseconds()));
                self.text(&text);
            }
            (Value::Bool(stop), Some(Kind::AutoStop)) => self.text(if *stop { "stop" } else { "off" }),
            (Value::Integer(number), Some(kind)) if !matches!(kind, Kind::AnyMap) => {
                self.out.push_str(&number.to_string());
            }
            (Value::Float(number), Some(Kind::Share)) => put_float(*number, &mut self.out),
            (Value::List(items), _) => self.list(node, items),
            _ => self.out.push_str(raw),
        }
    }

    /// A list on one line, unless it is long or holds comments.
    fn list(&mut self, node: &Node<'_>, items: &[Node<'_>]) {
        const WIDTH: usize = 100;
        let raw = self.source.slice(node.range);
        let written = raw.starts_with('[');
        if written
            && (self.remarks.within(node.range) || items.iter().any(|item| matches!(item.value, Value::Table(_))))
        {
            self.out.push_str(raw);
            return;
        }
        let start = self.out.len();
        self.out.push('[');
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            match &item.value {
                Value::List(items) => self.list(item, items),
                _ => self.value(item, None),
            }
        }
        self.out.push(']');
        let one_line = self.out.len() - start <= WIDTH && !self.out[start..].contains('\n');
        if written && !one_line && raw.contains('\n') {
            self.out.truncate(start);
            self.out.push_str(raw);
        }
    }
}
