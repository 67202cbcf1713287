use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that machines do not have more swap than memory.
    ///
    /// ## Why
    ///
    /// Swap carries a machine over a peak: a deploy, a large upload, the start of a runtime. It lies on a disk that is
    /// limited to 8 MiB per second. A machine that lives in its swap is up and answers nothing in time: its checks
    /// fail, and the load moves to the next. With more swap than memory that is where it is heading; what it lacks is
    /// memory. Swap also keeps a machine from being suspended.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// swap_size_mb = 2048
    ///
    /// [app.web.vm]
    /// size = "shared-cpu-1x"
    /// memory = "512mb"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// swap_size_mb = 512
    ///
    /// [app.web.vm]
    /// size = "shared-cpu-1x"
    /// memory = "512mb"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, volumes/overview
    static RULE = {
        name: "swap-exceeds-memory",
        code: "FA576",
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
    let Some(swap) = app.toml.swap_size_mb.filter(|swap| swap.value > 0) else { return };
    let mut most = 0;
    for group in &app.groups {
        // Of a group without a size nobody knows how much it has.
        let Some(guest) = app.guest(group, cx.facts) else { return };
        most = most.max(guest.memory_mb);
    }
    if swap.value <= most {
        return;
    }
    let edit = cx.edits().replace(swap.range(), most.to_string());
    let fix = cx.unsafe_fix(format!("have {most} MB of swap"), Some(edit));
    cx.report(swap.origin, format!("`{}` has more swap than memory", app.name.value))
        .label(format!("{} MB of swap, {most} MB of memory", swap.value))
        .help(format!("give machines more memory, and {most} MB of swap at most: it is for peaks"))
        .fix(fix);
}
