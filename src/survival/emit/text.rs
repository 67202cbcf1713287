//! For a terminal.

use std::fmt::Write as _;

use super::super::{Advice, State, cell, members, sentences};
use super::{Found, Shown, plain, price, then};

/// The most columns of a line of prose.
const WIDTH: usize = 100;

/// What is left, as text.
pub fn text(shown: &Shown<'_>) -> String {
    let mut out = String::new();
    if shown.matrix.is_some() {
        let _ = writeln!(out, "{}: what is left when a region or a host is lost", plain(&shown.title()));
        matrix(&mut out, shown);
    }
    for (i, found) in shown.found.iter().enumerate() {
        let lost = shown.matrix.is_some();
        if lost && found.outcomes.iter().all(|(_, outcome, _)| outcome.survives()) {
            continue;
        }
        if lost || i > 0 {
            out.push('\n');
        }
        let head = if lost { String::new() } else { format!("{}: ", plain(&shown.title())) };
        let _ = writeln!(out, "{head}{}: {}", found.loss, found.summary());
        of_loss(&mut out, shown, found, lost);
        if let Some(retirement) = &found.retirement {
            retirement_of(&mut out, retirement);
        }
    }
    out
}

fn matrix(out: &mut String, shown: &Shown<'_>) {
    let Some(survival) = shown.matrix else { return };
    let rows = survival.rows();
    let mut table: Vec<Vec<String>> = Vec::with_capacity(rows.len() + 1);
    let head = survival.regions.iter().map(|(region, _)| (*region).to_owned()).chain(["one host".to_owned()]);
    table.push(std::iter::once(String::new()).chain(head).collect());
    for row in &rows {
        let cells = row.outcomes.iter().map(|outcome| cell(outcome));
        table.push(std::iter::once(members(shown.model, &row.members)).chain(cells).collect());
    }
    let width = |column: usize| table.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..table[0].len()).map(width).collect();
    out.push('\n');
    for row in &table {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        let _ = writeln!(out, "{}", plain(cells.join("  ").trim_end()));
    }
    if rows.iter().any(|row| row.outcomes.iter().any(|outcome| outcome.shared_host > outcome.own.max(State::Reduced))) {
        out.push('\n');
        wrapped(
            out,
            "* ",
            "worse if one host has all machines of a group in one region: Fly.io does not rule that out for machines \
             without volumes",
        );
    }
}

fn of_loss(out: &mut String, shown: &Shown<'_>, found: &Found<'_>, failing_alone: bool) {
    let mut quiet: Vec<String> = Vec::new();
    for (of, outcome, advice) in &found.outcomes {
        let name = members(shown.model, of);
        if failing_alone && outcome.survives() {
            continue;
        }
        if outcome.state == State::Unaffected && outcome.survives() {
            quiet.push(name);
            continue;
        }
        let _ = writeln!(out, "  {}: {}", plain(&name), cell(outcome));
        for sentence in sentences(shown.model, found.loss, outcome) {
            wrapped(out, "    ", &sentence);
        }
        match advice {
            Some(Advice::Change(change)) => {
                let verb = if change.survives { "change" } else { "better" };
                wrapped(out, &format!("    {verb}: "), &format!("in [{}] ({})", change.table, change.at));
                for line in &change.lines {
                    let _ = writeln!(out, "      {}", plain(line));
                }
                wrapped(out, "      ", &format!("{}; {}", price(change), then(change)));
            }
            Some(Advice::Nothing(why)) => wrapped(out, "    no small change: ", why),
            None => {}
        }
    }
    if !quiet.is_empty() {
        wrapped(out, "  unaffected: ", &quiet.join(", "));
    }
}

fn retirement_of(out: &mut String, retirement: &super::Retirement) {
    out.push('\n');
    if !retirement.named.is_empty() {
        out.push_str("  named by\n");
        for (what, at) in &retirement.named {
            let _ = writeln!(out, "    {} ({})", plain(what), plain(at));
        }
    }
    if retirement.steps.is_empty() {
        out.push_str("  nothing in the spec names it\n");
        return;
    }
    out.push('\n');
    match retirement.replacement {
        Some((region, city)) => {
            let _ = writeln!(out, "  nearest region that has what is needed: {region}, {city}");
        }
        None => out.push_str("  no region is known that has what is needed\n"),
    }
    for (i, step) in retirement.steps.iter().enumerate() {
        wrapped(out, &format!("  {}. ", i + 1), &step.text);
        for command in &step.commands {
            let _ = writeln!(out, "       {}", plain(command));
        }
    }
    for stays in &retirement.stays {
        wrapped(out, "  stays: ", stays);
    }
}

/// Words in lines, the first with an indent, the others below it.
fn wrapped(out: &mut String, indent: &str, text: &str) {
    let hanging = " ".repeat(indent.chars().take_while(|c| *c == ' ').count() + 2);
    let mut line = indent.to_owned();
    let mut is_empty = true;
    for word in text.split(' ') {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(out, "{}", plain(line.trim_end()));
            line.clone_from(&hanging);
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    let _ = writeln!(out, "{}", plain(line.trim_end()));
}
