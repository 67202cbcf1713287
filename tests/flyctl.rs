//! What flyctl itself makes of the rendered files: every fly.toml of every golden tree passes its strict validation,
//! and is what it would write itself; every line of the scripts is one that it takes.
//!
//! flyctl is the one that `FLYARCH_FLY` names, else `fly` or `flyctl` on the `PATH`. Without any the tests say that
//! they are skipped, and pass. They need no account and no network: the token is made up.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

#[path = "support/fly_lines.rs"]
mod fly_lines;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use walkdir::WalkDir;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Where nobody answers.
const NOBODY: &str = "http://127.0.0.1:9";

/// flyctl, and a home for it.
struct Fly {
    program: PathBuf,
    home: TempDir,
}

impl Fly {
    /// flyctl, if it is there.
    fn find() -> Option<Self> {
        let named = std::env::var_os("FLYARCH_FLY").map(PathBuf::from);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders = std::env::split_paths(&path);
        let found = named.or_else(|| {
            folders.find_map(|folder| ["fly", "flyctl"].map(|name| folder.join(name)).into_iter().find(|f| f.is_file()))
        });
        let Some(program) = found else {
            // Not by `println`, which the harness shows for failures alone.
            drop(writeln!(std::io::stderr(), "skipped: no fly on the PATH, and FLYARCH_FLY names none"));
            return None;
        };
        let fly = Self { program, home: tempfile::tempdir().unwrap() };
        let version = fly.run(&["version"]);
        assert!(version.status.success(), "{} does not run", fly.program.display());
        Some(fly)
    }

    fn run(&self, args: &[&str]) -> Output {
        self.run_in(Path::new("."), args)
    }

    /// Runs a command that can reach nobody.
    fn run_in(&self, folder: &Path, args: &[&str]) -> Output {
        Command::new(&self.program)
            .args(args)
            .current_dir(folder)
            .env_clear()
            .env("HOME", self.home.path())
            .env("FLY_API_TOKEN", "none")
            .envs(["FLY_API_BASE_URL", "FLY_FLAPS_BASE_URL", "FLY_UIEX_BASE_URL"].map(|name| (name, NOBODY)))
            // For what knows no other address: no request leaves.
            .envs(["HTTP_PROXY", "HTTPS_PROXY"].map(|name| (name, NOBODY)))
            .env("FLY_NO_UPDATE_CHECK", "1")
            .env("FLY_SEND_METRICS", "0")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("{}: {error}", self.program.display()))
    }
}

/// Every fly.toml of the golden trees.
fn files() -> Vec<PathBuf> {
    let entries = WalkDir::new(Path::new(ROOT).join("golden/build")).sort_by_file_name().into_iter();
    let files = entries.map(|entry| entry.unwrap().into_path()).filter(|path| path.ends_with("fly.toml"));
    let files: Vec<_> = files.collect();
    assert!(files.len() > 30, "{files:?}");
    files
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn every_file_is_valid_in_flyctls_eyes() {
    let Some(fly) = Fly::find() else { return };
    for file in files() {
        let path = file.to_str().unwrap();
        let output = fly.run(&["config", "validate", "--strict", "-c", path]);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(output.status.success() && said.contains("Configuration is valid"), "{path}\n{said}");
        // Warnings are what a rule should have found, or the renderer not have written.
        assert!(!said.to_lowercase().contains("warn"), "{path}\n{said}");
    }
}

/// A file that flyctl refuses is refused here: the test above can fail.
#[test]
fn a_wrong_file_is_not_valid() {
    let Some(fly) = Fly::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fly.toml");
    for wrong in ["app = 'a'\n[http_service]\n  internal_prot = 80\n", "app = 'a'\nkill_timeout = '5 seconds'\n"] {
        fs::write(&path, wrong).unwrap();
        assert!(
            !fly.run(&["config", "validate", "--strict", "-c", path.to_str().unwrap()]).status.success(),
            "{wrong}"
        );
    }
}

#[test]
fn every_file_is_in_flyctls_own_form() {
    let Some(fly) = Fly::find() else { return };
    for file in files() {
        let path = file.to_str().unwrap();
        let output = fly.run(&["config", "show", "--local", "--toml", "-c", path]);
        assert!(output.status.success(), "{path}\n{}", text(&output.stderr));
        let ours = body(&fs::read_to_string(&file).unwrap());
        let theirs = body(&text(&output.stdout));
        // What is false, zero or empty flyctl leaves out; here it is said.
        let nothing = [" = false", " = 0", " = ''", " = []"];
        let diff = similar::TextDiff::from_lines(&ours, &theirs);
        let wrong: Vec<String> = diff
            .iter_all_changes()
            .filter(|change| change.tag() != similar::ChangeTag::Equal)
            .filter(|change| {
                let left_out = nothing.iter().any(|nothing| change.value().trim_end().ends_with(nothing));
                !(change.tag() == similar::ChangeTag::Delete && left_out)
            })
            .map(|change| format!("{}{}", change.tag(), change.value()))
            .collect();
        assert!(wrong.is_empty(), "{path}: - is ours, + is flyctl's\n{}", wrong.concat());
    }
}

/// A file without the comment at its head.
fn body(text: &str) -> String {
    text.lines().skip_while(|line| line.starts_with('#')).map(|line| format!("{line}\n")).collect()
}

/// The lines of the golden scripts, one of each shape, with the folder of its script.
fn lines() -> BTreeMap<String, (PathBuf, Vec<String>)> {
    let entries = WalkDir::new(Path::new(ROOT).join("golden/build")).sort_by_file_name().into_iter();
    let scripts =
        entries.map(|entry| entry.unwrap().into_path()).filter(|path| path.extension().is_some_and(|e| e == "sh"));
    let mut lines = BTreeMap::new();
    for script in scripts {
        for words in fly_lines::of(&fs::read_to_string(&script).unwrap()) {
            let folder = script.parent().unwrap().to_owned();
            lines.entry(fly_lines::shape(&words)).or_insert((folder, words));
        }
    }
    assert!(lines.len() > 40, "{lines:#?}");
    lines
}

/// Whether flyctl got as far as a request, or to what its token is not good enough for: its parser has taken the line.
fn is_taken(output: &Output) -> bool {
    let said = text(&output.stdout) + &text(&output.stderr);
    let beyond = [
        "connection refused",
        "MPG commands require updated tokens",
        "config file not found",
        "failed changing working directory",
    ];
    output.status.success() && !said.contains("Usage:") || beyond.iter().any(|words| said.contains(words))
}

#[test]
fn every_line_of_the_scripts_is_taken_by_flyctls_parser() {
    let Some(fly) = Fly::find() else { return };
    for (shape, (folder, words)) in lines() {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = fly.run_in(&folder, &words);
        assert!(
            is_taken(&output),
            "{shape}\nfly {}\n{}{}",
            words.join(" "),
            text(&output.stdout),
            text(&output.stderr)
        );
    }
}

/// What its parser refuses is no line that it takes: the test above can fail.
#[test]
fn a_wrong_line_is_not_taken() {
    let Some(fly) = Fly::find() else { return };
    for line in ["apps create a --orgs b", "mpg destroy --yes", "ips release -a a", "scale count -a a", "volumes bogus"]
    {
        let words: Vec<&str> = line.split(' ').collect();
        assert!(!is_taken(&fly.run(&words)), "{line}");
    }
}
