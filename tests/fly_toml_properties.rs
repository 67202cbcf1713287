//! What holds of every fly.toml: shown on configurations made from the types, and on texts that are none.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

mod support;

use std::path::Path;

use flyarch::fly_toml::{self, FlyToml};
use proptest::prelude::*;
use proptest::sample::select;
use support::invariants::{fly_toml_formatted as format, fly_toml_holds as holds, fly_toml_read as read};
use support::{cases, documents};

/// Arbitrary configurations over the whole surface, and the text that their types read.
fn configurations() -> impl Strategy<Value = (String, FlyToml)> {
    let documents = documents::valid(&support::fly_toml::schema());
    let understood = |(document, spelling)| {
        let text = documents::text(&document, spelling);
        let config = toml::from_str(&text).ok()?;
        Some((text, config))
    };
    (documents, any::<u64>()).prop_filter_map("the types are stricter than the schema in a few places", understood)
}

#[test]
fn what_is_written_is_read_back() {
    proptest!(cases(300), |((text, config) in configurations())| {
        let written = fly_toml::write("", &config, config.build.as_ref());
        let reading = read("fly.toml", &written);
        let reading = reading.unwrap_or_else(|| panic!("{text}\nwritten and refused:\n{written}"));
        prop_assert!(reading.complete, "{written}");
        let again = reading.config;
        prop_assert_eq!(fly_toml::differences(&config, &again), []);
    });
}

/// The reader of plain files and that of specs understand what both can read alike.
#[test]
fn the_types_read_alike() {
    proptest!(cases(300), |((text, config) in configurations())| {
        let reading = read("fly.toml", &text).unwrap_or_else(|| panic!("refused:\n{text}"));
        prop_assert!(reading.complete, "{text}");
        prop_assert_eq!(fly_toml::differences(&config, &reading.config), [], "{}", text);
    });
}

#[test]
fn formatting_keeps_what_is_said() {
    proptest!(cases(200), |((text, config) in configurations())| {
        let once = format(&text).unwrap_or_else(|| panic!("not formatted:\n{text}"));
        prop_assert_eq!(format(&once).unwrap(), once.clone());
        prop_assert_eq!(fly_toml::differences(&config, &read("fly.toml", &once).unwrap().config), []);
    });
}

fn corpus() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/fly_toml");
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    files.filter(|file| file.file_type().is_file()).map(|file| std::fs::read_to_string(file.path()).unwrap()).collect()
}

#[test]
fn of_what_was_found_once() {
    // Without its empty list the service said nothing, and was dropped the second time.
    holds("services = [{ ports = [] }]\n");
}

#[test]
fn mutated_files_do_no_harm() {
    let files = corpus();
    let mutation = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0_usize..4, documents::words());
    let mutations = prop::collection::vec(mutation, 1..4);
    proptest!(cases(1_500), |(text in select(files.clone()), other in select(files), mutations in mutations)| {
        let mut text = text;
        for (from, to, what, words) in mutations {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let (from, to) = (*from.get(&places), *to.get(&places));
            let range = from.min(to)..from.max(to);
            match what {
                0 => text.replace_range(range, ""),
                1 => text.insert_str(from, &words),
                2 => text = format!("{text}\n{other}"),
                _ => text = text.replacen(" = ", &format!(" = {words} "), 1),
            }
        }
        holds(&text);
    });
}

#[test]
fn hostile_texts_end() {
    for text in [
        "[".repeat(200_000),
        format!("a = {}", "[".repeat(200_000)),
        format!("a = {}", "{a=".repeat(200_000)),
        "{\"a\":".repeat(200_000),
        format!(
            "a0: &a0 [1, 2, 3]\n{}",
            (1..40).map(|i| format!("a{i}: &a{i} [*a{0}, *a{0}]\n", i - 1)).collect::<String>()
        ),
        (0..20_000).map(|i| format!("{}a{i}:\n", " ".repeat(i % 300))).collect(),
        "- ".repeat(100_000),
        "? ".repeat(100_000),
        "[".repeat(100_000) + &"]".repeat(100_000),
        format!("{{\"env\":{}}}", "[".repeat(200_000)),
        (0..20_000).map(|i| format!("[[env]]\nA{} = {i}\n", i % 7_000)).collect(),
        (0..50_000).map(|i| format!("unknown_{i} = {i}\n")).collect(),
        (0..20_000).map(|i| format!("[[services]]\ninternal_port = \"x{i}\"\n")).collect(),
        (0..20_000).map(|i| format!("[[services]] # {i}\ninternal_port = {}\n", i % 60_000 + 1)).collect(),
        format!("console_command = '{}'\n", "x".repeat(2_000_000)),
        "a.".repeat(100_000) + "a = 1",
        "# a\n".repeat(200_000),
    ] {
        holds(&text);
    }
}
