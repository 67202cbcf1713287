//! What is left when a region or a host is lost.

use std::fmt::Write as _;

use super::super::RenderCx;
use super::plain;
use crate::survival::{Survival, cell, members, reasons};

/// Every declaration and every region, and one host; what is lost stands below.
pub(super) fn losses(out: &mut String, cx: RenderCx<'_>) {
    let survival = Survival::of(cx.model, cx.facts);
    if survival.regions.is_empty() {
        return;
    }
    out.push_str(
        "\n## What a loss leaves\n\n\
         What goes on when a region is lost without notice, or any one host; `flyarch simulate` has the details, and the\n\
         smallest changes that help.\n\n| |",
    );
    for (region, _) in &survival.regions {
        let _ = write!(out, " {region} |");
    }
    let _ = writeln!(out, " one host |\n| --- |{}", " --- |".repeat(survival.regions.len() + 1));
    let mut notes: Vec<String> = Vec::new();
    let mut is_marked = false;
    for row in survival.rows() {
        let _ = write!(out, "| {} |", plain(&members(cx.model, &row.members)));
        for outcome in &row.outcomes {
            let cell = cell(outcome);
            is_marked |= cell.ends_with('*');
            let _ = write!(out, " {}", cell.replace('*', "\\*"));
            if !outcome.survives() {
                let note = reasons(cx.model, outcome).join(" ");
                let number = notes.iter().position(|known| *known == note).unwrap_or_else(|| {
                    notes.push(note);
                    notes.len() - 1
                });
                let _ = write!(out, " ({})", number + 1);
            }
            out.push_str(" |");
        }
        out.push('\n');
    }
    if is_marked {
        out.push_str(
            "\n\\* worse if the host has all machines of a group in one region, which Fly.io does not rule out for machines\n\
             without volumes\n",
        );
    }
    for (i, note) in notes.iter().enumerate() {
        let _ = writeln!(out, "{}{}. {note}", if i == 0 { "\n" } else { "" }, i + 1);
    }
}
