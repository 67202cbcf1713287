use crate::diag::fix::string_literal;
use crate::fly_toml::Mount;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::{Origin, Sourced};

declare_rule! {
    /// Checks that volumes with a database grow before they are full.
    ///
    /// ## Why
    ///
    /// A database that cannot write stops, and often does not come up again by itself. Three keys let a volume grow
    /// while the machine runs: from how much use on, by how much, up to how much. It costs nothing until it happens: a
    /// GB is 0.15 USD a month.
    ///
    /// Looked at are volumes that hold a database for sure: the image is one, or a variable names a SQLite file on
    /// them.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.wiki.env]
    /// DATABASE_PATH = "/data/wiki.db"
    ///
    /// [[app.wiki.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// initial_size = "10gb"
    /// ```
    ///
    /// ```toml,good
    /// [app.wiki.env]
    /// DATABASE_PATH = "/data/wiki.db"
    ///
    /// [[app.wiki.mounts]]
    /// auto_extend_size_threshold = 80
    /// auto_extend_size_increment = "1gb"
    /// auto_extend_size_limit = "20gb"
    /// source = "data"
    /// destination = "/data"
    /// initial_size = "10gb"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, volumes/overview
    static RULE = {
        name: "missing-auto-extend",
        code: "FA512",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

/// Of Fly.io's own example (reference/configuration).
const THRESHOLD: i64 = 80;

fn check(app: &App, cx: &mut Cx<'_>) {
    if app.toml.mounts.is_empty() {
        return;
    }
    let image = app
        .database_image(cx.facts)
        .and_then(|(image, at)| Some((app.mount_of(app.data_directory(image))?, at.origin)));
    let file = app.sqlite_files().find_map(|file| Some((app.mount_of(file.path)?, file.value.origin)));
    if let Some((mount, evidence)) = image.or(file) {
        judge(mount, evidence, cx);
    }
}

fn judge(mount: &Sourced<Mount>, evidence: Origin, cx: &mut Cx<'_>) {
    let keys = [mount.auto_extend_size_increment.is_some(), mount.auto_extend_size_limit.is_some()];
    let volumes = &cx.facts.volumes;
    let size = mount.initial_size.as_ref().map_or(volumes.size_gb_default, |size| size.gigabytes());
    if keys.contains(&true) || mount.auto_extend_size_threshold.is_some() || size >= volumes.extend_limit_gb_max {
        return;
    }
    let threshold = THRESHOLD.to_string();
    let increment = string_literal(&format!("{}gb", volumes.extend_increment_gb_min));
    let limit = string_literal(&format!("{}gb", size.saturating_mul(2).min(volumes.extend_limit_gb_max)));
    let entries = [
        ("auto_extend_size_threshold", threshold.as_str()),
        ("auto_extend_size_increment", increment.as_str()),
        ("auto_extend_size_limit", limit.as_str()),
    ];
    let name = mount.source.as_ref().map_or("", |source| source.as_str());
    let fix = cx.unsafe_fix(format!("let it grow up to {limit}"), cx.edits().insert_entries(mount.range(), &entries));
    let lines: Vec<String> = entries.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    cx.report(Origin::written(mount.range()), format!("a database stops when volume `{name}` is full"))
        .label("it does not grow by itself")
        .related(evidence, "the database")
        .help(format!("let it grow: {}", lines.join(", ")))
        .fix(fix);
}
