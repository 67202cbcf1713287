//! A folder to run the program in, and what came of it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The program.
pub(crate) const FLYARCH: &str = env!("CARGO_BIN_EXE_flyarch");

/// The reference architecture: nothing in it is an error, one thing is a warning.
pub(crate) const REFERENCE: &str = include_str!("../../specs/reference.toml");

/// What every spec needs. Lines 1 to 5.
pub(crate) const PROJECT: &str =
    "version = 1\n[project]\nname = \"my\"\norg = \"personal\"\nregions = [\"iad\", \"lhr\"]\n";

/// An app that no rule has anything to say of. 19 lines.
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

/// A spec without findings.
pub(crate) fn clean() -> String {
    format!("{PROJECT}{WEB}")
}

/// A spec with a warning and nothing else.
pub(crate) fn with_warning() -> String {
    clean().replace("kill_signal = \"SIGTERM\"\nkill_timeout = \"30s\"\n", "")
}

/// A spec with an error and nothing else.
pub(crate) fn with_error() -> String {
    clean().replace("\"lhr\"", "\"mad\"")
}

/// What a run came to.
pub(crate) struct Run {
    /// The exit code; none when a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// The exit code must be this.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Nothing is printed on standard output.
    #[track_caller]
    pub(crate) fn prints_nothing(self) -> Self {
        assert_eq!(self.stdout, "", "{self}");
        self
    }

    /// Standard error is exactly this line, or these.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        let expected = if text.is_empty() { String::new() } else { format!("{text}\n") };
        assert_eq!(self.stderr, expected, "{self}");
        self
    }

    /// Standard output or standard error has this in it.
    #[track_caller]
    pub(crate) fn mentions(self, text: &str) -> Self {
        assert!(self.stdout.contains(text) || self.stderr.contains(text), "not mentioned: {text}\n{self}");
        self
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit code {:?}\n--- stdout\n{}--- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}

/// A folder of its own, with nothing in it.
pub(crate) struct World {
    root: TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        Self { root: tempfile::tempdir().unwrap() }
    }

    /// One with this spec.toml.
    pub(crate) fn with(spec: impl AsRef<[u8]>) -> Self {
        let world = Self::new();
        world.write("spec.toml", spec);
        world
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub(crate) fn exists(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    /// A program in this folder, with nothing in its environment but the search path.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().current_dir(self.root.path()).stdin(Stdio::null());
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command
    }

    /// Runs the program with these words.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        Run::of(self.command(FLYARCH).args(args))
    }

    /// The same, with something on standard input.
    pub(crate) fn pipe(&self, stdin: impl AsRef<[u8]>, args: &[&str]) -> Run {
        let mut command = self.command(FLYARCH);
        let command = command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Little enough to fit into a pipe, whether it is read or not.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_ref());
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Runs a line of shell, in which `$F` is the program.
    pub(crate) fn sh(&self, script: &str) -> Run {
        Run::of(self.command("/bin/sh").env("F", FLYARCH).args(["-c", script]))
    }

    /// Every file below a folder, by its path there.
    pub(crate) fn tree(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let root = self.path(folder);
        let files = walkdir::WalkDir::new(&root).into_iter().map(|entry| entry.unwrap());
        let files = files.filter(|entry| !entry.file_type().is_dir());
        let name = |path: &Path| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        files.map(|entry| (name(entry.path()), fs::read(entry.path()).unwrap_or_default())).collect()
    }

    /// The names of the files below a folder.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        self.tree(folder).into_keys().collect()
    }

    /// Nothing lies in the folder but what the test put there.
    #[track_caller]
    pub(crate) fn holds_only(&self, names: &[&str]) {
        let entries = walkdir::WalkDir::new(self.root.path()).min_depth(1).into_iter().map(|e| e.unwrap());
        let found: Vec<String> = entries
            .map(|entry| entry.path().strip_prefix(self.root.path()).unwrap().to_str().unwrap().to_owned())
            .filter(|path| !names.contains(&path.as_str()))
            .collect();
        assert!(found.is_empty(), "these were written: {found:?}");
    }
}

/// Compares with a golden file, or makes it.
#[track_caller]
pub(crate) fn golden(path: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(path);
    if std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite") {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let diff = similar::TextDiff::from_lines(&expected, text);
    assert!(
        expected == text,
        "{} is stale: SNAPSHOTS=overwrite cargo test --test cli\n{}",
        path.display(),
        diff.unified_diff()
    );
}

/// No line is wider than a terminal, colours aside.
#[track_caller]
pub(crate) fn fits(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{} columns: {line}\n{text}", line.chars().count());
    }
}
