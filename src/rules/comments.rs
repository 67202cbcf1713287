//! Waivers of plain fly.toml files: comments, because a fly.toml has no key for them.
//!
//! ```toml
//! # flyarch: allow missing-health-check -- the proxy of another provider asks
//! [http_service]
//! ```
//!
//! One waives findings that begin on its own line, or, when it has the line to itself, on the next line with something
//! else on it.

use toml_parser::lexer::TokenKind;

use super::cx::Judging;
use super::{CANNOT_ALLOW, RULES, UNKNOWN_RULE, UNUSED_ALLOW, find};
use crate::beside::Kind;
use crate::diag::fix::Edits;
use crate::diag::{Applicability, Diagnostic, Diagnostics, Fix, Severity};
use crate::fly_toml::Format;
use crate::lower::DUPLICATE_NAME;
use crate::model::App;
use crate::schema::{INVALID_VALUE, nearest};
use crate::source::{FileId, Source, Span, TextRange};
use crate::spec::Level;
use crate::value::Reason;

/// What a comment for flyarch begins with, behind the `#`.
const MARK: &str = "flyarch:";

/// The form, for messages.
const FORM: &str = "write `# flyarch: allow RULE -- why it is right here`";

/// The part of a comment that waives one rule.
struct Waiver<'s> {
    rule: &'s str,
    /// The name of the rule.
    at: TextRange,
    /// The comment.
    comment: TextRange,
    /// The line that it speaks of.
    line: u32,
    used: bool,
}

/// Takes findings away that a comment of their file waives, and says which comments waive nothing. `whole` says
/// whether all rules have been asked.
pub(crate) fn waive(judging: &Judging<'_>, files: &[FileId], whole: bool, diagnostics: &mut Diagnostics) {
    let mut apps: Option<Vec<&App>> = None;
    for &file in files {
        let source = judging.sources[file.index()];
        if !source.text().contains(MARK) {
            continue;
        }
        let mut waivers = read(source, file, diagnostics);
        diagnostics.retain(|d| d.primary.span.file != file || !is_waived(d, source, &mut waivers));
        let beside = Kind::of(source.name()).is_some();
        if whole && beside {
            judge(&waivers, None, source, file, diagnostics);
        } else if whole {
            let apps = apps.get_or_insert_with(|| judging.model.apps.iter().collect());
            let app = apps.binary_search_by_key(&file, |app| app.file).ok().map(|at| apps[at]);
            judge(&waivers, app, source, file, diagnostics);
        }
    }
}

fn is_waived(d: &Diagnostic, source: &Source, waivers: &mut [Waiver<'_>]) -> bool {
    let can_be = match find(d.rule.name) {
        Some(rule) => rule.waivable,
        // Two files may be kept for one app on purpose. Other mistakes of form stay what they are.
        None => d.severity < Severity::Error || d.rule == DUPLICATE_NAME,
    };
    if !can_be {
        return false;
    }
    let line = source.line(d.primary.span.range.start);
    let names = |waiver: &&mut Waiver<'_>| waiver.rule == d.rule.name || waiver.rule == d.rule.code;
    let waiver = waivers.iter_mut().filter(|waiver| waiver.line == line).find(names);
    waiver.map(|waiver| waiver.used = true).is_some()
}

/// The waivers of a file. Reports comments that begin like one and are none.
fn read<'s>(source: &'s Source, file: FileId, diagnostics: &mut Diagnostics) -> Vec<Waiver<'s>> {
    let mut waivers = Vec::new();
    for comment in comments(source) {
        let Some(text) = source.slice(comment).trim_start_matches('#').trim_start().strip_prefix(MARK) else {
            continue;
        };
        let wrong = |message: &str, help: String| {
            Diagnostic::new(INVALID_VALUE, Severity::Error, Span { file, range: comment }, message).help(help)
        };
        let Some(list) = text.trim_start().strip_prefix("allow").filter(|list| list.starts_with([' ', '\t'])) else {
            diagnostics.push(wrong("this comment says nothing to flyarch", FORM.to_owned()));
            continue;
        };
        let (names, reason) = list.split_once("--").unwrap_or((list, ""));
        if !Reason::accepts(reason) {
            diagnostics.push(wrong("a waiver needs a reason", format!("{FORM}; expected {}", Reason::EXPECTED)));
            continue;
        }
        let line = line_of(source, comment);
        let start = comment.end as usize - list.len();
        for name in names.split(',') {
            let rule = name.trim();
            let from =
                start + (name.as_ptr() as usize - list.as_ptr() as usize) + (name.len() - name.trim_start().len());
            let at = TextRange::new(from, from + rule.len());
            waivers.push(Waiver { rule, at, comment, line, used: false });
        }
    }
    waivers
}

/// The comments of a text. JSON has none.
fn comments(source: &Source) -> Vec<TextRange> {
    let text = source.text();
    let format = if Kind::of(source.name()).is_some() { Format::Yaml } else { Format::of(source.name()) };
    match format {
        Format::Toml => {
            let comments = toml_parser::Source::new(text).lex().filter(|token| token.kind() == TokenKind::Comment);
            comments.map(|token| TextRange::new(token.span().start(), token.span().end())).collect()
        }
        Format::Json => Vec::new(),
        // Whatever else a line of YAML may hold, a `#` behind a blank and with the mark behind it is a comment.
        Format::Yaml => {
            let of_line = |line: u32| {
                let range = source.line_range(line);
                let line = source.slice(range);
                let mut at = line
                    .match_indices('#')
                    .filter(|&(at, _)| line[..at].is_empty() || line[..at].ends_with([' ', '\t']));
                let found = at.find(|&(at, _)| line[at + 1..].trim_start().starts_with(MARK));
                found.map(|(at, _)| TextRange::new(range.start as usize + at, range.end as usize))
            };
            (1..=source.line_count()).filter_map(of_line).collect()
        }
    }
}

/// The line that a comment speaks of: its own, or the next with something else on it.
fn line_of(source: &Source, comment: TextRange) -> u32 {
    let own = source.line(comment.start);
    let blank = |line: u32| {
        let text = source.slice(source.line_range(line)).trim_start();
        text.is_empty() || text.starts_with('#')
    };
    if !blank(own) {
        return own;
    }
    (own + 1..=source.line_count()).find(|&line| !blank(line)).unwrap_or(own)
}

fn judge(waivers: &[Waiver<'_>], app: Option<&App>, source: &Source, file: FileId, diagnostics: &mut Diagnostics) {
    for waiver in waivers.iter().filter(|waiver| !waiver.used) {
        let finding = |rule, severity, message: String, help: String| {
            Diagnostic::new(rule, severity, Span { file, range: waiver.at }, message).help(help)
        };
        let name = waiver.rule;
        let rule = find(name);
        if rule.is_some_and(|rule| !rule.waivable) {
            let help = "flyctl or Fly.io would refuse the result, whatever the reason: mend the cause";
            diagnostics.push(finding(
                CANNOT_ALLOW,
                Severity::Error,
                format!("`{name}` cannot be waived"),
                help.to_owned(),
            ));
            continue;
        }
        if rule.is_none() && !is_of_form(name) {
            let help = match nearest(name, RULES.iter().map(|rule| rule.id.name)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`flyarch rules` lists them all".to_owned(),
            };
            diagnostics.push(finding(UNKNOWN_RULE, Severity::Error, format!("there is no rule `{name}`"), help));
            continue;
        }
        // Nobody has looked: the file could not be understood, or the rule is off in this tier.
        let beside = Kind::of(source.name()).is_some();
        match app {
            Some(app) if rule.is_some_and(|rule| rule.levels.of(app.tier) == Level::Allow) => continue,
            None if !beside => continue,
            Some(_) | None => {}
        }
        let alone = !beside && waivers.iter().filter(|other| other.comment == waiver.comment).count() == 1;
        let edit = alone.then(|| Edits::new(source, file).remove_comment(waiver.comment));
        let fix = edit.map(|edit| Fix {
            title: "remove the waiver".to_owned(),
            applicability: Applicability::Safe,
            edits: vec![edit],
        });
        let message = format!("`{name}` finds nothing there to waive");
        let help = "remove the waiver: it would hide a later finding".to_owned();
        diagnostics.push(finding(UNUSED_ALLOW, Severity::Warning, message, help).fix(fix));
    }
}

/// Whether it names a finding of the reader, which have no file of their own in this folder.
fn is_of_form(name: &str) -> bool {
    use crate::fly_toml::{CHANGED_TEXT, IGNORED, KEY_CASE, OLD_SPELLING, SHADOWED};
    let known = [CHANGED_TEXT, IGNORED, KEY_CASE, OLD_SPELLING, SHADOWED, DUPLICATE_NAME];
    known.iter().any(|id| id.name == name || id.code == name)
}
