//! Markdown for a comment on a pull request or a job summary: a table, the worst first, and the ways out below it.
//!
//! Whoever can write a spec can have this posted in another's name: nothing in it may become a link, a picture, a
//! mention or another row.

use std::borrow::Cow;
use std::io;

use super::super::{Diagnostic, Report};
use super::{page, path, plain, summary};

/// The most bytes of a comment: GitHub takes 65,536 characters.
const LIMIT: usize = 65_000;
/// What is left for the lines around the findings.
const AROUND: usize = 600;
/// The most characters of one text.
const LONG: usize = 800;

pub(super) fn emit(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let Some(summary) = summary(report) else {
        return writeln!(out, "### flyarch: no findings");
    };
    let mut findings: Vec<&Diagnostic> = report.diagnostics.iter().collect();
    findings.sort_by_key(|d| std::cmp::Reverse(d.severity));
    let (mut rows, mut details, mut shown) = (String::new(), String::new(), 0);
    for d in &findings {
        let (row, detail) = (row(report, d), detail(report, d));
        if AROUND + rows.len() + details.len() + row.len() + detail.len() > LIMIT {
            break;
        }
        rows.push_str(&row);
        details.push_str(&detail);
        shown += 1;
    }
    writeln!(out, "### flyarch: {summary}\n\n| severity | place | finding | rule |\n| --- | --- | --- | --- |")?;
    write!(out, "{rows}")?;
    if shown < findings.len() {
        writeln!(out, "\nand {} more; `flyarch lint --format concise` lists all", findings.len() - shown)?;
    }
    if !details.is_empty() {
        writeln!(out, "\n<details>\n<summary>What to do</summary>\n\n{details}\n</details>")?;
    }
    Ok(())
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

/// Text of messages, in which names stand between backquotes. What is between them stays code; the rest is only text.
fn prose(text: &str) -> String {
    let text = short(text);
    let pieces: Vec<&str> = text.split('`').collect();
    // One that opens nothing is a character like others.
    let paired = pieces.len() % 2 == 1;
    let pieces = pieces.iter().enumerate().map(|(i, piece)| match i % 2 {
        _ if !paired => (if i == 0 { "" } else { "\\`" }).to_owned() + &inert(piece),
        1 => code(piece),
        _ => inert(piece),
    });
    pieces.collect()
}

/// A span of code in a cell of a table. Nothing is active there but a line between two cells.
fn code(text: &str) -> String {
    let text = short(text).replace('|', "\\|");
    if text.trim().is_empty() {
        return inert(&text);
    }
    // More backquotes than there are in a row inside; blanks, where one is at an end.
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// Text without anything that means more than itself, in Markdown or to GitHub. Addresses, mentions and references are
/// recognised in the text after all escapes: a character without width stands between their parts.
fn inert(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '*' | '_' | '[' | ']' | '~' | '|' | '!' | '$' => out.extend(['\\', c]),
            '@' | '#' | ':' | '/' if rest.peek().is_some_and(|next| !next.is_whitespace()) => {
                out.extend([c, '\u{200b}']);
            }
            c => out.push(c),
        }
    }
    // Addresses are recognised without a scheme as well.
    out.replace("www.", "www\u{200b}.")
}

/// One line of bounded length, without what a terminal would obey.
fn short(text: &str) -> Cow<'_, str> {
    let text = plain(text);
    match text.char_indices().nth(LONG) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_code_and_the_rest_is_text() {
        assert_eq!(prose("the key `kil_timeout` is unknown"), "the key `kil_timeout` is unknown");
        assert_eq!(prose("`a|b` or `c`"), "`a\\|b` or `c`");
        assert_eq!(prose("a ` b <i>"), "a \\` b &lt;i&gt;");
        assert_eq!(
            prose("![x](http://e.example) @me #1"),
            "\\!\\[x\\](http:\u{200b}/\u{200b}/\u{200b}e.example) @\u{200b}me #\u{200b}1"
        );
        assert_eq!(prose("so: www.e.example"), "so: www\u{200b}.e.example");
        assert_eq!(prose("a\n| b | c |"), "a\u{fffd}\\| b \\| c \\|");
    }

    #[test]
    fn a_path_cannot_end_its_span() {
        assert_eq!(code("a.toml:1:2"), "`a.toml:1:2`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`a"), "`` `a ``");
    }
}
