//! The formatter: canonical, stable, and without a change of what is said.
//!
//! `SNAPSHOTS=overwrite cargo test --test fly_toml_format` rewrites `golden/fly_toml/format`.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use flyarch::diag::{Diagnostic, Diagnostics};
use flyarch::fly_toml;
use flyarch::source::{FileId, Source};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let source = Source::new("fly.toml", text);
    let mut diagnostics = Diagnostics::default();
    let formatted = fly_toml::format(&source, FileId(0), &mut diagnostics);
    formatted.map_err(|_| diagnostics.finish())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    files
}

#[test]
fn samples() {
    for path in files(&Path::new(ROOT).join("tests/corpus/fly_toml/format")) {
        let text = fs::read_to_string(&path).unwrap();
        let formatted = format(&text).unwrap_or_else(|d| panic!("{}: {d:?}", path.display()));
        let golden = Path::new(ROOT).join("golden/fly_toml/format").join(path.file_name().unwrap());
        if std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite") {
            fs::write(&golden, &formatted).unwrap();
        }
        assert_eq!(formatted, fs::read_to_string(&golden).unwrap_or_default(), "{}", path.display());
    }
}

/// What flyctl writes is in form already.
#[test]
fn what_flyctl_writes_stays_as_it_is() {
    for entry in fs::read_dir(Path::new(ROOT).join("golden/fly_toml")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "toml") {
            let text = fs::read_to_string(&path).unwrap();
            let formatted = format(&text).unwrap_or_else(|d| panic!("{}: {d:?}", path.display()));
            assert_eq!(formatted, text, "{}", path.display());
        }
    }
}

/// Every file of the corpus can be formatted, which includes that it means the same, and a second time changes nothing.
/// `FLYARCH_FLY_TOMLS` names a folder of further files.
#[test]
fn formatting_is_stable() {
    let corpus = Path::new(ROOT).join("tests/corpus/fly_toml");
    let mut all = Vec::new();
    for class in ["loads", "undeployable", "format"] {
        all.extend(files(&corpus.join(class)));
    }
    let own = all.len();
    if let Some(folder) = std::env::var_os("FLYARCH_FLY_TOMLS") {
        all.extend(files(Path::new(&folder)));
    }
    for (i, path) in all.iter().enumerate() {
        let Ok(text) = fs::read_to_string(path) else { continue };
        let once = match format(&text) {
            Ok(once) => once,
            // flyctl refuses some of the others.
            Err(found) if i >= own && found.iter().all(|d| !d.message.contains("cannot be formatted")) => continue,
            Err(found) => panic!("{}: {found:?}", path.display()),
        };
        let twice = format(&once).unwrap_or_else(|d| panic!("{}: {d:?}\n{once}", path.display()));
        assert_eq!(once, twice, "{}", path.display());
    }
}

#[test]
fn line_breaks_stay() {
    assert_eq!(format("app='a' # b\r\n# c\r\n").unwrap(), "app = 'a' # b\r\n# c\r\n");
}

#[test]
fn what_flyctl_refuses_is_not_formatted() {
    assert!(format("app = 1\n").is_err());
    let source = Source::new("fly.json", "{}");
    assert!(fly_toml::format(&source, FileId(0), &mut Diagnostics::default()).is_err());
}
