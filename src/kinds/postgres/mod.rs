//! Postgres clusters: Managed Postgres (`fly mpg`), and the unmanaged kind (`fly postgres`).

mod lower;
mod plan;
mod spec;

pub(crate) use lower::lower;
pub use plan::PostgresStep;
pub(crate) use plan::{steps, teardown, text};
pub use spec::*;
