//! A folder has files and a manifest that somebody made up.
#![no_main]

#[allow(dead_code, reason = "each target takes what it needs")]
#[path = "../../tests/support/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|text: &str| invariants::manifest_holds(text));
