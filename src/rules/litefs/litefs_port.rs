use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that the port on which LiteFS copies databases is not a port of a service.
    ///
    /// ## Why
    ///
    /// Nodes of LiteFS fetch the whole database from each other on port 20202, and ask for no password: they trust the
    /// private network. A service with that port gives the database to everybody who can reach the proxy. The nodes
    /// themselves need no service, they find each other by `.internal` names.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.wiki.services]]
    /// internal_port = 20202
    /// ports = [{ port = 20202 }]
    /// ```
    ///
    /// ```toml,good
    /// [[app.wiki.services]]
    /// internal_port = 8080
    /// ports = [{ port = 443, handlers = ["tls", "http"] }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, litefs/config
    static RULE = {
        name: "litefs-port",
        code: "FA541",
        group: Group::Security,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let port = cx.facts.litefs.port;
    for service in &app.services {
        let Some(internal) = service.internal_port.filter(|internal| internal.get() == port) else { continue };
        cx.report(internal.origin, format!("a service gives away the database of `{}`", app.name.value))
            .label("LiteFS copies databases on this port")
            .help("remove the service, or let it lead to the port of the app: nodes reach each other without one");
    }
}
