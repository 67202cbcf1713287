//! What the editor has open, and what each document belongs to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::super::input::{Language, Unsaved};
use super::super::{include, walk};
use super::uri;
use crate::lsp::position::{Encoding, Lines, Position};

/// An open document.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) path: PathBuf,
    pub(super) version: Option<i64>,
    /// The spec or plain file that it is looked at with; none where it is neither of them nor included by one.
    pub(super) unit: Option<PathBuf>,
}

/// A change of a document: of all of it, or of a range.
#[derive(Debug, Deserialize)]
pub(super) struct Change {
    range: Option<Range>,
    text: String,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Range {
    pub(super) start: Position,
    pub(super) end: Position,
}

/// All that are open, by their URIs.
#[derive(Default)]
pub(super) struct Documents {
    pub(super) all: BTreeMap<String, Document>,
    /// Their texts.
    pub(super) unsaved: Unsaved,
}

impl Documents {
    /// Opens one. What lies in no file is left alone.
    pub(super) fn open(&mut self, uri: String, version: Option<i64>, text: String) -> Option<PathBuf> {
        let path = uri::path(&uri)?;
        self.unsaved.put(&path, text);
        self.all.insert(uri, Document { path: path.clone(), version, unit: None });
        Some(path)
    }

    /// Changes one. Returns its path; none when it is not open.
    pub(super) fn change(
        &mut self,
        uri: &str,
        version: Option<i64>,
        changes: Vec<Change>,
        encoding: Encoding,
    ) -> Option<&Path> {
        let document = self.all.get_mut(uri)?;
        document.version = version;
        let text = self.unsaved.get_mut(&document.path)?;
        for change in changes {
            let Some(Range { start, end }) = change.range else {
                *text = change.text;
                continue;
            };
            let lines = Lines::new(text, encoding);
            let (start, end) = (lines.offset(start) as usize, lines.offset(end) as usize);
            text.replace_range(start.min(end)..end.max(start), &change.text);
        }
        Some(&document.path)
    }

    /// Closes one: what is saved holds again.
    pub(super) fn close(&mut self, uri: &str) -> Option<PathBuf> {
        let document = self.all.remove(uri)?;
        self.unsaved.remove(&document.path);
        Some(document.path)
    }

    /// Finds out anew what each belongs to: a spec may include another file now.
    pub(super) fn sort(&mut self) {
        let Self { all, unsaved } = self;
        for document in all.values_mut() {
            document.unit = unit(&document.path, unsaved);
        }
    }

    /// The URI of a path: the editor's own, where it has one.
    pub(super) fn uri(&self, path: &Path) -> String {
        let open = self.all.iter().find(|(_, document)| document.path == path);
        open.map_or_else(|| uri::of(path), |(uri, _)| uri.clone())
    }
}

/// The spec or plain file that a document is looked at with, as `flyarch lint` finds it in folders. Files of other names
/// must look like one of the two without doubt.
fn unit(path: &Path, unsaved: &Unsaved) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    if walk::any(name) {
        return Some(path.to_owned());
    }
    if path.extension().is_none_or(|ending| ending != "toml") {
        return None;
    }
    if let Some(spec) = include::owner(path, unsaved) {
        return Some(uri::shown(&spec));
    }
    Language::surely(unsaved.get(path)?).map(|_| path.to_owned())
}
