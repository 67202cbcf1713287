use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that every volume says for how long its snapshots are kept, and that the answer holds.
    ///
    /// ## Why
    ///
    /// Snapshots of a volume are the only copy that Fly.io keeps of it. By default they are kept for five days, which
    /// is less than a holiday: whether that is enough is for the owner of the data to say, in the file. The range is 1
    /// to 60 days. Without daily snapshots there is nothing to keep.
    ///
    /// A retention in fly.toml is only used for the volume that the first deploy creates. Volumes that
    /// `fly scale count` creates have five days whatever the file says, which is why flyarch creates every volume
    /// itself, with the retention of the spec, and corrects those that stand (`volume-per-machine` looks after that).
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// ```
    ///
    /// ```toml,good
    /// [[app.db.mounts]]
    /// snapshot_retention = 14
    /// source = "data"
    /// destination = "/data"
    /// ```
    ///
    /// ```toml,bad
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// snapshot_retention = 90
    /// ```
    ///
    /// ```toml,good
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// snapshot_retention = 60
    /// ```
    ///
    /// ```toml,bad
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// snapshot_retention = 14
    /// scheduled_snapshots = false
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, volumes/snapshots
    /// - flyctl, internal/appconfig/validation.go
    /// - flyctl, internal/command/scale/machine_defaults.go
    static RULE = {
        name: "snapshot-retention",
        code: "FA103",
        group: Group::Reliability,
        levels: Levels::RELIABILITY,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

/// The retention that is suggested, in days: two weeks cover a holiday, and an error that is found late.
const SUGGESTED: i64 = 14;

fn check(app: &App, cx: &mut Cx<'_>) {
    for mount in &app.toml.mounts {
        let name = mount.source.as_ref().map_or("", |source| source.as_str());
        if let Some(off) = mount.scheduled_snapshots.filter(|on| !on.value) {
            cx.report(off.origin, format!("volumes `{name}` of `{}` have no snapshots", app.name.value))
                .label("there is nothing to restore")
                .help(format!(
                    "remove the line; or say why the data may be lost: {}",
                    app.waiver("snapshot-retention")
                ));
            continue;
        }
        let (low, high) = (cx.facts.volumes.retention_days_min, cx.facts.volumes.retention_days_max);
        match mount.snapshot_retention {
            Some(days) if !days.origin.is_written() => {
                let edit = cx.edits().insert_entry(mount.range(), "snapshot_retention", &SUGGESTED.to_string());
                let fix = cx.unsafe_fix(format!("keep snapshots for {SUGGESTED} days"), edit);
                cx.report(
                    Origin::written(mount.range()),
                    format!("volumes `{name}` do not say how long snapshots are kept"),
                )
                .label(format!("{} days, because nobody said otherwise", days.value))
                .help(format!("say it: snapshot_retention = {SUGGESTED}, or any number from {low} to {high}"))
                .fix(fix);
            }
            Some(days) if !(low..=high).contains(&days.value) => {
                let nearest = days.value.clamp(low, high);
                let fix = cx
                    .safe_fix(format!("write {nearest}"), Some(cx.edits().replace(days.range(), nearest.to_string())));
                cx.report(days.origin, format!("snapshots cannot be kept for {} days", days.value))
                    .label(format!("from {low} to {high}"))
                    .help(format!("flyctl would refuse the file; write {nearest}, and keep older copies elsewhere"))
                    .fix(fix);
            }
            _ => {}
        }
    }
}
