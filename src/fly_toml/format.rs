//! Brings a fly.toml into flyctl's canonical form and keeps its comments, which `fly config save` loses.
//!
//! The tree is the reader's, behind the patches: old spellings have their new names there, and every key and value still
//! knows its place in the text. What is written is that tree in flyctl's order, and each comment beside what it stood
//! beside. Three things stay the user's own: the order of names that the user chose (`[env]`), empty lines between
//! entries, and whatever flyctl does not understand. The result is read again: where it would mean something else, or
//! lose a comment, the text is left alone.
#![expect(clippy::wildcard_enum_match_arm, reason = "what is neither table nor list is a value")]

use super::cx::Cx;
use super::read::{Format, understand};
use super::remarks::{Remarks, empty_line};
use super::surface::{FLY_TOML, Kind, Section};
use super::tree::{Entry, Node, Table, Value};
use super::write::{Put as _, meaning, put_float, put_key};
use super::{de, read};
use crate::diag::{Diagnostic, Diagnostics, Reported, RuleId, Severity};
use crate::source::{FileId, Source, Span, TextRange};
use crate::value::go_duration;

/// The rule of files that cannot be formatted.
pub static CANNOT_FORMAT: RuleId = RuleId { name: "cannot-format", code: "FA037" };

/// The text of a fly.toml in canonical form.
///
/// # Errors
///
/// When flyctl refuses the file, or when it is not written in TOML; reported.
pub fn format(source: &Source, file: FileId, diagnostics: &mut Diagnostics) -> Result<String, Reported> {
    let refuse = |message: &str, diagnostics: &mut Diagnostics| {
        let span = Span { file, range: TextRange::default() };
        Err(diagnostics.error(Diagnostic::new(CANNOT_FORMAT, Severity::Error, span, message)))
    };
    if Format::of(source.name()) != Format::Toml {
        return refuse("only TOML can be formatted", diagnostics);
    }
    let root = understand(&mut Cx::new(source, file, Format::Toml, diagnostics))?;
    let mut anchors = Vec::new();
    collect(source, &root, Some(&FLY_TOML), &mut anchors);
    let mut printer = Printer {
        source,
        remarks: Remarks::new(source, anchors),
        out: String::with_capacity(source.text().len() + 256),
        path: Vec::new(),
        first: true,
        after_header: true,
    };
    printer.remarks.head(&mut printer.out);
    printer.table(&root, Some(&FLY_TOML));
    printer.remarks.foot(&mut printer.out);
    let text = printer.out;

    if !same(source, &text, root) {
        return refuse("this file cannot be formatted without a change of what it says", diagnostics);
    }
    Ok(if source.line_break() == "\r\n" { text.replace('\n', "\r\n") } else { text })
}

/// Whether a text means the same to flyctl, and has the same comments.
fn same(source: &Source, text: &str, root: Table<'_>) -> bool {
    let again = Source::new(source.name(), text);
    let mut silent = Diagnostics::default();
    let (Ok(old), Ok(new)) = (de::read(root), read(&again, FileId(0), &mut silent)) else { return false };
    let mut comments = [Remarks::texts(source), Remarks::texts(&again)];
    for comments in &mut comments {
        comments.sort_unstable();
    }
    meaning(&old) == meaning(&new.config) && comments[0] == comments[1]
}

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

struct Printer<'a> {
    source: &'a Source,
    remarks: Remarks<'a>,
    out: String,
    path: Vec<String>,
    /// Whether nothing stands in the table yet.
    first: bool,
    /// Whether the last line was a header: the next header follows without an empty line.
    after_header: bool,
}

impl Printer<'_> {
    fn indent(&self) -> usize {
        self.path.len()
    }

    fn put_indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.out.push_str("  ");
        }
    }

    fn table(&mut self, table: &Table<'_>, section: Option<&'static Section>) {
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
                        }
                    }
                    self.path.pop();
                }
                _ => {}
            }
        }
    }

    fn header(&mut self, node: &Node<'_>, open: &str, close: &str) {
        let anchor = is_header(self.source, node.range).then_some(node.range);
        if !self.after_header || anchor.is_some_and(|anchor| self.remarks.stands_apart(anchor)) {
            empty_line(&mut self.out);
        }
        let depth = self.indent() - 1;
        if let Some(anchor) = anchor {
            self.remarks.above(anchor, depth, false, &mut self.out);
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
            && self.remarks.below(anchor, self.path.len(), &mut self.out)
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

    fn value(&mut self, node: &Node<'_>, kind: Option<&'static Kind>) {
        let raw = self.source.slice(node.range);
        let is_text = |raw: &str| raw.starts_with("\"\"\"") || raw.starts_with("'''");
        match (&node.value, kind) {
            // A text of several lines reads better as it stands than on one.
            (Value::String(_), _) if is_text(raw) => self.out.push_str(raw),
            (Value::String(text), _) => text.put(&mut self.out),
            (Value::Integer(number), Some(Kind::Duration(unit))) => {
                go_duration(number.saturating_mul(unit.nanoseconds())).put(&mut self.out);
            }
            (Value::Bool(stop), Some(Kind::AutoStop)) => if *stop { "stop" } else { "off" }.put(&mut self.out),
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
