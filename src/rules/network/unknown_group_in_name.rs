use crate::model::Model;
use crate::rules::variables::{each_variable, part_of};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::nearest;
use crate::spec::Level;
use crate::value::{Origin, addresses};

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

const ENDING: &str = ".internal";

fn check(model: &Model, cx: &mut Cx<'_>) {
    let mut names: Option<Vec<(&str, usize)>> = None;
    each_variable(model, cx, |_, _, value, cx| {
        if !value.as_str().contains(".process.") {
            return false;
        }
        for address in addresses(value.as_str(), ENDING) {
            let Some((before, name)) = address.name.rsplit_once(".process.") else { continue };
            let group = before.rsplit('.').next().unwrap_or(before);
            let names = names.get_or_insert_with(|| model.app_names());
            let Ok(at) = names.binary_search_by_key(&name, |(name, _)| name) else { continue };
            let app = &model.apps[names[at].1];
            let groups: Vec<&str> = app.groups.iter().map(|group| group.name.as_str()).collect();
            if groups.contains(&group) {
                continue;
            }
            let near = if let [only] = groups[..] { Some(only) } else { nearest(group, groups.iter().copied()) };
            let start = value.as_str().find(&format!("{group}.process.")).unwrap_or(0);
            let range = part_of(value, start..start + group.len(), cx);
            let edit = near.zip(range).map(|(near, range)| cx.edits().replace(range, near));
            let fix = cx.unsafe_fix(format!("write {}", near.unwrap_or_default()), edit);
            let message = format!("`{name}` has no process group `{group}`: the name does not exist");
            let finding = cx.report(value.origin, message);
            let seen = !finding.is_silent();
            finding
                .label("no machine answers to it")
                .related_in(app.file, Origin::written(app.header), "the app that is called")
                .help(format!("its groups are {}; {name}{ENDING} stands for all of them", groups.join(", ")))
                .fix(fix);
            return seen;
        }
        false
    });
}
