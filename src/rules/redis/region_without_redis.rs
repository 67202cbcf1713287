use crate::diag::fix::string_literal;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::source::TextRange;
use crate::spec::Kind;

declare_rule! {
    /// Checks that machines in far regions have a replica of the Redis database that they ask.
    ///
    /// ## Why
    ///
    /// A machine in Tokyo waits 150 ms for each answer of a database in Virginia, and a page asks many times. A read
    /// replica in the region, or near it, answers reads in a millisecond; writes still go to the primary.
    ///
    /// A database that holds a queue is left alone: a queue is written to as often as it is read.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { iad = 2, nrt = 2 }
    /// uses = { REDIS_URL = "redis.sessions" }
    ///
    /// [redis.sessions]
    /// region = "iad"
    /// eviction = false
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// regions = { iad = 2, nrt = 2 }
    /// uses = { REDIS_URL = "redis.sessions" }
    ///
    /// [redis.sessions]
    /// replicas = ["nrt"]
    /// region = "iad"
    /// eviction = false
    /// ```
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { iad = 2, lhr = 2, nrt = 2 }
    /// uses = { REDIS_URL = "redis.sessions" }
    ///
    /// [redis.sessions]
    /// region = "iad"
    /// replicas = ["lhr"]
    /// eviction = false
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// regions = { iad = 2, lhr = 2, nrt = 2 }
    /// uses = { REDIS_URL = "redis.sessions" }
    ///
    /// [redis.sessions]
    /// region = "iad"
    /// replicas = ["lhr", "nrt"]
    /// eviction = false
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, upstash/redis
    static RULE = {
        name: "region-without-redis",
        code: "FA559",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (index, app) in model.apps.iter().enumerate() {
        for used in app.uses.iter().filter(|used| used.target.kind == Kind::Redis) {
            let redis = &model.redis[used.target.index];
            let near = |region: &str| {
                !cx.facts.far(region, &redis.region)
                    || redis.replicas.iter().any(|replica| !cx.facts.far(region, replica))
            };
            // The primary region has a finding of its own when it is far.
            let regions = app.regions();
            let Some(region) = regions.iter().find(|region| !app.is_primary(region) && !near(region)) else { continue };
            if model.is_queue(used.target.index) {
                continue;
            }
            let city = cx.facts.region(region).map_or(region.as_str(), |region| region.city);
            let literal = string_literal(region);
            let edits = cx.edits();
            let edit = match (redis.replicas.first(), redis.replicas.last()) {
                // Behind the last one: between them there are only commas.
                (Some(_), Some(last)) => {
                    let end = TextRange { start: last.range().end, end: last.range().end };
                    Some(edits.replace(end, format!(", {literal}")))
                }
                _ => edits.insert_entry(redis.header, "replicas", &format!("[{literal}]")),
            };
            let fix = cx.unsafe_fix(format!("add a replica in {}", region.value), edit);
            let key = &redis.key.value;
            cx.about(index)
                .report(
                    used.target.origin,
                    format!("machines of `{}` in {city} are far from redis.{key}", app.name.value),
                )
                .label("every answer comes from another continent")
                .related(region.origin, "they are here")
                .help(format!("add a replica: `replicas = [{literal}]` in [redis.{key}], or say why they seldom ask"))
                .fix(fix);
        }
    }
}
