//! Trials of a generated script: run by bash against the stand-in for `fly`, from nothing, again, and with faults.
//!
//! A [`Stage`] is a folder with everything that a run needs: the built files, stand-ins for what secrets come from, and
//! a `PATH` on which `fly` is the stand-in. A [`Course`] is how it goes when nothing happens. A [`Case`] is a fault at
//! one call of it; [`Trial::disturb`] has it happen, runs the script again until it ends, and compares.
//!
//! Nothing of it touches the network, asks the account of anybody, or runs a command that a spec names.
#![expect(clippy::disallowed_methods, reason = "scripts are run in a folder, by programs")]

mod case;
mod course;
mod leaks;
mod many;
mod point;
mod random;
mod run;
mod stage;
mod view;

pub use case::{Case, Disturbed, Trial};
pub use course::{Course, Leg};
pub use many::Pair;
pub use random::Random;
pub use run::Run;
pub use stage::{Stage, StageError, Tools};

use std::ffi::OsStr;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where a program is, looked for on a `PATH`.
pub fn find_program(name: &str, path: &OsStr) -> Option<PathBuf> {
    std::env::split_paths(path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Stands in for `jq`: remembers what the real one said. Scripts ask the same questions thousands of times, and a jq
/// takes longer to start than everything else.
///
/// # Errors
///
/// When the real one cannot be run, or its answer cannot be kept.
pub fn remembered_jq(real: &Path, cache: &Path, args: &[std::ffi::OsString]) -> io::Result<i32> {
    use data_encoding::HEXLOWER;
    use sha2::{Digest as _, Sha256};
    let mut input = Vec::new();
    io::stdin().lock().read_to_end(&mut input)?;
    let mut hasher = Sha256::new();
    // Another jq may say something else.
    let modified = std::fs::metadata(real)?.modified()?;
    hasher.update(format!("{}\0{modified:?}\0", real.display()));
    for arg in args {
        hasher.update(arg.as_encoded_bytes());
        hasher.update([0]);
    }
    hasher.update([0]);
    hasher.update(&input);
    let remembered = cache.join(HEXLOWER.encode(&hasher.finalize()[..16]));
    // The exit code, then what was printed. Nobody looks at the words of an error.
    let said = std::fs::read(&remembered).or_else(|_| {
        let mut child =
            Command::new(real).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let stdin = child.stdin.take();
        let writer = std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
        let output = child.wait_with_output()?;
        // A filter that has seen enough reads no further.
        drop(writer.join());
        let code = output.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX);
        let said = [vec![code], output.stdout].concat();
        let new = cache.join(format!("new-{}", std::process::id()));
        std::fs::write(&new, &said)?;
        std::fs::rename(new, remembered)?;
        io::Result::Ok(said)
    })?;
    let (code, printed) = said.split_first().unwrap_or((&u8::MAX, &[]));
    io::stdout().lock().write_all(printed)?;
    Ok(i32::from(*code))
}
