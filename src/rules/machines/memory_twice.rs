use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that `memory` and `memory_mb` of a machine do not differ.
    ///
    /// ## Why
    ///
    /// Both keys say how much memory a machine has, and flyctl takes `memory_mb` without a word. A file with `memory =
    /// "1gb"` above `memory_mb = 256` gives machines a quarter of what its author reads in it, and they are killed for
    /// want of memory under the first load. Files like that come out of generators that know one key each, and were
    /// found by reviewers in several projects (<https://github.com/router-for-me/CLIProxyAPI/pull/3281>,
    /// <https://github.com/felipeall/transfermarkt-api/pull/122>). `fly config validate` says nothing.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.vm]]
    /// memory = "1gb"
    /// cpu_kind = "shared"
    /// cpus = 1
    /// memory_mb = 256
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.vm]]
    /// memory = "1gb"
    /// cpu_kind = "shared"
    /// cpus = 1
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/appconfig/machines.go
    static RULE = {
        name: "memory-twice",
        code: "FA572",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let release = app.toml.deploy.as_ref().and_then(|deploy| deploy.release_command_vm.as_ref());
    for vm in app.toml.vm.iter().map(|vm| &vm.value).chain(release.map(|vm| &*vm.value)) {
        let (Some(text), Some(number)) = (&vm.memory, vm.memory_mb) else { continue };
        // To flyctl a zero is no number, and `memory` counts.
        if number.value == 0 || text.mebibytes() == number.value {
            continue;
        }
        let edits = cx.edits();
        let edit = edits.key_of(number.range()).and_then(|key| edits.remove_entry(key, number.range()));
        let fix = cx.unsafe_fix(format!("keep `memory = \"{}\"`", text.value), edit);
        cx.report(
            number.origin,
            format!("machines of `{}` have {} MB of memory, not {}", app.name.value, number.value, text.value),
        )
        .label("flyctl takes this one")
        .related(text.origin, "this has no effect")
        .help("keep the one that is meant, and remove the other")
        .fix(fix);
    }
}
