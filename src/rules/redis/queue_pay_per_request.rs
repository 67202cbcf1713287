use crate::diag::fix::string_literal;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that a Redis database that holds a queue has a fixed price.
    ///
    /// ## Why
    ///
    /// Without a plan every request is paid: 0.20 USD for 100,000. Workers of Sidekiq, BullMQ or Celery ask for work
    /// all the time, each of them several times a second, also at night: a handful of idle workers makes millions of
    /// requests a day, and costs more than the smallest fixed plan in a week. flyctl itself says so when it creates
    /// such a database.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [redis.queue]
    /// eviction = false
    /// ```
    ///
    /// ```toml,good
    /// [redis.queue]
    /// plan = "Fixed 250MB"
    /// eviction = false
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, upstash/redis
    /// - flyctl, internal/command/redis/create.go
    static RULE = {
        name: "queue-pay-per-request",
        code: "FA554",
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
    for (index, redis) in model.redis.iter().enumerate().filter(|(_, redis)| redis.plan.is_none()) {
        if !model.is_queue(index) {
            continue;
        }
        let smallest = cx.facts.redis.plans.iter().find(|plan| plan.starts_with("Fixed"));
        let Some(literal) = smallest.map(|plan| string_literal(plan)) else { continue };
        let fix = cx.unsafe_fix(format!("take {literal}"), cx.edits().insert_entry(redis.header, "plan", &literal));
        cx.report(Origin::written(redis.header), format!("every look into the queue `{}` is paid", redis.name.value))
            .label("pay as you go, and workers ask all the time")
            .help(format!("take a fixed plan: `plan = {literal}` or a larger one"))
            .fix(fix);
    }
}
