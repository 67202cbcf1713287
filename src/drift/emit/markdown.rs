//! For an issue or a comment.

use std::fmt::Write as _;

use super::{Footing, place, subject, summary};
use crate::drift::{Drift, Finding};
use crate::markdown::{inert, prose};

/// The most bytes: GitHub takes 65,536 characters of a comment.
const LIMIT: usize = 60_000;

/// Differences as Markdown.
pub fn markdown(drift: &Drift, footing: &Footing) -> String {
    let mut out = format!("### {}: {}\n", inert(&footing.title()), summary(drift));
    if !drift.findings.is_empty() {
        out.push_str("\n| what it is | of | what | declared | runs | place |\n| --- | --- | --- | --- | --- | --- |\n");
    }
    let (mut details, mut shown) = (String::new(), 0);
    for finding in &drift.findings {
        let (row, detail) = (row(finding), detail(finding));
        if out.len() + details.len() + row.len() + detail.len() > LIMIT {
            break;
        }
        out.push_str(&row);
        details.push_str(&detail);
        shown += 1;
    }
    if shown < drift.findings.len() {
        let _ = writeln!(out, "\nand {} more", drift.findings.len() - shown);
    }
    if !details.is_empty() {
        let _ = writeln!(out, "\n<details><summary>what becomes of it</summary>\n\n{details}\n</details>");
    }
    let unknown = drift.unknown.iter().map(|unknown| format!("{}: {}", unknown.what, unknown.why)).collect();
    let lists = [("Not known", unknown), ("Not compared, because no dump could tell it", drift.unseen.clone())];
    for (title, items) in lists.iter().filter(|(_, items)| !items.is_empty()) {
        let _ = writeln!(out, "\n{title}:\n");
        for (i, item) in items.iter().enumerate() {
            if out.len() > LIMIT {
                let _ = writeln!(out, "- and {} more", items.len() - i);
                break;
            }
            let _ = writeln!(out, "- {}", prose(item));
        }
    }
    out
}

fn row(finding: &Finding) -> String {
    let cell = |text: Option<&String>| text.map_or(String::new(), |text| prose(text));
    let at = finding.at.as_ref().map_or(String::new(), |at| inert(&place(at)));
    format!(
        "| **{}** | {} | {} | {} | {} | {at} |\n",
        finding.class.title(),
        inert(&subject(finding)),
        prose(&finding.what),
        cell(finding.expected.as_ref()),
        cell(finding.runs.as_ref()),
    )
}

fn detail(finding: &Finding) -> String {
    let mut detail = format!("- **{}**: {}\n", inert(&subject(finding)), prose(&finding.what));
    let _ = writeln!(detail, "  - {}", prose(&finding.then));
    let _ = writeln!(detail, "  - **for a person:** {}", prose(&finding.person));
    detail
}
