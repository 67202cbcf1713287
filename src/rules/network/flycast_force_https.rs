use crate::kinds::app::Access;
use crate::model::{App, Call, Calls, Model, ServicePort, Zone};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no app which others reach by Flycast sends them to HTTPS.
    ///
    /// ## Why
    ///
    /// With `force_https` the proxy answers plain HTTP with a redirect to `https://`. There are no certificates for
    /// `.flycast` names, so whoever follows it fails: the app cannot be called any more. The private network is
    /// encrypted as it is.
    ///
    /// In a spec the rule looks at apps with `access = "private"`. Of plain files it needs the one that calls: a
    /// variable with `http://<app>.flycast`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// API_URL = "http://my-api.flycast"
    ///
    /// [app.api]
    /// access = "private"
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// force_https = true
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
    /// force_https = false
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/flycast
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "flycast-force-https",
        code: "FA626",
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
    for (index, app) in model.apps.iter().enumerate() {
        // Where TLS ends there is nothing to send on.
        let plain = app.services.iter().flat_map(|service| &service.ports).filter(|port| port.http && !port.tls);
        let forced = plain.filter_map(|port| Some((port, port.force_https?)));
        let Some((port, forced)) = { forced }.find(|(_, forced)| forced.value && forced.origin.is_written()) else {
            continue;
        };
        if app.access.value != Access::Private && !app.is_plain() {
            continue;
        }
        let caller = caller(cx.calls, app, port);
        if caller.is_none() && app.is_plain() {
            continue;
        }
        let cx = cx.about(index);
        let fix = cx.safe_fix("leave plain HTTP alone", Some(cx.edits().replace(forced.range(), "false")));
        let name = &app.name.value;
        let finding = cx.report(forced.origin, format!("calls of {name}.flycast are sent to HTTPS, and fail there"));
        let finding = match caller {
            Some(call) => finding.related_in(call.app.file, call.value.origin, "a call by Flycast"),
            None => finding.related(app.access.origin, "reached by Flycast"),
        };
        finding
            .label("no certificate for that name")
            .help("write `force_https = false`: the private network is encrypted as it is")
            .fix(fix);
    }
}

/// A variable that calls an app on this port, by Flycast and plain HTTP.
fn caller<'m>(calls: &'m Calls<'m>, app: &App, port: &ServicePort) -> Option<&'m Call<'m>> {
    let plain = |call: &&Call<'_>| {
        call.zone == Zone::Flycast
            && call.address.name == call.name
            && matches!(call.address.scheme, Some("http" | "ws"))
    };
    let mut calls = calls.to(&app.name).filter(plain);
    calls.find(|call| (port.port.get()..=port.end.get()).contains(&call.address.port.unwrap_or(80)))
}
