use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::list;

declare_rule! {
    /// Checks that process groups which do different work do not take their volumes from one name.
    ///
    /// ## Why
    ///
    /// A volume belongs to one machine. `processes = ["web", "worker"]` in a mount gives each machine of both groups a
    /// volume of its own: a file that the web server stores there the worker does not see. And volumes are found by
    /// their names: a new machine takes any that is free in its region, so that after a scale down and up the worker
    /// may hold the disk of a web server.
    ///
    /// For replicas of one database, which are alike, one name is right: waive the rule.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.shop]
    /// processes = { web = "bin/web", worker = "bin/worker" }
    ///
    /// [[app.shop.mounts]]
    /// source = "uploads"
    /// destination = "/uploads"
    /// processes = ["web", "worker"]
    /// ```
    ///
    /// ```toml,good
    /// [app.shop]
    /// processes = { web = "bin/web", worker = "bin/worker" }
    ///
    /// [[app.shop.mounts]]
    /// source = "uploads"
    /// destination = "/uploads"
    /// processes = ["web"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, volumes/overview
    /// - Fly.io, launch/volume-storage
    static RULE = {
        name: "shared-volume-name",
        code: "FA505",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    if app.groups.len() < 2 {
        return;
    }
    let source = |at: usize| app.toml.mounts.get(at).and_then(|mount| mount.source.as_ref());
    for (at, mount) in app.toml.mounts.iter().enumerate() {
        let Some(name) = &mount.source else { continue };
        // The first mount of a name speaks for all.
        if (0..at).any(|earlier| source(earlier).is_some_and(|earlier| earlier == name)) {
            continue;
        }
        let same = app.groups.iter().filter(|group| group.mount.and_then(source).is_some_and(|other| other == name));
        let groups: Vec<&str> = same.map(|group| group.name.as_str()).collect();
        if groups.len() < 2 {
            continue;
        }
        cx.report(name.origin, format!("{} do not see each other's files in `{}`", list(&groups, "and"), name.value))
            .label("a volume for each machine, and any of them")
            .help("give each group a mount with a name of its own; keep what they share in a bucket or a database");
    }
}
