use crate::diag::fix::string_literal;
use crate::fly_toml::Vm;
use crate::model::App;
use crate::rules::data::Guest;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::list;
use crate::spec::Level;

declare_rule! {
    /// Checks that machines have a kind and a number of CPUs that Fly.io offers.
    ///
    /// ## Why
    ///
    /// Fly.io has machines with 1, 2, 4 and more CPUs, and not with every number between: there is no third CPU to buy.
    /// flyctl passes on what the file says, `fly config validate --strict` too; the deploy fails when the first machine
    /// is to be made, after the image was built and pushed. Kinds are `shared` and `performance`; `dedicated` was the
    /// name of the second years ago.
    ///
    /// The list is a dated fact (`flyarch facts`).
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.vm]
    /// cpu_kind = "shared"
    /// cpus = 3
    /// memory = "2gb"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.vm]
    /// cpu_kind = "shared"
    /// cpus = 4
    /// memory = "2gb"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.vm]
    /// cpu_kind = "dedicated"
    /// cpus = 1
    /// memory = "2gb"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.vm]
    /// cpu_kind = "performance"
    /// cpus = 1
    /// memory = "2gb"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, machines/guides-examples/machine-sizing
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "machine-cpus",
        code: "FA570",
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
    let jobs = app.jobs.iter().map(|job| &job.vm);
    for vm in app.toml.vm.iter().map(|vm| &vm.value).chain(release.map(|vm| &*vm.value)).chain(jobs) {
        if vm.gpu_kind.is_none() {
            judge(vm, cx);
        }
    }
}

fn judge(vm: &Vm, cx: &mut Cx<'_>) {
    let sizes = cx.facts.machine_sizes;
    if let Some(kind) = vm.cpu_kind.as_ref().filter(|kind| sizes.iter().all(|size| size.kind != kind.value.0)) {
        let mut kinds: Vec<&str> = sizes.iter().map(|size| size.kind).collect();
        kinds.dedup();
        let meant = if kind.value.0.to_ascii_lowercase().starts_with("shared") { kinds.first() } else { kinds.last() };
        let meant = meant.copied().unwrap_or_default();
        let edit = cx.edits().replace(kind.range(), string_literal(meant));
        let fix = cx.unsafe_fix(format!("take {meant}"), Some(edit));
        cx.report(kind.origin, format!("there are no `{}` CPUs", kind.value.0))
            .label("flyctl notices only while it deploys")
            .help(format!("kinds are {}; write \"{meant}\"", list(&kinds, "and")))
            .fix(fix);
        return;
    }
    let (Some(cpus), Some(guest)) = (vm.cpus.filter(|cpus| cpus.value > 0), Guest::of(vm, cx.facts)) else { return };
    let offered: Vec<u32> = sizes.iter().filter(|size| size.kind == guest.kind).map(|size| size.cpus).collect();
    if offered.contains(&cpus.value) {
        return;
    }
    let near = offered.iter().find(|more| **more > cpus.value).or(offered.last()).copied().unwrap_or(1);
    // A number of CPUs that then has too little memory is no help.
    let possible = Guest { cpus: near, ..guest }.exists(cx.facts);
    let edit = possible.then(|| cx.edits().replace(cpus.range(), near.to_string()));
    let fix = cx.unsafe_fix(format!("take {near} CPUs"), edit);
    let names: Vec<String> = offered.iter().map(u32::to_string).collect();
    cx.report(cpus.origin, format!("there is no machine with {} {} CPUs", cpus.value, guest.kind))
        .label("flyctl notices only while it deploys")
        .help(format!("write {near}: machines have {} {} CPUs", names.join(", "), guest.kind))
        .fix(fix);
}
