//! For a comment on a pull request. All text goes through [`markdown`](crate::markdown).

use std::fmt::Write as _;

use super::super::{Advice, State, cell, members, sentences};
use super::{Found, Shown, price, then};
use crate::markdown::{inert, prose};

/// What is left as Markdown.
pub fn markdown(shown: &Shown<'_>) -> String {
    let mut out = format!("### {}: what is left\n", inert(&shown.title()));
    if let Some(survival) = shown.matrix {
        out.push_str("\n| |");
        survival.regions.iter().for_each(|(region, _)| {
            let _ = write!(out, " {region} |");
        });
        let _ = writeln!(out, " one host |\n| --- |{}", " --- |".repeat(survival.regions.len() + 1));
        for row in survival.rows() {
            let cells: Vec<String> = row.outcomes.iter().map(|outcome| cell(outcome).replace('*', "\\*")).collect();
            let _ = writeln!(out, "| {} | {} |", inert(&members(shown.model, &row.members)), cells.join(" | "));
        }
        if out.contains("\\*") {
            out.push_str(
                "\n\\* worse if one host has all machines of a group in one region: Fly.io does not rule that out for \
                 machines without volumes\n",
            );
        }
    }
    for found in &shown.found {
        let fails = found.outcomes.iter().any(|(_, outcome, _)| !outcome.survives());
        if shown.matrix.is_some() && !fails {
            continue;
        }
        let _ = writeln!(out, "\n#### {}: {}\n", sentence_case(&found.loss.to_string()), found.summary());
        of_loss(&mut out, shown, found);
        if let Some(retirement) = &found.retirement {
            if let Some((region, city)) = retirement.replacement {
                let _ = writeln!(out, "\nNearest region that has what is needed: {region}, {city}\n");
            }
            for (i, step) in retirement.steps.iter().enumerate() {
                let _ = writeln!(out, "{}. {}", i + 1, prose(&step.text));
                if !step.commands.is_empty() {
                    let commands: Vec<String> =
                        step.commands.iter().map(|command| format!("   {}", one_line(command))).collect();
                    let _ = writeln!(out, "   ~~~~~~sh\n{}\n   ~~~~~~", commands.join("\n"));
                }
            }
            for stays in &retirement.stays {
                let _ = writeln!(out, "- stays: {}", prose(stays));
            }
        }
    }
    out
}

fn of_loss(out: &mut String, shown: &Shown<'_>, found: &Found<'_>) {
    for (of, outcome, advice) in &found.outcomes {
        let is_quiet = outcome.survives() && (shown.matrix.is_some() || outcome.state == State::Unaffected);
        if is_quiet {
            continue;
        }
        let _ = write!(out, "- **{}**: {}.", inert(&members(shown.model, of)), inert(&cell(outcome)));
        for sentence in sentences(shown.model, found.loss, outcome) {
            let _ = write!(out, " {}", prose(&sentence));
        }
        out.push('\n');
        match advice {
            Some(Advice::Change(change)) => {
                let head = if change.survives { "The smallest change" } else { "Better" };
                let lines: Vec<String> = change.lines.iter().map(|line| format!("  {}", one_line(line))).collect();
                let (price, then) = (price(change), then(change));
                let _ = writeln!(
                    out,
                    "  {head}, in `{}`: {price}; {then}.\n  ~~~~~~toml\n{}\n  ~~~~~~",
                    change.table,
                    lines.join("\n")
                );
            }
            Some(Advice::Nothing(why)) => {
                let _ = writeln!(out, "  No small change: {}", prose(why));
            }
            None => {}
        }
    }
}

fn sentence_case(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

fn one_line(text: &str) -> String {
    super::plain(text)
}
