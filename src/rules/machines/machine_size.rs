use crate::diag::fix::string_literal;
use crate::facts::Facts;
use crate::fly_toml::Vm;
use crate::model::{App, Model};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::{list, nearest};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that machines have sizes that Fly.io offers.
    ///
    /// ## Why
    ///
    /// `fly config validate` accepts any word for a size, with `--strict` too. The deploy does not: it fails when the
    /// first machine is to be made, after the image has been built and pushed. A wrong size of the release machine is
    /// worse: flyctl drops the error and crashes.
    ///
    /// Machines with GPUs are no longer offered, although flyctl still knows their names.
    ///
    /// The list of sizes is a dated fact (`flyarch facts`). If Fly.io has added one since, say so:
    /// `[app.web.allow] machine-size = "new since last week"`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.vm]
    /// size = "shared-cpu-3x" # two were too slow
    /// ```
    ///
    /// ```toml,good
    /// [app.web.vm]
    /// size = "shared-cpu-4x" # two were too slow
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.deploy]
    /// release_command = "bin/migrate"
    /// release_command_vm = { size = "performance-cpu-2x" }
    /// ```
    ///
    /// ```toml,good
    /// [app.web.deploy]
    /// release_command = "bin/migrate"
    /// release_command_vm = { size = "performance-2x" }
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.schedule.nightly]
    /// command = "bin/nightly"
    /// every = "daily"
    /// vm = { size = "shared-cpu-3x" }
    /// ```
    ///
    /// ```toml,good
    /// [app.web.schedule.nightly]
    /// command = "bin/nightly"
    /// every = "daily"
    /// vm = { size = "shared-cpu-4x" }
    /// ```
    ///
    /// ```toml,bad
    /// [app.model.vm]
    /// size = "l40s"
    /// ```
    ///
    /// ```toml,bad
    /// [postgres.db]
    /// engine = "unmanaged"
    /// vm = { size = "performance-3x" }
    /// ```
    ///
    /// ```toml,good
    /// [postgres.db]
    /// engine = "unmanaged"
    /// vm = { size = "performance-4x" }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, machines/guides-examples/machine-sizing
    /// - flyctl, internal/appconfig/machines.go
    /// - flyctl, internal/command/platform/vmsizes.go
    static RULE = {
        name: "machine-size",
        code: "FA314",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Both(check, check_clusters),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let release = app.toml.deploy.as_ref().and_then(|deploy| deploy.release_command_vm.as_ref());
    let jobs = app.jobs.iter().map(|job| &job.vm);
    for vm in app.toml.vm.iter().map(|vm| &vm.value).chain(release.map(|vm| &*vm.value)).chain(jobs) {
        judge(vm, cx);
    }
}

/// Machines of an unmanaged cluster take the same sizes. Managed ones have none.
fn check_clusters(model: &Model, cx: &mut Cx<'_>) {
    for size in model.postgres.iter().map(|postgres| &postgres.size).filter(|size| size.origin.is_written()) {
        judge_size(size, size.origin, cx);
    }
}

fn judge(vm: &Vm, cx: &mut Cx<'_>) {
    let gpus = vm.gpus.filter(|number| number.value > 0).map(|number| number.origin);
    let known = vm.size.as_ref().is_none_or(|size| judge_size(size, size.origin, cx));
    if let Some(at) = vm.gpu_kind.as_ref().map(|kind| kind.origin).or(gpus).filter(|_| known) {
        gpu(at, cx);
    }
}

/// Whether there is such a size; reports one that there is not.
fn judge_size(size: &str, at: Origin, cx: &mut Cx<'_>) -> bool {
    if cx.facts.machine_size(size).is_some() {
        return true;
    }
    if cx.facts.gpu_sizes.iter().any(|gpu| gpu.eq_ignore_ascii_case(size)) {
        gpu(at, cx);
    } else {
        unknown(size, at, cx);
    }
    false
}

fn gpu(at: Origin, cx: &mut Cx<'_>) {
    cx.report(at, "Fly.io no longer offers machines with GPUs")
        .label("no such machine can be created")
        .help("let the app call a provider of models or GPUs, and give it a size without one");
}

fn unknown(size: &str, at: Origin, cx: &mut Cx<'_>) {
    let near = suggestion(size, cx.facts);
    let edit = near.map(|near| cx.edits().replace(at.range, string_literal(near)));
    let fix = near.and_then(|near| cx.unsafe_fix(format!("take {near}"), edit));
    let names: Vec<&str> = cx.facts.machine_sizes.iter().map(|size| size.name).collect();
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("sizes are {}", list(&names, "and")),
    };
    cx.report(at, format!("there is no machine size `{size}`"))
        .label("flyctl notices only while it deploys")
        .help(help)
        .fix(fix);
}

/// The next larger size of the same family, else the name that is most alike.
/// The size that may have been meant.
pub(in crate::rules) fn suggestion(size: &str, facts: &Facts) -> Option<&'static str> {
    let sizes = facts.machine_sizes;
    if let Some((family, cpus)) = size.rsplit_once('-')
        && let Some(cpus) = cpus.strip_suffix('x').and_then(|cpus| cpus.parse::<u32>().ok())
    {
        let mut family = sizes.iter().filter(|size| size.name.rsplit_once('-').is_some_and(|(name, _)| name == family));
        let last = family.clone().next_back();
        if let Some(next) = family.find(|size| size.cpus >= cpus).or(last) {
            return Some(next.name);
        }
    }
    nearest(size, sizes.iter().map(|size| size.name))
}
