use crate::model::Model;
use crate::rules::data::is_cache_word;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that every Redis database says what happens when its memory is full.
    ///
    /// ## Why
    ///
    /// Without eviction a full database refuses every write, and the app that wanted to remember something answers with
    /// an error. With it old entries make room, and a queue loses its jobs. Which of the two is meant nobody but the
    /// owner of the data can say. The default is that nothing is thrown away.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [redis.cache]
    /// plan = "Fixed 250MB"
    /// ```
    ///
    /// ```toml,good
    /// [redis.cache]
    /// eviction = true
    /// plan = "Fixed 250MB"
    /// ```
    ///
    /// ```toml,bad
    /// [redis.jobs]
    /// plan = "Fixed 250MB"
    /// ```
    ///
    /// ```toml,good
    /// [redis.jobs]
    /// eviction = false
    /// plan = "Fixed 250MB"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, upstash/redis
    static RULE = {
        name: "redis-eviction",
        code: "FA551",
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
    for redis in model.redis.iter().filter(|redis| !redis.eviction.origin.is_written()) {
        let cache = redis.is_called(is_cache_word);
        let edit = cx.edits().insert_entry(redis.header, "eviction", if cache { "true" } else { "false" });
        let title = if cache { "let old entries make room" } else { "throw nothing away" };
        let fix = cx.unsafe_fix(title, edit);
        cx.report(
            Origin::written(redis.header),
            format!("`{}` refuses writes when it is full, and nobody said so", redis.name.value),
        )
        .label("nothing is evicted")
        .help("say it: `eviction = true` for a cache, `eviction = false` for a queue or sessions")
        .fix(fix);
    }
}
