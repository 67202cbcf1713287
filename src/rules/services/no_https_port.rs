use crate::fly_toml::Protocol;
use crate::kinds::app::Access;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that a public app which answers HTTP answers HTTPS too.
    ///
    /// ## Why
    ///
    /// A service with port 80 alone is plain text for everybody between the visitor and Fly.io, and browsers warn of it. The
    /// proxy has a certificate for `fly.dev` and for every domain that is added: the port costs nothing.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    ///
    /// [[app.web.services.ports]]
    /// port = 80
    /// handlers = ["http"]
    /// force_https = false
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    ///
    /// [[app.web.services.ports]]
    /// port = 443
    /// handlers = ["tls", "http"]
    ///
    /// [[app.web.services.ports]]
    /// port = 80
    /// handlers = ["http"]
    /// force_https = false
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/services
    /// - Fly.io, apps/going-to-production
    static RULE = {
        name: "no-https-port",
        code: "FA341",
        group: Group::Security,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    if app.access.value != Access::Public {
        return;
    }
    let ports = || {
        let tcp = app.services.iter().filter(|service| service.protocol == Protocol::Tcp);
        tcp.flat_map(|service| service.ports.iter().map(move |port| (service, port)))
    };
    // A port without handlers may end TLS in the app itself.
    if ports().any(|(_, port)| port.tls || !port.http || (port.port.get()..=port.end.get()).contains(&443)) {
        return;
    }
    let Some((service, port)) = ports().next() else { return };
    // `force-https-without-tls-port` says more.
    if ports().any(|(_, port)| port.force_https.is_some_and(|force| force.value)) {
        return;
    }
    let entries = [("port", "443".to_owned()), ("handlers", "[\"tls\", \"http\"]".to_owned())];
    let edit = cx.edits().insert_list_of_tables(service.at, "ports", &entries);
    let fix = cx.unsafe_fix("serve HTTPS too", edit);
    cx.report(port.port.origin, format!("visitors of `{}` have no HTTPS", app.name.value))
        .label("plain HTTP")
        .related(Origin::written(service.at), "no port ends TLS")
        .help("add a port with `port = 443` and `handlers = [\"tls\", \"http\"]`")
        .fix(fix);
}
