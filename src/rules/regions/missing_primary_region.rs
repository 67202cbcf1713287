use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that a file whose machines belong to a region says to which.
    ///
    /// ## Why
    ///
    /// `primary_region` is where a deploy creates machines and the first volume, where the release command runs, and the only
    /// region in which `min_machines_running` keeps machines. Without it the platform takes the region that is nearest to
    /// whoever deploys: a deploy from CI puts the release machine on another continent than the database, and a new volume
    /// where no machine is.
    ///
    /// A spec always has one: see [language.md](../language.md).
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// app = "my-shop"
    ///
    /// [deploy]
    /// release_command = "bin/migrate"
    ///
    /// [http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ```toml,files,good
    /// app = "my-shop"
    /// primary_region = "fra"
    ///
    /// [deploy]
    /// release_command = "bin/migrate"
    ///
    /// [http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/command/deploy/machines_launchinput.go
    static RULE = {
        name: "missing-primary-region",
        code: "FA382",
        group: Group::Reliability,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    if app.primary_region.is_some() {
        return;
    }
    let kept = app.services.iter().find(|service| service.min_machines_running.value > 0 && app.stops(service));
    let release = app.toml.deploy.as_ref().and_then(|deploy| deploy.release_command.as_ref());
    let (what, at) = if let Some(mount) = app.toml.mounts.first() {
        ("its first volume is created", Origin::written(mount.range()))
    } else if let Some(command) = release {
        ("its release command runs", command.origin)
    } else if let Some(service) = kept {
        ("its machines are kept running", service.min_machines_running.origin)
    } else {
        return;
    };
    cx.report(at, format!("`{}` does not say in which region {what}", app.name.value))
        .label("depends on who deploys")
        .help("add `primary_region` at the top of the file, with the region of its data");
}
