use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::list;
use crate::spec::Level;

declare_rule! {
    /// Checks that commands which buy a data service name a plan that they can buy.
    ///
    /// ## Why
    ///
    /// `fly mpg create` with a plan that it does not know buys the smallest one, without an error: a cluster for
    /// production then has the memory of a toy. `performance` is sold by the dashboard alone. `fly redis create` refuses
    /// plans of old.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- setup.sh
    /// fly mpg create -n db -r fra --plan performance
    /// ```
    ///
    /// ```toml,files,good
    /// # --- setup.sh
    /// fly mpg create -n db -r fra --plan scale
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/command/mpg/plans.go
    /// - flyctl, internal/command/redis/create.go
    static RULE = {
        name: "plan-of-command",
        code: "FA849",
        group: Group::Cost,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(_: &Model, cx: &mut Cx<'_>) {
    for usage in cx.usages.iter().filter(|usage| usage.is(&["mpg create", "redis create"]) && !usage.is_vague()) {
        let Some(plan) = usage.value("plan").filter(|plan| !plan.contains('$')) else { continue };
        let (message, label, names) = if usage.is(&["mpg create"]) {
            let plans = cx.facts.postgres.plans;
            let scriptable = plans.iter().filter(|plan| plan.scriptable).map(|plan| plan.name);
            if scriptable.clone().any(|name| name.eq_ignore_ascii_case(plan)) {
                continue;
            }
            let fallback = cx.facts.postgres.fallback_plan;
            let message = format!("this buys the plan `{fallback}`, not `{plan}`");
            let known = plans.iter().any(|known| known.name.eq_ignore_ascii_case(plan));
            let label = if known { "no script can buy it" } else { "no such plan, and no error" };
            (message, label, scriptable.collect::<Vec<_>>())
        } else {
            let old = plan.to_lowercase().replace(' ', "_");
            if !cx.facts.redis.legacy_plans.contains(&old.as_str()) {
                continue;
            }
            let message = format!("new databases cannot have the plan `{plan}`");
            (message, "flyctl refuses it", cx.facts.redis.plans.to_vec())
        };
        cx.within(usage.line.file)
            .report(usage.at_word(plan), message)
            .label(label)
            .help(format!("plans are {}", list(&names, "and")));
    }
    cx.back();
}
