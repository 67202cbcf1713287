//! A fly.toml is read, written, and read again.
#![no_main]

#[allow(dead_code, reason = "each target takes what it needs")]
#[path = "../../tests/support/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|text: &str| invariants::fly_toml_holds(text));
