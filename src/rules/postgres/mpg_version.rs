use crate::kinds::postgres::Engine;
use crate::model::{Model, Postgres};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::list;
use crate::spec::Level;

declare_rule! {
    /// Checks that the version and the storage of every managed cluster are offered.
    ///
    /// ## Why
    ///
    /// Managed Postgres comes in two major versions and begins with a limited amount of storage, which can grow later.
    /// Anything else `fly mpg create` refuses, and with it stops the set-up of every app that uses the cluster. The
    /// major version is chosen at creation: an upgrade means another cluster and a move of the data.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [postgres.db]
    /// plan = "launch"
    /// version = 15
    /// ```
    ///
    /// ```toml,good
    /// [postgres.db]
    /// plan = "launch"
    /// version = 16
    /// ```
    ///
    /// ```toml,bad
    /// [postgres.db]
    /// plan = "scale"
    /// storage_gb = 800
    /// ```
    ///
    /// ```toml,good
    /// [postgres.db]
    /// plan = "scale"
    /// storage_gb = 500
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, mpg/index
    /// - flyctl, internal/command/mpg/create.go
    static RULE = {
        name: "mpg-version",
        code: "FA321",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: false,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for cluster in model.postgres.iter().filter(|cluster| cluster.engine.value == Engine::Managed) {
        if !cx.facts.postgres.majors.contains(&cluster.version.value) {
            version(cluster, cx);
        }
        if cluster.storage_gb.value > cx.facts.postgres.storage_gb_max {
            storage(cluster, cx);
        }
    }
}

fn version(cluster: &Postgres, cx: &mut Cx<'_>) {
    let (at, majors) = (cluster.version, cx.facts.postgres.majors);
    let names: Vec<String> = majors.iter().map(ToString::to_string).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let near = majors.iter().min_by_key(|major| major.abs_diff(at.value)).copied().unwrap_or(cx.facts.postgres.major);
    let fix = cx.unsafe_fix(format!("take version {near}"), Some(cx.edits().replace(at.range(), near.to_string())));
    cx.report(at.origin, format!("Managed Postgres has no version {}", at.value))
        .label("the cluster cannot be created")
        .help(format!("take {}: an extension that the app needs may decide which", list(&names, "or")))
        .fix(fix);
}

fn storage(cluster: &Postgres, cx: &mut Cx<'_>) {
    let (at, facts) = (cluster.storage_gb, &cx.facts.postgres);
    let (most, grown) = (facts.storage_gb_max, facts.storage_gb_grown);
    let fix = cx.unsafe_fix(format!("begin with {most} GB"), Some(cx.edits().replace(at.range(), most.to_string())));
    cx.report(at.origin, format!("a managed cluster cannot begin with {} GB", at.value))
        .label(format!("{most} GB at most"))
        .help(format!("begin with {most} or less; storage can grow to {grown} GB later"))
        .fix(fix);
}
