use crate::fly_toml::HttpService;
use crate::kinds::app::Access;
use crate::model::{App, Service, ServiceForm};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::{Origin, Sourced};

declare_rule! {
    /// Checks that a public website sends visitors who come by plain HTTP to HTTPS.
    ///
    /// ## Why
    ///
    /// The proxy serves port 80 as well, and passes plain requests on as they are: passwords and cookies of whoever typed the
    /// address without `https://` travel in plain text. `force_https = true` lets the proxy answer them with a redirect; the
    /// app sees encrypted requests alone.
    ///
    /// An app that is reached over Flycast alone must not redirect. Who may reach an app no fly.toml says: on a plain file this
    /// is a warning, and only where the key is not written. `force_https = false` says that somebody has thought about it.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// force_https = true
    /// internal_port = 3000
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, apps/going-to-production
    static RULE = {
        name: "missing-force-https",
        code: "FA342",
        group: Group::Security,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
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
    for service in &app.services {
        match (service.form, &app.toml.http_service) {
            (ServiceForm::Http, Some(http)) => of_http_service(app, service, http, cx),
            (ServiceForm::Http, None) => {}
            (ServiceForm::General(index), _) => of_ports(app, index, cx),
        }
    }
}

fn of_http_service(app: &App, service: &Service, http: &Sourced<Box<HttpService>>, cx: &mut Cx<'_>) {
    let Some(force) = http.force_https.filter(|force| !force.value) else { return };
    if force.origin.is_written() {
        if !app.is_plain() {
            let edit = cx.edits().replace(force.range(), "true");
            report(app, force.origin, Some(edit), cx);
        }
        return;
    }
    let edit = cx.edits().insert_entry(service.at, "force_https", "true");
    report(app, Origin::written(service.at), edit, cx);
}

fn of_ports(app: &App, index: usize, cx: &mut Cx<'_>) {
    let ports = &app.toml.services[index].ports;
    let handles = |at: usize, name: &str| {
        ports[at].handlers.as_ref().is_some_and(|handlers| handlers.iter().any(|handler| **handler == *name))
    };
    // Without a port for TLS there is nowhere to send visitors to.
    if !(0..ports.len()).any(|at| handles(at, "tls") && handles(at, "http")) {
        return;
    }
    let plain = |&at: &usize| handles(at, "http") && !handles(at, "tls") && ports[at].force_https.is_none();
    for at in (0..ports.len()).filter(plain) {
        if ports[at].port.is_some_and(|port| port.value.get() == 80) {
            let edit = cx.edits().insert_entry(ports[at].range(), "force_https", "true");
            report(app, Origin::written(ports[at].range()), edit, cx);
        }
    }
}

fn report(app: &App, at: Origin, edit: Option<crate::diag::Edit>, cx: &mut Cx<'_>) {
    // Who calls it over Flycast, a plain file does not know.
    let fix = cx.unsafe_fix("send visitors to HTTPS", edit.filter(|_| !app.is_plain()));
    let name = &app.name.value;
    if app.is_plain() {
        cx.warn(at, format!("nobody has said whether `{name}` answers plain HTTP"))
            .label("plain HTTP is passed on")
            .help("write `force_https = true`, or `false` when only Flycast reaches it")
    } else {
        cx.report(at, format!("visitors of `{name}` may come by plain HTTP"))
            .label("plain HTTP is passed on")
            .help("write `force_https = true`")
    }
    .fix(fix);
}
