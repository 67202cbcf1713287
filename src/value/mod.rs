//! The values that a spec and a fly.toml are made of, each with the place it came from.
//!
//! Everything here reads itself from TOML and describes itself in the JSON Schema. What a value *means* for a
//! machine on Fly.io is decided elsewhere: this module knows text, numbers, and positions.

mod address;
mod collections;
mod duration;
mod money;
mod names;
mod scalar;
mod size;
mod sourced;
mod tables;

pub use address::{Address, addresses};
pub use collections::{Entries, Many, OneOrList};
pub use duration::{BareUnit, Duration, Milliseconds, Nanoseconds, ParseDurationError, Seconds, go_duration};
pub use money::{Decimal, Usd};
pub(crate) use names::within;
pub use names::{
    AppName, CommandLine, Count, EnvName, FileName, Folder, HostName, Key, Name, PathPattern, Port, PostgresName,
    Reason, RegionCode, SnapshotId, UrlPath, VolumeId,
};
pub use scalar::{Scalar, Strings, go_float};
pub use size::{Memory, VolumeSize};
pub use sourced::{Origin, Sourced, Why};
