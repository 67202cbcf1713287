use crate::model::{Model, Use};
use crate::rules::data::{is_cache_word, is_queue_word};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Kind;

declare_rule! {
    /// Checks that one Redis database is not both a cache and a queue.
    ///
    /// ## Why
    ///
    /// A cache wants old entries to make room, a queue must not lose any, and a database has one setting for both. With
    /// eviction jobs vanish when the cache grows; without it the cache fills the database and no job can be added. They
    /// also want different plans: a queue asks all the time, a cache is large.
    ///
    /// What a database is for is told by the variables that apps use it as, such as `CACHE_URL` and
    /// `SIDEKIQ_REDIS_URL`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// uses = { CACHE_URL = "redis.main", QUEUE_URL = "redis.main" }
    ///
    /// [redis.main]
    /// eviction = true
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// uses = { CACHE_URL = "redis.main", QUEUE_URL = "redis.jobs" }
    ///
    /// [redis.main]
    /// eviction = true
    ///
    /// [redis.jobs]
    /// eviction = false
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, upstash/redis
    /// - Sidekiq wiki, Using Redis
    static RULE = {
        name: "redis-cache-and-queue",
        code: "FA553",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (index, redis) in model.redis.iter().enumerate() {
        let uses = || {
            let all = model.apps.iter().enumerate().flat_map(|(app, of)| of.uses.iter().map(move |used| (app, used)));
            all.filter(|(_, used)| used.target.kind == Kind::Redis && used.target.index == index)
        };
        let named = |word: fn(&str) -> bool, used: &Use| used.variable.split('_').any(word);
        let queue = uses().find(|(_, used)| named(is_queue_word, used));
        let cache = uses().find(|(_, used)| named(is_cache_word, used));
        let (Some((app, queue)), Some((_, cache))) = (queue, cache) else { continue };
        let (message, label) = if redis.eviction.value {
            (format!("jobs in `{}` are thrown away when the cache grows", redis.name.value), "old entries make room")
        } else {
            (
                format!("no job can be added to `{}` when the cache has filled it", redis.name.value),
                "nothing makes room",
            )
        };
        cx.about(app)
            .report(queue.variable.origin, message)
            .label(label)
            .related(cache.variable.origin, "and here it is a cache")
            .help("declare two databases: one with `eviction = true` for the cache, one without for the queue");
    }
}
