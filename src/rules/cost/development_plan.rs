use crate::diag::fix::string_literal;
use crate::kinds::postgres::Engine;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that a cluster for development has a small plan.
    ///
    /// ## Why
    ///
    /// The plans of Managed Postgres from `launch` on have CPUs of their own and begin at 282 USD a month. A
    /// developer's database is asked now and then; `basic`, at 38 USD, does that. The larger plan is there because the
    /// table was copied from production.
    ///
    /// Staging is left alone: a rehearsal may need what production has.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// tier = "development"
    /// regions = ["iad"]
    ///
    /// [postgres.db]
    /// plan = "launch"
    /// ```
    ///
    /// ```toml,good
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// tier = "development"
    /// regions = ["iad"]
    ///
    /// [postgres.db]
    /// plan = "basic"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, mpg/index
    static RULE = {
        name: "development-plan",
        code: "FA594",
        group: Group::Cost,
        levels: Levels { production: Level::Allow, staging: Level::Allow, development: Level::Warn },
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for cluster in model.postgres.iter().filter(|cluster| cluster.engine.value == Engine::Managed) {
        let Some(written) = &cluster.plan else { continue };
        let plans = cx.facts.postgres.plans;
        let Some(plan) = cx.facts.postgres_plan(written).filter(|plan| plan.cpu_kind != "shared") else { continue };
        let Some(small) = plans.iter().filter(|plan| plan.scriptable).min_by_key(|plan| plan.usd) else { continue };
        let edit = cx.edits().replace(written.range(), string_literal(small.name));
        let fix = cx.unsafe_fix(format!("take {}", small.name), Some(edit));
        cx.report(
            written.origin,
            format!("`{}` is for development, and costs {} USD a month", cluster.name.value, plan.usd),
        )
        .label(format!("`{}` costs {}", small.name, small.usd))
        .help(format!("take `{}`: a plan can be changed later", small.name))
        .fix(fix);
    }
}
