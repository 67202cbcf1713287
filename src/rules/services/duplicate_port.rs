use crate::fly_toml::Protocol;
use crate::model::{App, Service, ServiceForm, ServicePort};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::list;
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that no two services listen on one port of the proxy.
    ///
    /// ## Why
    ///
    /// The proxy does not know process groups. It sends a connection to any machine that has a service on the requested port:
    /// with the same port in two services, requests for the website reach the machines of the API, now and then. With
    /// `http_service` the ports 80 and 443 are taken. flyctl compares nothing.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// processes = { api = "node api.js", web = "node web.js" }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// processes = ["web"]
    ///
    /// [[app.web.services]]
    /// internal_port = 4000
    /// protocol = "tcp"
    /// processes = ["api"]
    /// ports = [{ port = 443, handlers = ["tls", "http"] }]
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// processes = { api = "node api.js", web = "node web.js" }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// processes = ["web"]
    ///
    /// [[app.web.services]]
    /// internal_port = 4000
    /// protocol = "tcp"
    /// processes = ["api"]
    /// ports = [{ port = 4443, handlers = ["tls", "http"] }]
    /// ```
    ///
    /// ```toml,bad
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ port = 443, handlers = ["tls", "http"] }, { port = 443, handlers = ["tls"] }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, launch/processes
    /// - https://github.com/superfly/flyctl/issues/3583
    static RULE = {
        name: "duplicate-port",
        code: "FA333",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    // With groups that nobody named, `service-without-processes` has the word.
    if app.groups.len() > 1 && app.services.iter().any(|service| !service.names_groups) {
        return;
    }
    // `http_service` alone has each port once.
    if let [service] = app.services.as_slice()
        && service.form == ServiceForm::Http
    {
        return;
    }
    for protocol in [Protocol::Tcp, Protocol::Udp] {
        let services = app.services.iter().filter(|service| service.protocol == protocol);
        let mut taken: Vec<Taken<'_>> =
            services.flat_map(|service| service.ports.iter().map(move |port| (service, port))).collect();
        // Ports that overlap come to stand beside each other, or beside a range that covers both.
        taken.sort_by_key(|(_, port)| (port.port.get(), port.end));
        let mut told: Option<&Service> = None;
        for at in 1..taken.len() {
            let (before, after) = (taken[at - 1], taken[at]);
            if after.1.port.get() <= before.1.end.get() {
                let later = if before.1.port.range() < after.1.port.range() { after } else { before };
                let earlier = if std::ptr::eq(later.1, after.1) { before } else { after };
                if told.is_none_or(|told| !std::ptr::eq(told, later.0)) {
                    told = Some(later.0);
                    report(app, later, earlier, cx);
                }
            }
            if before.1.end.get() > after.1.end.get() {
                taken.swap(at - 1, at);
            }
        }
    }
}

/// A port and the service that takes it.
type Taken<'a> = (&'a Service, &'a ServicePort);

fn report(app: &App, second: Taken<'_>, first: Taken<'_>, cx: &mut Cx<'_>) {
    let number = second.1.port.get().max(first.1.port.get());
    let mut groups: Vec<usize> = first.0.groups.iter().chain(&second.0.groups).copied().collect();
    groups.sort_unstable();
    groups.dedup();
    let names: Vec<&str> = groups.iter().map(|&group| app.groups[group].name.as_str()).collect();
    let same = first.0.groups == second.0.groups;
    let message = if same {
        format!("port {number} of `{}` is taken twice", app.name.value)
    } else {
        format!("requests on port {number} reach {} alike", list(&names, "and"))
    };
    // One service twice sends requests where they belong all the same.
    let finding = if same && first.0.internal_port == second.0.internal_port && !std::ptr::eq(first.0, second.0) {
        cx.warn(second.1.port.origin, message)
    } else {
        cx.report(second.1.port.origin, message)
    };
    let at = Origin::written(first.1.port.range());
    finding
        .label("taken already")
        .related(at, "the first service on it")
        .help("give one of them another port, or make two apps of them");
}
