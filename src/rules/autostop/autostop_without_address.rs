use crate::kinds::app::Access;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that an app without an address does not have its machines stopped.
    ///
    /// ## Why
    ///
    /// The proxy starts machines for what comes to an address of the app: a public one, or that of Flycast. An app with
    /// `access = "internal"` has neither. Others reach its machines directly, by their `.internal` names, and the proxy sees
    /// nothing of it: the machines look idle, are stopped one after the other, and nothing can start them.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.search]
    /// access = "internal"
    ///
    /// [app.search.http_service]
    /// internal_port = 9200
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ```toml,good
    /// [app.search]
    /// access = "internal"
    ///
    /// [app.search.http_service]
    /// internal_port = 9200
    /// auto_stop_machines = "off"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, blueprints/autostart-internal-apps
    /// - Fly.io, reference/fly-proxy-autostop-autostart
    static RULE = {
        name: "autostop-without-address",
        code: "FA361",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    if app.access.value != Access::Internal {
        return;
    }
    let Some(service) = app.services.iter().find(|service| app.stops(service)) else { return };
    let stop = service.auto_stop;
    let edit = cx.edits().replace(stop.range(), "\"off\"");
    let fix = cx.unsafe_fix("let the machines run", Some(edit));
    let at = if app.access.origin.is_written() { app.access.origin } else { Origin::written(app.header) };
    cx.report(stop.origin, format!("machines of `{}` are stopped, and nothing starts them", app.name.value))
        .label("the proxy sees no request")
        .related(at, "no address that leads through it")
        .help("write `auto_stop_machines = \"off\"`, or give it `access = \"private\"`: Flycast starts machines")
        .fix(fix);
}
