use crate::fly_toml::AutoStop;
use crate::kinds::app::Access;
use crate::model::{App, Model};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::source::{FileId, TextRange};
use crate::spec::Level;
use crate::value::{Scalar, Sourced, addresses};

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

const ENDING: &str = ".internal";

fn check(model: &Model, cx: &mut Cx<'_>) {
    let mut stopping: Option<Vec<(&str, usize)>> = None;
    // A variable of the project is that of every app: it is reported once.
    let mut told: Vec<(FileId, TextRange)> = Vec::new();
    for (caller, app) in model.apps.iter().enumerate() {
        for (_, value) in app.toml.env.iter().filter(|(_, value)| value.origin.is_written()) {
            if !value.as_str().contains(ENDING) || told.contains(&(app.file, value.range())) {
                continue;
            }
            let stopping = stopping.get_or_insert_with(|| stopping_apps(model));
            if judge(model, caller, value, stopping, cx) {
                told.push((app.file, value.range()));
            }
        }
    }
}

/// Apps whose machines may stop, by name.
fn stopping_apps(model: &Model) -> Vec<(&str, usize)> {
    let stops = |app: &App| app.services.iter().any(|service| app.stops(service));
    let apps = model.apps.iter().enumerate().filter(|(_, app)| stops(app));
    let mut apps: Vec<(&str, usize)> = apps.map(|(index, app)| (app.name.as_str(), index)).collect();
    apps.sort_unstable();
    apps
}

/// Looks at one value. Says whether somebody sees a finding about it.
fn judge(model: &Model, caller: usize, value: &Sourced<Scalar>, stopping: &[(&str, usize)], cx: &mut Cx<'_>) -> bool {
    for address in addresses(value.as_str(), ENDING) {
        let (prefix, name) = address.name.rsplit_once('.').unwrap_or(("", address.name));
        let Ok(at) = stopping.binary_search_by_key(&name, |(name, _)| name) else { continue };
        let index = stopping[at].1;
        let app = &model.apps[index];
        let (group, place) = scope(prefix);
        if index == caller || !stops_behind(app, group) {
            continue;
        }
        let Some(service) = app.services.iter().find(|service| app.stops(service)) else { continue };
        let kept = app.services.iter().all(|s| !app.stops(s) || s.min_machines_running.value > 0);
        let found = matches!(place, "" | "global") || place.ends_with("nearest.of") || app.is_primary(place);
        let cx = cx.about(caller);
        let finding = if kept && found {
            cx.warn(value.origin, format!("of `{name}` only the machines that happen to run are reached"))
        } else {
            cx.report(value.origin, format!("nothing wakes `{name}` when its machines are stopped"))
        };
        let seen = !finding.is_silent();
        let way = way_out(app);
        finding
            .label("finds running machines only")
            .related_in(app.file, service.auto_stop.origin, "idle machines are stopped")
            .help(format!("{way}; or let its machines run: `auto_stop_machines = \"off\"`"));
        return seen;
    }
    false
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
