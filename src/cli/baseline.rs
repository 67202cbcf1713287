//! A file of findings that are known: old estates are taken as they are, and only what is new is shown.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::config::is_ignorable;
use super::edit::{create, replace};
use super::{Failure, say};
use crate::diag::Report;
use crate::diag::emit::fingerprints;

/// The version of the form.
const VERSION: u32 = 1;

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Baseline {
    version: u32,
    findings: Vec<Known>,
}

#[derive(Debug, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
struct Known {
    path: String,
    rule: String,
    fingerprint: String,
}

/// Writes all findings that may be passed over, in an order that makes for small differences.
pub(super) fn write(path: &Path, report: &Report) -> Result<(), Failure> {
    let findings = report.diagnostics.iter().zip(fingerprints(report)).filter(|(d, _)| is_ignorable(d));
    let known = findings.map(|(d, fingerprint)| Known {
        path: report.sources.get(d.primary.span.file).name().to_owned(),
        rule: d.rule.name.to_owned(),
        fingerprint,
    });
    let mut findings: Vec<Known> = known.collect();
    findings.sort_unstable();
    let count = findings.len();
    let baseline = Baseline { version: VERSION, findings };
    let mut text = serde_json::to_string_pretty(&baseline).map_err(|error| Failure::input(error.to_string()))?;
    text.push('\n');
    if path.exists() {
        replace(path, &text)?;
    } else {
        create(path, &text)?;
    }
    let plural = if count == 1 { "" } else { "s" };
    say(format_args!("wrote {count} finding{plural} to {}", path.display()));
    Ok(())
}

/// Takes the known findings away, and says how many of the known are gone.
pub(super) fn hide(path: &Path, report: &mut Report) -> Result<(), Failure> {
    let gone = take_away(path, report)?;
    if gone > 0 {
        let plural = if gone == 1 { " is" } else { "s are" };
        say(format_args!(
            "{gone} finding{plural} in {} and no longer found: renew it with --write-baseline",
            path.display()
        ));
    }
    Ok(())
}

/// Takes the known findings away. Returns how many of the known are gone.
pub(super) fn take_away(path: &Path, report: &mut Report) -> Result<usize, Failure> {
    let wrong = |what: &dyn std::fmt::Display| Failure::usage(format!("{}: {what}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| {
        let hint = if error.kind() == io::ErrorKind::NotFound { "; `--write-baseline` makes it" } else { "" };
        wrong(&format!("{error}{hint}"))
    })?;
    let baseline: Baseline = serde_json::from_str(&text).map_err(|error| wrong(&format!("no baseline: {error}")))?;
    if baseline.version != VERSION {
        return Err(wrong(&format!("version {} of the form, and {VERSION} is known", baseline.version)));
    }
    let known: BTreeSet<(&str, &str)> =
        baseline.findings.iter().map(|known| (known.rule.as_str(), known.fingerprint.as_str())).collect();
    let mut prints = fingerprints(report).into_iter();
    let mut hidden = 0;
    report.diagnostics.retain(|d| {
        let print = prints.next().unwrap_or_default();
        let is_known = is_ignorable(d) && known.contains(&(d.rule.name, print.as_str()));
        hidden += usize::from(is_known);
        !is_known
    });
    Ok(known.len() - hidden)
}
