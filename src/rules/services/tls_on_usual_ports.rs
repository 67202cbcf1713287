use crate::kinds::app::Access;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that the proxy speaks TLS on port 443, and does not on port 80.
    ///
    /// ## Why
    ///
    /// Browsers speak TLS on port 443 and plain HTTP on port 80. With the handler `http` alone on port 443 the proxy answers
    /// their handshake in plain text and they show an error page; with `tls` on port 80 it waits for a handshake that nobody
    /// begins. A port without any handler is left alone: the app may end TLS itself.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ port = 80, handlers = ["http"], force_https = true }, { port = 443, handlers = ["http"] }]
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ port = 80, handlers = ["http"], force_https = true }, { port = 443, handlers = ["tls", "http"] }]
    /// ```
    ///
    /// ```toml,bad
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ port = 80, handlers = ["tls", "http"], force_https = true }, { port = 443, handlers = ["tls", "http"] }]
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ port = 80, handlers = ["http"], force_https = true }, { port = 443, handlers = ["tls", "http"] }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/services
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "tls-on-usual-ports",
        code: "FA334",
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
    // Callers of a private app say themselves what they speak.
    if app.access.value == Access::Private {
        return;
    }
    for port in app.toml.services.iter().flat_map(|service| service.ports.iter()) {
        let (Some(number), Some(handlers)) = (port.port, &port.handlers) else { continue };
        let has = |name: &str| handlers.iter().any(|handler| **handler == *name);
        let (message, label, right) = match (number.value.get(), has("http"), has("tls")) {
            (443, true, false) => ("no browser can open port 443", "speaks plain HTTP", ["tls", "http"].as_slice()),
            (80, true, true) => ("no browser can open port 80", "waits for a TLS handshake", ["http"].as_slice()),
            _ => continue,
        };
        // What else is done with a connection, such as the PROXY protocol, is for people to place.
        let simple = handlers.iter().all(|handler| matches!(&**handler, "http" | "tls"));
        let edit = cx.edits().replace_words(handlers.range(), right).filter(|_| simple);
        let fix = cx.safe_fix(format!("write {right:?}"), edit);
        cx.report(handlers.origin, format!("{message} of `{}`", app.name.value))
            .label(label)
            .help(format!("write `handlers = {right:?}`"))
            .fix(fix);
    }
}
