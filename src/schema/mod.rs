//! The JSON Schema of the language: made from the types, checked in, and the judge of files that do not fit them.
//!
//! - [`generate()`] makes it; `tests/schema.rs` keeps `schema/flyarch.schema.json` in step with the types.
//! - [`SCHEMA`] is the checked-in text: what editors read, and what `flyarch schema` prints.
//! - [`validate()`] says all that is wrong with a file.
//!
//! The types decide, the schema words. A spec that fits the types never meets the schema engine, which would cost more
//! than the whole compilation of a small spec (docs/performance.md); `tests/schema.rs` shows that both agree.

mod generate;
mod validate;

pub use crate::diag::form::{INVALID_VALUE, MISSING_KEY, UNKNOWN_KEY, WRONG_TYPE};
pub(crate) use crate::diag::form::{list, nearest};
pub use generate::{generate, generate_for};
pub use validate::validate;

/// The schema as it is checked in.
pub const SCHEMA: &str = include_str!("../../schema/flyarch.schema.json");
