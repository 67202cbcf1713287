//! What can be done about findings: fixes, waivers, and all safe fixes of a file at once.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::super::config::is_ignorable;
use super::super::ignores;
use super::super::input::Unsaved;
use super::super::lint::{self, Files};
use super::documents::Range;
use crate::Options;
use crate::diag::{Applicability, Diagnostic};
use crate::lsp::findings::{self, Places};
use crate::lsp::position::{Encoding, Lines};
use crate::rules;
use crate::source::FileId;

/// The kind of the action that applies all safe fixes of a file: editors can be told to do it when a file is saved.
pub(super) const FIX_ALL: &str = "source.fixAll.flyarch";

const QUICK_FIX: &str = "quickfix";

/// A document with its findings.
pub(super) struct Cx<'a> {
    /// The spec or plain file that it belongs to.
    pub(super) root: &'a PathBuf,
    pub(super) path: &'a Path,
    pub(super) files: &'a Files,
    pub(super) options: &'a Options,
    pub(super) places: &'a Places<'a>,
    pub(super) unsaved: &'a Unsaved,
    pub(super) encoding: Encoding,
}

impl Cx<'_> {
    /// What can be done in a range; of the kinds that are wanted, where any are named.
    pub(super) fn actions(&self, range: Range, only: Option<&[String]>) -> Vec<Value> {
        let wanted = |kind: &str| {
            let is_kind = |of: &String| {
                kind.strip_prefix(of.as_str())
                    .is_some_and(|rest| of.is_empty() || rest.is_empty() || rest.starts_with('.'))
            };
            only.is_none_or(|only| only.iter().any(is_kind))
        };
        let Some(file) = self.files.paths.iter().position(|path| path == self.path) else { return Vec::new() };
        let file = FileId(u32::try_from(file).unwrap_or(u32::MAX));
        let source = self.files.report.sources.get(file);
        let lines = Lines::new(source.text(), self.encoding);
        let here: Vec<&Diagnostic> =
            self.files.report.diagnostics.iter().filter(|d| d.primary.span.file == file).collect();
        let (start, end) = (lines.offset(range.start), lines.offset(range.end));
        let (start, end) = (start.min(end), end.max(start));
        let mut actions = Vec::new();
        let mut fixable = false;
        for d in here.iter().filter(|d| d.primary.span.range.start <= end && start <= d.primary.span.range.end) {
            if wanted(QUICK_FIX) {
                actions.extend(self.fix(d));
                actions.extend(self.waive(d, &lines));
            }
            fixable |= is_safe(d);
        }
        // Editors ask at every movement: all of the file is mended where that was asked for, or something here can be.
        let asked = only.is_some() && here.iter().any(|d| is_safe(d));
        if wanted(FIX_ALL) && (asked || fixable) {
            actions.extend(self.fix_all(file, &lines));
        }
        // First what can be done without a thought.
        actions.sort_by_key(|action| action["isPreferred"] != true);
        actions
    }

    fn fix(&self, d: &Diagnostic) -> Option<Value> {
        let fix = d.fix.as_ref()?;
        let source = self.files.report.sources.get(d.primary.span.file);
        if self.files.specs.is_empty() {
            // The places of a plain file have more shapes than those of a spec.
            let (new, _) = lint::apply(source, std::slice::from_ref(d), true)?;
            if !lint::is_loaded(&new) {
                return None;
            }
        }
        Some(json!({
            "title": findings::title(fix),
            "kind": QUICK_FIX,
            "isPreferred": fix.applicability == Applicability::Safe,
            "diagnostics": [findings::show(d, self.places)],
            "edit": findings::edits(fix, self.places),
        }))
    }

    /// A waiver without a reason, which is an error until somebody has written one.
    fn waive(&self, d: &Diagnostic, lines: &Lines<'_>) -> Option<Value> {
        let rule = rules::find(d.rule.name).filter(|_| is_ignorable(d))?;
        if self.options.forbidden.iter().any(|forbidden| forbidden.id == rule.id) {
            return None;
        }
        let source = self.files.report.sources.get(d.primary.span.file);
        let waive = if self.files.specs.is_empty() { ignores::in_file } else { ignores::in_spec };
        let (text, _) = waive(source, &[d], "")?;
        Some(json!({
            "title": format!("Waive {}: the reason is yours to write", d.rule.name),
            "kind": QUICK_FIX,
            "diagnostics": [findings::show(d, self.places)],
            "edit": { "changes": { self.places.uri(d.primary.span.file): [lines.edit(&text)?] } },
        }))
    }

    fn fix_all(&self, file: FileId, lines: &Lines<'_>) -> Option<Value> {
        // Fixes make room for each other, and are looked at again: on other copies of the texts.
        let (mut files, options) = lint::look(self.root, self.unsaved).ok()?;
        files.mend(&options, false);
        let edit = lines.edit(files.report.sources.get(file).text())?;
        Some(json!({
            "title": "Apply all safe fixes in this file",
            "kind": FIX_ALL,
            "edit": { "changes": { self.places.uri(file): [edit] } },
        }))
    }
}

fn is_safe(d: &Diagnostic) -> bool {
    d.fix.as_ref().is_some_and(|fix| fix.applicability == Applicability::Safe)
}
