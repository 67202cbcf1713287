use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that the name of a machine size does not say something else than the keys beside it.
    ///
    /// ## Why
    ///
    /// `size` has the lowest rank of all keys in `[[vm]]`: `cpus` and `cpu_kind` beside it override it, and the memory
    /// of the size stays. A machine with `size = "performance-2x"` and `cpu_kind = "shared"` has shared CPUs, whatever
    /// a reader takes from the first line. More `memory` than that of the size is the usual way to have more, and is no
    /// contradiction.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.vm]]
    /// size = "shared-cpu-2x"
    /// cpus = 4
    /// cpu_kind = "shared"
    /// memory = "2gb"
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.vm]]
    /// cpus = 4
    /// cpu_kind = "shared"
    /// memory = "2gb"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.vm]
    /// size = "performance-2x"
    /// cpu_kind = "shared"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.vm]
    /// size = "shared-cpu-2x"
    /// memory = "4gb"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/appconfig/machines.go
    static RULE = {
        name: "preset-overridden",
        code: "FA571",
        group: Group::Style,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for vm in &app.toml.vm {
        let Some(size) = &vm.size else { continue };
        let Some(preset) = cx.facts.machine_size(size) else { continue };
        let cpus = vm.cpus.filter(|cpus| cpus.value > 0 && cpus.value != preset.cpus);
        let kind = vm.cpu_kind.as_ref().filter(|kind| kind.value.0 != preset.kind);
        let what = match (cpus, kind) {
            (Some(cpus), Some(kind)) => format!("{} {} CPUs", cpus.value, kind.value.0),
            (Some(cpus), None) => format!("{} CPUs", cpus.value),
            (None, Some(kind)) => format!("{} CPUs", kind.value.0),
            (None, None) => continue,
        };
        let Some(other) = cpus.map(|cpus| cpus.origin).or(kind.map(|kind| kind.origin)) else { continue };
        // Without the size everything that it said must be there.
        let complete = vm.cpus.is_some() && vm.cpu_kind.is_some() && (vm.memory.is_some() || vm.memory_mb.is_some());
        let edits = cx.edits();
        let key = complete.then(|| edits.key_of(size.range())).flatten();
        let fix = cx.safe_fix("remove the size", key.and_then(|key| edits.remove_entry(key, size.range())));
        cx.report(size.origin, format!("these machines are no `{}`: they have {what}", size.value.0))
            .label("overridden by the keys beside it")
            .related(other, "this counts")
            .help(if complete {
                "remove `size`: the other keys say it all"
            } else {
                "keep one of the two, and say the memory"
            })
            .fix(fix);
    }
}
