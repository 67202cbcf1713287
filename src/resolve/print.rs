//! The merged spec as TOML, each value as it was written, with the line that it is from.

use std::fmt::Write as _;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::include;
use crate::source::{Source, TextRange};

/// A tree as text. What stands in a line of another table says so behind it.
pub fn print(root: &DeTable<'_>, source: &Source) -> String {
    let mut out = String::new();
    table(root, &mut Vec::new(), &Text { source, headers: headers(source.text()) }, &mut out);
    out
}

/// What values are written in.
struct Text<'s> {
    source: &'s Source,
    /// The header that each line is below; empty above the first.
    headers: Vec<&'s str>,
}

/// The header that each line of a text is below, as a path.
fn headers(text: &str) -> Vec<&str> {
    let mut last = "";
    let below = text.lines().map(|line| {
        if let Some(header) = line.trim_start().strip_prefix('[') {
            last = header.trim_start_matches('[').split(']').next().unwrap_or_default().trim();
        }
        last
    });
    below.collect()
}

/// Whether a table stands in braces: its place is then its whole text, and else its header.
fn is_inline(value: &Spanned<DeValue<'_>>, source: &Source) -> bool {
    source.slice(TextRange::from(value.span())).starts_with('{')
}

#[expect(clippy::wildcard_enum_match_arm, reason = "only tables and arrays have something in them")]
fn table(tree: &DeTable<'_>, path: &mut Vec<String>, text: &Text<'_>, out: &mut String) {
    // What is included has been put behind the rest.
    let is_merged = |key: &str| path.is_empty() && key == include::KEY;
    let entries = tree.iter().map(|(key, value)| (bare(key.get_ref()), value)).filter(|(key, _)| !is_merged(key));
    let entries: Vec<_> = entries.collect();
    let is_section = |value: &Spanned<DeValue<'_>>| match value.get_ref() {
        DeValue::Table(inner) => !is_inline(value, text.source) || mixed(inner, value, text.source),
        DeValue::Array(list) => list.iter().any(|item| item.get_ref().is_table() && !is_inline(item, text.source)),
        _ => false,
    };
    let own = path.join(".");
    let (sections, values): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(_, value)| is_section(value));
    if !path.is_empty() && (!values.is_empty() || tree.is_empty()) {
        let gap = if out.is_empty() { "" } else { "\n" };
        out.extend([gap, "[", &own, "]\n"]);
    }
    for (key, value) in values {
        let range = TextRange::from(value.span());
        let written = text.source.slice(range).trim_end();
        let line = text.source.line(range.start);
        let from = match is_own(&own, line, text) {
            true => String::new(),
            false if text.source.is_joined() => format!("  # {}", text.source.cite(range.start)),
            false => format!("  # line {line}"),
        };
        let _ = writeln!(out, "{key} = {written}{from}");
    }
    for (key, value) in sections {
        path.push(key);
        match value.get_ref() {
            DeValue::Table(inner) => table(inner, path, text, out),
            DeValue::Array(list) => {
                for item in list {
                    let DeValue::Table(inner) = item.get_ref() else { continue };
                    list_item(inner, path, text, out);
                }
            }
            _ => {}
        }
        path.pop();
    }
}

/// One of a list of tables.
fn list_item(inner: &DeTable<'_>, path: &mut Vec<String>, text: &Text<'_>, out: &mut String) {
    let gap = if out.is_empty() { "" } else { "\n" };
    out.extend([gap, "[[", &path.join("."), "]]\n"]);
    let start = out.len();
    table(inner, path, text, out);
    // Its own header has been written.
    let own = format!("\n[{}]\n", path.join("."));
    if out[start..].starts_with(&own) {
        out.replace_range(start..start + own.len(), "");
    }
}

/// Whether an overlay has put something into a table that stands in braces.
fn mixed(inner: &DeTable<'_>, value: &Spanned<DeValue<'_>>, source: &Source) -> bool {
    let own = value.span();
    let is_outside = |at: std::ops::Range<usize>| at.start < own.start || at.end > own.end;
    is_inline(value, source)
        && inner.iter().any(|(key, value)| {
            let nested = value.get_ref().as_table().is_some_and(|nested| mixed(nested, value, source));
            nested || is_outside(key.span()) || is_outside(value.span())
        })
}

/// Whether a line belongs to the table of this path, or to one that it is inline in: by the header above it.
fn is_own(path: &str, line: u32, text: &Text<'_>) -> bool {
    let header = text.headers.get(line as usize - 1).copied().unwrap_or_default();
    header.is_empty() || path.strip_prefix(header).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A key as it must be written.
fn bare(key: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    if !key.is_empty() && key.bytes().all(plain) { key.to_owned() } else { crate::diag::fix::string_literal(key) }
}
