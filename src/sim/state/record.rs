//! The calls that were made, as lines of a file.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::CALLS;

/// What happened in one call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Which call it was; the first is 1.
    pub number: u64,
    /// The words behind `fly`.
    pub argv: Vec<String>,
    /// The command, by its own name; empty when it is none.
    pub command: String,
    /// Why the line was refused before anything was looked at.
    pub refused: Option<String>,
    /// What came through standard input, where the command reads it.
    pub stdin: Option<Vec<u8>>,
    /// Variables of the environment, each with the short digest of its value.
    pub environment: BTreeMap<String, String>,
    /// Whether nobody can read what it printed: standard output is the null device.
    pub discarded: bool,
    /// The exit code.
    pub exit: i32,
    /// Whether anything exists that did not before, or is otherwise than before.
    pub changed: bool,
    /// Names and ids of what it made.
    pub made: Vec<String>,
    /// Names and ids of what it destroyed.
    pub gone: Vec<String>,
}

impl Record {
    /// Adds the call to the file of all.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn append(&self, folder: &Path) -> io::Result<()> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        fs::OpenOptions::new().create(true).append(true).open(folder.join(CALLS))?.write_all(&line)
    }

    /// All calls.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn all(folder: &Path) -> io::Result<Vec<Self>> {
        match fs::read(folder.join(CALLS)) {
            Ok(bytes) => serde_json::Deserializer::from_slice(&bytes).into_iter().map(|r| Ok(r?)).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}
