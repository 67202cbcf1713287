use crate::model::{App, Service};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that every service of an app with several process groups says which of them it is for.
    ///
    /// ## Why
    ///
    /// flyctl refuses a file with several groups and a service without `processes`. Nor could it guess: a service for
    /// all groups would send requests to workers that do not listen. With one group there is nothing to say.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// processes = { web = "node server.js", worker = "node worker.js" }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// processes = { web = "node server.js", worker = "node worker.js" }
    ///
    /// [app.web.http_service]
    /// processes = ["web"]
    /// internal_port = 3000
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/appconfig/validation.go
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "service-without-processes",
        code: "FA310",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: false,
        check: Check::App(check),
    }
}

/// Groups that are likely to be meant, by name.
const LIKELY: [&str; 4] = ["web", "app", "server", "api"];

fn check(app: &App, cx: &mut Cx<'_>) {
    if app.groups.len() < 2 {
        return;
    }
    for service in app.services.iter().filter(|service| !service.names_groups) {
        unnamed(app, service, cx);
    }
}

fn unnamed(app: &App, service: &Service, cx: &mut Cx<'_>) {
    let names: Vec<&str> = app.groups.iter().map(|group| group.name.as_str()).collect();
    let likely = LIKELY.iter().copied().find(|name| names.contains(name));
    let fix = likely.and_then(|name| {
        let edit = cx.edits().insert_entry(service.at, "processes", &format!("[\"{name}\"]"));
        cx.unsafe_fix(format!("serve it by `{name}`"), edit)
    });
    let example = likely.unwrap_or(names[0]);
    cx.report(
        Origin::written(service.at),
        format!("a service of `{}` does not say which group it is for", app.name.value),
    )
    .label("flyctl refuses the file")
    .help(format!("say which groups listen, such as `processes = [\"{example}\"]`; there are {}", names.join(", ")))
    .fix(fix);
}
