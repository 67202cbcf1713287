use crate::model::App;
use crate::rules::variables::part_of;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that an app with a service does not listen on the private network alone.
    ///
    /// ## Why
    ///
    /// `fly-local-6pn` is the machine's address on the private network. The proxy does not come from there: it
    /// reaches a machine on another address of its own, for the internet and for Flycast alike. A server that listens
    /// on `fly-local-6pn` alone is refused to the proxy, and its service never becomes healthy. On `::` it takes
    /// both.
    ///
    /// The rule looks at variables from which servers usually take that address. A program may ignore them, so this
    /// is a warning.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.api.env]
    /// HOST = "fly-local-6pn"
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ```toml,good
    /// [app.api.env]
    /// HOST = "::"
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/flycast
    /// - Fly.io, networking/app-services
    static RULE = {
        name: "listener-without-proxy",
        code: "FA633",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

const PRIVATE: &str = "fly-local-6pn";

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(service) = app.services.first() else { return };
    let listening = cx.facts.names.listening;
    for (name, value) in app.toml.env.iter().filter(|(_, value)| value.as_str().starts_with(PRIVATE)) {
        let rest = &value.as_str()[PRIVATE.len()..];
        let port = rest.strip_prefix(':').and_then(|port| port.parse().ok());
        // With a port of its own it may be a second listener.
        let other =
            port.is_some_and(|port: u16| app.services.iter().all(|s| s.internal_port.is_some_and(|p| p.get() != port)));
        if !listening.contains(&name.as_str()) || !value.origin.is_written() || other {
            continue;
        }
        let both = if rest.is_empty() { "::" } else { "[::]" };
        let edit = part_of(value, 0..PRIVATE.len(), cx).map(|range| cx.edits().replace(range, both));
        let fix = cx.unsafe_fix(format!("write {both}, which the proxy reaches too"), edit);
        cx.report(value.origin, format!("the proxy cannot connect to `{}`", app.name.value))
            .label("the private network alone")
            .related(Origin::written(service.at), "a service")
            .help(format!("write `{} = \"{both}{rest}\"`: it takes connections from everywhere", name.value))
            .fix(fix);
    }
}
