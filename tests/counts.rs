//! What a compilation costs, in counts that need no clock: allocations, bytes, questions to the schema, files written.
//!
//! Times are compared by the benchmark (docs/performance.md). Counts are the same on every machine, so that a change that
//! doubles the work is seen where it is made.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "../benches/build/spec.rs"]
mod spec;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use flyarch::facts::FACTS;
use flyarch::sink::{self, Compare};
use flyarch::source::Source;
use flyarch::{Compilation, Options, check, compile};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

fn source(apps: usize) -> Source {
    Source::new("spec.toml", spec::spec(apps))
}

/// What a piece of work takes from the allocator.
#[derive(Clone, Copy, Debug)]
struct Cost {
    allocations: u64,
    bytes: u64,
    peak: u64,
}

impl Cost {
    /// What the second half of the apps costs, for each of them: start-up and first-time work is in the first.
    fn per_app(half: Self, whole: Self, apps: u64) -> Self {
        let each = |half: u64, whole: u64| whole.saturating_sub(half) / apps;
        Self {
            allocations: each(half.allocations, whole.allocations),
            bytes: each(half.bytes, whole.bytes),
            peak: each(half.peak, whole.peak),
        }
    }
}

fn cost(source: &Source, work: fn(&Source, &flyarch::facts::Facts, &Options) -> Compilation) -> Cost {
    let profiler = dhat::Profiler::builder().testing().trim_backtraces(Some(1)).build();
    let compilation = work(source, &FACTS, &Options::default());
    let stats = dhat::HeapStats::get();
    drop(profiler);
    assert!(compilation.diagnostics.is_empty(), "{:#?}", compilation.diagnostics);
    Cost { allocations: stats.total_blocks, bytes: stats.total_bytes, peak: stats.max_bytes as u64 }
}

/// The allocator counts for the whole program: one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn work_is_bounded_and_linear() {
    // More than are drawn (src/render/architecture/mod.rs): a picture would be in the first sample alone.
    const APPS: usize = 80;
    let _alone = alone();
    // Facts and templates that are made once.
    let _ = compile(&source(1), &FACTS, &Options::default());
    for (name, work, allocations, peak) in [
        ("compile", compile as fn(&Source, &flyarch::facts::Facts, &Options) -> Compilation, COMPILE.0, COMPILE.1),
        ("check", check, CHECK.0, CHECK.1),
    ] {
        let costs = [APPS, APPS * 2, APPS * 4].map(|apps| cost(&source(apps), work));
        let first = Cost::per_app(costs[0], costs[1], APPS as u64);
        let second = Cost::per_app(costs[1], costs[2], APPS as u64 * 2);
        assert!(second.allocations <= allocations, "{name}: {second:?} per app, of {allocations} allocations allowed");
        assert!(second.peak <= peak, "{name}: {second:?} per app, of {peak} bytes allowed at a time");
        // Buffers that double make steps; anything else that grows with the number of apps is not linear.
        assert!(second.allocations * 10 <= first.allocations * 11, "{name} is not linear: {first:?}, then {second:?}");
        assert!(second.bytes * 10 <= first.bytes * 14, "{name} is not linear: {first:?}, then {second:?}");
    }
}

/// Allocations and bytes at a time that an app may cost: what it costs today, and a quarter more.
const COMPILE: (u64, u64) = (270, 33_000);
const CHECK: (u64, u64) = (150, 33_000);

#[test]
fn a_right_spec_never_meets_the_schema() {
    let _alone = alone();
    assert!(!compile(&source(3), &FACTS, &Options::default()).schema_consulted);
    for rule in flyarch::rules::RULES {
        // A finding is no reason to ask it either.
        let text = format!(
            "version = 1\nproject = {{ name = \"my\", org = \"x\" }}\n[policy.levels]\n{} = \"warn\"\n",
            rule.id.name
        );
        assert!(!compile(&Source::new("spec.toml", text), &FACTS, &Options::default()).schema_consulted);
    }
    let wrong = Source::new("spec.toml", "version = 1\nproject = {}\n");
    assert!(compile(&wrong, &FACTS, &Options::default()).schema_consulted);
}

/// Every file below a folder, with the time of its last change.
fn files(folder: &Path) -> BTreeMap<String, SystemTime> {
    let files = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap).filter(|e| e.file_type().is_file());
    files.map(|e| (e.path().display().to_string(), e.metadata().unwrap().modified().unwrap())).collect()
}

#[test]
fn a_rebuild_that_changes_nothing_writes_nothing() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let artifacts = compile(&source(5), &FACTS, &Options::default()).artifacts.unwrap();
    let how = Compare { force: false, partial: false };
    let first = sink::compare(folder.path(), &artifacts, how).unwrap();
    assert_eq!(first.stale.len(), artifacts.len() + 1, "all files, and the manifest");
    sink::write(&first).unwrap();
    let before = files(folder.path());
    assert_eq!(before.len(), artifacts.len() + 1);

    let again = compile(&source(5), &FACTS, &Options::default()).artifacts.unwrap();
    let second = sink::compare(folder.path(), &again, how).unwrap();
    assert!(second.is_empty() && second.stale.is_empty() && second.surplus.is_empty());
    sink::write(&second).unwrap();
    assert_eq!(files(folder.path()), before);

    // One app changed: its fly.toml, and the files that speak of all apps.
    let text = source(5).text().replacen("kill_timeout = \"30s\"", "kill_timeout = \"31s\"", 1);
    let changed = compile(&Source::new("spec.toml", text), &FACTS, &Options::default()).artifacts.unwrap();
    let third = sink::compare(folder.path(), &changed, how).unwrap();
    let stale: Vec<&str> = third.stale.iter().map(|(path, _)| path.as_ref()).collect();
    assert!(stale.iter().filter(|path| path.ends_with("fly.toml")).count() == 1, "{stale:?}");
}
