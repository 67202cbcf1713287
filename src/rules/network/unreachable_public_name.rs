use crate::diag::Fix;
use crate::kinds::app::Access;
use crate::model::{App, Call, Model, Zone};
use crate::rules::variables::{each_call, part_of};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{Address, Origin, Scalar, Sourced};

declare_rule! {
    /// Checks that variables with a `.fly.dev` name lead to an app that the internet reaches.
    ///
    /// ## Why
    ///
    /// `<app>.fly.dev` stands for the public addresses of an app. An app that is private or internal has none, and
    /// one without a service has nothing that would answer: the name does not exist, or every connection is refused.
    ///
    /// A private app is called by Flycast, an internal one by its `.internal` name. Which addresses an app has no
    /// fly.toml says: of plain files the rule finds those that call an app without a service, and warns.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// REPORTS_URL = "https://my-reports.fly.dev/daily"
    ///
    /// [app.reports]
    /// kill_timeout = "30s"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// REPORTS_URL = "http://my-reports.internal:8080/daily"
    ///
    /// [app.reports]
    /// kill_timeout = "30s"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// API_URL = "https://my-api.fly.dev/v1"
    ///
    /// [app.api]
    /// access = "private"
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// API_URL = "http://my-api.flycast/v1"
    ///
    /// [app.api]
    /// access = "private"
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/flycast
    /// - Fly.io, networking/private-networking
    static RULE = {
        name: "unreachable-public-name",
        code: "FA628",
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
    each_call(cx, |Call { caller, value, address, zone, name, called, .. }, cx| {
        // What an app says of its own address, others may use.
        let Some(called) = called.filter(|called| called != caller) else { return };
        let app = &model.apps[called];
        if *zone != Zone::Public || address.name != *name {
            return;
        }
        // Which addresses an app has, no plain file says; that it answers nobody, it does.
        let closed = if app.is_plain() { app.services.is_empty() } else { app.access.value != Access::Public };
        if !closed || !app.name.origin.is_written() && app.is_plain() {
            return;
        }
        let fix = flycast(app, value, address, cx);
        let message = format!("nothing answers at {name}.fly.dev");
        // A file without a service may be a part of one.
        let finding = if app.is_plain() { cx.warn(value.origin, message) } else { cx.report(value.origin, message) };
        let at = if app.access.origin.is_written() { app.access.origin } else { Origin::written(app.header) };
        let finding = if app.services.is_empty() {
            finding.label("it has no service").related_in(app.file, at, "the app that is called")
        } else {
            finding.label(format!("it is {}", app.access.value.as_str())).related_in(app.file, at, "no public address")
        };
        let way = if app.access.value == Access::Private {
            format!("write http://{name}.flycast")
        } else {
            format!("write http://{name}.internal with the port that it listens on")
        };
        finding.help(format!("{way}, or give it a service that the internet reaches")).fix(fix);
    });
}

/// The Flycast address of a private app in place of its public one.
fn flycast(app: &App, value: &Sourced<Scalar>, address: &Address<'_>, cx: &Cx<'_>) -> Option<Fix> {
    let plain = app.services.iter().flat_map(|s| &s.ports).any(|p| p.http && !p.tls && p.port.get() == 80);
    if app.access.value != Access::Private || address.scheme != Some("https") || address.port.is_some() || !plain {
        return None;
    }
    let right = format!("http://{}.flycast", app.name.value);
    let edit = part_of(value, address.range.clone(), cx).map(|range| cx.edits().replace(range, right.as_str()));
    cx.unsafe_fix(format!("write {right}"), edit)
}
