use crate::fly_toml::ServicePort;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that a port which has options for a handler has that handler.
    ///
    /// ## Why
    ///
    /// The options of TLS, of HTTP and of the PROXY protocol are those of the handlers `tls`, `http` and `proxy_proto`. On a
    /// port without the handler they say nothing: no version of TLS is held back, no header is set, no idle connection kept.
    /// Neither flyctl nor Fly.io mentions it.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ port = 8443, handlers = ["http"], tls_options = { alpn = ["h2"] } }]
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ port = 8443, handlers = ["tls", "http"], tls_options = { alpn = ["h2"] } }]
    /// ```
    ///
    /// ```toml,bad
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ port = 25, proxy_proto_options = { version = "v2" } }]
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ handlers = ["proxy_proto"], port = 25, proxy_proto_options = { version = "v2" } }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/services
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "port-options-without-handler",
        code: "FA338",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for port in app.toml.services.iter().flat_map(|service| service.ports.iter()) {
        let options = [
            ("tls_options", port.tls_options.as_ref().map(|options| options.origin), "tls"),
            ("http_options", port.http_options.as_ref().map(|options| options.origin), "http"),
            ("proxy_proto_options", port.proxy_proto_options.as_ref().map(|options| options.origin), "proxy_proto"),
        ];
        for (key, at, handler) in options {
            if let Some(at) = at.filter(|_| !handles(port, handler)) {
                report(port, port.range(), (key, at, handler), cx);
            }
        }
    }
}

fn handles(port: &ServicePort, name: &str) -> bool {
    port.handlers.as_ref().is_some_and(|handlers| handlers.iter().any(|handler| **handler == *name))
}

fn report(
    port: &ServicePort,
    table: crate::source::TextRange,
    (key, at, handler): (&str, Origin, &str),
    cx: &mut Cx<'_>,
) {
    // TLS comes first: what is inside of it is read then.
    let mut words: Vec<&str> = port.handlers.iter().flat_map(|handlers| handlers.iter()).map(|word| &**word).collect();
    words.insert(if handler == "tls" { 0 } else { words.len() }, handler);
    let edits = cx.edits();
    let edit = match &port.handlers {
        Some(handlers) => edits.replace_words(handlers.range(), &words),
        None => edits.insert_entry(table, "handlers", &format!("{words:?}")),
    };
    let fix = cx.unsafe_fix(format!("add the handler `{handler}`"), edit);
    cx.report(at, format!("`{key}` of a port without `{handler}` have no effect"))
        .label(format!("options of the handler `{handler}`"))
        .help(format!("write `handlers = {words:?}`, or remove the options"))
        .fix(fix);
}
