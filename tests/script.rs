//! Generated scripts, run by bash against the stand-in for `fly`.
//!
//! They need bash and jq. Without them the tests say so and pass, unless `FLYARCH_REQUIRE_TOOLS` is set. The harness is
//! not Rust's own because every file of `specs/` is a test. Where there is no Unix, there are no tests.
#![cfg_attr(
    unix,
    expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")
)]

#[cfg(unix)]
#[path = "script/suite.rs"]
mod suite;

fn main() {
    #[cfg(unix)]
    suite::run();
}
