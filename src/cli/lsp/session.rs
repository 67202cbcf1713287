//! What is known of the editor and its documents, and who answers what.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::lint::{self, Files};
use super::super::say;
use super::documents::{Change, Documents, Range};
use super::{actions, uri};
use crate::Options;
use crate::lsp::findings::{self, Places};
use crate::lsp::position::{Encoding, Position};
use crate::lsp::shape::Shape;

/// Errors of JSON-RPC and the protocol.
const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;
const METHOD_NOT_FOUND: i32 = -32601;
const INVALID_PARAMS: i32 = -32602;
const NOT_INITIALIZED: i32 = -32002;

/// Why a request has no answer.
pub(super) struct Refusal {
    pub(super) code: i32,
    pub(super) message: String,
}

pub(super) type Answer = Result<Value, Refusal>;

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    New,
    Running,
    Down,
    /// `exit` has come: whether `shutdown` had.
    Over(bool),
}

/// A spec with all that it includes, or a plain file, and what was found in it.
#[derive(Default)]
pub(super) struct Unit {
    pub(super) files: Files,
    pub(super) options: Options,
    /// Whether a text has changed since it was looked at.
    is_stale: bool,
}

/// One editor, from its first word to its last.
pub(super) struct Session {
    phase: Phase,
    pub(super) encoding: Encoding,
    pub(super) snippets: bool,
    /// Whether the editor tells of files that change when it is asked to.
    watches: bool,
    pub(super) documents: Documents,
    pub(super) units: BTreeMap<PathBuf, Unit>,
    /// What the editor shows of each document.
    shown: BTreeMap<String, Vec<Value>>,
    /// Whether something has changed since the last look.
    behind: bool,
    /// The last complaint about the configuration.
    complaint: Option<String>,
    pub(super) spec: Shape,
    pub(super) plain: Shape,
    out: Vec<Value>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            phase: Phase::New,
            encoding: Encoding::Utf16,
            snippets: false,
            watches: false,
            documents: Documents::default(),
            units: BTreeMap::new(),
            shown: BTreeMap::new(),
            behind: false,
            complaint: None,
            spec: Shape::spec(),
            plain: Shape::plain(),
            out: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) uri: String,
    version: Option<i64>,
}

#[derive(Deserialize)]
struct Opened {
    uri: String,
    version: Option<i64>,
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Of<T> {
    text_document: T,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changed {
    text_document: Named,
    content_changes: Vec<Change>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct At {
    pub(super) text_document: Named,
    pub(super) position: Position,
    pub(super) new_name: Option<String>,
    pub(super) context: Option<Context>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Context {
    pub(super) include_declaration: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Within {
    pub(super) text_document: Named,
    pub(super) range: Range,
    pub(super) context: Only,
}

#[derive(Deserialize)]
pub(super) struct Only {
    pub(super) only: Option<Vec<String>>,
}

fn params<T: DeserializeOwned>(params: Value) -> Result<T, Refusal> {
    T::deserialize(params).map_err(|error| Refusal { code: INVALID_PARAMS, message: error.to_string() })
}

impl Session {
    /// Whether something has changed that nobody has looked at.
    pub(super) fn is_behind(&self) -> bool {
        self.behind
    }

    /// What is to be said to the editor.
    pub(super) fn told(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.out)
    }

    /// Whether it is over, and in good order.
    pub(super) fn end(&self) -> Option<bool> {
        if let Phase::Over(orderly) = self.phase { Some(orderly) } else { None }
    }

    /// Takes a message.
    pub(super) fn take(&mut self, message: Result<Value, serde_json::Error>) {
        let mut message = match message {
            Ok(Value::Object(message)) => message,
            Ok(_) => return self.fail(&Value::Null, INVALID_REQUEST, "a message is an object"),
            Err(error) => return self.fail(&Value::Null, PARSE_ERROR, &error.to_string()),
        };
        let given = message.remove("params").unwrap_or_default();
        let (method, id) = (message.remove("method"), message.remove("id"));
        match (method, id) {
            (Some(Value::String(method)), Some(id)) => match self.request(&method, given) {
                Ok(result) => self.out.push(json!({ "jsonrpc": "2.0", "id": id, "result": result })),
                Err(refusal) => self.fail(&id, refusal.code, &refusal.message),
            },
            (Some(Value::String(method)), None) => self.notice(&method, given),
            // An answer to what this side has asked.
            (None, Some(_)) => {}
            (_, id) => self.fail(&id.unwrap_or_default(), INVALID_REQUEST, "a message has a method"),
        }
    }

    fn fail(&mut self, id: &Value, code: i32, message: &str) {
        self.out.push(json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } }));
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.out.push(json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn request(&mut self, method: &str, given: Value) -> Answer {
        let refused = |code, message: &str| Err(Refusal { code, message: message.to_owned() });
        match (self.phase, method) {
            (Phase::New, "initialize") => return Ok(self.initialize(&given)),
            (Phase::New, _) => return refused(NOT_INITIALIZED, "`initialize` comes first"),
            (Phase::Running, "initialize") => return refused(INVALID_REQUEST, "`initialize` comes once"),
            (Phase::Running, _) => {}
            (Phase::Down | Phase::Over(_), _) => return refused(INVALID_REQUEST, "the server was shut down"),
        }
        match method {
            "shutdown" => {
                self.phase = Phase::Down;
                Ok(Value::Null)
            }
            "textDocument/completion" => Ok(self.completion(&params(given)?)),
            "textDocument/hover" => Ok(self.hover(&params(given)?)),
            "textDocument/definition" => Ok(self.definition(&params(given)?)),
            "textDocument/references" => Ok(self.references(&params(given)?)),
            "textDocument/prepareRename" => self.prepare_rename(&params(given)?),
            "textDocument/rename" => self.rename(&params(given)?),
            "textDocument/documentSymbol" => Ok(self.outline(&params::<Of<Named>>(given)?.text_document.uri)),
            "textDocument/codeAction" => Ok(self.actions(&params(given)?)),
            "textDocument/formatting" => Ok(self.formatting(&params::<Of<Named>>(given)?.text_document.uri)),
            _ => refused(METHOD_NOT_FOUND, &format!("there is no method `{method}` here")),
        }
    }

    fn notice(&mut self, method: &str, given: Value) {
        if method == "exit" {
            self.phase = Phase::Over(self.phase == Phase::Down);
        }
        if self.phase != Phase::Running {
            return;
        }
        // What makes no sense changes nothing: nobody waits for an answer.
        match method {
            "initialized" if self.watches => self.watch(),
            "textDocument/didOpen" => {
                let Ok(Of { text_document: Opened { uri, version, text } }) = params(given) else { return };
                let path = self.documents.open(uri, version, text);
                self.changed(path);
            }
            "textDocument/didChange" => {
                let Ok(Changed { text_document: Named { uri, version }, content_changes }) = params(given) else {
                    return;
                };
                let path = self.documents.change(&uri, version, content_changes, self.encoding);
                let path = path.map(Path::to_path_buf);
                self.changed(path);
            }
            "textDocument/didClose" => {
                let Ok(Of { text_document: Named { uri, .. } }) = params(given) else { return };
                let path = self.documents.close(&uri);
                self.changed(path);
            }
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" => {
                // A file that lies beside may have changed, or the configuration.
                self.units.values_mut().for_each(|unit| unit.is_stale = true);
                self.behind = true;
            }
            _ => {}
        }
    }

    fn initialize(&mut self, given: &Value) -> Value {
        let client = &given["capabilities"];
        let encodings = client["general"]["positionEncodings"].as_array();
        if encodings.is_some_and(|all| all.iter().any(|encoding| encoding == "utf-8")) {
            self.encoding = Encoding::Utf8;
        }
        let is = |pointer: &str| client.pointer(pointer) == Some(&Value::Bool(true));
        self.snippets = is("/textDocument/completion/completionItem/snippetSupport");
        self.watches = is("/workspace/didChangeWatchedFiles/dynamicRegistration");
        let folder = given["workspaceFolders"][0]["uri"].as_str().or(given["rootUri"].as_str()).and_then(uri::path);
        if let Some(folder) = folder
            && let Err(error) = std::env::set_current_dir(&folder)
        {
            // Paths are absolute then.
            say(format_args!("cannot go to {}: {error}", folder.display()));
        }
        self.phase = Phase::Running;
        json!({
            "serverInfo": { "name": "flyarch", "version": env!("CARGO_PKG_VERSION") },
            "capabilities": {
                "positionEncoding": self.encoding.as_str(),
                "textDocumentSync": { "openClose": true, "change": 2, "save": { "includeText": false } },
                "completionProvider": { "triggerCharacters": [".", "\"", "'", "[", "{", "=", "$"] },
                "hoverProvider": true,
                "definitionProvider": true,
                "referencesProvider": true,
                "renameProvider": { "prepareProvider": true },
                "documentSymbolProvider": true,
                "codeActionProvider": { "codeActionKinds": ["quickfix", actions::FIX_ALL] },
                "documentFormattingProvider": true,
            },
        })
    }

    /// Asks to be told when files change that are not open.
    fn watch(&mut self) {
        let globs = ["**/*.toml", "**/Dockerfile*", "**/*.dockerfile"].map(|glob| json!({ "globPattern": glob }));
        let registration = json!({ "id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": { "watchers": globs } });
        self.out.push(json!({
            "jsonrpc": "2.0", "id": "watch", "method": "client/registerCapability",
            "params": { "registrations": [registration] },
        }));
    }

    /// Notes that a text has changed: whatever is made of it is to be looked at again.
    fn changed(&mut self, path: Option<PathBuf>) {
        let Some(path) = path else { return };
        let of = |(root, unit): &(&PathBuf, &mut Unit)| **root == path || unit.files.paths.contains(&path);
        self.units.iter_mut().filter(of).for_each(|(_, unit)| unit.is_stale = true);
        self.behind = true;
    }

    /// Looks at what has changed, and tells the editor.
    pub(super) fn catch_up(&mut self) {
        if !std::mem::take(&mut self.behind) {
            return;
        }
        self.documents.sort();
        let wanted: BTreeSet<PathBuf> = self.documents.all.values().filter_map(|of| of.unit.clone()).collect();
        self.units.retain(|root, _| wanted.contains(root));
        for root in wanted {
            let unit = self.units.entry(root.clone()).or_insert_with(|| Unit { is_stale: true, ..Unit::default() });
            if !std::mem::take(&mut unit.is_stale) {
                continue;
            }
            match lint::look(&root, &self.documents.unsaved) {
                Ok((files, options)) => (unit.files, unit.options) = (files, options),
                Err(failure) => {
                    *unit = Unit::default();
                    if self.complaint.as_ref() != Some(&failure.message) {
                        self.tell("window/showMessage", &json!({ "type": 1, "message": failure.message }));
                        self.complaint = Some(failure.message);
                    }
                }
            }
        }
        self.publish();
    }

    /// Where the editor finds each text of a unit.
    pub(super) fn uris(&self, files: &Files) -> Vec<String> {
        // By path, so that a thousand files do not look through a thousand documents each.
        let open: BTreeMap<&Path, &String> =
            self.documents.all.iter().map(|(uri, document)| (document.path.as_path(), uri)).collect();
        let uri = |path: &PathBuf| open.get(path.as_path()).map_or_else(|| uri::of(path), |uri| (*uri).clone());
        files.paths.iter().map(uri).collect()
    }

    /// Tells what was found, as far as it is not what the editor shows already.
    fn publish(&mut self) {
        let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for document in self.documents.all.iter().filter(|(_, document)| document.unit.is_some()) {
            found.insert(document.0.clone(), Vec::new());
        }
        for unit in self.units.values() {
            let report = &unit.files.report;
            let places = Places::new(&report.sources, self.uris(&unit.files), self.encoding);
            for d in &report.diagnostics {
                let shown = findings::show(d, &places);
                let of_file = found.entry(places.uri(d.primary.span.file).to_owned()).or_default();
                // Two specs may lie beside one file.
                if self.units.len() == 1 || !of_file.contains(&shown) {
                    of_file.push(shown);
                }
            }
        }
        let gone: Vec<String> = self.shown.keys().filter(|uri| !found.contains_key(*uri)).cloned().collect();
        for uri in gone {
            self.shown.remove(&uri);
            self.tell("textDocument/publishDiagnostics", &json!({ "uri": uri, "diagnostics": [] }));
        }
        for (uri, list) in found {
            let version = self.documents.all.get(&uri).and_then(|document| document.version);
            let mut told = json!({ "uri": uri, "diagnostics": list });
            // An open document has another version now, about which something is to be said.
            if version.is_none() && self.shown.get(&uri) == Some(&list) {
                continue;
            }
            if let Some(version) = version {
                told["version"] = version.into();
            }
            self.tell("textDocument/publishDiagnostics", &told);
            self.shown.insert(uri, list);
        }
    }
}
