//! What is imported is what was there: shown on the corpus, on configurations made from the types, and on an estate that
//! was set up by a generated script.
//!
//! `FLYARCH_FLY_TOMLS` names a folder of further files.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

mod support;

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use support::invariants::{import_holds as holds, imported};
use support::{cases, documents};

/// The files of a folder and below, with their names.
fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = files.filter(|file| file.file_type().is_file()).map(walkdir::DirEntry::into_path);
    files.filter_map(|path| std::fs::read_to_string(&path).ok().map(|text| (path, text))).collect()
}

#[test]
fn the_corpus_is_imported() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/fly_toml");
    let mut count = 0;
    for (path, text) in files(&corpus.join("loads")) {
        println!("{}", path.display());
        holds(path.to_str().unwrap(), &text);
        count += usize::from(imported(path.to_str().unwrap(), ".", &text).is_some());
    }
    assert!(count >= 140, "{count} files of the corpus are imported");
    for (path, text) in ["refused", "undeployable"].iter().flat_map(|folder| files(&corpus.join(folder))) {
        assert!(imported(path.to_str().unwrap(), ".", &text).is_none(), "{}", path.display());
    }
}

#[test]
fn whatever_lies_there_is_imported() {
    let Some(folder) = std::env::var_os("FLYARCH_FLY_TOMLS") else {
        println!("skipped: FLYARCH_FLY_TOMLS names no folder of fly.toml files");
        return;
    };
    let (mut equivalent, mut not) = (0, 0);
    for (path, text) in files(Path::new(&folder)) {
        println!("{}", path.display());
        holds(path.to_str().unwrap(), &text);
        if imported(path.to_str().unwrap(), ".", &text).is_some() { equivalent += 1 } else { not += 1 }
    }
    println!("{equivalent} files are imported and given back, {not} cannot be deployed");
}

/// Over the whole surface: import, build and import again is import.
#[test]
fn import_and_build_are_inverse() {
    let documents = documents::valid(&support::fly_toml::schema());
    let count = std::cell::Cell::new(0);
    proptest!(cases(300), |((document, spelling) in (documents, any::<u64>()))| {
        let text = documents::text(&document, spelling);
        holds("fly.toml", &text);
        count.set(count.get() + usize::from(imported("fly.toml", ".", &text).is_some()));
    });
    let count = count.get();
    assert!(count > 20, "only {count} of the configurations can be deployed");
}
