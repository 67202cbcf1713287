use crate::diag::fix::string_literal;
use crate::model::App;
use crate::rules::data::Guest;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that a `[[vm]]` section says all of a machine's size: its CPUs and its memory.
    ///
    /// ## Why
    ///
    /// Once there is a `[[vm]]` section, each deploy makes machines as it says, and what it leaves out is filled with
    /// the smallest: a shared CPU, 256 MB. Who has scaled the machines with `fly scale vm` and later adds a line to
    /// `[[vm]]` gets small machines with the next deploy, in the middle of the day, from a change that seemed to add
    /// something (https://github.com/superfly/flyctl/issues/4544, https://github.com/superfly/flyctl/issues/1310).
    ///
    /// A `size` says all. Without one it takes `cpu_kind`, `cpus` and `memory`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.vm]]
    /// cpu_kind = "shared"
    /// cpus = 1
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.vm]]
    /// memory = "256mb"
    /// cpu_kind = "shared"
    /// cpus = 1
    /// ```
    ///
    /// ```toml,bad
    /// [[app.web.vm]]
    /// memory = "1gb"
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.vm]]
    /// cpu_kind = "shared"
    /// cpus = 1
    /// memory = "1gb"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/appconfig/machines.go
    static RULE = {
        name: "partial-vm",
        code: "FA573",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for vm in app.toml.vm.iter().filter(|vm| vm.size.is_none() && vm.gpu_kind.is_none()) {
        let cpus = vm.cpus.is_none_or(|cpus| cpus.value == 0);
        let memory = vm.memory.is_none() && vm.memory_mb.is_none_or(|memory| memory.value == 0);
        // A size that cannot be is reported as such.
        let Some(guest) = Guest::of(vm, cx.facts).filter(|guest| guest.exists(cx.facts)) else { continue };
        let all = [
            ("cpu_kind", vm.cpu_kind.is_none(), string_literal(guest.kind), format!("{} CPUs", guest.kind)),
            ("cpus", cpus, guest.cpus.to_string(), "one CPU".to_owned()),
            (
                "memory",
                memory,
                string_literal(&format!("{}mb", guest.memory_mb)),
                format!("{} MB of memory", guest.memory_mb),
            ),
        ];
        let missing: Vec<_> = all.iter().filter(|(_, missing, _, _)| *missing).collect();
        if missing.is_empty() {
            continue;
        }
        let entries: Vec<(&str, &str)> = missing.iter().map(|(key, _, value, _)| (*key, value.as_str())).collect();
        let lines: Vec<String> = entries.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        let fix = cx.safe_fix("say what flyctl fills in", cx.edits().insert_entries(vm.range(), &entries));
        let small: Vec<&str> = missing.iter().map(|(_, _, _, words)| words.as_str()).collect();
        let name = &app.name.value;
        cx.report(
            Origin::written(vm.range()),
            format!("the size of `{name}` is said in part: flyctl fills in the smallest"),
        )
        .label("what `fly scale vm` set is lost")
        .note(format!("the next deploy gives machines {}", small.join(", ")))
        .help(format!("say the whole size; as flyctl reads it now, add {}", lines.join(", ")))
        .fix(fix);
    }
}
