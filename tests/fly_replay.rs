//! The middleware of `write_routing = "fly-replay"`, each in its own language, with requests.
//!
//! A server of `tests/fly_replay/` has the rendered file in front of an app that answers everything. Node, Python and Go
//! are needed when `FLYARCH_REQUIRE_LANGUAGES` is set; otherwise, and for Ruby and Elixir in any case, a test says that it was
//! skipped. Nothing is fetched: of Django, Plug and Axum as much as the middleware uses is made beside the servers.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests read and write, say what they skip, and fail by panicking"
)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use flyarch::facts::FACTS;
use flyarch::source::Source;
use flyarch::{Options, compile};

const SERVERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fly_replay");

/// A server of one language.
struct Language {
    framework: &'static str,
    /// The rendered file, and where the server looks for it.
    file: [&'static str; 2],
    /// The server's own files.
    own: &'static [&'static str],
    /// What is run once, before the server.
    build: &'static [&'static [&'static str]],
    server: &'static [&'static str],
    /// What says the version of the tool.
    tool: [&'static str; 2],
    /// Whether the test must run where tools are required.
    required: bool,
}

/// A request that is a write, and what becomes of it.
const REQUESTS: &[(&str, &str, bool)] = &[
    ("POST /api/notes", "Content-Length: 0", true),
    ("POST /api?x=1", "Content-Length: 2", true),
    ("PUT /admin/1", "", true),
    ("PATCH /api", "Content-Length: 1000000", true),
    ("DELETE /admin", "", true),
    ("GET /api", "", false),
    ("HEAD /api", "", false),
    ("OPTIONS /api", "", false),
    ("POST /api", "Content-Length: 1000001", false),
    ("POST /api", "Content-Length: 100000000000", false),
    ("POST /api", "Transfer-Encoding: chunked", false),
    ("POST /api", "fly-replay-src: instance=1;region=iad;t=1", false),
    ("GET /api", "Connection: Upgrade\r\nUpgrade: websocket", false),
    ("POST /api", "Connection: Upgrade\r\nUpgrade: websocket", false),
];

/// Writes that some paths leave out.
const ELSEWHERE: &[&str] = &["POST /", "POST /apidocs", "POST /other/api", "DELETE /administration"];

/// The middleware of a framework, as it is rendered.
fn rendered(framework: &str, file: &str, paths: &str) -> String {
    let text = format!(
        "version = 1\n[project]\nname = \"notes\"\norg = \"acme\"\ntier = \"development\"\nregions = [\"fra\", \"iad\"]\n\n\
         [app.web]\nwrite_routing = {{ by = \"fly-replay\", framework = \"{framework}\", paths = {paths} }}\n\
         http_service = {{ internal_port = 8080 }}\n"
    );
    let compilation = compile(&Source::new("spec.toml", text), &FACTS, &Options::default());
    let files = compilation.artifacts.unwrap_or_else(|| panic!("{:#?}", compilation.diagnostics));
    let all: Vec<&String> = files.keys().filter(|path| path.contains("fly-replay/")).collect();
    assert_eq!(all.len(), 1, "one framework has one file: {all:?}");
    files[&format!("web/fly-replay/{file}")].text.clone()
}

/// A server that runs until it is dropped.
struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(language: &Language, folder: &Path, primary: Option<&str>, here: Option<&str>) -> Self {
        let mut command = command(language.server, folder);
        for (name, value) in [("PRIMARY_REGION", primary), ("FLY_REGION", here)] {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap_or_else(|_| panic!("{:?} says no port, but {line:?}", language.server));
        Self { child, port }
    }

    /// Whether a request is replayed in Frankfurt; otherwise the app has answered.
    fn replays(&self, request: &str, headers: &str) -> bool {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let headers = if headers.is_empty() { String::new() } else { format!("{headers}\r\n") };
        // Servers read a small body before they answer, and none waits for a large one.
        let body = match headers.trim_end().split_once(": ") {
            Some(("Content-Length", "2")) => "{}",
            Some(("Transfer-Encoding", _)) => "0\r\n\r\n",
            _ => "",
        };
        write!(stream, "{request} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n{body}").unwrap();
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() > 0 {
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        let replayed = head.lines().any(|line| line == "fly-replay: region=fra");
        assert_eq!(head.contains("fly-replay"), replayed, "{head}");
        assert_eq!(head.split(' ').nth(1), Some(if replayed { "409" } else { "200" }), "{request}: {head}");
        replayed
    }
}

fn command(words: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).current_dir(folder);
    // Go must not look for other versions of itself, nor for modules.
    command.envs([("GOTOOLCHAIN", "local"), ("GOPROXY", "off"), ("GOFLAGS", "-mod=mod"), ("GO111MODULE", "on")]);
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn check(language: &Language) {
    let [tool, version] = language.tool;
    if let Err(error) = Command::new(tool).arg(version).output() {
        let needed = language.required && std::env::var_os("FLYARCH_REQUIRE_LANGUAGES").is_some();
        assert!(!needed, "{tool} is not installed: {error}");
        eprintln!("skipped: {tool} is not installed");
        return;
    }
    for paths in ["[]", "[\"/api\", \"/admin/\"]"] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let [file, place] = language.file;
        let place = folder.join(place);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, rendered(language.framework, file, paths)).unwrap();
        for own in language.own {
            fs::copy(Path::new(SERVERS).join(own), folder.join(own)).unwrap();
        }
        fs::write(folder.join("go.mod"), "module replay\n\ngo 1.21\n").unwrap();
        for build in language.build {
            let output = command(build, folder).output().unwrap();
            let said =
                [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
            assert!(output.status.success(), "{build:?}: {said}");
        }
        let server = Server::start(language, folder, Some("fra"), Some("iad"));
        for (request, headers, replayed) in REQUESTS {
            assert_eq!(server.replays(request, headers), *replayed, "{tool}: {request} {headers}");
        }
        for request in ELSEWHERE {
            assert_eq!(server.replays(request, ""), paths == "[]", "{tool}: {request} with {paths}");
        }
        // At home, and where nothing says where it is, the app answers.
        for (primary, here) in
            [(Some("fra"), Some("fra")), (None, Some("iad")), (Some("fra"), None), (Some(""), Some(""))]
        {
            let server = Server::start(language, folder, primary, here);
            assert!(!server.replays("POST /api", ""), "{tool}: {primary:?} {here:?}");
        }
    }
}

#[test]
fn express() {
    check(&Language {
        framework: "express",
        file: ["express.mjs", "express.mjs"],
        own: &["server.mjs"],
        build: &[],
        server: &["node", "server.mjs"],
        tool: ["node", "--version"],
        required: true,
    });
}

#[test]
fn django() {
    check(&Language {
        framework: "django",
        file: ["django.py", "middleware.py"],
        own: &["server.py"],
        build: &[],
        server: &["python3", "server.py"],
        tool: ["python3", "--version"],
        required: true,
    });
}

#[test]
fn go() {
    check(&Language {
        framework: "go",
        file: ["nethttp.go", "flyreplay/flyreplay.go"],
        own: &["server.go"],
        build: &[&["go", "vet", "./..."], &["go", "build", "-o", "server", "."]],
        server: &["./server"],
        tool: ["go", "version"],
        required: true,
    });
}

#[test]
fn rails() {
    check(&Language {
        framework: "rails",
        file: ["rails.rb", "rails.rb"],
        own: &["server.rb"],
        build: &[&["ruby", "-wc", "rails.rb"]],
        server: &["ruby", "server.rb"],
        tool: ["ruby", "--version"],
        required: false,
    });
}

#[test]
fn phoenix() {
    check(&Language {
        framework: "phoenix",
        file: ["phoenix.ex", "phoenix.ex"],
        own: &["server.exs"],
        build: &[],
        server: &["elixir", "server.exs"],
        tool: ["elixir", "--version"],
        required: false,
    });
}

#[test]
fn axum() {
    check(&Language {
        framework: "axum",
        file: ["axum.rs", "middleware.rs"],
        own: &["axum.rs", "server.rs"],
        build: &[
            &["rustc", "--edition", "2024", "--crate-type", "rlib", "axum.rs"],
            &["rustc", "--edition", "2024", "-D", "warnings", "--extern", "axum=libaxum.rlib", "server.rs"],
        ],
        server: &["./server"],
        tool: ["rustc", "--version"],
        required: true,
    });
}

#[test]
fn the_word_alone_has_a_file_for_each_framework() {
    let text = "version = 1\n[project]\nname = \"notes\"\norg = \"acme\"\ntier = \"development\"\nregions = [\"fra\"]\n\
        [app.web]\nwrite_routing = \"fly-replay\"\nhttp_service = { internal_port = 8080 }\n";
    let files = compile(&Source::new("spec.toml", text), &FACTS, &Options::default()).artifacts.unwrap();
    let files: Vec<&str> = files.keys().filter_map(|path| path.strip_prefix("web/fly-replay/")).collect();
    assert_eq!(files, ["axum.rs", "django.py", "express.mjs", "nethttp.go", "phoenix.ex", "rails.rb"]);
}
