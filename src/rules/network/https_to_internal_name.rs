use crate::model::{App, Call, Model, Zone};
use crate::rules::variables::{each_call, part_of};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{Origin, Port, Sourced};

declare_rule! {
    /// Checks that no variable asks for TLS where a `.internal` name leads to a plain port.
    ///
    /// ## Why
    ///
    /// TLS ends in the proxy: behind a port with the `http` or `tls` handler the app itself speaks plain text on
    /// `internal_port`. A `.internal` name leads past the proxy to that very port, and a client that begins with TLS
    /// there fails with a protocol error. The private network is encrypted as it is.
    ///
    /// A port without handlers passes TLS through to the app; of such services the rule says nothing.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// API_URL = "https://my-api.internal:8080/v1"
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// API_URL = "http://my-api.internal:8080/v1"
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/private-networking
    /// - Fly.io, networking/app-services
    static RULE = {
        name: "https-to-internal-name",
        code: "FA627",
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
    each_call(cx, |Call { value, address, zone, name, called, .. }, cx| {
        let plain = match address.scheme {
            Some("https") => "http",
            Some("wss") => "ws",
            _ => return,
        };
        let Some(port) = address.port.filter(|_| *zone == Zone::Internal) else { return };
        let Some(app) = called.map(|app| &model.apps[app]) else { return };
        let Some(internal) = plain_port(app, port) else { return };
        let scheme = address.range.start..address.range.start + plain.len() + 1;
        let edit = part_of(value, scheme, cx).map(|range| cx.edits().replace(range, plain));
        let fix = cx.safe_fix(format!("write {plain}://"), edit);
        let message = format!("`{name}` speaks no TLS on port {port}: the proxy ends it");
        let finding = cx.report(value.origin, message);
        finding
            .label("past the proxy")
            .related_in(app.file, internal.origin, "plain HTTP")
            .help(format!("write `{plain}://`: the private network is encrypted as it is"))
            .fix(fix);
    });
}

/// The internal port with this number, if all that the proxy sends there is plain text.
fn plain_port(app: &App, number: u16) -> Option<Sourced<Port>> {
    let service = app.services.iter().find(|service| service.internal_port.is_some_and(|port| port.get() == number))?;
    let plain = !service.ports.is_empty() && service.ports.iter().all(|port| port.http || port.tls);
    service.internal_port.filter(|_| plain).map(|port| Sourced { value: port.value, origin: Origin { ..port.origin } })
}
