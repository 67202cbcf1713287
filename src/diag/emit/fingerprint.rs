//! What a finding is known by from one run to the next, wherever its line has moved to.
//!
//! It is made of the rule, the path and the text of the line, and a number where all three are alike. Neither the number
//! of the line nor the words of the message are in it. The text is that which may be shown: a hash of a password is
//! enough to guess a short one.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::super::Report;
use super::hidden::Hidden;
use super::path;
use crate::source::FileId;

/// The fingerprints of all findings, in their order. No two are alike.
pub(super) fn of(report: &Report, hidden: &mut Hidden<'_>) -> Vec<String> {
    let mut last: Option<(FileId, u32, String)> = None;
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let fingerprints = report.diagnostics.iter().map(|d| {
        let (file, range) = (d.primary.span.file, d.primary.span.range);
        let source = report.sources.get(file);
        let number = source.line(range.start);
        // A line may be long and hold many findings: it is read once.
        let line = match last.take() {
            Some((of, line, hash)) if (of, line) == (file, number) => hash,
            _ => {
                let text = hidden.masked(file, source.line_range(number));
                hash(&[&text.split_whitespace().collect::<Vec<_>>().join(" ")])
            }
        };
        let hash = hash(&[d.rule.name, &path::slashed(source.name()), &line]);
        last = Some((file, number, line));
        let count = seen.entry(hash.clone()).or_default();
        *count += 1;
        format!("{hash}:{count}")
    });
    fingerprints.collect()
}

/// The beginning of a hash of some texts, which none of them can imitate by holding the end of another.
fn hash(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    HEXLOWER.encode(&hasher.finalize()[..16])
}

#[cfg(test)]
mod tests {
    use super::super::super::{Diagnostic, FileReport, Severity};
    use super::*;
    use crate::source::{Source, Span, TextRange};
    use crate::syntax::SYNTAX;

    /// The fingerprints of findings at each place of `needle`.
    fn found(name: &str, text: &str, needle: &str) -> Vec<String> {
        let finding = |(at, _): (usize, &str)| {
            let span = Span { file: FileId(0), range: TextRange::new(at, at + needle.len()) };
            Diagnostic::new(SYNTAX, Severity::Error, span, "m")
        };
        let mut report = Report::default();
        let diagnostics = text.match_indices(needle).map(finding).collect();
        report.add(FileReport { source: Source::new(name, text), diagnostics });
        of(&report, &mut Hidden::new(&report))
    }

    #[test]
    fn a_line_that_moves_keeps_its_fingerprint() {
        let before = found("a.toml", "x = 1\ny = 2\n", "x");
        assert_eq!(found("a.toml", "# new\n\n  x  =  1\r\ny = 3\n", "x"), before);
        assert_eq!(found("./a.toml", "x = 1\n", "x"), before);
        assert_ne!(found("a.toml", "x = 2\n", "x"), before);
        assert_ne!(found("b.toml", "x = 1\n", "x"), before);
    }

    #[test]
    fn what_is_alike_is_numbered() {
        let all = found("a.toml", "x = x\nx = x\n", "x");
        let endings: Vec<&str> = all.iter().map(|one| one.split_once(':').unwrap().1).collect();
        assert_eq!(endings, ["1", "2", "3", "4"]);
    }

    #[test]
    fn a_secret_leaves_no_trace() {
        let with = |secret: &str| found("a.toml", &format!("PASSWORD = \"{secret}\"\n"), "PASSWORD");
        assert_eq!(with("hunter-two-and-three"), with("correct-horse-battery"));
    }
}
