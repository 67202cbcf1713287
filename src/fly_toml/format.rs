//! Brings a fly.toml into flyctl's canonical form and keeps its comments, which `fly config save` loses; or makes it the
//! table of an app in a spec.
//!
//! The tree is the reader's, behind the patches: old spellings have their new names there, and every key and value still
//! knows its place in the text. What is written is that tree in flyctl's order (`print`). A formatted file is read
//! again: where it would mean something else, or lose a comment, the text is left alone.

use std::borrow::Cow;

use super::cx::Cx;
use super::print::{Nest, Printer};
use super::read::{Format, understand};
use super::remarks::Remarks;
use super::tree::{Node, Table, Value};
use super::write::meaning;
use super::{de, read};
use crate::diag::{Diagnostic, Diagnostics, Reported, RuleId, Severity};
use crate::source::{FileId, Source, Span, TextRange};

/// The rule of files that cannot be formatted.
pub static CANNOT_FORMAT: RuleId = RuleId { name: "cannot-format", code: "FA037" };

/// The text of a fly.toml in canonical form.
///
/// # Errors
///
/// When flyctl refuses the file, or when it is not written in TOML; reported.
pub fn format(source: &Source, file: FileId, diagnostics: &mut Diagnostics) -> Result<String, Reported> {
    let (mut text, renamed) = formatted(source, file, diagnostics)?;
    if renamed {
        // The patches look at names in lower case alone, and may find old spellings behind one that has become so.
        let again = Source::new(source.name(), text.as_str());
        (text, _) = formatted(&again, file, &mut Diagnostics::default()).unwrap_or((text, false));
    }
    Ok(if source.line_break() == "\r\n" { text.replace('\n', "\r\n") } else { text })
}

/// The text in canonical form, and whether a name in it was in another case.
fn formatted(source: &Source, file: FileId, diagnostics: &mut Diagnostics) -> Result<(String, bool), Reported> {
    let mut cx = toml_cx(source, file, diagnostics)?;
    let root = understand(&mut cx)?;
    let renamed = cx.renamed;
    let mut printer = Printer::new(source, &root, None);
    printer.remarks.head(&mut printer.out);
    printer.root(&root);
    printer.remarks.foot(&mut printer.out);
    let mut text = printer.out;
    if text.ends_with("\n\n") {
        // Below the head there is nothing.
        text.pop();
    }
    if !same(source, &text, root) {
        return refuse("this file cannot be formatted without a change of what it says", file, diagnostics);
    }
    Ok((text, renamed))
}

/// A fly.toml as the table of an app in a spec, which has sections of its own beside these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nested {
    /// Comments that stand above everything.
    pub head: String,
    /// What stands in the table itself.
    pub entries: String,
    /// The sections with their headers, and comments that stand below everything.
    pub sections: String,
}

/// A fly.toml as the table at `path` of a spec, without what flyctl drops, without the keys `app` and
/// `primary_region`, which a spec says in its own way, and without the sections and items at the places `without`.
///
/// # Errors
///
/// When flyctl refuses the file, or when it is not written in TOML; reported.
pub fn nested(
    source: &Source,
    file: FileId,
    path: &[&str],
    without: &[TextRange],
    diagnostics: &mut Diagnostics,
) -> Result<Nested, Reported> {
    let mut root = understand(&mut toml_cx(source, file, diagnostics)?)?;
    prune(&mut root, without);
    if let Some(entry) = root.get_mut("env")
        && let Value::Table(env) = &mut entry.node.value
    {
        for entry in &mut env.0 {
            if let Value::String(text) = &mut entry.node.value
                && text.contains("${")
            {
                // Specs keep `${` for references of their own.
                *text = Cow::Owned(text.replace("${", "$${"));
            }
        }
    }
    let mut printer = Printer::new(source, &root, Some(Nest::new(path)));
    printer.remarks.head(&mut printer.out);
    for key in ["app", "primary_region"] {
        if let Some(entry) = root.take(key) {
            printer.remarks_alone(&entry);
        }
    }
    let head = std::mem::take(&mut printer.out);
    let split = printer.root(&root);
    printer.remarks.foot(&mut printer.out);
    let sections = printer.out.split_off(split);
    Ok(Nested { head, entries: printer.out, sections })
}

/// Leaves out what has no meaning for flyctl, and what is not wanted.
fn prune(table: &mut Table<'_>, without: &[TextRange]) {
    let stays = |node: &Node<'_>| node.live && !without.contains(&node.range);
    // A list of tables lies where its first table does.
    table
        .0
        .retain(|entry| if matches!(entry.node.value, Value::List(_)) { entry.node.live } else { stays(&entry.node) });
    for entry in &mut table.0 {
        match &mut entry.node.value {
            Value::Table(table) => prune(table, without),
            Value::List(items) => {
                items.retain(stays);
                for item in items {
                    if let Value::Table(table) = &mut item.value {
                        prune(table, without);
                    }
                }
            }
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Datetime(_)
            | Value::Duration(_) => {}
        }
    }
}

/// The context of a file in TOML.
fn toml_cx<'a>(source: &'a Source, file: FileId, diagnostics: &'a mut Diagnostics) -> Result<Cx<'a>, Reported> {
    if Format::of(source.name()) != Format::Toml {
        return refuse("only TOML can be formatted", file, diagnostics);
    }
    Ok(Cx::new(source, file, Format::Toml, diagnostics))
}

fn refuse<T>(message: &str, file: FileId, diagnostics: &mut Diagnostics) -> Result<T, Reported> {
    let span = Span { file, range: TextRange::default() };
    Err(diagnostics.error(Diagnostic::new(CANNOT_FORMAT, Severity::Error, span, message)))
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
