//! Whole processes, in turn: every round runs every command once, each time beginning with another one, so that a
//! machine whose speed drifts treats all alike. What is compared are commands of the same round.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use wait4::Wait4 as _;

/// One command to measure.
pub(crate) struct Run {
    pub(crate) name: String,
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
    /// The folder that it writes; removed after each run, but not within the time.
    pub(crate) writes: Option<PathBuf>,
    /// What it must end with.
    pub(crate) code: i32,
}

/// What was measured of a [`Run`], round by round.
#[derive(Default)]
pub(crate) struct Result {
    pub(crate) seconds: Vec<f64>,
    /// The most memory that it held, in bytes.
    pub(crate) peak: u64,
}

/// Measures `rounds` rounds behind one that does not count.
pub(crate) fn measure(runs: &[Run], rounds: usize) -> Vec<Result> {
    let mut results: Vec<Result> = runs.iter().map(|_| Result::default()).collect();
    for round in 0..=rounds {
        for i in 0..runs.len() {
            let i = (i + round) % runs.len();
            let (seconds, peak) = once(&runs[i]);
            if round > 0 {
                results[i].seconds.push(seconds);
                results[i].peak = results[i].peak.max(peak);
            }
        }
    }
    results
}

fn once(run: &Run) -> (f64, u64) {
    let mut command = Command::new(&run.program);
    command.args(&run.args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", run.name));
    let used = child.wait4().unwrap_or_else(|error| panic!("{}: {error}", run.name));
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(used.status.code(), Some(run.code), "{}: {:?}", run.name, run.args);
    if let Some(folder) = &run.writes {
        fs::remove_dir_all(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    }
    (seconds, used.rusage.maxrss)
}

/// The middle of some numbers.
pub(crate) fn median(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

impl Result {
    pub(crate) fn seconds(&self) -> f64 {
        median(self.seconds.iter().copied())
    }

    /// How many times as long as another one it took, in the middle of all rounds.
    pub(crate) fn ratio(&self, other: &Self) -> f64 {
        median(self.seconds.iter().zip(&other.seconds).map(|(a, b)| a / b))
    }
}

/// The files below a folder with their sizes, sorted.
pub(crate) fn tree(folder: &Path) -> Vec<(String, u64)> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(|entry| entry.expect("a folder"));
    let files = files.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).expect("below the folder").display().to_string();
            (path, entry.metadata().expect("a file").len())
        })
        .collect()
}
