//! What is answered about a document: finds the texts, and asks `crate::lsp`.

use std::path::Path;

use serde_json::{Value, json};

use super::super::input::Language;
use super::super::{include, place};
use super::session::{Answer, At, Refusal, Session, Within};
use super::{actions, uri};
use crate::diag::Diagnostics;
use crate::facts::FACTS;
use crate::fly_toml;
use crate::lsp::findings::Places;
use crate::lsp::position::Lines;
use crate::lsp::words::{Role, Words};
use crate::lsp::{Desk, Sheet, complete, hover, symbols};
use crate::source::{FileId, Source};

/// A request that was understood, and cannot be done.
const REQUEST_FAILED: i32 = -32803;

impl Session {
    /// What a document is written in: nothing where it is left alone. JSON and YAML are looked at, and no more.
    fn language(&self, uri: &str) -> Option<(Language, &Path)> {
        let document = self.documents.all.get(uri)?;
        let unit = document.unit.as_ref()?;
        let name = document.path.to_string_lossy();
        if fly_toml::Format::of(&name) != fly_toml::Format::Toml {
            return None;
        }
        let text = self.documents.unsaved.get(&document.path)?;
        let language = if *unit == document.path { Language::of_file(&name, text) } else { Language::Spec };
        Some((language, unit))
    }

    /// The texts that an answer about a document is made of.
    fn desk(&self, uri: &str) -> Option<Desk<'_>> {
        let (language, root) = self.language(uri)?;
        let document = self.documents.all.get(uri)?;
        let files = self.units.get(root).map(|unit| &unit.files);
        let mut texts = Vec::new();
        let mut here = None;
        if let Some(files) = files.filter(|files| !files.specs.is_empty()) {
            for file in files.specs.iter().flat_map(|&spec| files.texts(spec)) {
                let path = &files.paths[file.index()];
                if *path == document.path {
                    here = Some(texts.len());
                }
                let saved = files.report.sources.get(file).text();
                let text = self.documents.unsaved.get(path).map_or(saved, String::as_str);
                texts.push(Sheet::new(self.documents.uri(path), text));
            }
        }
        let here = here.unwrap_or(texts.len());
        if here == texts.len() {
            texts.push(Sheet::new(uri.to_owned(), self.documents.unsaved.get(&document.path)?));
        }
        let shape = if language == Language::Spec { &self.spec } else { &self.plain };
        Some(Desk { texts, here, shape })
    }

    /// The spec that a document belongs to, with all that it includes, where it was put together.
    fn joined(&self, uri: &str) -> Option<&Source> {
        let files = &self.units.get(self.documents.all.get(uri)?.unit.as_ref()?)?.files;
        files.specs.first().map(|&spec| files.report.sources.get(spec))
    }

    /// Makes sure that a document has been looked at as it is, and says whether it is looked at at all.
    fn is_known(&mut self, uri: &str) -> bool {
        self.catch_up();
        self.documents.all.get(uri).is_some_and(|document| document.unit.is_some())
    }

    fn at<T>(&self, at: &At, answer: impl FnOnce(&Desk<'_>, u32, &Lines<'_>) -> T) -> Option<T> {
        let desk = self.desk(&at.text_document.uri)?;
        let lines = Lines::new(desk.text().text, self.encoding);
        Some(answer(&desk, lines.offset(at.position), &lines))
    }

    pub(super) fn completion(&mut self, at: &At) -> Value {
        // Whoever types is not kept waiting: what else the spec says may be a moment old.
        if self.documents.all.get(&at.text_document.uri).is_some_and(|document| document.unit.is_none()) {
            self.documents.sort();
        }
        let snippets = self.snippets;
        let items = self.at(at, |desk, offset, lines| {
            complete::complete(&complete::Cx { desk, facts: &FACTS, snippets }, offset, lines)
        });
        json!({ "isIncomplete": false, "items": items.unwrap_or_default() })
    }

    pub(super) fn hover(&mut self, at: &At) -> Value {
        if !self.is_known(&at.text_document.uri) {
            return Value::Null;
        }
        let spec = self.joined(&at.text_document.uri);
        let shown = self.at(at, |desk, offset, lines| hover::hover(desk, offset, spec, &FACTS, lines));
        shown.flatten().unwrap_or_default()
    }

    pub(super) fn definition(&mut self, at: &At) -> Value {
        if !self.is_known(&at.text_document.uri) {
            return Value::Null;
        }
        let encoding = self.encoding;
        let found = self.at(at, |desk, offset, _| {
            if let Some(files) = self.included(desk, offset) {
                return json!(files);
            }
            let found = hover::definition(desk, offset);
            found.map_or(Value::Null, |(number, range)| symbols::location(desk, number, range, encoding))
        });
        found.unwrap_or_default()
    }

    /// The files that a path or glob of `include` means.
    fn included(&self, desk: &Desk<'_>, offset: u32) -> Option<Vec<Value>> {
        let word = desk.text().words.at(offset)?;
        if desk.shape.is_plain || word.role != Role::Value || word.path != ["include"] {
            return None;
        }
        let spec = &self.documents.all.get(&desk.text().uri)?.path;
        let folder = place::folder_of(spec);
        let start = json!({ "line": 0, "character": 0 });
        let location = |name: String| json!({ "uri": self.documents.uri(&uri::shown(&folder.join(name))), "range": { "start": start, "end": start } });
        Some(include::files(folder, word.text, spec)?.into_iter().map(location).collect())
    }

    pub(super) fn references(&mut self, at: &At) -> Value {
        if !self.is_known(&at.text_document.uri) {
            return Value::Null;
        }
        let encoding = self.encoding;
        let declared = at.context.as_ref().and_then(|context| context.include_declaration).unwrap_or(true);
        let found = self.at(at, |desk, offset, _| symbols::references(desk, offset, declared, encoding));
        found.flatten().map_or(Value::Null, Value::Array)
    }

    pub(super) fn prepare_rename(&mut self, at: &At) -> Answer {
        if !self.is_known(&at.text_document.uri) {
            return Ok(Value::Null);
        }
        let range =
            self.at(at, |desk, offset, lines| symbols::renamed(desk, offset).map(|(_, range)| lines.range(range)));
        range.unwrap_or(Ok(Value::Null)).map_err(failed)
    }

    pub(super) fn rename(&mut self, at: &At) -> Answer {
        if !self.is_known(&at.text_document.uri) {
            return Ok(Value::Null);
        }
        let new = at.new_name.as_deref().unwrap_or_default();
        let encoding = self.encoding;
        let edits = self.at(at, |desk, offset, _| symbols::rename(desk, offset, new, encoding));
        edits.unwrap_or(Ok(Value::Null)).map_err(failed)
    }

    pub(super) fn outline(&mut self, uri: &str) -> Value {
        if !self.is_known(uri) || self.language(uri).is_none() {
            return Value::Null;
        }
        let path = self.documents.all.get(uri).map(|document| &document.path);
        let Some(text) = path.and_then(|path| self.documents.unsaved.get(path)) else { return Value::Null };
        Value::Array(symbols::outline(&Words::read(text), text, &Lines::new(text, self.encoding)))
    }

    pub(super) fn formatting(&mut self, uri: &str) -> Value {
        if !self.is_known(uri) || !matches!(self.language(uri), Some((Language::FlyToml, _))) {
            return Value::Null;
        }
        let path = &self.documents.all[uri].path;
        let Some(text) = self.documents.unsaved.get(path) else { return Value::Null };
        let source = Source::new(place::shown(path), text.as_str());
        // What cannot be formatted has findings that say why.
        let new = fly_toml::format(&source, FileId(0), &mut Diagnostics::default()).ok();
        let edit = new.and_then(|new| Lines::new(text, self.encoding).edit(&new));
        Value::Array(edit.into_iter().collect())
    }

    pub(super) fn actions(&mut self, within: &Within) -> Value {
        let uri = &within.text_document.uri;
        if !self.is_known(uri) {
            return Value::Null;
        }
        let document = &self.documents.all[uri];
        let Some((root, unit)) = document.unit.as_ref().and_then(|root| self.units.get_key_value(root)) else {
            return Value::Null;
        };
        let cx = actions::Cx {
            root,
            path: &document.path,
            files: &unit.files,
            options: &unit.options,
            places: &Places::new(&unit.files.report.sources, self.uris(&unit.files), self.encoding),
            unsaved: &self.documents.unsaved,
            encoding: self.encoding,
        };
        Value::Array(cx.actions(within.range, within.context.only.as_deref()))
    }
}

fn failed(message: String) -> Refusal {
    Refusal { code: REQUEST_FAILED, message }
}
