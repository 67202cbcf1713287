//! Reads a fly.toml as flyctl does: what it loads is loaded with the same meaning, what it refuses is refused at its
//! place, and what it drops in silence is said.
//!
//! ```text
//! text ─ parser ─▶ tree ─ patches ─▶ tree ─ conform ─▶ tree ─ serde ─▶ FlyToml
//! ```
//!
//! Each stage mirrors one of flyctl's (`internal/appconfig/serde.go`): the parser of the format, the patches for old
//! spellings, and Go's JSON decoder. docs/fly-toml.md lists where this reader differs, and why.

use super::cx::{Cx, JSON_SYNTAX, YAML_SYNTAX};
use super::tree::Table;
use super::{FlyToml, conform, de, json, patches, tree, yaml};
use crate::diag::form::INVALID_VALUE;
use crate::diag::{Diagnostic, Diagnostics, Reported, RuleId, Severity};
use crate::source::{FileId, Source, Span, TextRange};
use crate::syntax::{self, SYNTAX};

/// The spelling of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `fly.toml`, and whatever flyctl does not take for another.
    Toml,
    /// `fly.json`
    Json,
    /// `fly.yaml`
    Yaml,
}

impl Format {
    /// The spelling that flyctl assumes for a file of this name: `.yml`, too, is read as TOML (`LoadConfig`).
    #[expect(clippy::case_sensitive_file_extension_comparisons, reason = "flyctl's are")]
    pub fn of(name: &str) -> Self {
        if name.ends_with(".json") {
            Self::Json
        } else if name.ends_with(".yaml") {
            Self::Yaml
        } else {
            Self::Toml
        }
    }
}

/// What a file says to flyctl.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The configuration, each value with its place in the file.
    pub config: FlyToml,
    /// Whether the configuration is all of it. What flyctl loads and nobody can deploy, such as the port 70000, is
    /// reported as an error and left out.
    pub complete: bool,
}

/// Reads a file in the spelling that its name says.
///
/// # Errors
///
/// When flyctl would refuse it; all mistakes have been reported.
pub fn read(source: &Source, file: FileId, diagnostics: &mut Diagnostics) -> Result<Reading, Reported> {
    let format = Format::of(source.name());
    let mut cx = Cx::new(source, file, format, diagnostics);
    let root = understand(&mut cx)?;
    let complete = cx.complete;
    match de::read(root) {
        Ok(config) => Ok(Reading { config, complete }),
        // Nothing is known that gets here: `conform` is as strict as the types.
        Err(error) => {
            let span = Span { file, range: TextRange::default() };
            Err(diagnostics.error(Diagnostic::new(INVALID_VALUE, Severity::Error, span, error.to_string())))
        }
    }
}

/// The tree of a file with everything in its place.
pub(super) fn understand<'s>(cx: &mut Cx<'s>) -> Result<Table<'s>, Reported> {
    let mut root = match cx.format {
        Format::Toml => toml(cx)?,
        Format::Json => {
            json::parse(cx.source).map_err(|error| syntax_error(cx, JSON_SYNTAX, error.range, error.message))?
        }
        Format::Yaml => {
            yaml::parse(cx.source).map_err(|error| syntax_error(cx, YAML_SYNTAX, error.range, error.message))?
        }
    };
    patches::apply(cx, &mut root);
    root.0.iter().for_each(|entry| patches::no_infinity(cx, &entry.node));
    conform::conform(cx, &mut root);
    if cx.refused {
        Err(cx.diagnostics.ok().err().unwrap_or_else(|| unreachable!("a refusal is an error")))
    } else {
        Ok(root)
    }
}

fn toml<'s>(cx: &mut Cx<'s>) -> Result<Table<'s>, Reported> {
    let source = cx.source;
    let Some(tree) = syntax::parse(source, cx.file, cx.diagnostics) else {
        return Err(cx.diagnostics.ok().err().unwrap_or_else(|| unreachable!("a mistake of syntax is an error")));
    };
    tree::from_toml(tree.into_root())
        .map_err(|range| syntax_error(cx, SYNTAX, range, "the number is too large".to_owned()))
}

fn syntax_error(cx: &mut Cx<'_>, rule: RuleId, range: TextRange, message: String) -> Reported {
    let span = Span { file: cx.file, range };
    cx.diagnostics.error(Diagnostic::new(rule, Severity::Error, span, message))
}
