//! Apps: the keys of fly.toml, and what fly.toml cannot say.

mod litefs;
pub(crate) mod lower;
mod plan;
mod spec;
mod write_routing;

pub use litefs::{Commands, LiteFsSpec};
pub(crate) use lower::{expand, lower, lower_file, wire};
pub use plan::{Address, AppStep};
pub(crate) use plan::{needs, source_of, steps, teardown, text};
pub use spec::*;
pub use write_routing::{Framework, WriteRouting, WriteRoutingSpec};
