use crate::kinds::postgres::Engine;
use crate::model::{Model, Postgres};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that production data is not in a Postgres cluster that nobody runs.
    ///
    /// ## Why
    ///
    /// `engine = "unmanaged"` is an app with a Postgres image. Fly.io does not support it: backups that can be restored,
    /// upgrades, full disks and failover are yours, at night as well. Managed Postgres costs more and does all of that.
    ///
    /// How many nodes such a cluster takes is for `postgres-quorum`.
    ///
    /// A cluster is not an app, and so has no `allow`. Who has decided to run it sets the level of the rule, in
    /// `[policy]`: `levels = { unmanaged-postgres = "allow" }`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [postgres.db]
    /// engine = "unmanaged"
    /// ```
    ///
    /// ```toml,good
    /// [postgres.db]
    /// engine = "managed"
    /// plan = "starter"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, postgres/index
    /// - Fly.io, postgres/getting-started/what-you-should-know
    static RULE = {
        name: "unmanaged-postgres",
        code: "FA110",
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
    for postgres in model.postgres.iter().filter(|postgres| postgres.engine.value == Engine::Unmanaged) {
        judge(postgres, cx);
    }
}

fn judge(postgres: &Postgres, cx: &mut Cx<'_>) {
    let plans = cx.facts.postgres.plans.iter().filter(|plan| plan.scriptable).map(|plan| plan.name);
    let plans = plans.collect::<Vec<_>>().join(", ");
    cx.report(postgres.engine.origin, format!("nobody but you repairs and restores `{}`", postgres.name.value))
        .label("not supported by Fly.io")
        .help(format!(
            "let Fly.io run it: `engine = \"managed\"` with a `plan` ({plans}); or set the level of this rule in [policy]"
        ));
}
