use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that every entry of `[[services]]` says whether it is TCP or UDP.
    ///
    /// ## Why
    ///
    /// flyctl has no default for `protocol`, though its documentation reads as if: it sends the service without one, and leaves
    /// the choice to the platform ([flyctl#2521](https://github.com/superfly/flyctl/issues/2521)).
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.services]]
    /// internal_port = 3000
    /// ports = [{ port = 443, handlers = ["tls", "http"] }]
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.services]]
    /// protocol = "tcp"
    /// internal_port = 3000
    /// ports = [{ port = 443, handlers = ["tls", "http"] }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - https://github.com/superfly/flyctl/issues/2521
    static RULE = {
        name: "missing-protocol",
        code: "FA345",
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
    for service in &app.toml.services {
        // A service without a port of its own is no service, which other rules say.
        if service.protocol.is_some() || service.internal_port.is_none() {
            continue;
        }
        let handled = service.ports.iter().any(|port| port.handlers.as_ref().is_some_and(|list| !list.is_empty()));
        let edit = cx.edits().insert_entry(service.range(), "protocol", "\"tcp\"");
        // Handlers are for TCP alone.
        let fix =
            if handled { cx.safe_fix("say that it is TCP", edit) } else { cx.unsafe_fix("say that it is TCP", edit) };
        cx.report(Origin::written(service.range()), format!("a service of `{}` has no protocol", app.name.value))
            .label("TCP or UDP?")
            .help("write `protocol = \"tcp\"`, or \"udp\"")
            .fix(fix);
    }
}
