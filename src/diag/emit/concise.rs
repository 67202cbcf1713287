//! `file:line:column: severity[rule] message`, one finding a line.

use std::io;

use super::super::Report;
use crate::source::one_line;

pub(super) fn emit(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    for d in &report.diagnostics {
        let source = report.source(&d.primary);
        let at = source.line_column(d.primary.span.range.start);
        writeln!(out, "{}:{at}: {}[{}] {}", one_line(source.name()), d.severity, d.rule.name, one_line(&d.message))?;
    }
    Ok(())
}
