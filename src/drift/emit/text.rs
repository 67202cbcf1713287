//! For a terminal.

use super::{Footing, place, subject, summary};
use crate::diag::prose::{line, wrapped};
use crate::drift::{Class, Drift};

/// Differences as text.
pub fn text(drift: &Drift, footing: &Footing) -> String {
    let mut out = String::new();
    line(&mut out, &format!("{}: {}", footing.title(), summary(drift)));
    for class in Class::ALL {
        let mut of_class = drift.findings.iter().filter(|finding| finding.class == class).peekable();
        if of_class.peek().is_none() {
            continue;
        }
        out.push('\n');
        line(&mut out, class.title());
        for finding in of_class {
            let at = finding.at.as_ref().map_or(String::new(), |at| format!("  ({})", place(at)));
            line(&mut out, &format!("  {}: {}{at}", subject(finding), finding.what));
            for (label, value) in [("declared", &finding.expected), ("runs", &finding.runs)] {
                if let Some(value) = value {
                    wrapped(&mut out, &format!("    {label:<9} "), value);
                }
            }
            wrapped(&mut out, "    ", &finding.then);
            wrapped(&mut out, "    you: ", &finding.person);
        }
    }
    if !drift.unknown.is_empty() {
        out.push_str("\nnot known\n");
        for unknown in &drift.unknown {
            wrapped(&mut out, "  ", &format!("{}: {}", unknown.what, unknown.why));
        }
    }
    if !drift.unseen.is_empty() {
        out.push_str("\nnot compared, because no dump could tell it\n");
        for unseen in &drift.unseen {
            wrapped(&mut out, "  ", unseen);
        }
    }
    out
}
