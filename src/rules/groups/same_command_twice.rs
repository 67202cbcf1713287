use crate::model::{App, Group as ProcessGroup};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that two process groups differ in something.
    ///
    /// ## Why
    ///
    /// Each group has machines of its own, which are paid for. Two groups with the same command, the same services, volumes and
    /// size do the same work: mostly one of them was copied and should have got another command, and what it was meant to do is
    /// done by nobody.
    ///
    /// A program that looks at `FLY_PROCESS_GROUP` can tell the two apart: waive the rule and say so.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.jobs.processes]
    /// mails = "node worker.js"
    /// reports = "node worker.js"
    /// ```
    ///
    /// ```toml,good
    /// [app.jobs.processes]
    /// mails = "node worker.js mails"
    /// reports = "node worker.js reports"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, launch/processes
    static RULE = {
        name: "same-command-twice",
        code: "FA395",
        group: Group::Cost,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for (index, group) in app.groups.iter().enumerate() {
        let Some(command) = group.command.as_ref().filter(|command| !command.trim().is_empty()) else { continue };
        let same = |&(other, earlier): &(usize, &ProcessGroup)| {
            earlier.command.as_ref().is_some_and(|other| other.trim() == command.trim())
                && (earlier.mount, earlier.vm, earlier.restart) == (group.mount, group.vm, group.restart)
                && app.services.iter().all(|s| s.groups.contains(&other) == s.groups.contains(&index))
        };
        let Some((_, first)) = app.groups[..index].iter().enumerate().find(same) else { continue };
        let at = first.command.as_ref().map_or(first.name.origin, |command| command.origin);
        let message = format!("groups `{}` and `{}` do the same", first.name.value, group.name.value);
        cx.report(command.origin, message)
            .label("the command of the other one")
            .related(at, "the same here")
            .help("give each the command that it is there for, or make one group of them");
    }
}
