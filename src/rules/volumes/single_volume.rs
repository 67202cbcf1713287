use crate::kinds::app::source_of;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that data on a volume has a second machine with a copy of it.
    ///
    /// ## Why
    ///
    /// A volume is a part of one disk in one host. When the host fails, the data cannot be reached until it is
    /// repaired, and may be lost but for the snapshots; the machine cannot move to another host, because its volume
    /// cannot. Fly.io does not copy volumes to each other: a second machine helps when the database in it, or LiteFS,
    /// replicates the data itself.
    ///
    /// Some data may be lost: a cache, or files that can be made again. Say so:
    /// `[app.cache.allow] single-volume = "holds thumbnails, which are made again"`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.db]
    /// regions = { iad = 1 }
    ///
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// ```
    ///
    /// ```toml,good
    /// [app.db]
    /// regions = { iad = 2 }
    ///
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, volumes/overview
    /// - Fly.io, launch/volume-storage
    static RULE = {
        name: "single-volume",
        code: "FA105",
        group: Group::Reliability,
        levels: Levels::RELIABILITY,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for group in &app.groups {
        let Some(mount) = group.mount else { continue };
        let [(region, count)] = group.placement.as_slice() else { continue };
        if count.get() != 1 {
            continue;
        }
        let name = source_of(app, mount);
        let city = cx.facts.region(region).map_or(region.as_str(), |region| region.city);
        cx.report(
            Origin::written(app.toml.mounts[mount].range()),
            format!("when one host fails, `{}` is without its volume `{name}`", app.name.value),
        )
        .label(format!("one volume, in {city}"))
        .related(region.origin, "one machine, so one volume")
        .help(format!(
            "if the engine replicates, run a second machine; else keep the data in a [postgres.…] or a [bucket.…]; or say why it may be lost: {}",
            app.waiver("single-volume")
        ));
    }
}
