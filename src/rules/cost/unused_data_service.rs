use crate::kinds::postgres::Engine;
use crate::model::{Model, ResourceId};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Kind;
use crate::spec::Level;

declare_rule! {
    /// Checks that every cluster and every database is used by an app.
    ///
    /// ## Why
    ///
    /// Data services cost money from the day on which they are created, whether anybody asks them or not: the smallest
    /// plan of Managed Postgres is 38 USD a month. They stay when the last app that used them is deleted, and no bill
    /// says that they are idle. One that nobody uses yet may also be one that somebody forgot to wire: an app whose
    /// `DATABASE_URL` is typed in by hand does not know when the cluster is there.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// uses = { DATABASE_URL = "postgres.db" }
    ///
    /// [postgres.db]
    /// plan = "launch"
    ///
    /// [postgres.old]
    /// plan = "basic"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// uses = { DATABASE_URL = "postgres.db" }
    ///
    /// [postgres.db]
    /// plan = "launch"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    ///
    /// [redis.cache]
    /// eviction = true
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, about/pricing
    /// - Fly.io, about/cost-management
    static RULE = {
        name: "unused-data-service",
        code: "FA591",
        group: Group::Cost,
        levels: Levels::always(Level::Warn),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    let clusters = (0..model.postgres.len()).map(|index| ResourceId { kind: Kind::Postgres, index });
    let databases = (0..model.redis.len()).map(|index| ResourceId { kind: Kind::Redis, index });
    for id in clusters.chain(databases) {
        let is_used = model.apps.iter().any(|app| {
            app.uses.iter().any(|used| used.target.value == id) || app.after.iter().any(|after| after.value == id)
        });
        if is_used {
            continue;
        }
        let reference = model.reference(id);
        let variable = if id.kind == Kind::Postgres { "DATABASE_URL" } else { "REDIS_URL" };
        let managed = id.kind == Kind::Postgres && model.postgres[id.index].engine.value == Engine::Managed;
        let plan = model.postgres.get(id.index).filter(|_| managed).and_then(|cluster| cluster.plan.as_ref());
        let price = plan.and_then(|plan| cx.facts.postgres_plan(plan)).map(|plan| plan.usd);
        cx.report(model.header(id), format!("no app uses {reference}"))
            .label(match price {
                Some(price) => format!("{price} USD a month, and its storage"),
                None => "it costs money from the first day".to_owned(),
            })
            .help(format!("let an app use it (`uses = {{ {variable} = \"{reference}\" }}`), or remove it"));
    }
}
