use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that connections to an unmanaged Postgres cluster on the private network do not ask for TLS.
    ///
    /// ## Why
    ///
    /// The nodes of an unmanaged cluster speak plain Postgres on the private network, which is encrypted as it is, and
    /// the URL that `fly postgres attach` sets ends with `sslmode=disable`. With `require` the client ends with "server
    /// does not support SSL". Managed Postgres has TLS, and addresses of its own.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// PGHOST = "my-db.flycast"
    /// PGSSLMODE = "require"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// PGHOST = "my-db.flycast"
    /// PGSSLMODE = "disable"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, postgres/advanced-guides/high-availability-and-global-replication
    /// - Fly.io, postgres/connecting
    static RULE = {
        name: "postgres-sslmode",
        code: "FA529",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

const STRICT: [&str; 3] = ["require", "verify-ca", "verify-full"];

fn check(app: &App, cx: &mut Cx<'_>) {
    let env = |name: &str| app.toml.env.get(name).map(|(_, value)| value).filter(|value| value.origin.is_written());
    let Some(mode) = env("PGSSLMODE").filter(|mode| STRICT.contains(&mode.as_str())) else { return };
    let Some(host) = env("PGHOST") else { return };
    let private = [".internal", ".flycast"].iter().any(|ending| host.as_str().ends_with(ending));
    if !private {
        return;
    }
    let fix = cx.unsafe_fix("write disable", Some(cx.edits().replace_word(mode.range(), "disable")));
    cx.report(mode.origin, "the cluster refuses a connection with TLS")
        .label("it speaks plain Postgres")
        .related(host.origin, "on the private network")
        .help("write \"disable\": the private network is encrypted as it is")
        .fix(fix);
}
