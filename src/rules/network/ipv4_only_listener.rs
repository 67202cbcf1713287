use crate::model::{Call, Calls, Model, Zone};
use crate::rules::variables::part_of;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that an app which others call by its `.internal` name does not listen on IPv4 alone.
    ///
    /// ## Why
    ///
    /// The private network is IPv6, and `.internal` names stand for IPv6 addresses. A program that listens on
    /// `0.0.0.0` takes IPv4 connections only: the proxy reaches it, so the app works from outside and its checks
    /// pass, but other apps are refused. `::` takes both on Linux.
    ///
    /// The rule looks at variables from which servers usually take that address. A program may ignore them, so this
    /// is a warning.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// API_URL = "http://my-api.internal:8080"
    ///
    /// [app.api.env]
    /// HOST = "0.0.0.0"
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// API_URL = "http://my-api.internal:8080"
    ///
    /// [app.api.env]
    /// HOST = "::"
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
        name: "ipv4-only-listener",
        code: "FA632",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

const ANY: &str = "0.0.0.0";

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (index, app) in model.apps.iter().enumerate() {
        let listening = cx.facts.names.listening;
        let mut bound = app.toml.env.iter().filter(|(_, value)| value.as_str().starts_with(ANY));
        let Some((name, value)) = bound.find(|(name, _)| listening.contains(&name.as_str())) else { continue };
        let rest = &value.as_str()[ANY.len()..];
        if !(rest.is_empty() || rest.starts_with(':')) || !value.origin.is_written() {
            continue;
        }
        let Some(call) = call_of(index, cx.calls, model) else { continue };
        let both = if rest.is_empty() { "::" } else { "[::]" };
        let cx = cx.about(index);
        let edit = part_of(value, 0..ANY.len(), cx).map(|range| cx.edits().replace(range, both));
        let fix = cx.unsafe_fix(format!("write {both}, which takes IPv4 as well"), edit);
        cx.report(value.origin, format!("other apps cannot connect to `{}` by its .internal name", app.name.value))
            .label("IPv4 alone")
            .related_in(call.app.file, call.value.origin, "a call over IPv6")
            .help(format!("write `{} = \"{both}{rest}\"`: it takes IPv6 and IPv4", name.value))
            .fix(fix);
    }
}

/// A call of an app by its `.internal` name.
fn call_of<'m>(app: usize, calls: &'m Calls<'m>, model: &Model) -> Option<&'m Call<'m>> {
    calls.to(&model.apps[app].name).find(|call| call.zone == Zone::Internal && call.caller != app)
}
