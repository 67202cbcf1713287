use crate::cost::{Prices, Usage, estimate};
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that the architecture costs no more a month than `budget_usd` of the policy allows.
    ///
    /// ## Why
    ///
    /// A larger plan, two more regions, a volume with another zero: each is one line of a spec, and the bill comes weeks
    /// later. Fly.io has no limit of spending and sends no alarm. With a budget in the spec, whoever writes that line sees
    /// what it does, and whoever wants more asks for it where others can see.
    ///
    /// What counts is the ceiling of `flyarch cost`: all machines on all month, volumes grown to their limit. Prices
    /// that nobody knows here, such as those of traffic, are not in it: what is found is at least as expensive as it says.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [policy]
    /// budget_usd = 250
    ///
    /// [app.web]
    /// uses = { DATABASE_URL = "postgres.db" }
    ///
    /// [postgres.db]
    /// plan = "launch"
    /// ```
    ///
    /// ```toml,good
    /// [policy]
    /// budget_usd = 350
    ///
    /// [app.web]
    /// uses = { DATABASE_URL = "postgres.db" }
    ///
    /// [postgres.db]
    /// plan = "launch"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, about/pricing
    /// - Fly.io, about/cost-management
    static RULE = {
        name: "over-budget",
        code: "FA870",
        group: Group::Cost,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    let Some(budget) = model.budget else { return };
    let usage = Usage::default();
    let estimate = estimate(model, cx.facts, &Prices::known(cx.facts), &usage);
    let ceiling = estimate.ceiling();
    if ceiling.usd <= budget.value {
        return;
    }
    let mut items: Vec<_> = estimate.items.iter().filter(|item| item.ceiling.usd.micros() > 0).collect();
    items.sort_by_key(|item| std::cmp::Reverse(item.ceiling.usd));
    let largest = items.iter().take(3).map(|item| {
        let of = item.of.map_or_else(|| "the organisation".to_owned(), |of| model.reference(of));
        let region = item.region.as_ref().map_or(String::new(), |region| format!(" in {region}"));
        format!("{of} {} for {}{region}", item.ceiling.usd, item.kind.as_str())
    });
    let largest = largest.collect::<Vec<_>>().join(", ");
    let over = ceiling.usd.less(budget.value);
    let least = if ceiling.open { "at least " } else { "" };
    cx.report(budget.origin, format!("with everything on, a month costs {least}{} USD", ceiling.usd))
        .label(format!("the budget; {over} too much"))
        .help(format!("spend less, or agree on another budget; the largest: {largest}; `flyarch cost` shows all"));
}
