//! A text is compiled, its findings are shown, and its fixes applied.
#![no_main]

#[allow(dead_code, reason = "each target takes what it needs")]
#[path = "../../tests/support/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|text: &str| invariants::hold(text));
