use crate::kinds::postgres::Engine;
use crate::model::{Model, ResourceId};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Kind;
use crate::spec::Level;

declare_rule! {
    /// Checks that an app that has the address of a declared cluster in a variable also uses the cluster.
    ///
    /// ## Why
    ///
    /// `uses = { DATABASE_URL = "postgres.db" }` creates a user and a database for the app, sets the URL as a secret,
    /// and sets the cluster up before the app. A variable with `my-db.internal` in it does none of that: the app is
    /// deployed before the cluster may be there, and has no user in it; what it needs somebody must make by hand.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// DATABASE_HOST = "my-db.internal"
    ///
    /// [postgres.db]
    /// engine = "unmanaged"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// uses = { DATABASE_URL = "postgres.db" }
    ///
    /// [app.web.env]
    /// DATABASE_HOST = "my-db.internal"
    ///
    /// [postgres.db]
    /// engine = "unmanaged"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, postgres/managing/attach-detach
    static RULE = {
        name: "hand-written-address",
        code: "FA531",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    let clusters = model.postgres.iter().enumerate();
    for (index, cluster) in clusters.filter(|(_, cluster)| cluster.engine.value == Engine::Unmanaged) {
        for call in cx.calls.to(&cluster.name).filter(|call| call.zone.is_private()) {
            let mut uses = call.app.uses.iter().map(|used| used.target.value);
            if !call.value.origin.is_written() || uses.any(|used| used == ResourceId { kind: Kind::Postgres, index }) {
                continue;
            }
            let (key, name) = (&cluster.key.value, &call.app.name.value);
            cx.about(call.caller)
                .report(call.value.origin, format!("`{name}` has an address of postgres.{key}, and no user in it"))
                .label("an address alone opens nothing")
                .help(format!(
                    "add `uses = {{ DATABASE_URL = \"postgres.{key}\" }}`, and let the app read that in place of `{}`",
                    call.variable.value
                ));
        }
    }
}
