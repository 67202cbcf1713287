use crate::diag::fix::string_literal;
use crate::kinds::postgres::Engine;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::{list, nearest};
use crate::spec::Level;
use crate::value::{Name, Sourced};

declare_rule! {
    /// Checks that the plan of every managed cluster is one that a script can buy.
    ///
    /// ## Why
    ///
    /// With a terminal, `fly mpg create` asks again when it does not understand a plan. Without one, as in a set-up, it
    /// takes the smallest plan and says nothing: the cluster stands, costs something else, and is too small. That
    /// happens for every misspelt name, and for `performance`, which flyctl looks up under a key with a capital letter
    /// after it has made all letters small.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [postgres.db]
    /// plan = "lunch"
    /// ```
    ///
    /// ```toml,good
    /// [postgres.db]
    /// plan = "launch"
    /// ```
    ///
    /// ```toml,bad
    /// [postgres.db]
    /// plan = "performance"
    /// ```
    ///
    /// ```toml,good
    /// [postgres.db]
    /// plan = "scale"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, mpg/index
    /// - flyctl, internal/command/mpg/create.go
    /// - flyctl, internal/command/mpg/plans.go
    static RULE = {
        name: "mpg-plan",
        code: "FA304",
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
    for cluster in model.postgres.iter().filter(|cluster| cluster.engine.value == Engine::Managed) {
        if let Some(plan) = &cluster.plan
            && cx.facts.postgres_plan(plan).is_none_or(|known| !known.scriptable)
        {
            report(plan, cx);
        }
    }
}

fn report(plan: &Sourced<Name>, cx: &mut Cx<'_>) {
    let plans = cx.facts.postgres.plans;
    let scriptable = || plans.iter().filter(|plan| plan.scriptable).map(|plan| plan.name);
    let known = plans.iter().find(|known| known.name.eq_ignore_ascii_case(plan));
    if let Some(known) = known.filter(|known| known.scriptable) {
        // flyctl makes the letters small; the set-up compares the plan with that of the cluster.
        let fix = cx.safe_fix(format!("write {}", known.name), Some(cx.edits().replace_word(plan.range(), known.name)));
        cx.warn(plan.origin, format!("the plan `{}` is called `{}`", plan.value, known.name))
            .label("in small letters")
            .help("write it in small letters: the set-up compares it with the plan of the cluster")
            .fix(fix);
        return;
    }
    let near = if known.is_some() { scriptable().next_back() } else { nearest(plan, scriptable()) };
    let edit = near.map(|near| cx.edits().replace(plan.range(), string_literal(near)));
    let fix = near.and_then(|near| cx.unsafe_fix(format!("take {near}"), edit));
    let choice = list(&scriptable().collect::<Vec<_>>(), "and");
    let (label, help) = match (known, near) {
        (Some(_), Some(near)) => {
            ("no script can buy this plan", format!("take `{near}`: only the dashboard sells `{}`", plan.value))
        }
        (None, Some(near)) => ("no such plan, and no error either", format!("did you mean `{near}`?")),
        (_, None) => ("no such plan, and no error either", format!("plans are {choice}")),
    };
    let fallback = cx.facts.postgres.fallback_plan;
    let message = format!("flyctl would create a `{fallback}` cluster, not `{}`", plan.value);
    cx.report(plan.origin, message).label(label).help(help).fix(fix);
}
