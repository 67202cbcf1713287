//! For a terminal.

use std::fmt::Write as _;

use super::{Between, cost, place, summary};
use crate::diff::{Change, Diff};

/// The most columns of a line of prose.
const WIDTH: usize = 100;

/// Differences as text.
pub fn text(diff: &Diff, between: &Between) -> String {
    let mut out = String::new();
    line(&mut out, &format!("{}: {}", between.title(), summary(diff)));
    for (i, change) in diff.changes.iter().enumerate() {
        if i == 0 || !alike(&diff.changes[i - 1], change) {
            out.push('\n');
        }
        let classes: Vec<String> = change.classes.iter().map(|class| class.words()).collect();
        let at = change.at.as_ref().map_or(String::new(), |at| format!("  ({})", place(at)));
        line(&mut out, &format!("{}  {}: {}{at}", classes.join(", "), change.of, change.what));
        // Changes of one kind behind each other say what they do once.
        if diff.changes.get(i + 1).is_some_and(|next| alike(change, next)) {
            continue;
        }
        for effect in &change.effects {
            wrapped(&mut out, "    ", effect);
        }
        for person in &change.person {
            wrapped(&mut out, "    you: ", person);
        }
    }
    if !diff.steps.is_empty() {
        out.push_str("\nsteps of setup.sh\n");
        for step in &diff.steps {
            line(&mut out, &format!("  {:<7}  {}", step.kind.as_str(), step.id));
            if let Some(command) = &step.command {
                line(&mut out, &format!("             {command}"));
            }
        }
    }
    if !diff.changes.is_empty() {
        out.push('\n');
        line(&mut out, &cost(diff));
    }
    out
}

/// Whether two changes differ in what they are about alone.
fn alike(one: &Change, other: &Change) -> bool {
    one.of == other.of
        && one.classes == other.classes
        && one.effects == other.effects
        && one.person == other.person
        && !one.effects.is_empty()
}

fn wrapped(out: &mut String, indent: &str, text: &str) {
    let hanging = " ".repeat(indent.chars().count());
    let mut current = indent.to_owned();
    let mut is_empty = true;
    for word in text.split(' ') {
        if !is_empty && current.chars().count() + 1 + word.chars().count() > WIDTH {
            line(out, &current);
            current.clone_from(&hanging);
            is_empty = true;
        }
        if !is_empty {
            current.push(' ');
        }
        current.push_str(word);
        is_empty = false;
    }
    line(out, &current);
}

/// A line, with nothing that moves the cursor of a terminal.
fn line(out: &mut String, text: &str) {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let _ = writeln!(out, "{}", plain.trim_end());
}
