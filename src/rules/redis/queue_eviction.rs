use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that a Redis database that holds a queue does not throw entries away.
    ///
    /// ## Why
    ///
    /// With `eviction = true` a full database makes room by removing what was not used for long. In a queue that is the
    /// job that waits longest, or the list of all jobs. Nothing is logged; the mail was never sent. Sidekiq, BullMQ and
    /// Celery all ask for a database that does not evict.
    ///
    /// A database is taken for a queue by its key or by the variables that it is used as: `redis.queue`, `redis.jobs`,
    /// `SIDEKIQ_REDIS_URL`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [redis.queue]
    /// eviction = true # it was full last week
    /// ```
    ///
    /// ```toml,good
    /// [redis.queue]
    /// eviction = false # it was full last week
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, upstash/redis
    /// - Sidekiq wiki, Using Redis
    /// - BullMQ, Going to production
    static RULE = {
        name: "queue-eviction",
        code: "FA552",
        group: Group::Reliability,
        levels: Levels::RELIABILITY,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (index, redis) in model.redis.iter().enumerate().filter(|(_, redis)| redis.eviction.value) {
        // Where it is a cache as well, another rule has the word.
        if !model.is_queue(index) || model.is_cache(index) {
            continue;
        }
        let fix = cx.unsafe_fix("throw nothing away", Some(cx.edits().replace(redis.eviction.range(), "false")));
        cx.report(redis.eviction.origin, format!("jobs in `{}` are thrown away when it is full", redis.name.value))
            .label("the oldest jobs go first")
            .help("write `eviction = false`, and take a plan that holds the longest queue")
            .fix(fix);
    }
}
