use crate::diag::fix::string_literal;
use crate::fly_toml::Mount;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::source::TextRange;
use crate::spec::Level;
use crate::value::{Sourced, VolumeSize};

declare_rule! {
    /// Checks that volumes that shall grow by themselves can.
    ///
    /// ## Why
    ///
    /// Automatic growth is three keys: from how much use on, by how much, and up to how much. flyctl refuses most
    /// incomplete sets and values outside of its ranges. It accepts two mistakes, with which a volume runs full in
    /// silence: no limit, without which Fly.io never extends a volume, and a limit that the volume has from the
    /// beginning.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// initial_size = "10gb"
    /// auto_extend_size_threshold = 80
    /// auto_extend_size_increment = "1gb"
    /// ```
    ///
    /// ```toml,good
    /// [[app.db.mounts]]
    /// auto_extend_size_limit = "20gb"
    /// source = "data"
    /// destination = "/data"
    /// initial_size = "10gb"
    /// auto_extend_size_threshold = 80
    /// auto_extend_size_increment = "1gb"
    /// ```
    ///
    /// ```toml,bad
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// auto_extend_size_threshold = 100
    /// auto_extend_size_increment = "1gb"
    /// auto_extend_size_limit = "20gb"
    /// ```
    ///
    /// ```toml,good
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// auto_extend_size_threshold = 99
    /// auto_extend_size_increment = "1gb"
    /// auto_extend_size_limit = "20gb"
    /// ```
    ///
    /// ```toml,bad
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// initial_size = "50gb"
    /// auto_extend_size_threshold = 80
    /// auto_extend_size_increment = "1gb"
    /// auto_extend_size_limit = "50gb"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/appconfig/validation.go
    static RULE = {
        name: "auto-extend",
        code: "FA318",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: false,
        check: Check::App(check),
    }
}

const KEYS: [&str; 3] = ["auto_extend_size_threshold", "auto_extend_size_increment", "auto_extend_size_limit"];
/// Of Fly.io's own example (reference/configuration).
const THRESHOLD: i64 = 80;

fn check(app: &App, cx: &mut Cx<'_>) {
    for mount in &app.toml.mounts {
        let (increment, limit) = (&mount.auto_extend_size_increment, &mount.auto_extend_size_limit);
        // To flyctl a threshold of zero is none: alone it means that volumes do not grow.
        let threshold = mount.auto_extend_size_threshold;
        let written = threshold.filter(|percent| percent.value != 0 || increment.is_some() || limit.is_some());
        if written.is_none() && increment.is_none() && limit.is_none() {
            continue;
        }
        incomplete(mount, mount.range(), cx);
        let volumes = &cx.facts.volumes;
        let (low, high) = (volumes.extend_threshold_min, volumes.extend_threshold_max);
        if let Some(percent) = threshold.filter(|percent| !(low..=high).contains(&percent.value)) {
            let near = percent.value.clamp(low, high).to_string();
            let fix = cx.safe_fix(format!("write {near}"), Some(cx.edits().replace(percent.range(), near.as_str())));
            cx.report(percent.origin, format!("no volume grows from {} percent on", percent.value))
                .label(format!("from {low} to {high}"))
                .help(format!("flyctl would refuse the file; write {near}"))
                .fix(fix);
        }
        let increments = (volumes.extend_increment_gb_min, volumes.extend_increment_gb_max);
        let limits = (volumes.size_gb_min, volumes.extend_limit_gb_max);
        if let Some(size) = increment {
            range(size, "no volume grows by", increments, cx);
        }
        if let Some(size) = limit
            && range(size, "no volume grows up to", limits, cx)
        {
            at_the_limit(mount, size, cx);
        }
    }
}

/// Not all three keys.
fn incomplete(mount: &Sourced<Mount>, table: TextRange, cx: &mut Cx<'_>) {
    let threshold = mount.auto_extend_size_threshold.map(|percent| percent.origin);
    let increment = mount.auto_extend_size_increment.as_ref().map(|size| size.origin);
    let limit = mount.auto_extend_size_limit.as_ref().map(|size| size.origin);
    let present = [threshold, increment, limit];
    let missing: Vec<&str> = (0..3).filter(|&i| present[i].is_none()).map(|i| KEYS[i]).collect();
    let (false, Some(at)) = (missing.is_empty(), present.into_iter().flatten().next()) else { return };
    let size = mount.initial_size.as_ref().map_or(cx.facts.volumes.size_gb_default, |size| size.gigabytes());
    let most = cx.facts.volumes.extend_limit_gb_max;
    let values = [
        THRESHOLD.to_string(),
        string_literal(&format!("{}gb", cx.facts.volumes.extend_increment_gb_min)),
        string_literal(&format!("{}gb", size.saturating_mul(2).min(most))),
    ];
    let lines: Vec<String> =
        (0..3).filter(|&i| present[i].is_none()).map(|i| format!("{} = {}", KEYS[i], values[i])).collect();
    let fix = match missing[..] {
        [key] if size < most => {
            let value = &values[KEYS.iter().position(|known| *known == key).unwrap_or(0)];
            cx.unsafe_fix(format!("set {key} to {value}"), cx.edits().insert_entry(table, key, value))
        }
        _ => None,
    };
    let silent = missing == [KEYS[2]];
    let name = mount.source.as_ref().map_or("", |source| source.as_str());
    cx.report(at, format!("volumes `{name}` will not grow"))
        .label(if silent { "no limit: Fly.io never extends them" } else { "flyctl refuses it: a key is missing" })
        .help(format!("it takes all three keys; add {}", lines.join(", ")))
        .fix(fix);
}

/// Whether a size is in its range. Reports one that is not.
fn range(size: &Sourced<VolumeSize>, what: &str, (low, high): (u32, u32), cx: &mut Cx<'_>) -> bool {
    if (low..=high).contains(&size.gigabytes()) {
        return true;
    }
    let near = string_literal(&format!("{}gb", size.gigabytes().clamp(low, high)));
    let fix = cx.safe_fix(format!("write {near}"), Some(cx.edits().replace(size.range(), near.as_str())));
    cx.report(size.origin, format!("{what} {}", size.value))
        .label(format!("from {low} to {high} GB"))
        .help(format!("flyctl would refuse the file; write {near}"))
        .fix(fix);
    false
}

fn at_the_limit(mount: &Mount, limit: &Sourced<VolumeSize>, cx: &mut Cx<'_>) {
    let Some(size) = mount.initial_size.as_ref().filter(|size| size.gigabytes() >= limit.gigabytes()) else { return };
    let name = mount.source.as_ref().map_or("", |source| source.as_str());
    let most = cx.facts.volumes.extend_limit_gb_max;
    let mut finding = cx.report(limit.origin, format!("volumes `{name}` have reached their limit from the beginning"));
    if size.origin.is_written() {
        finding = finding.related(size.origin, "they begin with this");
    }
    finding.label("up to here they grow").help(if size.gigabytes() < most {
        format!("set the limit above {} GB, or remove the three keys", size.gigabytes())
    } else {
        "remove the three keys: a volume of this size cannot grow".to_owned()
    });
}
