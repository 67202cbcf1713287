use crate::diag::Fix;
use crate::kinds::app::Access;
use crate::model::{App, Call, Model, ServicePort, Zone};
use crate::rules::variables::each_call;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::source::TextRange;
use crate::spec::Level;
use crate::value::{Address, Origin, Scalar, Sourced};

declare_rule! {
    /// Checks that variables with a `.flycast` address lead to a service of the app they name.
    ///
    /// ## Why
    ///
    /// Flycast is the proxy on the private network. It listens on the ports that services have for the outside, 80 for
    /// an `http_service`, and not on `internal_port`, which only `.internal` names reach. It has no certificates for
    /// `.flycast` names, so `https` to a port where the proxy handles HTTP or TLS fails; the private network is encrypted
    /// as it is. And an app has such an address only with `access = "private"`.
    ///
    /// `uses = { API_URL = "app.api" }` sets a variable to the right address.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// API_URL = "http://my-api.flycast:8080/v1"
    ///
    /// [app.api]
    /// access = "private"
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
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
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// API_URL = "https://my-api.flycast"
    ///
    /// [app.api]
    /// access = "private"
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// API_URL = "http://my-api.flycast"
    ///
    /// [app.api]
    /// access = "private"
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// API_URL = "http://my-api.flycast"
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/flycast
    /// - Fly.io, blueprints/private-applications-flycast
    static RULE = {
        name: "flycast-address",
        code: "FA309",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    each_call(cx, |Call { value, address, zone, called, .. }, cx| {
        let called =
            called.filter(|called| *zone == Zone::Flycast && model.apps[*called].name.as_str() == address.name);
        if let Some(app) = called.map(|called| &model.apps[called]) {
            judge(app, value, address, cx);
        }
    });
}

/// Looks at one address.
fn judge(app: &App, value: &Sourced<Scalar>, address: &Address<'_>, cx: &mut Cx<'_>) {
    let name = &app.name.value;
    // Which addresses an app has, no plain file says.
    if app.access.value != Access::Private && !app.is_plain() {
        let finding = cx.report(value.origin, format!("`{name}` has no Flycast address"));
        let finding = if app.access.origin.is_written() {
            finding.related_in(app.file, app.access.origin, "only private apps have one")
        } else {
            finding.related_in(app.file, Origin::written(app.header), "only private apps have one")
        };
        finding.label("a name that does not exist").help(format!(
            "give {} `access = \"private\"`, which takes it from the internet; or use its public name, {name}.fly.dev",
            app.reference()
        ));
        return;
    }
    let port = match (address.port, address.scheme) {
        (Some(port), _) => port,
        (None, Some("http" | "ws")) => 80,
        (None, Some("https" | "wss")) => 443,
        _ => return,
    };
    let ports = || app.services.iter().flat_map(|service| &service.ports);
    let fix = fix(app, value, address, cx);
    let Some(listening) = ports().find(|p| (p.port.get()..=p.end.get()).contains(&port)) else {
        let internal = app.services.iter().find_map(|service| service.internal_port.filter(|p| p.get() == port));
        let finding =
            cx.report(value.origin, format!("nothing of `{name}` listens on port {port} of its Flycast address"));
        let finding = match internal {
            Some(internal) => finding.label(format!("{port} is the internal port")).related_in(
                app.file,
                internal.origin,
                "for .internal names",
            ),
            None => finding.label(format!("no service has port {port}")).related_in(
                app.file,
                Origin::written(app.header),
                "the app",
            ),
        };
        let list: Vec<String> = ports().map(|p| p.port.to_string()).collect();
        let write = fix.as_ref().map(|fix| format!("{}; ", fix.title)).unwrap_or_default();
        finding.help(format!("{write}Flycast listens on the ports of services: {}", list.join(", "))).fix(fix);
        return;
    };
    let encrypted = matches!(address.scheme, Some("https" | "wss"));
    // Without a handler the connection is passed on, and the app may end TLS itself.
    if encrypted && (listening.http || listening.tls) {
        cx.report(value.origin, format!("TLS to `{name}` fails: there is no certificate for {name}.flycast"))
            .label("Flycast speaks plain HTTP")
            .help("write `http://`: the private network is encrypted as it is")
            .fix(fix);
    }
}

/// The address of the service that speaks plain HTTP, in place of the one that is there.
fn fix(app: &App, value: &Sourced<Scalar>, address: &Address<'_>, cx: &Cx<'_>) -> Option<Fix> {
    let scheme = match address.scheme? {
        "http" | "https" => "http",
        "ws" | "wss" => "ws",
        _ => return None,
    };
    let text = value.as_str();
    // A user name before the host would be lost, and what is written with escapes has other places.
    let host = text[address.range.clone()].split_once("://").map_or("", |(_, host)| host);
    let written = cx.text(value.origin);
    if !host.starts_with(address.name) || written.get(1..written.len() - 1) != Some(text) {
        return None;
    }
    let plain = |port: &&ServicePort| port.http && !port.tls;
    let port = app.services.iter().flat_map(|service| &service.ports).find(plain)?.port.get();
    let port = if port == 80 { String::new() } else { format!(":{port}") };
    let range = TextRange::new(address.range.start + 1, address.range.end + 1);
    let start = value.range().start;
    let range = TextRange { start: start + range.start, end: start + range.end };
    let right = format!("{scheme}://{}{}{port}", app.name.value, Zone::Flycast.ending());
    cx.unsafe_fix(format!("write {right}"), Some(cx.edits().replace(range, right)))
}
