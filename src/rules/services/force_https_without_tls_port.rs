use crate::fly_toml::Protocol;
use crate::model::{App, Service};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that visitors who are sent to HTTPS find something there.
    ///
    /// ## Why
    ///
    /// `force_https` answers every request with a redirect to `https://`, which is port 443. When no service has that port,
    /// every visitor ends at an error page, and nobody can reach the app at all.
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
    /// force_https = true
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
    /// force_https = true
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, networking/services
    static RULE = {
        name: "force-https-without-tls-port",
        code: "FA340",
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
    let tcp = || app.services.iter().filter(|service| service.protocol == Protocol::Tcp);
    let covered =
        |service: &Service| service.ports.iter().any(|port| (port.port.get()..=port.end.get()).contains(&443));
    if tcp().any(covered) {
        return;
    }
    let forced = tcp().find_map(|service| {
        let mut ports = service.ports.iter().filter(|port| port.http && !port.tls);
        let force = ports.find_map(|port| port.force_https.filter(|force| force.value))?;
        Some((service, force))
    });
    let Some((service, force)) = forced else { return };
    let entries = [("port", "443".to_owned()), ("handlers", "[\"tls\", \"http\"]".to_owned())];
    let edit = cx.edits().insert_list_of_tables(service.at, "ports", &entries);
    let fix = cx.unsafe_fix("serve HTTPS too", edit);
    cx.report(force.origin, format!("every visitor of `{}` is sent to a port that is closed", app.name.value))
        .label("https:// is port 443")
        .related(Origin::written(service.at), "no service has port 443")
        .help("add a port with `port = 443` and `handlers = [\"tls\", \"http\"]`")
        .fix(fix);
}
