use crate::fly_toml::Protocol;
use crate::kinds::app::Access;
use crate::model::{App, ServiceForm};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that every service has a port on which the proxy listens.
    ///
    /// ## Why
    ///
    /// `internal_port` is where the app listens; where visitors connect is said by `ports`. Without them no request can reach
    /// the service. flyctl announced in 2024 that it would refuse such a file, and still only prints a warning.
    ///
    /// When the service stops idle machines this is an error: nothing can ever start them again. Otherwise it is a warning,
    /// because some keep a service for its checks alone; `[checks]` are for that.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.services]]
    /// ports = [{ port = 80, handlers = ["http"], force_https = true }, { port = 443, handlers = ["tls", "http"] }]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ```toml,bad
    /// [[app.web.services]]
    /// internal_port = 5432
    /// protocol = "tcp"
    /// tcp_checks = [{ interval = "15s", timeout = "2s", grace_period = "5s" }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/appconfig/validation.go
    /// - <https://github.com/helpwave/services/issues/609>
    static RULE = {
        name: "service-without-ports",
        code: "FA330",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for service in &app.services {
        let ServiceForm::General(index) = service.form else { continue };
        let section = &app.toml.services[index];
        // Keys that were meant for `http_service` have a rule of their own.
        if !section.ports.is_empty() || app.is_stray(service) {
            continue;
        }
        let stops = app.stops(service);
        let web = section.http_checks.iter().next().is_some() || section.tcp_checks.is_empty();
        let literal = match (service.protocol, section.internal_port) {
            (Protocol::Tcp, Some(_)) if web => {
                // Who comes over Flycast must not be sent to HTTPS, and which addresses there are no plain file says.
                let public = !app.is_plain() && app.access.value == Access::Public;
                let force = if public { ", force_https = true" } else { "" };
                Some(format!(
                    "[{{ port = 80, handlers = [\"http\"]{force} }}, {{ port = 443, handlers = [\"tls\", \"http\"] }}]"
                ))
            }
            (Protocol::Udp, Some(port)) => Some(format!("[{{ port = {} }}]", port.value)),
            _ => None,
        };
        let edit = literal.and_then(|literal| cx.edits().insert_entry(service.at, "ports", &literal));
        let fix = cx.unsafe_fix("listen on the usual ports", edit).filter(|_| stops);
        let (origin, name) = (Origin::written(service.at), &app.name.value);
        if stops {
            cx.report(origin, format!("once stopped, nothing can start machines of `{name}`"))
        } else {
            cx.warn(origin, format!("no request can reach a service of `{name}`"))
        }
        .label("no port on which the proxy listens")
        .help(format!("add `{}` with `port` and `handlers`", app.list_of_tables("services.ports")))
        .fix(fix);
    }
}
