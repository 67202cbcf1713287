//! `[app.<key>.schedule.<job>]` as written: commands that machines of their own run at intervals.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::fly_toml::{CpuKind, MachineSize};
use crate::value::{Memory, RegionCode, Sourced};

/// A command that a machine of its own runs at intervals.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JobSpec {
    /// The command: split into words as those of `processes` are, and run without a shell.
    pub command: Sourced<String>,
    /// How often. Fly.io chooses the time of day.
    pub every: Sourced<Every>,
    /// Where it runs. Default: the app's primary region.
    pub region: Option<Sourced<RegionCode>>,
    /// The size of its machine. Default: the smallest.
    pub vm: Option<Sourced<JobVm>>,
}

/// How often a job runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Every {
    /// About once an hour.
    Hourly,
    /// About once a day.
    Daily,
    /// About once a week.
    Weekly,
    /// About once a month.
    Monthly,
}

impl Every {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hourly => "hourly",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }

    /// What passes between two runs.
    pub fn period(self) -> &'static str {
        match self {
            Self::Hourly => "hour",
            Self::Daily => "day",
            Self::Weekly => "week",
            Self::Monthly => "month",
        }
    }
}

/// The size of a job's machine, with the keys of fly.toml's `vm` that `fly machine run` has flags for.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JobVm {
    /// A preset of CPUs and memory. Default: shared-cpu-1x.
    pub size: Option<Sourced<MachineSize>>,
    /// Memory, such as "512mb".
    pub memory: Option<Sourced<Memory>>,
    /// Overrides the preset's kind of CPU, and leaves its memory.
    pub cpu_kind: Option<Sourced<CpuKind>>,
    /// Overrides the preset's number of CPUs, and leaves its memory.
    pub cpus: Option<Sourced<u32>>,
}
