use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that every port of a service has a number.
    ///
    /// ## Why
    ///
    /// An entry of `ports` with handlers and no `port` says how to treat connections, and not where they come in: the proxy
    /// listens nowhere for it. flyctl sends the entry as it is, and `fly config validate` finds nothing wrong.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ handlers = ["tls", "http"] }]
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ port = 443, handlers = ["tls", "http"] }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/appconfig/service.go
    static RULE = {
        name: "port-without-number",
        code: "FA329",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: false,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for service in &app.toml.services {
        for port in &service.ports {
            if port.port.is_some() || port.start_port.is_some() || port.end_port.is_some() {
                continue;
            }
            let handles = |name: &str| port.handlers.as_ref().is_some_and(|h| h.iter().any(|word| **word == *name));
            let usual = match (handles("http"), handles("tls")) {
                (true, true) => Some("443"),
                (true, false) => Some("80"),
                _ => None,
            };
            // Where another entry has it, this one must mean something else.
            let free = |number: &&str| {
                service.ports.iter().all(|other| other.port.is_none_or(|port| port.value.to_string() != **number))
            };
            let usual = usual.filter(free);
            let edit = usual.and_then(|number| cx.edits().insert_entry(port.range(), "port", number));
            let fix = cx.unsafe_fix("listen on the usual port of these handlers", edit);
            cx.report(Origin::written(port.range()), format!("a port of `{}` has no number", app.name.value))
                .label("the proxy listens nowhere")
                .help(format!("say on which port visitors connect: `port = {}`", usual.unwrap_or("…")))
                .fix(fix);
        }
    }
}
