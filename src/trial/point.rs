//! What a script knows before one of its steps: so that a fault late in a long run need not wait for all before it.
//!
//! bash tells by its DEBUG trap, and is told by it (`points.sh`, `resume.sh`): the script itself is not changed.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::sim::state::State;

/// A place in a run, before a step.
#[derive(Debug)]
pub(super) struct Point {
    /// The id of the step.
    pub(super) step: String,
    /// The account.
    pub(super) account: State,
    /// The number of the point, from 1.
    pub(super) number: usize,
    /// The folder of the notes.
    pub(super) folder: PathBuf,
}

/// Variables that bash sets itself, and the folder of the run.
const NOT_KNOWN: [&str; 13] = [
    "_",
    "BASHPID",
    "COLUMNS",
    "DIRSTACK",
    "EPOCHREALTIME",
    "EPOCHSECONDS",
    "FUNCNAME",
    "LINENO",
    "LINES",
    "PIPESTATUS",
    "RANDOM",
    "SECONDS",
    "STATE",
];

/// Reads the notes of a run, and writes down for each point what differs from the first.
pub(super) fn read(folder: &Path) -> io::Result<Vec<Point>> {
    let mut points = Vec::new();
    let mut first = BTreeMap::new();
    for number in 1.. {
        let path = |what: &str| folder.join(format!("{number}.{what}"));
        let Ok(text) = fs::read_to_string(path("variables")) else { break };
        let variables = declarations(&text);
        if number == 1 {
            first.clone_from(&variables);
        }
        let known = variables.iter().filter(|(name, value)| {
            !NOT_KNOWN.contains(&name.as_str())
                && !name.starts_with("BASH_")
                && !name.starts_with("TRIAL_")
                && !name.starts_with("SRANDOM")
                && first.get(*name) != Some(value)
        });
        let known: String = known.map(|(_, declaration)| declaration.as_str()).collect();
        fs::write(path("known"), known)?;
        let step = fs::read_to_string(path("step"))?;
        let step = step.split_whitespace().nth(1).unwrap_or_default().trim_matches('\'').to_owned();
        let account = serde_json::from_slice(&fs::read(path("account"))?)?;
        points.push(Point { step, account, number, folder: folder.to_owned() });
    }
    Ok(points)
}

/// The output of `declare -p` by name. A value may have line breaks; a line of it that looks like a declaration would
/// be taken for one, and a trial that goes wrong for that says so.
fn declarations(text: &str) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    let mut last = String::new();
    for line in text.split_inclusive('\n') {
        let name = line
            .strip_prefix("declare -")
            .and_then(|rest| rest.split_once(' '))
            .map(|(_, rest)| rest.trim_end().split('=').next().unwrap_or_default().to_owned());
        if let Some(name) = name {
            last.clone_from(&name);
            all.insert(name, line.to_owned());
        } else if let Some(value) = all.get_mut(&last) {
            value.push_str(line);
        }
    }
    // What cannot be set again is not part of it.
    all.retain(|_, declaration| {
        let flags = declaration.strip_prefix("declare ").and_then(|rest| rest.split(' ').next()).unwrap_or_default();
        !flags.contains('r')
    });
    all
}
