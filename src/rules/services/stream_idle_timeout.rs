use crate::model::{App, ServiceForm};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that an app whose connections stay open says how long they may be quiet.
    ///
    /// ## Why
    ///
    /// The proxy closes a connection on which nothing has moved for a while. A websocket or a stream of events that is quiet by
    /// nature is cut, and clients that do not reconnect look as if they worked. `http_options.idle_timeout`, in seconds, should
    /// be longer than the pause between two heartbeats.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// workload = { long_lived_connections = true }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// workload = { long_lived_connections = true }
    ///
    /// [app.web.http_service]
    /// http_options = { idle_timeout = 600 }
    /// internal_port = 3000
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "stream-idle-timeout",
        code: "FA348",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(long_lived) = app.workload.long_lived_connections.filter(|flag| flag.value) else { return };
    let seconds = cx.facts.services.idle_timeout_seconds;
    for service in &app.services {
        let (at, edit) = match (service.form, &app.toml.http_service) {
            (ServiceForm::Http, Some(http)) => match &http.http_options {
                Some(options) if options.idle_timeout.is_some() => continue,
                Some(options) => {
                    (options.range(), cx.edits().insert_entry(options.range(), "idle_timeout", &seconds.to_string()))
                }
                None => {
                    let literal = format!("{{ idle_timeout = {seconds} }}");
                    (service.at, cx.edits().insert_entry(service.at, "http_options", &literal))
                }
            },
            (ServiceForm::Http, None) => continue,
            (ServiceForm::General(index), _) => {
                let says = |options: &crate::fly_toml::HttpOptions| options.idle_timeout.is_some();
                // Nothing stays open on a port that sends visitors away.
                let port = app.toml.services[index].ports.iter().find(|port| {
                    port.handlers.as_ref().is_some_and(|list| list.iter().any(|handler| **handler == *"http"))
                        && !port.force_https.is_some_and(|force| force.value)
                        && !port.http_options.as_ref().is_some_and(|options| says(options))
                });
                let Some(port) = port else { continue };
                (port.range(), None)
            }
        };
        let fix = cx.unsafe_fix(format!("keep quiet connections for {seconds} seconds"), edit);
        cx.report(Origin::written(at), format!("quiet connections to `{}` are closed", app.name.value))
            .label("no `idle_timeout`")
            .related(long_lived.origin, "connections stay open")
            .help(format!("say for how many seconds they may be quiet: `http_options.idle_timeout = {seconds}`"))
            .fix(fix);
    }
}
