//! Tigris buckets (`fly storage`).

mod lower;
mod plan;
mod spec;

pub(crate) use lower::lower;
pub use plan::BucketStep;
pub(crate) use plan::{steps, teardown, text};
pub use spec::*;
