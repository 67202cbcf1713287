//! Upstash Redis databases (`fly redis`).

mod lower;
mod plan;
mod spec;

pub(crate) use lower::lower;
pub use plan::RedisStep;
pub(crate) use plan::{steps, teardown, text};
pub use spec::*;
