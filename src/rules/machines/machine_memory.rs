use crate::diag::fix::string_literal;
use crate::diag::form::count;
use crate::facts::Facts;
use crate::fly_toml::Vm;
use crate::model::{App, Model};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::source::TextRange;
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that the memory of machines fits their CPUs.
    ///
    /// ## Why
    ///
    /// A CPU needs a certain amount of memory and takes no more than another, and memory comes in steps: a machine
    /// outside of that cannot be created. Nothing says so before the deploy. `fly config validate` does not look, and
    /// keys of `vm` override each other: `size` decides first, then `memory`, then `memory_mb`, and `cpus` and
    /// `cpu_kind` change the CPUs of a size, and leave its memory.
    ///
    /// What is too little is raised to the next amount that is allowed.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.vm]
    /// size = "performance-2x"
    /// memory = "2gb"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.vm]
    /// size = "performance-2x"
    /// memory = "4gb"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.vm]
    /// memory_mb = 600
    /// ```
    ///
    /// ```toml,good
    /// [app.web.vm]
    /// memory_mb = 768
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.vm]
    /// cpus = 4
    /// ```
    ///
    /// ```toml,good
    /// [app.web.vm]
    /// memory = "1gb"
    /// cpus = 4
    /// ```
    ///
    /// ```toml,bad
    /// [postgres.db]
    /// engine = "unmanaged"
    /// vm = { size = "performance-1x", memory = "1gb" }
    /// ```
    ///
    /// ```toml,good
    /// [postgres.db]
    /// engine = "unmanaged"
    /// vm = { size = "performance-1x", memory = "2gb" }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, machines/guides-examples/machine-sizing
    /// - flyctl, internal/appconfig/machines.go
    /// - flyctl, internal/machine/update.go
    static RULE = {
        name: "machine-memory",
        code: "FA315",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: false,
        check: Check::Both(check, check_clusters),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let release = app.toml.deploy.as_ref().and_then(|deploy| deploy.release_command_vm.as_ref());
    let release = release.map(|vm| (&*vm.value, vm.range()));
    let jobs = app.jobs.iter().map(|job| (&job.vm, job.key.range()));
    for (vm, table) in app.toml.vm.iter().map(|vm| (&vm.value, vm.range())).chain(release).chain(jobs) {
        if let Some(guest) = guest(vm, cx.facts) {
            judge(&guest, table, cx);
        }
    }
}

/// Machines of an unmanaged cluster have a size, and memory that may override it.
fn check_clusters(model: &Model, cx: &mut Cx<'_>) {
    for postgres in &model.postgres {
        let (Some(memory), Some(preset)) = (postgres.memory_mb, cx.facts.machine_size(&postgres.size)) else {
            continue;
        };
        let guest = Guest {
            kind: preset.kind,
            cpus: preset.cpus,
            cpus_at: postgres.size.origin.is_written().then_some(postgres.size.origin),
            memory_mb: memory.value,
            memory: Memory::Text(memory.origin),
        };
        judge(&guest, postgres.header, cx);
    }
}

/// What a machine gets of CPUs and memory, and what decides about it.
struct Guest {
    kind: &'static str,
    cpus: u32,
    /// What decides about the CPUs, when it is written.
    cpus_at: Option<Origin>,
    memory_mb: u32,
    /// What decides about the memory.
    memory: Memory,
}

enum Memory {
    Text(Origin),
    Number(Origin),
    OfTheSize,
}

/// As flyctl reads a table; nothing for sizes and kinds of CPUs that are not known.
fn guest(vm: &Vm, facts: &Facts) -> Option<Guest> {
    let size = vm.size.as_ref();
    if vm.gpu_kind.is_some() {
        return None;
    }
    let preset = facts.machine_size(size.map_or(facts.machine_size, |size| size))?;
    let kind = match &vm.cpu_kind {
        Some(kind) => facts.machine_sizes.iter().map(|size| size.kind).find(|known| *known == kind.value.0)?,
        None => preset.kind,
    };
    let cpus = vm.cpus.filter(|cpus| cpus.value > 0);
    let cpus_at = cpus.map(|cpus| cpus.origin).or(vm.cpu_kind.as_ref().map(|kind| kind.origin));
    let (memory_mb, memory) = match (&vm.memory, vm.memory_mb.filter(|number| number.value > 0)) {
        // flyctl refuses this before it looks at `memory_mb`.
        (Some(text), _) if text.mebibytes() == 0 => (0, Memory::Text(text.origin)),
        (_, Some(number)) => (number.value, Memory::Number(number.origin)),
        (Some(text), None) => (text.mebibytes(), Memory::Text(text.origin)),
        (None, None) => (preset.memory_mb, Memory::OfTheSize),
    };
    let cpus = cpus.map_or(preset.cpus, |cpus| cpus.value);
    Some(Guest { kind, cpus, cpus_at: cpus_at.or(size.map(|size| size.origin)), memory_mb, memory })
}

fn judge(guest: &Guest, table: TextRange, cx: &mut Cx<'_>) {
    let &Guest { kind, cpus, cpus_at, memory_mb, ref memory } = guest;
    let range = cx.facts.memory_range(kind);
    let (low, high) = (range.min_per_cpu.saturating_mul(cpus), range.max_per_cpu.saturating_mul(cpus));
    if (low..=high).contains(&memory_mb) && memory_mb.is_multiple_of(range.step) {
        return;
    }
    let allowed = memory_mb.clamp(low, high).checked_next_multiple_of(range.step).unwrap_or(high);
    let text = if allowed % 1024 == 0 { format!("{}gb", allowed / 1024) } else { format!("{allowed}mb") };
    let literal = string_literal(&text);
    let title = format!("write {text}");
    // Who asked for less than there must be gets what was meant; who asked for more may need another size.
    let enough = allowed >= memory_mb;
    let more = if enough { "" } else { ", or take a size with more CPUs" };
    let fix = |title, edit| if enough { cx.safe_fix(title, edit) } else { cx.unsafe_fix(title, edit) };
    let (at, fix, help) = match *memory {
        Memory::Text(at) => {
            let edit = cx.edits().replace(at.range, literal.as_str());
            (at, fix(title, Some(edit)), format!("write `memory = {literal}`{more}"))
        }
        Memory::Number(at) => {
            let edit = cx.edits().replace(at.range, allowed.to_string());
            (at, fix(title, Some(edit)), format!("write `memory_mb = {allowed}`{more}"))
        }
        Memory::OfTheSize => {
            let edit = cx.edits().insert_entry(table, "memory", &literal);
            let at = cpus_at.unwrap_or(Origin::written(table));
            (
                at,
                cx.unsafe_fix(title, edit),
                format!("add `memory = {literal}`: `cpus` and `cpu_kind` leave it as it was"),
            )
        }
    };
    let what = count(cpus, &format!("{kind} CPU"));
    let mut finding = cx.report(at, format!("{what} cannot have {memory_mb} MB of memory"));
    if let Some(cpus_at) = cpus_at.filter(|cpus_at| cpus_at.range != at.range) {
        finding = finding.related(cpus_at, what);
    }
    finding.label(format!("{low} to {high} MB, in steps of {}", range.step)).help(help).fix(fix);
}
