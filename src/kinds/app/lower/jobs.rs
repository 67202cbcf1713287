//! Jobs: what `schedule` means.

use super::super::JobSpec;
use crate::fly_toml::command::split;
use crate::fly_toml::{MachineSize, Vm};
use crate::lower::LowerCx;
use crate::model::Job;
use crate::schema::MISSING_KEY;
use crate::value::{Entries, Key, RegionCode, Sourced, Why};

static REGION: Why = Why { reason: "a job runs beside the first machines of its app", source: "docs/language.md" };
static SIZE: Why = Why { reason: "the size that flyctl gives a machine", source: "flyctl-commands 1.16" };

pub(super) fn lower(
    schedule: Entries<Key, Sourced<JobSpec>>,
    primary: &Sourced<RegionCode>,
    cx: &mut LowerCx<'_>,
) -> Vec<Job> {
    let mut jobs = Vec::with_capacity(schedule.len());
    for (key, spec) in schedule {
        let header = spec.range();
        let JobSpec { command, every, region, vm } = spec.value;
        // What cannot be split is the rule `unsplittable-command`'s, as in all other commands.
        let words = split(&command).map(|line| line.words).ok();
        if words.as_ref().is_some_and(Vec::is_empty) {
            cx.report
                .error(MISSING_KEY, command.origin, format!("the job `{}` has no command", key.value))
                .help("say what it runs: `command = \"node jobs/report.js\"`");
        }
        let size = || Sourced::filled(MachineSize(cx.facts.machine_size.to_owned()), header, &SIZE);
        let vm = vm.map(|vm| vm.value).unwrap_or_default();
        jobs.push(Job {
            key,
            command,
            words: words.unwrap_or_default().into_iter().map(|word| word.text).collect(),
            every,
            region: region.unwrap_or_else(|| Sourced::filled(primary.value.clone(), header, &REGION)),
            vm: Vm {
                size: Some(vm.size.unwrap_or_else(size)),
                memory: vm.memory,
                cpu_kind: vm.cpu_kind,
                cpus: vm.cpus,
                ..Vm::default()
            },
        });
    }
    jobs
}
