//! Dumps of what runs, read from a folder.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use super::Failure;
use crate::live::{Dump, Live};
use crate::source::MAX_BYTES;

/// Reads those of the dumps that are there; each with the app or organisation that it is of. `collect` is the command
/// that prints how they are made.
pub(super) fn read(folder: &Path, dumps: &[(Dump, &str)], collect: &str) -> Result<Live, Failure> {
    if !folder.is_dir() {
        return Err(Failure::input(format!("--live {}: there is no such folder", folder.display())));
    }
    let mut live = Live::default();
    let mut found = false;
    for (dump, of) in dumps {
        found |= add(&mut live, *dump, of, &folder.join(dump.path(of)))?;
    }
    if !found {
        return Err(Failure::input(format!(
            "--live {}: there is no dump of these apps in it; `{collect}` prints a script that makes them",
            folder.display()
        )));
    }
    Ok(live)
}

/// Adds a dump if it is there, and says whether it is.
fn add(live: &mut Live, dump: Dump, of: &str, path: &Path) -> Result<bool, Failure> {
    let shown = path.display();
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(Failure::input(format!("cannot read {shown}: {error}"))),
    };
    let mut bytes = Vec::new();
    file.take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::input(format!("cannot read {shown}: {error}")))?;
    if bytes.len() > MAX_BYTES {
        return Err(Failure::input(format!("{shown} is larger than {} MB", MAX_BYTES / 1024 / 1024)));
    }
    let text = String::from_utf8(bytes).map_err(|_| Failure::input(format!("{shown} is not UTF-8")))?;
    live.add(dump, of, &text)
        .map_err(|error| Failure::input(format!("{shown} is not what `{}` prints: {error}", unnamed(dump))))?;
    Ok(true)
}

/// The command of a dump, whatever it is of.
fn unnamed(dump: Dump) -> String {
    let json = if dump.is_asked_for_json() { " --json" } else { "" };
    format!("fly {}{json}", dump.command().join(" "))
}
