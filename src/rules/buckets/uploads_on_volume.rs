use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that uploads of an app with several machines are not kept on volumes.
    ///
    /// ## Why
    ///
    /// Each machine has a volume of its own, and Fly.io does not copy volumes to each other. A picture that was
    /// uploaded through one machine is there for half of the requests: the other machine answers 404. A bucket is one
    /// place for all machines, and needs no room to be planned.
    ///
    /// A mount is meant by its name or its folder: `uploads`, `media`, `attachments`. In a plain fly.toml, which does
    /// not say how many machines there are, `min_machines_running` above one is taken for it.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.blog.mounts]]
    /// source = "uploads"
    /// destination = "/app/uploads"
    ///
    /// [app.blog.http_service]
    /// internal_port = 3000
    /// auto_stop_machines = "stop"
    /// min_machines_running = 2
    /// ```
    ///
    /// ```toml,good
    /// [app.blog]
    /// regions = ["iad"]
    ///
    /// [[app.blog.mounts]]
    /// source = "uploads"
    /// destination = "/app/uploads"
    ///
    /// [app.blog.http_service]
    /// internal_port = 3000
    /// auto_stop_machines = "stop"
    /// min_machines_running = 1
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, tigris/index
    /// - Fly.io, volumes/overview
    static RULE = {
        name: "uploads-on-volume",
        code: "FA565",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

const UPLOADS: [&str; 5] = ["uploads", "upload", "media", "attachments", "avatars"];

fn check(app: &App, cx: &mut Cx<'_>) {
    for (at, group) in app.groups.iter().enumerate() {
        let Some(mount) = group.mount.and_then(|mount| app.toml.mounts.get(mount)) else { continue };
        let name = mount.source.as_ref().map_or("", |source| source.as_str());
        let to = mount.destination.as_ref().map_or("", |to| to.as_str());
        let mut words = name.split('_').chain(to.split(['/', '-', '_']));
        let machines = app.machines_at_least(at);
        if machines < 2 || !words.any(|word| UPLOADS.contains(&word)) {
            continue;
        }
        cx.report(
            Origin::written(mount.range()),
            format!("each machine of `{}` has a part of the uploads", app.name.value),
        )
        .label(format!("a volume for each of {machines} machines"))
        .help("keep uploads in a bucket, which all machines reach (`fly storage create`)");
        return;
    }
}
