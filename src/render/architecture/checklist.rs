//! The production checklist, and everything that is waived, with its reason.

use std::fmt::Write as _;

use super::super::RenderCx;
use super::plain;
use crate::checklist::{Line, State};
use crate::model::Model;
use crate::spec::Tier;

/// Apps that a cell names; of more it says how many.
const NAMED: usize = 6;

pub(super) fn checklist(out: &mut String, cx: RenderCx<'_>) {
    let lines = &cx.checklist.lines;
    let counts = State::ALL.map(|state| {
        let count = lines.iter().filter(|line| line.state == state).count();
        format!("{count} {}", state.as_str())
    });
    let [met, by_hand, waived, open] = counts;
    let _ = write!(out, "\n## Production checklist\n\nOf {}: {met}, {waived}, {open}, {by_hand}.", lines.len());
    if cx.model.project().tier.value != Tier::Production {
        out.push_str(" It asks what production would, whatever the tier.");
    }
    out.push_str("\n\n| about | should be true | state | where, why, or how to see it |\n| --- | --- | --- | --- |\n");
    let mut topic = "";
    for line in lines {
        let about = if line.topic == topic { "" } else { line.topic };
        topic = line.topic;
        let mark = if line.state == State::Open { "**" } else { "" };
        let state = line.state.as_str();
        let _ = writeln!(out, "| {about} | {} | {mark}{state}{mark} | {} |", line.claim, details(line, cx.model));
    }
}

/// What is open, what is waived, and how to look.
fn details(line: &Line, model: &Model) -> String {
    let mut parts: Vec<String> = Vec::new();
    for open in &line.open {
        let apps = names(&open.apps, model);
        parts.push(match &open.what {
            Some(what) if apps.is_empty() => what.to_string(),
            Some(what) => format!("{apps} ({what})"),
            None => apps,
        });
    }
    for waived in &line.waived {
        let reason = plain(&waived.reason);
        let apps = names(&waived.apps, model);
        let reason = if apps.is_empty() { reason } else { format!("{apps}: {reason}") };
        parts.push(if line.state == State::Open { format!("waived for {reason}") } else { reason });
    }
    parts.extend(line.look.clone());
    parts.join("; ")
}

/// The keys of some apps; of many the first ones, and how many more there are.
fn names(apps: &[usize], model: &Model) -> String {
    let mut named: Vec<&str> = apps.iter().take(NAMED).map(|&app| model.apps[app].key.as_str()).collect();
    let more = format!("{} more", apps.len().saturating_sub(NAMED));
    if apps.len() > NAMED {
        named.push(&more);
    }
    named.join(", ")
}

pub(super) fn waivers(out: &mut String, model: &Model) {
    let mut rows = String::new();
    for app in &model.apps {
        for (rule, waiver) in &app.allow {
            let until = waiver.until.as_ref().map_or(String::new(), |until| until.value.to_string());
            let _ =
                writeln!(rows, "| {} | {} | {} | {until} |", app.key.value, plain(rule), plain(&waiver.reason.value));
        }
    }
    if !rows.is_empty() {
        out.push_str("\n## Waived checks\n\n| app | check | reason | until |\n| --- | --- | --- | --- |\n");
        out.push_str(&rows);
    }
}
