//! For a terminal.

use super::{Between, cost, place, summary};
use crate::diag::prose::{line, wrapped};
use crate::diff::{Change, Diff};

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
