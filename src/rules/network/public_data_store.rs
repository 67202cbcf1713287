use crate::diag::Fix;
use crate::fly_toml::Protocol;
use crate::kinds::app::Access;
use crate::model::{App, Service};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that no data store and no helper is open to the internet.
    ///
    /// ## Why
    ///
    /// A service of a public app answers everybody. Databases, caches and search engines are found by scanners within
    /// hours; many of them ask for no password unless they are told to, and the rest are one weak password away.
    /// Other apps of the organisation reach them by Flycast or a `.internal` name.
    ///
    /// A data store is known by its usual port, within or outside, or by its image. A log shipper, an autoscaler and
    /// a connection pool serve nobody outside either.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.db]
    /// regions = { iad = 1 }
    ///
    /// [[app.db.services]]
    /// internal_port = 5432
    /// ports = [{ port = 5432 }]
    /// ```
    ///
    /// ```toml,good
    /// [app.db]
    /// access = "private"
    /// regions = { iad = 1 }
    ///
    /// [[app.db.services]]
    /// internal_port = 5432
    /// ports = [{ port = 5432 }]
    /// ```
    ///
    /// ```toml,bad
    /// [app.cache]
    /// access = "public"
    /// build = { image = "docker.io/library/redis:7.4" }
    ///
    /// [[app.cache.services]]
    /// internal_port = 7000
    /// ports = [{ port = 7000 }]
    /// ```
    ///
    /// ```toml,good
    /// [app.cache]
    /// access = "private"
    /// build = { image = "docker.io/library/redis:7.4" }
    ///
    /// [[app.cache.services]]
    /// internal_port = 7000
    /// ports = [{ port = 7000 }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, apps/going-to-production
    /// - Fly.io, networking/flycast
    /// - Fly.io, monitoring/exporting-logs
    static RULE = {
        name: "public-data-store",
        code: "FA624",
        group: Group::Security,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    if app.access.value != Access::Public {
        return;
    }
    let names = &cx.facts.names;
    let image = app.toml.build.as_ref().and_then(|build| build.image.as_ref());
    let found = match image.and_then(|image| Some((image.origin, names.helper(image)?.what))) {
        Some((at, what)) => Some((at, what, "by its image")),
        None => app.services.iter().find_map(|service| {
            let (at, port) = port_of_a_store(service, |port| names.store_on(port).is_some())?;
            Some((at, names.store_on(port)?.what, "by its port"))
        }),
    };
    let Some((at, what, known)) = found else { return };
    let fix = fix(app, cx);
    cx.report(at, format!("the internet reaches `{}`, which is {what}", app.name.value))
        .label(known)
        .help("write `access = \"private\"`: other apps reach it by Flycast; or waive this with the reason")
        .fix(fix);
}

/// The first port of a service, within or outside, on which data stores listen.
fn port_of_a_store(service: &Service, is_store: impl Fn(u16) -> bool) -> Option<(Origin, u16)> {
    if service.protocol == Protocol::Udp {
        return None;
    }
    let inside = service.internal_port.map(|port| (port.origin, port.get()));
    // A range is not meant for one program.
    let outside = service.ports.iter().filter(|port| port.port.value == port.end);
    let outside = outside.map(|port| (port.port.origin, port.port.get()));
    inside.into_iter().chain(outside).find(|&(_, port)| is_store(port))
}

fn fix(app: &App, cx: &Cx<'_>) -> Option<Fix> {
    // Public addresses and domains of a private app would be mistakes of their own.
    if !app.domains.is_empty() || app.ips.v4.origin.is_written() || app.ips.v6.origin.is_written() {
        return None;
    }
    let edit = if app.access.origin.is_written() {
        Some(cx.edits().replace_word(app.access.range(), "private"))
    } else {
        cx.insert_in_app(app, &[("access", "\"private\"")])
    };
    cx.unsafe_fix("keep it from the internet", edit)
}
