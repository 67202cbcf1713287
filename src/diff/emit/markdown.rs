//! For a comment on a pull request. All text goes through [`markdown`](crate::markdown).

use std::fmt::Write as _;

use super::{Between, cost, place, summary};
use crate::diff::Diff;
use crate::markdown::{code, inert, prose};

/// The most bytes: GitHub takes 65,536 characters of a comment.
const LIMIT: usize = 60_000;

/// Differences as Markdown.
pub fn markdown(diff: &Diff, between: &Between) -> String {
    markdown_within(diff, between, LIMIT)
}

/// The same, with as many of the changes as have room in a number of bytes. What stands around them takes some hundred.
pub fn markdown_within(diff: &Diff, between: &Between, limit: usize) -> String {
    let mut out = format!("### {}: {}\n", inert(&between.title()), summary(diff));
    if diff.changes.is_empty() {
        return out;
    }
    out.push_str("\n| what comes of it | of | change | place |\n| --- | --- | --- | --- |\n");
    let (mut details, mut shown) = (String::new(), 0);
    for change in &diff.changes {
        let classes: Vec<String> = change.classes.iter().map(|class| class.words()).collect();
        let at = change.at.as_ref().map_or(String::new(), |at| code(&place(at)));
        let row = format!("| **{}** | {} | {} | {at} |\n", classes.join(", "), inert(&change.of), prose(&change.what));
        let mut detail = format!("- **{}**: {}\n", inert(&change.of), prose(&change.what));
        for text in &change.effects {
            let _ = writeln!(detail, "  - {}", prose(text));
        }
        for text in &change.person {
            let _ = writeln!(detail, "  - **for a person:** {}", prose(text));
        }
        if out.len() + details.len() + row.len() + detail.len() > limit {
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
