use crate::diag::fix::string_literal;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::list;
use crate::value::Origin;

declare_rule! {
    /// Checks that every process group says how large its machines are.
    ///
    /// ## Why
    ///
    /// Without `[[vm]]` nobody decides: a deploy keeps the size of the machines that run, whoever set it with
    /// `fly scale vm`, and new groups begin with the smallest size. When a group has been scaled to zero and comes
    /// back, its machines have that size too, with 256 MB of memory, and the app that needed more is killed for want of
    /// it. What the file says, a deploy restores.
    ///
    /// An entry without `processes` is for all groups that no other entry names.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { iad = 2 }
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// regions = { iad = 2 }
    ///
    /// [[app.web.vm]]
    /// size = "shared-cpu-1x"
    /// memory = "256mb"
    /// ```
    ///
    /// ```toml,bad
    /// [app.shop]
    /// processes = { web = "bin/web", worker = "bin/worker" }
    /// vm = [{ size = "shared-cpu-2x", processes = ["web"] }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, launch/scale-machine
    /// - flyctl, internal/appconfig/machines.go
    static RULE = {
        name: "missing-vm",
        code: "FA115",
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
    if app.groups.iter().all(|group| group.vm.is_some()) {
        return;
    }
    // A machine's configuration may have the size in it.
    let experimental = app.toml.experimental.as_ref().and_then(|section| section.machine_config.as_ref());
    if app.toml.machine_config.is_some() || experimental.is_some() {
        return;
    }
    let (name, vm) = (&app.name.value, app.list_of_tables("vm"));
    let groups: Vec<&str> =
        app.groups.iter().filter(|group| group.vm.is_none()).map(|group| group.name.as_str()).collect();
    let what = if groups.len() == app.groups.len() {
        format!("`{name}` does not say how large its machines are")
    } else {
        format!("`{name}` does not say how large the machines of {} are", list(&groups, "and"))
    };
    let Some(default) = cx.facts.machine_size(cx.facts.machine_size) else { return };
    let (size, memory) = (string_literal(default.name), string_literal(&format!("{}mb", default.memory_mb)));
    // Only where another header can follow at the end: not after braces, nor after one table in place of a list, be it
    // empty (`vm = []`).
    let tables = (app.is_plain() || cx.text(Origin::written(app.header)).starts_with("[app."))
        && app.toml.vm.iter().all(|vm| cx.text(vm.origin).starts_with("[["))
        && !cx.edits().has_entry((!app.is_plain()).then_some(app.header), "vm");
    let edit =
        tables.then(|| cx.edits().append_table(&vm, &[("size", size.clone()), ("memory", memory.clone())])).flatten();
    let fix = cx.unsafe_fix(format!("set the size that Fly.io would choose, {}", default.name), edit);
    cx.report(Origin::written(app.header), what)
        .label("a deploy keeps whatever size runs")
        .note(format!(
            "after a scale to zero machines come back as {} with {} MB of memory",
            default.name, default.memory_mb
        ))
        .help(format!("add `{vm}` with the size that runs, or for a beginning with size = {size}, memory = {memory}"))
        .fix(fix);
}
