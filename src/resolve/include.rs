//! The files that a spec includes: what it says of them, and what they may hold.
//!
//! An included file is tables that might as well stand at the end of the spec: it is put there, and TOML itself says
//! what becomes of two tables of one name. Which files there are, the command line finds out.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diag::{Diagnostic, RuleId, Severity};
use crate::source::{FileId, Source, Span, TextRange};

/// The rule of included files that are not there.
pub static INCLUDE_NOT_FOUND: RuleId = RuleId { name: "include-not-found", code: "FA038" };
/// The rule of included files that do not lie below the spec.
pub static INCLUDE_OUTSIDE: RuleId = RuleId { name: "include-outside", code: "FA039" };
/// The rule of included files that do not begin with a table.
pub static INCLUDE_WITHOUT_TABLE: RuleId = RuleId { name: "include-without-table", code: "FA040" };

pub(super) const KEY: &str = "include";

/// Paths and globs of the files that a spec includes, and where each is written. What is no TOML, or no list of words,
/// includes nothing: the types say what is wrong with it.
pub fn included(source: &Source) -> Vec<(String, TextRange)> {
    // Reading a large spec twice is slow, and most include nothing.
    if source.is_joined() || !source.text().contains(KEY) {
        return Vec::new();
    }
    let Ok(root) = DeTable::parse(source.text()) else { return Vec::new() };
    let Some(DeValue::Array(list)) = root.get_ref().get(KEY).map(Spanned::get_ref) else { return Vec::new() };
    let patterns = list.iter().filter_map(|item| Some((item.get_ref().as_str()?.to_owned(), item.span().into())));
    patterns.collect()
}

/// Says of a path or glob that it leads out of the folder of the spec.
pub fn outside(pattern: &str, at: Span) -> Option<Diagnostic> {
    let leaves = pattern.is_empty()
        || pattern.starts_with(['/', '\\'])
        || pattern.contains(':')
        || pattern.split(['/', '\\']).any(|part| part == "..");
    leaves.then(|| {
        Diagnostic::new(
            INCLUDE_OUTSIDE,
            Severity::Error,
            at,
            "included files lie in the folder of the spec or below it",
        )
        .help("write a path relative to the spec, as `apps/*.toml`")
    })
}

/// Says of a path or glob that there is no such file.
pub fn not_found(pattern: &str, at: Span) -> Diagnostic {
    Diagnostic::new(INCLUDE_NOT_FOUND, Severity::Error, at, format!("there is no file `{pattern}` to include"))
        .help("paths and globs are relative to the spec; what .gitignore names is not looked at")
}

/// Says of a spec whose files nobody has read that they are missing.
pub fn unread(at: Span) -> Diagnostic {
    Diagnostic::new(INCLUDE_NOT_FOUND, Severity::Error, at, "the files that are included were not read")
}

/// Says of an included file that it begins with keys: behind another file they would become part of its last table.
pub fn without_table(source: &Source, file: FileId) -> Option<Diagnostic> {
    let mut lines = (1..=source.line_count()).map(|line| source.line_range(line));
    let first = lines.find(|&range| {
        let line = source.slice(range).trim_start();
        !line.is_empty() && !line.starts_with('#')
    })?;
    if source.slice(first).trim_start().starts_with('[') {
        return None;
    }
    let message = "an included file begins with a table";
    let help = "put what stands here below a header, as `[app.web]`; `version` and `include` are in the spec alone";
    Some(Diagnostic::new(INCLUDE_WITHOUT_TABLE, Severity::Error, Span { file, range: first }, message).help(help))
}
