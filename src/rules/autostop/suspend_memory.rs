use crate::diag::Fix;
use crate::fly_toml::{AutoStop, Vm};
use crate::model::{App, Service};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{Memory, Origin, Sourced};

declare_rule! {
    /// Checks that machines which are to be suspended can be: without swap, and with little memory.
    ///
    /// ## Why
    ///
    /// A suspended machine has its memory written to disk, and wakes in a fraction of a second. Fly.io does that for
    /// machines without swap and, by its page on suspending, with 2 GB of memory or less; another page says 4 GB. flyctl
    /// does not look: the file is taken, and the machines are stopped the ordinary way or not at all, so that every
    /// visitor who wakes one waits for a whole start.
    ///
    /// Between the two limits this is a warning.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// swap_size_mb = 512
    ///
    /// [app.web.http_service]
    /// auto_stop_machines = "suspend"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// swap_size_mb = 512
    ///
    /// [app.web.http_service]
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web]
    /// vm = { size = "shared-cpu-4x", memory = "8gb" }
    ///
    /// [app.web.http_service]
    /// auto_stop_machines = "suspend"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// vm = { size = "shared-cpu-4x", memory = "8gb" }
    ///
    /// [app.web.http_service]
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/suspend-resume
    /// - Fly.io, blueprints/long-running-tasks
    static RULE = {
        name: "suspend-memory",
        code: "FA108",
        group: Group::Reliability,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let suspends = |service: &&Service| service.auto_stop.value == AutoStop::Suspend;
    if !app.services.iter().any(|service| suspends(&service)) {
        return;
    }
    let suspended = |group: usize| app.auto_stop(group) == AutoStop::Suspend;
    for (index, group) in app.groups.iter().enumerate().filter(|&(index, _)| suspended(index)) {
        let mut services = app.services.iter().filter(|service| service.groups.contains(&index));
        let Some(auto_stop) = services.find(suspends).map(|service| service.auto_stop) else { continue };
        if let Some(swap) = app.toml.swap_size_mb.filter(|swap| swap.value > 0) {
            let fix = stop_instead(auto_stop, cx);
            cx.report(swap.origin, format!("machines of `{}` are never suspended: they have swap", app.name.value))
                .label("rules suspending out")
                .related(auto_stop.origin, "asks for suspending")
                .help(
                    "remove `swap_size_mb` and give the machines more memory, or write `auto_stop_machines = \"stop\"`",
                )
                .fix(fix);
            // Swap is that of all groups.
            return;
        }
        let Some(vm) = group.vm else { continue };
        // Groups may share an entry: one finding.
        if (0..index).any(|other| app.groups[other].vm == Some(vm) && suspended(other)) {
            continue;
        }
        if let Some(memory) = memory(&app.toml.vm[vm], cx) {
            judge(app, memory, auto_stop, cx);
        }
    }
}

fn judge(app: &App, memory: Sourced<u32>, auto_stop: Sourced<AutoStop>, cx: &mut Cx<'_>) {
    let (advised, most) = (cx.facts.suspend_memory_mb_advised, cx.facts.suspend_memory_mb_max);
    let name = &app.name.value;
    let help = format!("write `auto_stop_machines = \"stop\"`, or give machines {advised} MB of memory or less");
    let fix = stop_instead(auto_stop, cx);
    let finding = if memory.value > most {
        let message = format!("machines of `{name}` are too large to be suspended");
        cx.report(memory.origin, message).label(format!("{} MB; {most} is the most", memory.value))
    } else if memory.value > advised {
        let message = format!("machines of `{name}` may be too large to be suspended");
        cx.warn(memory.origin, message)
            .label(format!("{} MB; up to {advised} is safe", memory.value))
            .note(format!("one page of Fly.io gives {advised} MB as the limit, another one {most}"))
    } else {
        return;
    };
    finding.related(auto_stop.origin, "asks for suspending").help(help).fix(fix);
}

fn stop_instead(auto_stop: Sourced<AutoStop>, cx: &Cx<'_>) -> Option<Fix> {
    cx.unsafe_fix("stop them instead", Some(cx.edits().replace(auto_stop.range(), "\"stop\"")))
}

/// The memory of machines in MiB, as flyctl finds it: `memory_mb`, else `memory`, else that of the size. With it the
/// place that says so. Nothing when the size is not known.
fn memory(vm: &Sourced<Vm>, cx: &Cx<'_>) -> Option<Sourced<u32>> {
    if let Some(memory) = vm.memory_mb.filter(|memory| memory.value > 0) {
        return Some(memory);
    }
    if let Some(memory) = &vm.memory {
        return Some(memory.as_ref().map(Memory::mebibytes));
    }
    if vm.gpu_kind.is_some() && vm.size.is_none() {
        return None;
    }
    let (name, origin) = vm
        .size
        .as_ref()
        .map_or((cx.facts.machine_size, Origin::written(vm.range())), |size| (&size.value.0, size.origin));
    cx.facts.machine_size(name).map(|size| Sourced { value: size.memory_mb, origin })
}
