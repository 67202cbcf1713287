use crate::fly_toml::Protocol;
use crate::model::{App, ServiceForm};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that every service says on which port the app listens.
    ///
    /// ## Why
    ///
    /// Without `internal_port` flyctl sends the service without one, and finds nothing wrong: what the proxy then does is said
    /// nowhere but in the documentation, which speaks of 8080. An app that listens on 3000 gets no request, and a deploy
    /// without checks does not notice ([flyctl#2521](https://github.com/superfly/flyctl/issues/2521)).
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// PORT = "3000"
    ///
    /// [app.web.http_service]
    /// force_https = true
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// PORT = "3000"
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// force_https = true
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - <https://github.com/superfly/flyctl/issues/2521>
    static RULE = {
        name: "missing-internal-port",
        code: "FA344",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for service in &app.services {
        // A service without ports has a rule of its own.
        let nowhere = service.form != ServiceForm::Http && service.ports.is_empty();
        if service.internal_port.is_some() || nowhere {
            continue;
        }
        let of_env = app.toml.env.get("PORT").and_then(|(_, value)| Some((value.as_str().parse().ok()?, value.origin)));
        let said = app.workload.listen_port.map(|port| (port.get(), port.origin));
        let known = said.or(of_env);
        let port = known.map_or(cx.facts.services.internal_port, |(port, _)| port);
        // The port of a packet stays as it is: another one would be no good.
        let tcp = service.protocol == Protocol::Tcp;
        let edit = cx.edits().insert_entry(service.at, "internal_port", &port.to_string()).filter(|_| tcp);
        let fix = cx.unsafe_fix(format!("say that it listens on {port}"), edit);
        let message = format!("a service of `{}` does not say where the app listens", app.name.value);
        let mut finding = cx.report(Origin::written(service.at), message).label("no `internal_port`");
        if let Some((_, at)) = known {
            finding = finding.related(at, "a port that it seems to listen on");
        }
        finding.help(format!("write the port on which the app listens, such as `internal_port = {port}`")).fix(fix);
    }
}
