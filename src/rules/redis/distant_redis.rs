use crate::diag::Fix;
use crate::diag::fix::string_literal;
use crate::model::{Model, Use};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Kind;

declare_rule! {
    /// Checks that an app that uses a Redis database has its primary region near it.
    ///
    /// ## Why
    ///
    /// Redis is asked more often than any other service, because each answer takes less than a millisecond, where it is
    /// near. From another continent it takes two hundred, and a page that asks twenty times takes seconds. All writes
    /// go to the primary, whose region cannot be changed later; a replica near the app shortens reads alone.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { fra = 2, ams = 2 }
    /// uses = { REDIS_URL = "redis.sessions" }
    ///
    /// [redis.sessions]
    /// region = "iad"
    /// eviction = false
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// regions = { fra = 2, ams = 2 }
    /// uses = { REDIS_URL = "redis.sessions" }
    ///
    /// [redis.sessions]
    /// region = "fra"
    /// eviction = false
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, upstash/redis
    /// - Fly.io, about/pricing
    static RULE = {
        name: "distant-redis",
        code: "FA555",
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
        let Some(primary) = &app.primary_region else { continue };
        for used in app.uses.iter().filter(|used| used.target.kind == Kind::Redis) {
            let redis = &model.redis[used.target.index];
            if !cx.facts.far(primary, &redis.region) {
                continue;
            }
            let fix = fix(model, used.target.index, primary, cx.about(index));
            let city =
                |code: &str| cx.facts.region(code).map_or_else(|| code.to_owned(), |region| region.city.to_owned());
            let (here, there) = (city(primary), city(&redis.region));
            let reads = redis.replicas.iter().any(|replica| !cx.facts.far(primary, replica));
            let message = if reads {
                format!("writes of `{}` to Redis go across the world", app.name.value)
            } else {
                format!("`{}` asks Redis across the world", app.name.value)
            };
            cx.about(index)
                .report(used.target.origin, message)
                .label(format!("from {here} to {there}"))
                .related(redis.region.origin, "the primary is here")
                .help(format!("create it near {here}: the region of the primary cannot be changed later"))
                .fix(fix);
        }
    }
}

/// The database in the region of the app: while it is not there yet, and where everybody who uses it wants it.
fn fix(model: &Model, index: usize, primary: &str, cx: &Cx<'_>) -> Option<Fix> {
    let redis = &model.redis[index];
    let of_this = |used: &Use| used.target.kind == Kind::Redis && used.target.index == index;
    let mut users = model.apps.iter().filter(|app| app.uses.iter().any(of_this));
    let all = users.all(|app| app.is_primary(primary));
    let free = redis.region.origin.is_written() && redis.replicas.iter().all(|replica| replica.as_str() != primary);
    let edit = (all && free).then(|| cx.edits().replace(redis.region.range(), string_literal(primary)));
    cx.unsafe_fix(format!("create it in {primary}"), edit)
}
