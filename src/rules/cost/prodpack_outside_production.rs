use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that the production add-on of Redis is not bought for anything else.
    ///
    /// ## Why
    ///
    /// `prodpack` adds monitoring, guarantees and certificates of compliance to a database, for 200 USD a month and
    /// database. Staging and development need none of them; it is there because the table was copied from production.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// tier = "staging"
    /// regions = ["iad"]
    ///
    /// [redis.cache]
    /// eviction = true
    /// prodpack = true
    /// ```
    ///
    /// ```toml,good
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// tier = "staging"
    /// regions = ["iad"]
    ///
    /// [redis.cache]
    /// eviction = true
    /// prodpack = false
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, upstash/redis
    static RULE = {
        name: "prodpack-outside-production",
        code: "FA593",
        group: Group::Cost,
        levels: Levels { production: Level::Allow, staging: Level::Warn, development: Level::Warn },
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for redis in model.redis.iter().filter(|redis| redis.prodpack.value) {
        let usd = cx.facts.redis.prodpack_usd;
        let at = redis.prodpack;
        let fix = cx.unsafe_fix("do without it", Some(cx.edits().replace(at.range(), "false")));
        cx.report(at.origin, format!("`{}` costs {usd} USD a month more than it must", redis.name.value))
            .label("the production add-on, outside of production")
            .help("write `prodpack = false`, or leave it out")
            .fix(fix);
    }
}
