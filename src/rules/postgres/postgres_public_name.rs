use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::addresses;

declare_rule! {
    /// Checks that a Postgres cluster on Fly.io is not addressed by its public name.
    ///
    /// ## Why
    ///
    /// `my-db.fly.dev` leads to the proxy on the internet. A cluster has no public service unless somebody has added
    /// one, so nothing answers, and where one was added the database is open to whoever finds it, and every query
    /// leaves the private network and comes back. On the private network the cluster is `my-db.flycast`, or
    /// `my-db.internal`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// DATABASE_HOST_URL = "postgres://my-db.fly.dev:5432/app"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// DATABASE_HOST_URL = "postgres://my-db.flycast:5432/app"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, postgres/connecting
    /// - Fly.io, networking/flycast
    static RULE = {
        name: "postgres-public-name",
        code: "FA530",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

const ENDING: &str = ".fly.dev";

fn check(app: &App, cx: &mut Cx<'_>) {
    for (name, value) in app.toml.env.iter().filter(|(_, value)| value.origin.is_written()) {
        if !value.as_str().contains(ENDING) {
            continue;
        }
        let host = name.value == "PGHOST" || name.value == "POSTGRES_HOST";
        let found = addresses(value.as_str(), ENDING).find(|address| {
            host || address
                .scheme
                .is_some_and(|scheme| scheme.split('+').next().is_some_and(|s| matches!(s, "postgres" | "postgresql")))
        });
        let Some(address) = found else { continue };
        // The value may have a password in it, which the excerpt must not show again.
        let public = format!("{}{ENDING}", address.name);
        let private = format!("{}.flycast", address.name);
        let edit = cx.part_of(value.origin, &public).map(|range| cx.edits().replace(range, private.as_str()));
        let fix = cx.unsafe_fix(format!("write {private}"), edit);
        let finding = cx.report(
            value.origin,
            format!("`{}` reaches its database over the internet, or not at all", app.name.value),
        );
        let finding = if value.as_str().contains('@') { finding.redact(value.origin) } else { finding };
        finding.label("the public name").help(format!("write the name on the private network: {private}")).fix(fix);
    }
}
