use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that every `[[vm]]` section decides about the machines that it seems to decide about.
    ///
    /// ## Why
    ///
    /// A process group has one size. Of several sections that name the group flyctl takes the last, of several without
    /// `processes` the first, and one without `processes` is not for groups that others name. The rest is dropped in
    /// silence, and with it the memory that somebody added last week to the section that he saw.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.shop.processes]
    /// web = "bin/web"
    /// worker = "bin/worker"
    ///
    /// [[app.shop.vm]]
    /// size = "shared-cpu-2x"
    /// processes = ["web", "worker"]
    ///
    /// [[app.shop.vm]]
    /// size = "shared-cpu-1x"
    /// processes = ["worker"]
    /// ```
    ///
    /// ```toml,good
    /// [app.shop.processes]
    /// web = "bin/web"
    /// worker = "bin/worker"
    ///
    /// [[app.shop.vm]]
    /// size = "shared-cpu-2x"
    /// processes = ["web"]
    ///
    /// [[app.shop.vm]]
    /// size = "shared-cpu-1x"
    /// processes = ["worker"]
    /// ```
    ///
    /// ```toml,bad
    /// [[app.web.vm]]
    /// size = "shared-cpu-1x"
    ///
    /// [[app.web.vm]]
    /// size = "shared-cpu-2x"
    /// memory = "2gb"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/appconfig/processgroups.go
    static RULE = {
        name: "shadowed-vm",
        code: "FA574",
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
    if app.toml.vm.len() < 2 {
        return;
    }
    for (index, vm) in app.toml.vm.iter().enumerate() {
        let written = vm.processes.as_ref().filter(|names| names.origin.is_written() && !names.is_empty());
        let Some(names) = written else {
            if app.groups.iter().all(|group| group.vm != Some(index)) {
                let other = app.groups.first().and_then(|group| group.vm).and_then(|at| app.toml.vm.get(at));
                let finding = cx
                    .report(Origin::written(vm.range()), format!("no machine of `{}` has this size", app.name.value))
                    .label("other sections have all groups");
                let finding = match other {
                    Some(other) => finding.related(Origin::written(other.range()), "this one counts"),
                    None => finding,
                };
                finding.help("keep one section for each group: remove this one, or name its groups in `processes`");
            }
            continue;
        };
        for name in &names.value {
            let group = app.groups.iter().find(|group| group.name == *name);
            let Some(other) = group.and_then(|group| group.vm).filter(|other| *other != index) else { continue };
            let Some(other) = app.toml.vm.get(other) else { continue };
            let fix = if names.len() > 1 {
                let edit = cx.edits().remove_entry(name.range(), name.range());
                cx.safe_fix("remove the name here", edit)
            } else {
                None
            };
            cx.report(name.origin, format!("machines of `{}` do not have this size", name.value))
                .label("a later section names the group, too")
                .related(Origin::written(other.range()), "this one counts")
                .help("name each group in one section: remove it here or there")
                .fix(fix);
        }
    }
}
