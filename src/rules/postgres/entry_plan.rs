use crate::kinds::postgres::Engine;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that production does not run on a plan of Managed Postgres that is meant for trying out.
    ///
    /// ## Why
    ///
    /// `basic` and `starter` have shared CPUs and one or two GB of memory. A shared CPU has a sixteenth of its time for
    /// sure, and more while nobody else wants it: a report, an index that is built, a vacuum use that up, and then
    /// every query waits. The plans from `launch` on have CPUs of their own.
    ///
    /// A cluster has no `allow`. Who has measured that it is enough sets the level of the rule, in `[policy]`: `levels
    /// = { entry-plan = "allow" }`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [postgres.db]
    /// plan = "basic"
    /// ```
    ///
    /// ```toml,good
    /// [postgres.db]
    /// plan = "launch"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, mpg/index
    /// - Fly.io, machines/cpu-performance
    static RULE = {
        name: "entry-plan",
        code: "FA525",
        group: Group::Reliability,
        levels: Levels { production: Level::Warn, staging: Level::Allow, development: Level::Allow },
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for cluster in model.postgres.iter().filter(|cluster| cluster.engine.value == Engine::Managed) {
        let Some(written) = &cluster.plan else { continue };
        let Some(plan) = cx.facts.postgres_plan(written).filter(|plan| plan.cpu_kind == "shared") else { continue };
        let better = cx.facts.postgres.plans.iter().find(|plan| plan.cpu_kind != "shared" && plan.scriptable);
        let help = match better {
            Some(better) => format!(
                "take `{}` ({} GB of memory, {} USD a month), or say in [policy] that this one is enough",
                better.name, better.memory_gb, better.usd
            ),
            None => "take a larger plan".to_owned(),
        };
        cx.report(written.origin, format!("`{}` of production shares its CPUs with others", cluster.name.value))
            .label(format!("{} shared CPUs, {} GB of memory", plan.cpus, plan.memory_gb))
            .help(help);
    }
}
