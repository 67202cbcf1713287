use crate::diag::fix::string_literal;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::list;
use crate::spec::Level;

declare_rule! {
    /// Checks that the plan of a Redis database is one that can be bought.
    ///
    /// ## Why
    ///
    /// `fly redis create` compares a plan with the names that `fly redis plans` shows, to the letter: `fixed_250mb` is
    /// not found, and the set-up stops. The plans of before, such as `starter` and `pro_2k`, it refuses for new
    /// databases.
    ///
    /// A name that looks like none of the known ones is left alone: the list is a dated fact, and flyctl also takes the
    /// id of a plan.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [redis.cache]
    /// plan = "fixed_250mb"
    /// ```
    ///
    /// ```toml,good
    /// [redis.cache]
    /// plan = "Fixed 250MB"
    /// ```
    ///
    /// ```toml,bad
    /// [redis.cache]
    /// plan = "pro_2k"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, upstash/redis
    /// - flyctl, internal/command/redis/create.go
    static RULE = {
        name: "redis-plan",
        code: "FA550",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: false,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for plan in model.redis.iter().filter_map(|redis| redis.plan.as_ref()) {
        let facts = &cx.facts.redis;
        if facts.plans.contains(&plan.as_str()) {
            continue;
        }
        let names = list(facts.plans, "and");
        if facts.legacy_plans.contains(&plan.to_lowercase().replace(' ', "_").as_str()) {
            cx.report(plan.origin, format!("new databases cannot have the plan `{}`", plan.value))
                .label("flyctl refuses it")
                .help(format!("leave it out to pay by request, or take another: {names}"));
            continue;
        }
        let plain = |name: &str| name.to_lowercase().replace(['_', '-', ' '], "");
        let wanted = plain(plan.trim_start_matches("flyio_"));
        let Some(meant) = facts.plans.iter().find(|name| plain(name) == wanted) else { continue };
        let literal = string_literal(meant);
        let fix = cx.safe_fix(format!("write {literal}"), Some(cx.edits().replace(plan.range(), literal.as_str())));
        cx.report(plan.origin, format!("flyctl does not find the plan `{}`", plan.value))
            .label("it compares letter by letter")
            .help(format!("write {literal}, as `fly redis plans` shows it"))
            .fix(fix);
    }
}
