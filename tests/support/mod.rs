//! What several tests share.
#![allow(dead_code, reason = "each test takes what it needs")]

pub(crate) mod documents;
pub(crate) mod environments;
pub(crate) mod examples;
pub(crate) mod fly_toml;
pub(crate) mod invariants;
pub(crate) mod mutations;

use proptest::test_runner::{Config, RngSeed};

/// So many cases, the same in every run: a build that was green stays so until the code changes.
///
/// `PROPTEST_RNG_SEED` and `PROPTEST_CASES` look elsewhere. What they find becomes a test of its own, with the text
/// that was found.
pub(crate) fn cases(cases: u32) -> Config {
    let asked = |name| std::env::var_os(name).is_some();
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if !asked("PROPTEST_CASES") {
        config.cases = cases;
    }
    if !asked("PROPTEST_RNG_SEED") {
        config.rng_seed = RngSeed::Fixed(0x00f1_a2c4);
    }
    config
}
