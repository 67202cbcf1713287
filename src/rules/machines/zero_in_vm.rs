use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that `cpus` and `memory_mb` of a machine are not zero.
    ///
    /// ## Why
    ///
    /// To flyctl a zero is a key that was left out: `memory_mb = 0` gives the memory of the size, and `cpus = 0` its
    /// CPUs. A reader takes it for "none" or "as much as it needs", and neither is so.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.vm]
    /// size = "shared-cpu-2x"
    /// memory_mb = 0
    /// ```
    ///
    /// ```toml,good
    /// [app.web.vm]
    /// size = "shared-cpu-2x"
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/appconfig/machines.go
    static RULE = {
        name: "zero-in-vm",
        code: "FA579",
        group: Group::Correctness,
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
        for (key, number) in [("cpus", vm.cpus), ("memory_mb", vm.memory_mb)] {
            let Some(number) = number.filter(|number| number.value == 0 && number.origin.is_written()) else {
                continue;
            };
            let edits = cx.edits();
            let edit = edits.key_of(number.range()).and_then(|key| edits.remove_entry(key, number.range()));
            let fix = cx.safe_fix("remove it", edit);
            cx.report(
                number.origin,
                format!("`{key} = 0` says nothing: machines of `{}` have what the size has", app.name.value),
            )
            .label("flyctl takes it for unset")
            .help("remove it, or write how much there shall be")
            .fix(fix);
        }
    }
}
