use crate::fly_toml::AutoStop;
use crate::kinds::app::Access;
use crate::model::{App, Call, Model, Zone};
use crate::rules::variables::each_call;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no app calls machines that may be stopped by a name that starts none.
    ///
    /// ## Why
    ///
    /// A `.internal` name stands for the machines that run at the moment, and leads to them past the proxy. When all
    /// are stopped the name does not exist, and nothing starts one: the caller gets an error, at night first. A
    /// `.flycast` name leads to the proxy, which starts machines as it does for the internet.
    ///
    /// When the called app keeps a machine running (`min_machines_running`), its plain name works but reaches that one
    /// machine alone: this is a warning. An app may look for its own machines, as clusters do.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// API_URL = "http://my-api.internal:8080/v1"
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// API_URL = "http://my-api.flycast/v1"
    ///
    /// [app.api]
    /// access = "private"
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/private-networking
    /// - Fly.io, blueprints/autostart-internal-apps
    static RULE = {
        name: "internal-name-of-stopping-app",
        code: "FA308",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    each_call(cx, |Call { caller, value, address, zone, called, .. }, cx| {
        let called = called.filter(|called| *zone == Zone::Internal && called != caller);
        let Some(app) = called.map(|called| &model.apps[called]) else { return };
        let (prefix, name) = address.name.rsplit_once('.').unwrap_or(("", address.name));
        let (group, place) = scope(prefix);
        let Some(service) = app.services.iter().find(|service| app.stops(service)) else { return };
        if !stops_behind(app, group) {
            return;
        }
        let kept = app.services.iter().all(|s| !app.stops(s) || s.min_machines_running.value > 0);
        let found = matches!(place, "" | "global") || place.ends_with("nearest.of") || app.is_primary(place);
        let finding = if kept && found {
            cx.warn(value.origin, format!("of `{name}` only the machines that happen to run are reached"))
        } else {
            cx.report(value.origin, format!("nothing wakes `{name}` when its machines are stopped"))
        };
        let way = way_out(app);
        finding
            .label("finds running machines only")
            .related_in(app.file, service.auto_stop.origin, "idle machines are stopped")
            .help(format!("{way}; or let its machines run: `auto_stop_machines = \"off\"`"));
    });
}

/// How machines of an app are called so that they wake.
fn way_out(app: &App) -> String {
    let (name, reference) = (&app.name.value, app.reference());
    if app.is_plain() {
        return format!(
            "write http://{name}.flycast, and give {reference} that address if it has none: `fly ips allocate-v6 --private -a {name}`"
        );
    }
    let first = if app.access.value == Access::Private {
        "write".to_owned()
    } else {
        format!("give {reference} `access = \"private\"` and write")
    };
    format!("{first} http://{name}.flycast, or let `uses = {{ … = \"{reference}\" }}` set the variable")
}

/// What stands before the name of an app: the group in `iad.worker.process.my-app`, and the place.
fn scope(prefix: &str) -> (Option<&str>, &str) {
    let Some(before) = prefix.strip_suffix(".process") else { return (None, prefix) };
    let (place, group) = before.rsplit_once('.').unwrap_or(("", before));
    (Some(group), place)
}

/// Whether the machines of a group may be stopped, or of any group.
fn stops_behind(app: &App, group: Option<&str>) -> bool {
    let Some(group) = group else { return true };
    let index = app.groups.iter().position(|g| g.name.as_str() == group);
    index.is_some_and(|index| app.auto_stop(index) != AutoStop::Off)
}
