use crate::kinds::postgres::Engine;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Kind;
use crate::spec::Level;
use crate::value::addresses;

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

const ENDINGS: [&str; 2] = [".internal", ".flycast"];

fn check(model: &Model, cx: &mut Cx<'_>) {
    if model.postgres.iter().all(|cluster| cluster.engine.value == Engine::Managed) {
        return;
    }
    for (index, app) in model.apps.iter().enumerate() {
        for (name, value) in app.toml.env.iter().filter(|(_, value)| value.origin.is_written()) {
            for ending in ENDINGS.iter().filter(|ending| value.as_str().contains(**ending)) {
                let named = addresses(value.as_str(), ending).find_map(|address| {
                    let host = address.name.rsplit('.').next().unwrap_or(address.name);
                    model.postgres.iter().position(|cluster| cluster.name.as_str() == host)
                });
                let Some(cluster) = named else { continue };
                let used =
                    app.uses.iter().any(|used| used.target.kind == Kind::Postgres && used.target.index == cluster);
                if used {
                    continue;
                }
                let key = &model.postgres[cluster].key.value;
                cx.about(index)
                    .report(value.origin, format!("`{}` has an address of postgres.{key}, and no user in it", app.name.value))
                    .label("an address alone opens nothing")
                    .help(format!("add `uses = {{ DATABASE_URL = \"postgres.{key}\" }}`, and let the app read that in place of `{}`", name.value));
            }
        }
    }
}
