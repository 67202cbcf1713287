//! For a comment on a pull request.
//!
//! Whoever can write a spec can have this posted in another's name: nothing in it may become a link, a mention or another
//! row.

use std::fmt::Write as _;

use super::{Between, cost, place, summary};
use crate::diag::prose::unmarked as plain;
use crate::diff::Diff;

/// The most bytes: GitHub takes 65,536 characters of a comment.
const LIMIT: usize = 60_000;

/// Differences as Markdown.
pub fn markdown(diff: &Diff, between: &Between) -> String {
    let mut out = format!("### {}: {}\n", plain(&between.title()), summary(diff));
    if diff.changes.is_empty() {
        return out;
    }
    out.push_str("\n| what comes of it | of | change | place |\n| --- | --- | --- | --- |\n");
    let (mut details, mut shown) = (String::new(), 0);
    for change in &diff.changes {
        let classes: Vec<String> = change.classes.iter().map(|class| class.words()).collect();
        let at = change.at.as_ref().map_or(String::new(), |at| plain(&place(at)));
        let row = format!("| **{}** | {} | {} | {at} |\n", classes.join(", "), plain(&change.of), plain(&change.what));
        let mut detail = format!("- **{}**: {}\n", plain(&change.of), plain(&change.what));
        for text in &change.effects {
            let _ = writeln!(detail, "  - {}", plain(text));
        }
        for text in &change.person {
            let _ = writeln!(detail, "  - **for a person:** {}", plain(text));
        }
        if out.len() + details.len() + row.len() + detail.len() > LIMIT {
            break;
        }
        out.push_str(&row);
        details.push_str(&detail);
        shown += 1;
    }
    if shown < diff.changes.len() {
        let _ = writeln!(out, "\nand {} more", diff.changes.len() - shown);
    }
    let _ = writeln!(out, "\n{}.", cost(diff));
    let _ = writeln!(out, "\n<details><summary>what happens</summary>\n\n{details}\n</details>");
    out
}
