//! Annotations of GitHub Actions: a command of its log per finding, errors first, because it shows the first ten of a
//! kind and fifty of a job.
//!
//! The rules of escaping are those of the toolkit's `command.ts`.

use std::io;

use super::super::{Diagnostic, Report, Severity};
use super::path;
use crate::source::one_line;

pub(super) fn emit(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut findings: Vec<&Diagnostic> = report.diagnostics.iter().collect();
    findings.sort_by_key(|d| std::cmp::Reverse(d.severity));
    for d in findings {
        let source = report.source(&d.primary);
        let (start, end) =
            (source.line_column(d.primary.span.range.start), source.line_column(d.primary.span.range.end));
        let command = match d.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let file = property(&path::slashed(source.name()));
        write!(out, "::{command} file={file},line={},endLine={}", start.line, end.line)?;
        // The runner drops columns of a range of several lines.
        if start.line == end.line {
            write!(out, ",col={},endColumn={}", start.column, end.column)?;
        }
        write!(out, ",title={}::{}", property(&format!("flyarch: {}", d.rule.name)), data(&one_line(&d.message)))?;
        for (name, text) in [("help", &d.help), ("note", &d.note)] {
            if let Some(text) = text {
                write!(out, "%0A{name}: {}", data(&one_line(text)))?;
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

/// What stands behind the last `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property. It is read back as it was, so that a file is found by whatever name it has; what is left of
/// control characters would reach the terminals of those who read the log.
fn property(text: &str) -> String {
    one_line(&data(text).replace(':', "%3A").replace(',', "%2C")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_nothing() {
        assert_eq!(data("50 %, a:b\r\n::error::x"), "50 %25, a:b%0D%0A::error::x");
        assert_eq!(property("a,b:c%0A\nd\u{1b}[1m"), "a%2Cb%3Ac%250A%0Ad\u{fffd}[1m");
    }
}
