//! Input that is hostile by its size: refused or worked off within a bound on memory and time.
//!
//! The bound on memory is the kernel's (`ulimit -v`): beyond it the program could not go on. That on time is generous,
//! because tests run without optimisation and beside others; what it catches is work that grows with the square.

use std::time::{Duration, Instant};

use super::world::{PROJECT, World, fits, golden};

const MINUTE: Duration = Duration::from_secs(60);

/// Runs `flyarch build` within so many megabytes of address space.
#[track_caller]
fn within(megabytes: u32, spec: &str, name: &str, code: i32) -> String {
    let world = World::with(spec);
    let start = Instant::now();
    let run = world.sh(&format!("ulimit -v {}; exec \"$F\" build", megabytes * 1024)).exits(code);
    assert!(start.elapsed() < MINUTE, "{:?}", start.elapsed());
    assert_eq!(run.stderr, "nothing was written\n");
    assert!(run.stdout.len() < 200_000, "{} bytes are printed", run.stdout.len());
    fits(&run.stdout);
    world.holds_only(&["spec.toml"]);
    // The first finding stands for all.
    let first = run.stdout.split("\n\n").next().unwrap();
    golden(&format!("diag/large-{name}.txt"), &format!("{first}\n"));
    run.stdout
}

#[test]
fn fifty_megabytes_of_brackets() {
    within(400, &"[".repeat(50_000_000), "brackets", 3);
}

#[test]
fn as_many_brackets_as_a_file_may_have() {
    // The parser holds some fifty bytes per token (see `source::MAX_BYTES`).
    let out = within(2_500, &format!("a = {}", "[".repeat(10_000_000)), "brackets-below-the-limit", 3);
    assert!(out.contains("nested too deeply"), "{out}");
}

#[test]
fn a_hundred_thousand_nested_tables() {
    const DEPTH: usize = 100_000;
    within(400, &format!("[a{}]\n", ".a".repeat(DEPTH)), "nested-header", 3);
    within(400, &format!("a{} = 1\n", ".a".repeat(DEPTH)), "nested-keys", 3);
    within(400, &format!("x = {}1{}\n", "{ a = ".repeat(DEPTH), "}".repeat(DEPTH)), "nested-tables", 3);
    within(400, &format!("x = {}{}\n", "[".repeat(DEPTH), "]".repeat(DEPTH)), "nested-lists", 3);
}

#[test]
fn a_hundred_thousand_unknown_tables() {
    let tables: String = (0..100_000).map(|i| format!("[t{i}.x]\n")).collect();
    let out = within(1_000, &format!("{PROJECT}{tables}"), "unknown-tables", 1);
    assert!(out.ends_with("100000 errors\n99800 of them are not shown; --format concise lists all\n"));
    let world = World::with(format!("{PROJECT}{tables}"));
    assert_eq!(world.run(&["build", "--format", "concise"]).exits(1).stdout.lines().count(), 100_000);
}

#[test]
fn one_very_long_line() {
    within(400, &format!("version = 1\nversion = \"{}\"\n", "x".repeat(5_000_000)), "line", 3);
}

#[test]
fn a_million_mistakes_of_syntax() {
    within(1_000, &"x\n".repeat(1_000_000), "syntax", 3);
}
