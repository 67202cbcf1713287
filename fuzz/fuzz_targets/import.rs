//! A fly.toml is imported, built, and imported again.
#![no_main]

#[allow(dead_code, reason = "each target takes what it needs")]
#[path = "../../tests/support/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|text: &str| invariants::import_holds("fly.toml", text));
