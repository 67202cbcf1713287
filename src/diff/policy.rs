//! What no machine knows of: the project's own settings, how findings are judged, and what is waived.

use std::collections::BTreeMap;

use super::{Change, Class, Cx};
use crate::model::{App, Model};
use crate::rules::{Group, RULES};
use crate::source::TextRange;
use crate::spec::Level;
use crate::value::Sourced;

/// What a change of how a rule is judged is: of security where the rule is.
fn class_of(rule: &str) -> Class {
    let rule = RULES.iter().find(|known| known.id.name == rule);
    if rule.is_some_and(|rule| rule.group == Group::Security) { Class::Security } else { Class::NoEffect }
}

const JUDGED: &str = "It changes what `flyarch lint` and `flyarch build` find, and nothing that runs.";

/// The project's own table.
pub(super) fn project(cx: &mut Cx<'_>) {
    let (Some(old), Some(new)) = (&cx.old.model.project, &cx.new.model.project) else { return };
    let mut found = Vec::new();
    if old.org.value != new.org.value {
        // `app` in `kinds/app/functions.sh` looks in the organisation, and names are unique on all of Fly.io.
        found.push(
            Change::new(
                &[Class::Replacement, Class::Security],
                "project",
                format!("the organisation: `{}` → `{}`", old.org.value, new.org.value),
            )
            .effect("`setup.sh` finds the names taken by the old organisation, and ends (22).")
            .person(format!(
                "`fly apps move APP --org {}` moves an app, with a restart; data services do not move.",
                new.org.value
            ))
            .at(cx.here(new.org.range())),
        );
    }
    if old.tier.value != new.tier.value {
        let what = format!("the tier: {} → {}", old.tier.value.as_str(), new.tier.value.as_str());
        let classes = if new.tier.value > old.tier.value { [Class::Security] } else { [Class::NoEffect] };
        found.push(Change::new(&classes, "project", what).effect(JUDGED).at(cx.here(new.tier.range())));
    }
    if old.name.value != new.name.value {
        let what = format!("the name of the architecture: `{}` → `{}`", old.name.value, new.name.value);
        found.push(
            Change::new(&[Class::NoEffect], "project", what)
                .effect("What it does to the names of apps and data services is told there.")
                .at(cx.here(new.name.range())),
        );
    }
    let ci = |project: &crate::model::Project| project.ci.is_some();
    if (ci(old), old.alerts) != (ci(new), new.alerts) {
        let change = Change::new(&[Class::NoEffect], "project", "which files beside the script are rendered");
        found.push(change.effect("Nothing that runs is touched."));
    }
    cx.changes.extend(found);
}

/// `[policy]`.
pub(super) fn policy(cx: &mut Cx<'_>) {
    let levels = |model: &'_ Model| -> BTreeMap<String, (Level, TextRange)> {
        model.levels.iter().map(|(rule, level)| (rule.value.clone(), (level.value, rule.range()))).collect()
    };
    let (old, new) = (cx.old.model, cx.new.model);
    let (before, after) = (levels(old), levels(new));
    let word = |level: Option<Level>| match level {
        None => "the tier's",
        Some(Level::Allow) => "allow",
        Some(Level::Warn) => "warn",
        Some(Level::Error) => "error",
    };
    let rules: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for rule in rules {
        let (was, is) = (before.get(rule), after.get(rule));
        if was.map(|was| was.0) == is.map(|is| is.0) {
            continue;
        }
        let what = format!("the level of {rule}: {} → {}", word(was.map(|was| was.0)), word(is.map(|is| is.0)));
        let at = match (was, is) {
            (_, Some((_, range))) => Some(cx.here(*range)),
            (Some((_, range)), None) => Some(cx.there(*range)),
            (None, None) => None,
        };
        cx.add(Change::new(&[class_of(rule)], "policy", what).effect(JUDGED).at(at));
    }
    for rule in new.forbidden.iter().filter(|rule| !old.forbidden.contains(rule)) {
        let at = cx.here(rule.range());
        let what = format!("nobody may waive {} any more", rule.value);
        cx.add(Change::new(&[Class::NoEffect], "policy", what).effect(JUDGED).at(at));
    }
    for rule in old.forbidden.iter().filter(|rule| !new.forbidden.contains(rule)) {
        let at = cx.there(rule.range());
        let what = format!("apps may waive {} again", rule.value);
        cx.add(Change::new(&[class_of(rule)], "policy", what).effect(JUDGED).at(at));
    }
    let said = |model: &Model| -> Vec<(String, TextRange)> {
        model.assertions.iter().map(|assertion| (assertion.value.to_string(), assertion.range())).collect()
    };
    let (before, after) = (said(old), said(new));
    for (text, range) in after.iter().filter(|(text, _)| before.iter().all(|(other, _)| other != text)) {
        let at = cx.here(*range);
        cx.add(Change::new(&[Class::NoEffect], "policy", format!("new: {text}")).effect(JUDGED).at(at));
    }
    for (text, range) in before.iter().filter(|(text, _)| after.iter().all(|(other, _)| other != text)) {
        let at = cx.there(*range);
        cx.add(Change::new(&[Class::Security], "policy", format!("no longer: {text}")).effect(JUDGED).at(at));
    }
    if old.budget.map(|budget| budget.value) != new.budget.map(|budget| budget.value) {
        let text =
            |budget: Option<Sourced<crate::value::Usd>>| budget.map_or("none".to_owned(), |b| b.value.to_string());
        let what = format!("the budget: {} → {}", text(old.budget), text(new.budget));
        let at = new.budget.map(|budget| cx.here(budget.range()));
        cx.add(Change::new(&[Class::NoEffect], "policy", what).effect(JUDGED).at(at));
    }
}

/// Waivers of an app.
pub(super) fn waivers(cx: &mut Cx<'_>, old: &App, new: &App) {
    for (rule, waiver) in &new.allow {
        let before = old.allow.iter().find(|(other, _)| other.value == rule.value).map(|(_, waiver)| waiver);
        let until = |waiver: &crate::spec::Waiver| waiver.until.map(|until| until.value);
        let what = match before {
            None => format!("{} is waived", rule.value),
            Some(before) if until(before) != until(waiver) => format!("the day until which {} is waived", rule.value),
            Some(before) if before.reason.value != waiver.reason.value => format!("why {} is waived", rule.value),
            Some(_) => continue,
        };
        let at = cx.here(rule.range());
        cx.add(Change::new(&[class_of(&rule.value)], new.reference(), what).effect(JUDGED).at(at));
    }
    for (rule, _) in old.allow.iter().filter(|(rule, _)| new.allow.iter().all(|(other, _)| other.value != rule.value)) {
        let at = cx.there(rule.range());
        let what = format!("{} is no longer waived", rule.value);
        cx.add(Change::new(&[Class::NoEffect], new.reference(), what).effect(JUDGED).at(at));
    }
}
