use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that snapshots are not kept for less time than Fly.io keeps them by itself.
    ///
    /// ## Why
    ///
    /// A snapshot is taken every day. With `snapshot_retention = 1` there is one, and it is of yesterday: what was
    /// deleted or broken on Friday evening and is missed on Monday is gone. Snapshots are stored as differences and
    /// cost little: 10 GB of them are free, and each more is 0.08 USD a month.
    ///
    /// A volume without scheduled snapshots is for `snapshot-retention`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// snapshot_retention = 1
    /// ```
    ///
    /// ```toml,good
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// snapshot_retention = 5
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, volumes/snapshots
    /// - Fly.io, about/pricing
    static RULE = {
        name: "short-retention",
        code: "FA502",
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
    let (least, usual) = (cx.facts.volumes.retention_days_min, cx.facts.volumes.retention_days_default);
    for mount in app.toml.mounts.iter().filter(|mount| mount.scheduled_snapshots.is_none_or(|on| on.value)) {
        let Some(days) = mount.snapshot_retention.filter(|days| (least..usual).contains(&days.value)) else { continue };
        let name = mount.source.as_ref().map_or("", |source| source.as_str());
        let time = if days.value == 1 { "a day".to_owned() } else { format!("{} days", days.value) };
        let fix = cx.unsafe_fix(
            format!("keep them for {usual} days"),
            Some(cx.edits().replace(days.range(), usual.to_string())),
        );
        cx.report(days.origin, format!("snapshots of `{name}` are gone after {time}"))
            .label(format!("{usual} days if nothing is said"))
            .help(format!("keep them for {usual} days or more: they are differences, and cost little"))
            .fix(fix);
    }
}
