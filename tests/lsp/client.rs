//! A small language client: what every editor does, in its order.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// What every spec needs.
pub(crate) const PROJECT: &str =
    "version = 1\n[project]\nname = \"my\"\norg = \"personal\"\nregions = [\"iad\", \"lhr\"]\n";

/// An app that no rule has anything to say of.
pub(crate) const WEB: &str = r#"[app.web]
kill_signal = "SIGTERM"
kill_timeout = "30s"
[app.web.build]
image = "nginx:1.29"
[app.web.http_service]
internal_port = 8080
auto_stop_machines = "suspend"
force_https = true
min_machines_running = 1
concurrency = { type = "requests", soft_limit = 200, hard_limit = 250 }
[[app.web.http_service.checks]]
path = "/"
interval = "15s"
timeout = "5s"
grace_period = "10s"
[app.web.vm]
size = "shared-cpu-1x"
memory = "512mb"
"#;

/// How long nothing comes before nothing is expected any more.
const PATIENCE: Duration = Duration::from_secs(30);

/// The messages of a server, as they come.
fn messages(output: ChildStdout) -> Receiver<Value> {
    let (sender, receiver) = mpsc::channel();
    let mut output = BufReader::new(output);
    thread::spawn(move || {
        loop {
            let mut length = None;
            loop {
                let mut line = String::new();
                if output.read_line(&mut line).unwrap() == 0 {
                    return;
                }
                match line.trim().split_once(": ") {
                    Some(("Content-Length", number)) => length = Some(number.parse().unwrap()),
                    Some(_) => {}
                    None => break,
                }
            }
            let mut body = vec![0; length.unwrap()];
            output.read_exact(&mut body).unwrap();
            if sender.send(serde_json::from_slice(&body).unwrap()).is_err() {
                return;
            }
        }
    });
    receiver
}

/// The server, and a folder for it.
pub(crate) struct Client {
    pub(crate) folder: TempDir,
    child: Child,
    input: Option<ChildStdin>,
    output: Receiver<Value>,
    last: i64,
    version: i64,
    /// What came without being asked for, and was not looked at.
    pub(crate) notices: Vec<Value>,
    /// What `initialize` was answered.
    pub(crate) server: Value,
}

impl Client {
    /// An editor that knows snippets.
    pub(crate) fn new() -> Self {
        let completion = json!({ "completionItem": { "snippetSupport": true } });
        Self::with(&json!({ "textDocument": { "completion": completion } }))
    }

    /// An editor with these capabilities, that has said `initialize` and `initialized`.
    pub(crate) fn with(capabilities: &Value) -> Self {
        let mut client = Self::silent();
        let root = client.uri("");
        client.server =
            client.ask("initialize", &json!({ "capabilities": capabilities, "processId": null, "rootUri": root }));
        client.tell("initialized", &json!({}));
        client
    }

    /// An editor that has said nothing yet.
    pub(crate) fn silent() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // No folder above is looked at.
        fs::create_dir(folder.path().join(".git")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_flyarch"));
        let command = command.arg("lsp").current_dir(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let (input, output) = (child.stdin.take(), messages(child.stdout.take().unwrap()));
        Self { folder, child, input, output, last: 0, version: 0, notices: Vec::new(), server: Value::Null }
    }

    /// The URI of a file in the folder.
    pub(crate) fn uri(&self, name: &str) -> String {
        format!("file://{}/{name}", self.folder.path().display()).trim_end_matches('/').to_owned()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        // A server that has gone is found out by what it does not say.
        if let Some(input) = &mut self.input {
            let _ = input.write_all(bytes).and_then(|()| input.flush());
        }
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    /// The next message; none when the server has gone.
    pub(crate) fn receive(&mut self) -> Option<Value> {
        match self.output.recv_timeout(PATIENCE) {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("nothing has come for {PATIENCE:?}"),
        }
    }

    pub(crate) fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Asks, and returns the whole answer.
    pub(crate) fn answer(&mut self, method: &str, params: &Value) -> Value {
        self.last += 1;
        let id = self.last;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.receive().unwrap_or_else(|| panic!("the server has gone at {method} {params}"));
            if message.get("method").is_none() {
                assert_eq!(message["id"], id, "{message}");
                return message;
            }
            self.notices.push(message);
        }
    }

    /// Asks, and returns the result.
    #[track_caller]
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Value {
        let mut answer = self.answer(method, params);
        assert!(answer.get("error").is_none(), "{answer}");
        answer["result"].take()
    }

    /// Asks, and returns the code and message of the error.
    #[track_caller]
    pub(crate) fn refused(&mut self, method: &str, params: &Value) -> (i64, String) {
        let answer = self.answer(method, params);
        let error = &answer["error"];
        (error["code"].as_i64().unwrap_or_else(|| panic!("{answer}")), error["message"].as_str().unwrap().to_owned())
    }

    /// Opens a document without waiting for anything.
    pub(crate) fn open_quietly(&mut self, name: &str, text: &str) {
        self.version += 1;
        let document = json!({ "uri": self.uri(name), "languageId": "toml", "version": self.version, "text": text });
        self.tell("textDocument/didOpen", &json!({ "textDocument": document }));
    }

    /// Opens a document, and returns what is found in it.
    pub(crate) fn open(&mut self, name: &str, text: &str) -> Vec<Value> {
        self.open_quietly(name, text);
        self.findings(name)
    }

    /// Changes a document: all of it, or ranges.
    pub(crate) fn change(&mut self, name: &str, changes: &Value) {
        self.version += 1;
        let document = json!({ "uri": self.uri(name), "version": self.version });
        self.tell("textDocument/didChange", &json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// The next findings of a document in its last version.
    pub(crate) fn findings(&mut self, name: &str) -> Vec<Value> {
        let uri = self.uri(name);
        loop {
            let message = self.receive().expect("the server has gone");
            let params = &message["params"];
            let of_version = params["version"].is_null() || params["version"] == self.version;
            if message["method"] == "textDocument/publishDiagnostics" && params["uri"] == uri && of_version {
                return params["diagnostics"].as_array().unwrap().clone();
            }
            self.notices.push(message);
        }
    }

    /// The parameters of a request about the place of the `|` in a text; the text that is open is without it.
    pub(crate) fn at(&self, name: &str, marked: &str) -> Value {
        let before = &marked[..marked.find('|').unwrap()];
        let line = before.matches('\n').count();
        let character = before[before.rfind('\n').map_or(0, |at| at + 1)..].encode_utf16().count();
        json!({ "textDocument": { "uri": self.uri(name) }, "position": { "line": line, "character": character } })
    }

    /// Opens a text with a `|` as a document, and asks about that place.
    pub(crate) fn ask_at(&mut self, method: &str, name: &str, marked: &str) -> Value {
        self.open_quietly(name, &marked.replace('|', ""));
        let at = self.at(name, marked);
        self.ask(method, &at)
    }

    /// Says goodbye; returns the exit code.
    pub(crate) fn leave(mut self) -> i32 {
        self.ask("shutdown", &Value::Null);
        self.tell("exit", &Value::Null);
        self.wait()
    }

    pub(crate) fn wait(mut self) -> i32 {
        self.input.take();
        while self.receive().is_some() {}
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The names of findings.
pub(crate) fn codes(findings: &[Value]) -> Vec<&str> {
    findings.iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}

/// A text after edits in the form of the protocol, in UTF-16.
pub(crate) fn edited(text: &str, edits: &Value) -> String {
    let offset = |at: &Value| {
        let line = usize::try_from(at["line"].as_u64().unwrap()).unwrap();
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let mut units = at["character"].as_u64().unwrap();
        let mut offset = start;
        for c in text[start..].chars() {
            if units == 0 {
                break;
            }
            units -= c.len_utf16() as u64;
            offset += c.len_utf8();
        }
        offset
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| (offset(&edit["range"]["start"]), offset(&edit["range"]["end"]), edit["newText"].as_str().unwrap()))
        .collect();
    edits.sort_unstable();
    let mut text = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        text.replace_range(start..end, new);
    }
    text
}
