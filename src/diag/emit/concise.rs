//! `file:line:column: severity[rule] message`, one finding a line.

use std::io;

use super::super::Report;
use super::plain;

pub(super) fn emit(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    for d in &report.diagnostics {
        let source = report.source(&d.primary);
        let at = source.line_column(d.primary.span.range.start);
        writeln!(out, "{}:{at}: {}[{}] {}", plain(source.name()), d.severity, d.rule.name, plain(&d.message))?;
    }
    Ok(())
}
