//! Jobs: commands that machines of their own run at intervals.

use crate::fly_toml::Vm;
use crate::kinds::app::Every;
use crate::value::{Key, RegionCode, Sourced};

use super::App;

/// The variable that flyctl gives to every machine that a deploy makes (`internal/appconfig/machines.go`).
const PRIMARY_REGION: &str = "PRIMARY_REGION";

/// A command that a machine of its own runs at intervals.
#[derive(Debug)]
pub struct Job {
    /// Its key below `schedule`.
    pub key: Sourced<Key>,
    /// The command, as written.
    pub command: Sourced<String>,
    /// The words of the command; none when it cannot be split, which a rule refuses.
    pub words: Vec<String>,
    /// How often it runs.
    pub every: Sourced<Every>,
    /// Where its machine is.
    pub region: Sourced<RegionCode>,
    /// The size of its machine.
    pub vm: Vm,
}

impl App {
    /// The variables of its jobs: those of its other machines, which `fly machine run` does not know of.
    pub fn variables_of_jobs(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = self.toml.env.iter().map(|(name, value)| (name.value.as_str(), value.as_str()));
        let primary = self.primary_region.as_ref().filter(|_| self.toml.env.get(PRIMARY_REGION).is_none());
        own.chain(primary.map(|region| (PRIMARY_REGION, region.as_str())))
    }
}
