use crate::model::{Model, ResourceId};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::source::TextRange;
use crate::spec::Kind;
use crate::value::{RegionCode, Sourced};

declare_rule! {
    /// Checks that replicas of databases are where an app reads them.
    ///
    /// ## Why
    ///
    /// A replica shortens the way of reads for machines that are near it. Where no app that uses the database has a
    /// machine, it copies every write, costs what a database costs, and answers nobody. Mostly an app has moved, and
    /// its replica has not.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { fra = 2, ams = 1 }
    /// uses = { REDIS_URL = "redis.sessions" }
    ///
    /// [redis.sessions]
    /// region = "fra"
    /// replicas = ["syd", "lhr"]
    /// eviction = false
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// regions = { fra = 2, ams = 1 }
    /// uses = { REDIS_URL = "redis.sessions" }
    ///
    /// [redis.sessions]
    /// region = "fra"
    /// replicas = ["lhr"]
    /// eviction = false
    /// ```
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { iad = 2, ord = 1 }
    /// uses = { DATABASE_URL = "postgres.db" }
    ///
    /// [postgres.db]
    /// engine = "unmanaged"
    /// replicas = { syd = 1, ord = 1 }
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// regions = { iad = 2, ord = 1 }
    /// uses = { DATABASE_URL = "postgres.db" }
    ///
    /// [postgres.db]
    /// engine = "unmanaged"
    /// replicas = { ord = 1 }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, upstash/redis
    /// - Fly.io, postgres/advanced-guides/high-availability-and-global-replication
    static RULE = {
        name: "unused-replica",
        code: "FA592",
        group: Group::Cost,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (index, cluster) in model.postgres.iter().enumerate() {
        let id = ResourceId { kind: Kind::Postgres, index };
        for (region, count) in &cluster.replicas {
            judge(model, id, region, count.range(), cx);
        }
    }
    for (index, redis) in model.redis.iter().enumerate() {
        let id = ResourceId { kind: Kind::Redis, index };
        for region in &redis.replicas {
            judge(model, id, region, region.range(), cx);
        }
    }
}

fn judge(model: &Model, id: ResourceId, region: &Sourced<RegionCode>, until: TextRange, cx: &mut Cx<'_>) {
    let mut users = model.apps.iter().filter(|app| app.uses.iter().any(|used| used.target.value == id)).peekable();
    // One that nobody uses at all has a finding of its own, and regions that are not known have theirs.
    if users.peek().is_none() || cx.facts.region(region).is_none() {
        return;
    }
    let near = |app: &crate::model::App| app.regions().iter().any(|other| !cx.facts.far(other, region));
    if users.any(near) {
        return;
    }
    let fix = cx.unsafe_fix("remove the replica", cx.edits().remove_entry(region.range(), until));
    let city = cx.facts.region(region).map_or("", |region| region.city);
    cx.report(region.origin, format!("nobody reads the replica of {} in {city}", model.reference(id)))
        .label("no app that uses it runs near")
        .help("remove it, or let an app that uses it run there")
        .fix(fix);
}
