//! Test results in the form of JUnit: a suite per file, a failed case per finding, and a passed case for a file without.

use std::io;

use super::super::{Diagnostic, Report};
use super::path;
use crate::source::{Source, is_active};

pub(super) fn emit(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut suites: Vec<(&Source, Vec<&Diagnostic>)> =
        report.sources.iter().map(|source| (source, Vec::new())).collect();
    for d in &report.diagnostics {
        suites[d.primary.span.file.index()].1.push(d);
    }
    suites.retain(|(source, _)| !source.is_joined());
    let failures = report.diagnostics.len();
    let tests: usize = suites.iter().map(|(_, findings)| findings.len().max(1)).sum();
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<testsuites name="flyarch" tests="{tests}" failures="{failures}" errors="0">"#)?;
    for (source, findings) in &suites {
        let (file, failures) = (escaped(&path::slashed(source.name())), findings.len());
        let tests = failures.max(1);
        writeln!(out, r#"  <testsuite name="{file}" tests="{tests}" failures="{failures}" errors="0" skipped="0">"#)?;
        if findings.is_empty() {
            writeln!(out, r#"    <testcase name="lint" classname="{file}"/>"#)?;
        }
        for d in findings {
            case(source, &file, d, out)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn case(source: &Source, file: &str, d: &Diagnostic, out: &mut dyn io::Write) -> io::Result<()> {
    let at = source.line_column(d.primary.span.range.start);
    let (rule, severity, message) = (d.rule.name, d.severity, escaped(&d.message));
    writeln!(out, r#"    <testcase name="{rule} at {at}" classname="{file}" file="{file}" line="{}">"#, at.line)?;
    write!(out, r#"      <failure type="{severity}" message="{message}">{file}:{at}: {message}"#)?;
    for (name, text) in [("help", &d.help), ("note", &d.note)] {
        if let Some(text) = text {
            write!(out, "\n{name}: {}", escaped(text))?;
        }
    }
    writeln!(out, "</failure>\n    </testcase>")
}

/// Text as it may stand in XML 1.0, in attributes too. Control characters cannot be written there at all; they, and what
/// turns the direction of writing around, are replaced as for a terminal.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if is_active(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_text() {
        assert_eq!(
            escaped("a<b>&\"c\"'\n\u{0}\u{ffff}ü"),
            "a&lt;b&gt;&amp;&quot;c&quot;&apos;\u{fffd}\u{fffd}\u{fffd}ü"
        );
    }
}
