use crate::model::{Call, Model, Zone};
use crate::rules::variables::{each_call, part_of};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::nearest;
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that `.internal` names with a process group name one that the app has.
    ///
    /// ## Why
    ///
    /// `worker.process.my-app.internal` stands for the machines of the group `worker`, and for nothing where the app
    /// has no such group: the name does not exist. Nothing notices when a group is renamed. An app without
    /// `[processes]` has one group, which is called `app`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// QUEUE_URL = "http://workers.process.my-jobs.internal:7000"
    ///
    /// [app.jobs.processes]
    /// worker = "bin/work"
    /// ticker = "bin/tick"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// QUEUE_URL = "http://worker.process.my-jobs.internal:7000"
    ///
    /// [app.jobs.processes]
    /// worker = "bin/work"
    /// ticker = "bin/tick"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/private-networking
    /// - flyctl, internal/appconfig/processgroups.go
    static RULE = {
        name: "unknown-group-in-name",
        code: "FA630",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    each_call(cx, |Call { value, address, zone, called, .. }, cx| {
        let Some(app) = called.map(|app| &model.apps[app]) else { return };
        let in_zone = *zone == Zone::Internal;
        let Some((before, name)) = address.name.rsplit_once(".process.").filter(|_| in_zone) else { return };
        let group = before.rsplit('.').next().unwrap_or(before);
        let groups: Vec<&str> = app.groups.iter().map(|group| group.name.as_str()).collect();
        if groups.contains(&group) {
            return;
        }
        let near = if let [only] = groups[..] { Some(only) } else { nearest(group, groups.iter().copied()) };
        let start = value.as_str().find(&format!("{group}.process.")).unwrap_or(0);
        let range = part_of(value, start..start + group.len(), cx);
        let edit = near.zip(range).map(|(near, range)| cx.edits().replace(range, near));
        let fix = cx.unsafe_fix(format!("write {}", near.unwrap_or_default()), edit);
        let message = format!("`{name}` has no process group `{group}`: the name does not exist");
        let finding = cx.report(value.origin, message);
        finding
            .label("no machine answers to it")
            .related_in(app.file, Origin::written(app.header), "the app that is called")
            .help(format!("its groups are {}; {name}.internal stands for all of them", groups.join(", ")))
            .fix(fix);
    });
}
