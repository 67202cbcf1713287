//! `--add-ignores`: waivers for what is found, written where each belongs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::config::is_ignorable;
use crate::beside::Kind;
use crate::diag::fix::string_literal;
use crate::diag::{Diagnostic, Diagnostics};
use crate::fly_toml::{self, Format, differences};
use crate::source::{FileId, Source};
use crate::value::Reason;

/// Whether a reason is one.
pub(super) fn check(reason: &str) -> Result<(), String> {
    if !Reason::accepts(reason) || reason.contains(['\n', '\r']) {
        return Err(format!("--add-ignores needs a reason: {}, on one line", Reason::EXPECTED));
    }
    Ok(())
}

/// The text of a plain file, or of one beside, with a comment above each finding; and how many findings it waives. None
/// when no comment can be written, or when the file would say something else.
pub(super) fn in_file(source: &Source, found: &[&Diagnostic], reason: &str) -> Option<(String, usize)> {
    let beside = Kind::of(source.name());
    let comments = match beside {
        Some(Kind::Page) => false,
        Some(_) => true,
        None => Format::of(source.name()) != Format::Json,
    };
    if !comments {
        return None;
    }
    let mut lines: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
    let mut count = 0;
    for d in found.iter().filter(|d| is_ignorable(d)) {
        lines.entry(source.line(d.primary.span.range.start)).or_default().insert(d.rule.name);
        count += 1;
    }
    let mut text = String::with_capacity(source.text().len() + 80 * lines.len());
    for number in 1..=source.line_count() {
        let line = source.slice(source.line_range(number));
        if let Some(rules) = lines.get(&number) {
            let indent = &line[..line.len() - line.trim_start().len()];
            let rules = rules.iter().copied().collect::<Vec<_>>().join(", ");
            let _ = write!(text, "{indent}# flyarch: ignore[{rules}] {reason}{}", source.line_break());
        }
        text.push_str(line);
        if !line.ends_with('\n') && number < source.line_count() {
            text.push_str(source.line_break());
        }
    }
    // Within a text of several lines a comment would be a part of it.
    if beside.is_none() {
        let read = |source: &Source| fly_toml::read(source, FileId(0), &mut Diagnostics::default()).ok();
        let (old, new) = (read(source)?, read(&Source::new(source.name(), text.as_str()))?);
        if !differences(&old.config, &new.config).is_empty() {
            return None;
        }
    }
    (count > 0).then_some((text, count))
}

/// The text of a spec with entries in the `allow` of the apps that the findings are about; and how many findings they
/// waive.
pub(super) fn in_spec(source: &Source, found: &[&Diagnostic], reason: &str) -> Option<(String, usize)> {
    let mut apps: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut count = 0;
    for d in found.iter().filter(|d| is_ignorable(d)) {
        let Some(app) = app_at(source, d.primary.span.range.start) else { continue };
        apps.entry(app).or_default().insert(d.rule.name);
        count += 1;
    }
    let mut text = source.text().to_owned();
    let end = source.line_break();
    for (app, rules) in apps {
        let entries: String = rules.iter().map(|rule| format!("{rule} = {}{end}", string_literal(reason))).collect();
        let header = format!("[app.{app}.allow]");
        let at = text.match_indices(&header).find(|(at, _)| *at == 0 || text[..*at].ends_with('\n'));
        if let Some((at, _)) = at {
            let behind = text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1);
            text.insert_str(behind, &entries);
        } else {
            if !text.ends_with('\n') {
                text.push_str(end);
            }
            let _ = write!(text, "{end}{header}{end}{entries}");
        }
    }
    // Where `allow` is written in another way, a second one is a mistake.
    (count > 0 && toml::de::DeTable::parse(&text).is_ok()).then_some((text, count))
}

/// The key of the app whose table a place is in.
fn app_at(source: &Source, offset: u32) -> Option<String> {
    let line = source.line(offset);
    let header = (1..=line).rev().map(|number| source.slice(source.line_range(number)).trim());
    let header = header.into_iter().find(|line| line.starts_with('['))?;
    let path = header.trim_start_matches('[').strip_prefix("app.")?;
    let key = path.split([']', '.']).next()?;
    (!key.is_empty() && !key.contains(['"', '\''])).then(|| key.to_owned())
}
