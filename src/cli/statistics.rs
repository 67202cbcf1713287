//! `--statistics`: how often each rule has found something.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::diag::Report;

/// Prints a line for each rule, the most frequent first. `*` stands where some of its findings have a fix.
pub(super) fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    for d in &report.diagnostics {
        let (count, fixes) = counts.entry((d.rule.name, d.rule.code)).or_default();
        *count += 1;
        *fixes += usize::from(d.fix.is_some());
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|&((name, _), (count, _))| (Reverse(count), name));
    let width = counts.first().map_or(0, |(_, (count, _))| count.to_string().len());
    for ((name, code), (count, fixes)) in counts {
        let fix = if fixes > 0 { " *" } else { "" };
        writeln!(out, "{count:width$}  {code}  {name}{fix}")?;
    }
    Ok(())
}
