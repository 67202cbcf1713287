//! Every script of the golden trees as a reviewer and an old shell see it. What the scripts do is the business of
//! `tests/script.rs`.
//!
//! The tools are needed when `FLYARCH_REQUIRE_TOOLS` is set; otherwise a test says that it was skipped.
#![cfg(unix)]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::{golden, specs};

/// The golden scripts.
fn scripts() -> Vec<PathBuf> {
    let names = ["setup.sh", "verify.sh", "teardown.sh"];
    specs().iter().flat_map(|spec| names.map(|name| golden().join(&spec.name).join(name))).collect()
}

/// The output of a tool, unless it is not installed and need not be.
fn run(tool: &str, args: &[&str], scripts: &[PathBuf]) -> Option<Output> {
    match Command::new(tool).args(args).args(scripts).output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            assert!(std::env::var_os("FLYARCH_REQUIRE_TOOLS").is_none(), "{tool} is not installed");
            // Not by `println`, which the harness shows for failures alone.
            drop(writeln!(std::io::stderr(), "skipped: {tool} is not installed"));
            None
        }
        Err(error) => panic!("{tool}: {error}"),
    }
}

#[test]
fn shellcheck_has_nothing_to_say() {
    let scripts = scripts();
    let args = ["--norc", "--severity=style", "--shell=bash"];
    // It takes a second and a half for each.
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for part in scripts.chunks(scripts.len().div_ceil(threads)) {
            scope.spawn(move || {
                let Some(output) = run("shellcheck", &args, part) else { return };
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
            });
        }
    });
}

#[test]
fn bash_can_read_them() {
    for script in scripts() {
        let Some(output) = run("bash", &["-n"], std::slice::from_ref(&script)) else { return };
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{}: {said}", script.display());
    }
}

/// macOS has bash 3.2, and shellcheck does not look for what came later.
#[test]
fn they_keep_to_bash_3_2() {
    // What came with bash 4.0 to 5.2, and how it is written.
    let later = [
        ("declare -A", "associative arrays"),
        ("local -A", "associative arrays"),
        ("declare -n", "references"),
        ("local -n", "references"),
        ("declare -g", "global declarations"),
        ("mapfile", "mapfile"),
        ("readarray", "readarray"),
        ("coproc", "coprocesses"),
        ("|&", "pipes of both outputs"),
        ("&>>", "redirections of both outputs"),
        (";;&", "cases that go on"),
        (";&", "cases that fall through"),
        ("globstar", "globstar"),
        ("lastpipe", "lastpipe"),
        ("inherit_errexit", "inherit_errexit"),
        ("EPOCH", "EPOCHSECONDS"),
        ("SRANDOM", "SRANDOM"),
        ("BASHPID", "BASHPID"),
        ("wait -n", "wait for any"),
        ("[[ -v ", "tests of variables"),
        ("%(", "dates of printf"),
    ];
    for script in scripts() {
        let text = std::fs::read_to_string(&script).unwrap();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#')) {
            let at = format!("{}:{}: {line}", script.display(), number + 1);
            for (word, what) in later {
                assert!(!line.contains(word), "{what} are not in bash 3.2: {at}");
            }
            // ${x^} ${x^^} ${x,} ${x,,} ${x@Q}, and ${x: -1} as ${x[-1]}.
            for expansion in line.split("${").skip(1).filter_map(|rest| rest.split('}').next()) {
                let name = expansion.trim_start_matches(['!', '#']);
                let behind = name.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
                assert!(!behind.starts_with(['^', ',']) && !behind.starts_with('@'), "new expansion: {at}");
                assert!(!behind.starts_with("[-"), "places from the end: {at}");
            }
            // An empty array is unset there, and `set -u` ends the script.
            let arrays = line.matches("[@]}\"").count();
            let guarded = line.matches("[@]+\"${").count();
            assert!(arrays == guarded || line.contains("\"${words[@]}\""), "an array that may be empty: {at}");
        }
    }
}
