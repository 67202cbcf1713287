//! What holds of every spec, shown on many: made up, mutated, and made from the schema.
//!
//! Runs are the same everywhere: see `support::cases` for how to look further.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

#[path = "properties/beside.rs"]
mod beside;
#[path = "properties/estimates.rs"]
mod estimates;
#[path = "properties/init.rs"]
mod init;
#[path = "properties/outputs.rs"]
mod outputs;
#[path = "properties/rendering.rs"]
mod rendering;
#[path = "properties/secrets.rs"]
mod secrets;
mod support;

use proptest::prelude::*;
use support::invariants::hold;
use support::{documents, invariants, mutations};

#[test]
fn of_texts_that_are_no_specs() {
    proptest!(support::cases(200), |(text in any::<String>(), parts in prop::collection::vec(documents::words(), 0..20))| {
        hold(&text);
        hold(&parts.concat());
    });
}

#[test]
fn of_the_specs_and_examples() {
    for text in mutations::specs() {
        hold(&text);
    }
}

#[test]
fn of_mutated_specs() {
    let specs = mutations::specs();
    let some = || prop::sample::select(specs.clone());
    let changes = prop::collection::vec(mutations::mutations(), 1..5);
    proptest!(support::cases(400), |(text in some(), other in some(), changes in changes)| {
        hold(&mutations::mutated(&text, &other, &changes));
    });
}

#[test]
fn of_documents_of_the_schema() {
    let schema = flyarch::schema::generate();
    let changes = prop::collection::vec(documents::changes(), 0..2);
    proptest!(support::cases(150), |(document in documents::valid(&schema), changes in changes, spelling in any::<u64>())| {
        let document = changes.iter().fold(document, documents::changed);
        hold(&documents::text(&document, spelling));
    });
}

#[test]
fn of_what_was_found_once() {
    const PRELUDE: &str = "version = 1\nproject = { name = \"my\", org = \"personal\", regions = [\"iad\"] }\n";
    for text in [
        // The gap between the limits did not fit into the number.
        "[[app.a.services]]\nconcurrency = { soft_limit = 4294967295 }",
        "[[app.a.services]]\ninternal_port = 80\nconcurrency = { soft_limit = 1, hard_limit = 4294967295 }",
        // One rule made the timeout as long as another made it short.
        "[[app.a.services]]\ninternal_port = 80\nhttp_checks = [{ interval = \"0\", timeout = \"0\", path = \"/\" }]",
        "[[app.a.services]]\ninternal_port = 80\nhttp_checks = [{ interval = \"1500ms\", timeout = \"60s\", path = \"/\" }]",
        // A key may hold what a terminal acts on.
        "[app.web]\n\"\\u001b[31m\\n\" = 1",
    ] {
        hold(&format!("{PRELUDE}{text}\n"));
    }
}

/// The files that the fuzz targets begin with, and what they have found.
fn corpus(target: &str) -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_file());
    files.map(|entry| String::from_utf8(std::fs::read(entry.path()).unwrap()).unwrap()).collect()
}

#[test]
fn of_the_corpus_of_the_fuzz_targets() {
    for (target, holds) in [
        ("compile", hold as fn(&str)),
        ("fly_toml", invariants::fly_toml_holds),
        ("import", |text| invariants::import_holds("fly.toml", text)),
        ("manifest", invariants::manifest_holds),
    ] {
        let texts = corpus(target);
        assert!(texts.len() >= 2, "{target} has no corpus");
        for text in &texts {
            holds(text);
        }
    }
}
