//! `flyarch stand-in-fly`: the stand-in for `fly` as a program, for scripts under test.

use std::io;

use super::Failure;
use super::args::StandIn;
use crate::sim;

#[expect(clippy::unnecessary_wraps, reason = "as the other commands")]
pub(super) fn run(args: &StandIn) -> Result<i32, Failure> {
    let words: Vec<String> = args.argv.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let (mut stdin, mut stdout, mut stderr) = (io::stdin().lock(), io::stdout().lock(), io::stderr().lock());
    Ok(sim::main(&args.state, &words, std::env::vars_os(), &mut stdin, &mut stdout, &mut stderr))
}
