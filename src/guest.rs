//! What a machine has, worked out from a table of sizes as flyctl does it.

use crate::facts::Facts;
use crate::fly_toml::Vm;
use crate::model::{App, Group};

/// What a machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Guest {
    /// `shared` or `performance`.
    pub(crate) kind: &'static str,
    /// The number of CPUs.
    pub(crate) cpus: u32,
    /// Memory, in MiB.
    pub(crate) memory_mb: u32,
}

impl Guest {
    /// What a table of sizes means to flyctl (`internal/appconfig/machines.go`). Nothing for sizes that are not known.
    pub(crate) fn of(vm: &Vm, facts: &Facts) -> Option<Self> {
        let preset = facts.machine_size(vm.size.as_ref().map_or(facts.machine_size, |size| &size.value))?;
        if vm.gpu_kind.is_some() {
            return None;
        }
        let kind = match &vm.cpu_kind {
            Some(kind) => facts.machine_sizes.iter().map(|size| size.kind).find(|known| *known == kind.value.0)?,
            None => preset.kind,
        };
        let number = vm.memory_mb.filter(|number| number.value > 0).map(|number| number.value);
        let memory_mb = number.or(vm.memory.as_ref().map(|text| text.mebibytes())).unwrap_or(preset.memory_mb);
        let cpus = vm.cpus.filter(|cpus| cpus.value > 0).map_or(preset.cpus, |cpus| cpus.value);
        Some(Self { kind, cpus, memory_mb })
    }

    /// What machines of a group get. Nothing where a plain file leaves it to what `fly scale` has set.
    pub(crate) fn of_group(app: &App, group: &Group, facts: &Facts) -> Option<Self> {
        match group.vm {
            Some(vm) => Self::of(app.toml.vm.get(vm)?, facts),
            None if app.is_plain() => None,
            None => Self::of(&Vm::default(), facts),
        }
    }

    /// Whether Fly.io has such machines.
    pub(crate) fn exists(self, facts: &Facts) -> bool {
        let range = facts.memory_range(self.kind);
        let (low, high) = (range.min_per_cpu.saturating_mul(self.cpus), range.max_per_cpu.saturating_mul(self.cpus));
        (low..=high).contains(&self.memory_mb)
            && self.memory_mb.is_multiple_of(range.step)
            && facts.machine_sizes.iter().any(|size| size.kind == self.kind && size.cpus == self.cpus)
    }
}
