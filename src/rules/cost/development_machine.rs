use crate::diag::form::count;
use crate::fly_toml::AutoStop;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::{Level, Tier};
use crate::value::Origin;

declare_rule! {
    /// Checks that machines for development that are never stopped do not have CPUs of their own.
    ///
    /// ## Why
    ///
    /// A performance CPU costs thirty times what a shared one does, and a machine that is never stopped is paid day and
    /// night. For one person's app a shared CPU is enough: it may use all of a core for minutes before it is held back.
    /// A machine that stops when it is idle is left alone.
    ///
    /// The tier of a plain file is in its name, `fly.dev.toml`, or that of its app.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// tier = "development"
    /// regions = ["iad"]
    ///
    /// [app.web.vm]
    /// size = "performance-2x"
    /// ```
    ///
    /// ```toml,good
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// tier = "development"
    /// regions = ["iad"]
    ///
    /// [app.web.vm]
    /// size = "shared-cpu-4x"
    /// ```
    ///
    /// ```toml,files,bad
    /// # --- fly.dev.toml
    /// app = "my-web"
    ///
    /// [[vm]]
    /// size = "performance-2x"
    /// ```
    ///
    /// ```toml,files,good
    /// # --- fly.dev.toml
    /// app = "my-web"
    ///
    /// [[vm]]
    /// size = "shared-cpu-4x"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, about/pricing
    /// - Fly.io, machines/cpu-performance
    static RULE = {
        name: "development-machine",
        code: "FA595",
        group: Group::Cost,
        levels: Levels { production: Level::Allow, staging: Level::Allow, development: Level::Warn },
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    if app.tier != Tier::Development {
        return;
    }
    let mut told = None;
    for (index, group) in app.groups.iter().enumerate() {
        let Some(guest) = app.guest(group, cx.facts).filter(|guest| guest.kind != "shared") else { continue };
        let Some(at) = group.vm.filter(|at| told.replace(*at) != Some(*at)) else { continue };
        if app.auto_stop(index) != AutoStop::Off {
            continue;
        }
        let vm = &app.toml.vm[at];
        let size = vm.size.as_ref().map_or(Origin::written(vm.range()), |size| size.origin);
        let what = count(guest.cpus, "CPU");
        cx.report(size, format!("`{}` is for development, and has {what} of its own day and night", app.name.value))
            .label("performance CPUs, never stopped")
            .help("take a shared size, or let idle machines stop: `auto_stop_machines = \"stop\"` in a service");
    }
}
