//! What rules would find in production: whatever the tier, levels and waivers say. For the production checklist, which
//! shows beside each finding who has waived it.

use super::cx::{Judging, Waivers, cx};
use super::{Check, Levels, Rule};
use crate::diag::Diagnostics;
use crate::plan::Plan;
use crate::spec::Level;
use crate::spread;

/// A rule that finds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    /// The app that it is about, by place; none when it is about what is no app.
    pub(crate) app: Option<usize>,
    /// The name of the rule.
    pub(crate) rule: &'static str,
}

/// Asks some rules. Hits are sorted, those about no app first, each once.
pub(crate) fn audit(judging: &Judging<'_>, plan: &Plan, rules: &[&'static Rule]) -> Vec<Hit> {
    let ask = |rule: &'static Rule, app: Option<usize>, check: &dyn Fn(&mut super::Cx<'_>)| {
        let (mut waivers, mut unseen) = (Waivers::that_hear(), Diagnostics::default());
        check(&mut cx(judging, rule, Levels::always(Level::Warn), app, &mut waivers, &mut unseen));
        waivers.heard().map(|app| Hit { app, rule: rule.id.name }).collect::<Vec<_>>()
    };
    let places: Vec<usize> = (0..judging.model.apps.len()).collect();
    let by_app = spread::map(&places, |&index| {
        let app = &judging.model.apps[index];
        let mut hits = Vec::new();
        for rule in rules {
            if let Check::App(check) | Check::Both(check, _) = rule.check {
                hits.extend(ask(rule, Some(index), &|cx| check(app, cx)));
            }
        }
        hits
    });
    let mut hits = by_app.concat();
    for rule in rules {
        match rule.check {
            Check::Model(check) | Check::Both(_, check) => hits.extend(ask(rule, None, &|cx| check(judging.model, cx))),
            Check::Plan(check) => hits.extend(ask(rule, None, &|cx| check(plan, cx))),
            Check::App(_) => {}
        }
    }
    hits.sort_unstable();
    hits.dedup();
    hits
}
