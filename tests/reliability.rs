//! Set-up scripts with a fault at every call: `flyarch sim --faults`, as tests.
//!
//! They need bash and jq. Without them the tests say so and pass, unless `FLYARCH_REQUIRE_TOOLS` is set. A run of bash
//! takes its time, so of some specs only a part of the cases is tried, drawn with a seed; `FLYARCH_ALL_FAULTS` has
//! them all tried (docs/reliability.md). Where there is no Unix, there are no tests.
#![cfg_attr(
    unix,
    expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")
)]

#[cfg(unix)]
#[path = "reliability/suite.rs"]
mod suite;

fn main() {
    #[cfg(unix)]
    suite::run();
}
