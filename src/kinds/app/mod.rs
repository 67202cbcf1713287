//! Apps: the keys of fly.toml, and what fly.toml cannot say.

mod jobs;
mod litefs;
pub(crate) mod lower;
mod plan;
mod spec;
mod tokens;
mod write_routing;

pub use jobs::{Every, JobSpec, JobVm};
pub use litefs::{Commands, LiteFsSpec};
pub(crate) use lower::{expand, lower, lower_file, wire};
pub use plan::{Address, AppStep};
pub(crate) use plan::{addresses, expiry, needs, source_of, steps, teardown, text, token_name};
pub use spec::*;
pub use tokens::{TokenKind, TokenSpec};
pub use write_routing::{Framework, WriteRouting, WriteRoutingSpec};
