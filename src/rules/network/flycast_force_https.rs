use crate::kinds::app::Access;
use crate::model::{App, Model, ServicePort};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::source::FileId;
use crate::spec::Level;
use crate::value::{Origin, addresses};

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

const ENDING: &str = ".flycast";

fn check(model: &Model, cx: &mut Cx<'_>) {
    let mut known: Option<Vec<Call<'_>>> = None;
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
        let caller = caller(known.get_or_insert_with(|| calls(model)), app, port);
        if caller.is_none() && app.is_plain() {
            continue;
        }
        let cx = cx.about(index);
        let fix = cx.safe_fix("leave plain HTTP alone", Some(cx.edits().replace(forced.range(), "false")));
        let name = &app.name.value;
        let finding = cx.report(forced.origin, format!("calls of {name}.flycast are sent to HTTPS, and fail there"));
        let finding = match caller {
            Some((file, at)) => finding.related_in(file, at, "a call by Flycast"),
            None => finding.related(app.access.origin, "reached by Flycast"),
        };
        finding
            .label("no certificate for that name")
            .help("write `force_https = false`: the private network is encrypted as it is")
            .fix(fix);
    }
}

/// A call by Flycast and plain HTTP.
struct Call<'m> {
    name: &'m str,
    port: u16,
    file: FileId,
    at: Origin,
}

/// All of them, by the name of the app that is called and in the order of the callers.
fn calls(model: &Model) -> Vec<Call<'_>> {
    let mut calls = Vec::new();
    for app in &model.apps {
        for (_, value) in app.toml.env.iter().filter(|(_, value)| value.as_str().contains(ENDING)) {
            let plain = addresses(value.as_str(), ENDING).filter(|a| matches!(a.scheme, Some("http" | "ws")));
            calls.extend(plain.map(|address| Call {
                name: address.name,
                port: address.port.unwrap_or(80),
                file: app.file,
                at: value.origin,
            }));
        }
    }
    calls.sort_by_key(|call| call.name);
    calls
}

/// A variable that calls an app on this port.
fn caller(calls: &[Call<'_>], app: &App, port: &ServicePort) -> Option<(FileId, Origin)> {
    let name = app.name.as_str();
    let from = calls.partition_point(|call| call.name < name);
    let mut of_app = calls[from..].iter().take_while(|call| call.name == name);
    of_app.find(|call| (port.port.get()..=port.end.get()).contains(&call.port)).map(|call| (call.file, call.at))
}
