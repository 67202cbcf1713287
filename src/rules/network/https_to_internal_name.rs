use crate::model::{App, Model};
use crate::rules::variables::{each_variable, part_of};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{Origin, Port, Sourced, addresses};

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

const ENDING: &str = ".internal";

fn check(model: &Model, cx: &mut Cx<'_>) {
    let mut names: Option<Vec<(&str, usize)>> = None;
    each_variable(model, cx, |_, _, value, cx| {
        if !value.as_str().contains(ENDING) {
            return false;
        }
        for address in addresses(value.as_str(), ENDING) {
            let plain = match address.scheme {
                Some("https") => "http",
                Some("wss") => "ws",
                _ => continue,
            };
            let Some(port) = address.port else { continue };
            let names = names.get_or_insert_with(|| model.app_names());
            let name = address.name.rsplit('.').next().unwrap_or(address.name);
            let Ok(at) = names.binary_search_by_key(&name, |(name, _)| name) else { continue };
            let app = &model.apps[names[at].1];
            let Some(internal) = plain_port(app, port) else { continue };
            let scheme = address.range.start..address.range.start + plain.len() + 1;
            let edit = part_of(value, scheme, cx).map(|range| cx.edits().replace(range, plain));
            let fix = cx.safe_fix(format!("write {plain}://"), edit);
            let message = format!("`{name}` speaks no TLS on port {port}: the proxy ends it");
            let finding = cx.report(value.origin, message);
            let seen = !finding.is_silent();
            finding
                .label("past the proxy")
                .related_in(app.file, internal.origin, "plain HTTP")
                .help(format!("write `{plain}://`: the private network is encrypted as it is"))
                .fix(fix);
            return seen;
        }
        false
    });
}

/// The internal port with this number, if all that the proxy sends there is plain text.
fn plain_port(app: &App, number: u16) -> Option<Sourced<Port>> {
    let service = app.services.iter().find(|service| service.internal_port.is_some_and(|port| port.get() == number))?;
    let plain = !service.ports.is_empty() && service.ports.iter().all(|port| port.http || port.tls);
    service.internal_port.filter(|_| plain).map(|port| Sourced { value: port.value, origin: Origin { ..port.origin } })
}
