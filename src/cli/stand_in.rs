//! `flyarch stand-in-fly`: the stand-in for `fly` as a program, for scripts under test.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use super::Failure;
use super::args::StandIn;
use crate::sim;

#[expect(clippy::unnecessary_wraps, reason = "as the other commands")]
pub(super) fn run(args: &StandIn) -> Result<i32, Failure> {
    let words: Vec<String> = args.argv.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    Ok(fly(&args.state, &words))
}

fn fly(state: &Path, words: &[String]) -> i32 {
    let (mut stdin, mut stdout, mut stderr) = (io::stdin().lock(), io::stdout().lock(), io::stderr().lock());
    let streams =
        sim::Streams { stdin: &mut stdin, stdout: &mut stdout, stderr: &mut stderr, discarded: output_is_discarded() };
    sim::main(state, words, std::env::vars_os(), streams)
}

/// Whether standard output is the null device.
#[cfg(unix)]
fn output_is_discarded() -> bool {
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    let device = |path| {
        let found = std::fs::metadata(path).ok()?;
        found.file_type().is_char_device().then(|| found.rdev())
    };
    device("/dev/null").is_some_and(|null| device("/dev/stdout") == Some(null))
}

#[cfg(not(unix))]
fn output_is_discarded() -> bool {
    false
}

/// What this program does under another name: in a trial it is `fly`, and the `jq` that remembers. A script calls them
/// thousands of times, and each program between the script and this one would have to start too.
pub(super) fn by_name(args: &[OsString]) -> Option<i32> {
    let (name, args) = args.split_first()?;
    let name = Path::new(name).file_name()?;
    if name == OsStr::new("fly") {
        let state = std::env::var_os("FLY_SIM_STATE")?;
        let words: Vec<String> = args.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        return Some(fly(Path::new(&state), &words));
    }
    if name == OsStr::new("jq") {
        return jq(args);
    }
    None
}

#[cfg(unix)]
fn jq(args: &[OsString]) -> Option<i32> {
    use super::{USAGE, say};
    let (real, cache) = (std::env::var_os("FLY_SIM_JQ")?, std::env::var_os("FLY_SIM_JQ_CACHE")?);
    Some(crate::trial::remembered_jq(Path::new(&real), Path::new(&cache), args).unwrap_or_else(|error| {
        say(format_args!("jq: {error}"));
        USAGE
    }))
}

#[cfg(not(unix))]
fn jq(_: &[OsString]) -> Option<i32> {
    None
}
