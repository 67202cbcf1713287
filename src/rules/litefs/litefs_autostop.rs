use crate::fly_toml::AutoStop;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that machines with LiteFS are not stopped when they are idle.
    ///
    /// ## Why
    ///
    /// The proxy stops machines without asking who holds the lease of the cluster, and starts them in any order. A
    /// machine that slept through the latest writes can then become the primary, and LiteFS throws away what the others
    /// know better. Fly.io's page on LiteFS begins with this warning.
    ///
    /// LiteFS is recognised by its mount, by `litefs mount` in a command, and by variables `LITEFS_…`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.wiki.mounts]]
    /// source = "litefs"
    /// destination = "/var/lib/litefs"
    ///
    /// [app.wiki.http_service]
    /// internal_port = 8080
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ```toml,good
    /// [[app.wiki.mounts]]
    /// source = "litefs"
    /// destination = "/var/lib/litefs"
    ///
    /// [app.wiki.http_service]
    /// internal_port = 8080
    /// auto_stop_machines = "off"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, litefs/index
    /// - Fly.io, litefs/faq
    static RULE = {
        name: "litefs-autostop",
        code: "FA540",
        group: Group::Reliability,
        levels: Levels::RELIABILITY,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(litefs) = app.litefs() else { return };
    for service in app.services.iter().filter(|service| service.auto_stop.value != AutoStop::Off) {
        let stop = service.auto_stop;
        let fix = cx.safe_fix("let machines run", Some(cx.edits().replace(stop.range(), "\"off\"")));
        cx.report(stop.origin, format!("`{}` may lose writes: the proxy stops nodes of LiteFS", app.name.value))
            .label("without asking who holds the lease")
            .related(litefs, "LiteFS")
            .help("write `auto_stop_machines = \"off\"`")
            .fix(fix);
    }
}
