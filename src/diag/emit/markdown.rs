//! Markdown for a comment on a pull request or a job summary: a table, the worst first, and the ways out below it.
//!
//! Whoever can write a spec can have this posted in another's name: all text goes through [`markdown`](crate::markdown).

use std::fmt::Write as _;
use std::io;

use super::super::{Diagnostic, Report};
use super::{page, path, summary};
use crate::markdown::{code, prose};

/// The most bytes of a comment: GitHub takes 65,536 characters.
const LIMIT: usize = 65_000;
/// What is left for the lines around the findings.
const AROUND: usize = 600;

pub(super) fn emit(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(markdown(report, "flyarch", LIMIT).as_bytes())
}

/// Findings below a title, with as many of them as have room in a number of bytes.
pub fn markdown(report: &Report, title: &str, limit: usize) -> String {
    let Some(summary) = summary(report) else {
        return format!("### {title}: no findings\n");
    };
    let mut findings: Vec<&Diagnostic> = report.diagnostics.iter().collect();
    findings.sort_by_key(|d| std::cmp::Reverse(d.severity));
    let (mut rows, mut details, mut shown) = (String::new(), String::new(), 0);
    for d in &findings {
        let (row, detail) = (row(report, d), detail(report, d));
        if AROUND + rows.len() + details.len() + row.len() + detail.len() > limit {
            break;
        }
        rows.push_str(&row);
        details.push_str(&detail);
        shown += 1;
    }
    let mut out =
        format!("### {title}: {summary}\n\n| severity | place | finding | rule |\n| --- | --- | --- | --- |\n{rows}");
    if shown < findings.len() {
        let more = findings.len() - shown;
        let _ = writeln!(out, "\nand {more} more; `flyarch lint --format concise` lists all");
    }
    if !details.is_empty() {
        let _ = writeln!(out, "\n<details>\n<summary>What to do</summary>\n\n{details}\n</details>");
    }
    out
}

fn row(report: &Report, d: &Diagnostic) -> String {
    let (name, page) = (d.rule.name, page(d.rule));
    format!("| {} | {} | {} | [{name}]({page}) |\n", d.severity, place(report, d), prose(&d.message))
}

fn detail(report: &Report, d: &Diagnostic) -> String {
    let texts: Vec<String> = d.help.iter().chain(&d.note).map(|text| prose(text)).collect();
    let Some((first, rest)) = texts.split_first() else { return String::new() };
    let more: String = rest.iter().map(|text| format!("<br>{text}")).collect();
    format!("- {} {}: {first}{more}\n", place(report, d), d.rule.name)
}

fn place(report: &Report, d: &Diagnostic) -> String {
    let source = report.source(&d.primary);
    let at = source.line_column(d.primary.span.range.start);
    code(&format!("{}:{at}", path::slashed(source.name())))
}
