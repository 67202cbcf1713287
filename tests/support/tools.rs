//! The programs that generated scripts run with in tests.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use flyarch::trial::find_program;

/// Where a program is, looked for on the `PATH` of the tests.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    find_program(name, &env::var_os("PATH")?)
}

/// The program that stands in for `fly` and `jq`: the one that is tested. `FLYARCH_STAND_IN` names another build of it, which
/// starts faster.
pub(crate) fn stand_in() -> PathBuf {
    env::var_os("FLYARCH_STAND_IN").unwrap_or_else(|| env!("CARGO_BIN_EXE_flyarch").into()).into()
}

/// Where the answers of jq are kept, for the next run too.
pub(crate) fn jq_cache() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("trial-jq");
    fs::create_dir_all(&folder).unwrap();
    folder
}
