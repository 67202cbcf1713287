//! Waivers of plain fly.toml files: comments, because a fly.toml has no key for them.
//!
//! ```toml
//! # flyarch: ignore[missing-health-check] the proxy of another provider asks
//! [http_service]
//! internal_port = 8080 # flyarch: ignore[dockerfile-port] until 2027-03-01 the image is replaced then
//! ```
//!
//! One waives findings that begin on its own line, or, when it has the line to itself, on the next line with something
//! else on it; above the header of a table it waives those in the whole table. `allow RULE -- reason` means the same.

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
use crate::spec::{Date, Level};
use crate::value::Reason;

/// What a comment for flyarch begins with, behind the `#`.
const MARK: &str = "flyarch:";

/// The form, for messages.
const FORM: &str = "write `# flyarch: ignore[RULE] why it is right here`";

/// The part of a comment that waives one rule.
struct Waiver<'s> {
    rule: &'s str,
    /// The name of the rule.
    at: TextRange,
    /// The comment.
    comment: TextRange,
    /// The lines that it speaks of, the first and the last.
    lines: (u32, u32),
    /// The last day on which it holds.
    until: Option<Date>,
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
        diagnostics.retain(|d| d.primary.span.file != file || !is_waived(d, source, judging, &mut waivers));
        let beside = Kind::of(source.name()).is_some();
        if whole && beside {
            judge(&waivers, None, judging, file, diagnostics);
        } else if whole {
            let apps = apps.get_or_insert_with(|| judging.model.apps.iter().collect());
            let app = apps.binary_search_by_key(&file, |app| app.file).ok().map(|at| apps[at]);
            judge(&waivers, app, judging, file, diagnostics);
        }
    }
}

fn is_waived(d: &Diagnostic, source: &Source, judging: &Judging<'_>, waivers: &mut [Waiver<'_>]) -> bool {
    let can_be = match find(d.rule.name) {
        Some(rule) => !judging.is_forbidden(rule),
        // Two files may be kept for one app on purpose. Other mistakes of form stay what they are.
        None => d.severity < Severity::Error || d.rule == DUPLICATE_NAME,
    };
    if !can_be {
        return false;
    }
    let line = source.line(d.primary.span.range.start);
    let names = |waiver: &&mut Waiver<'_>| waiver.rule == d.rule.name || waiver.rule == d.rule.code;
    let holds =
        |waiver: &&mut Waiver<'_>| (waiver.lines.0..=waiver.lines.1).contains(&line) && !waiver.has_ended(judging);
    let waiver = waivers.iter_mut().filter(holds).find(names);
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
        let text = text.trim_start();
        let parts = match (text.strip_prefix("ignore["), text.strip_prefix("allow")) {
            (Some(list), _) => list.split_once(']'),
            (_, Some(list)) if list.starts_with([' ', '\t']) => Some(list.split_once("--").unwrap_or((list, ""))),
            _ => None,
        };
        let Some((names, reason)) = parts else {
            diagnostics.push(wrong("this comment says nothing to flyarch", FORM.to_owned()));
            continue;
        };
        let (until, reason) = match until(reason) {
            Ok(parts) => parts,
            Err(date) => {
                let help = format!("{FORM}, or `until {date}` with {} in front of the reason", Date::EXPECTED);
                diagnostics.push(wrong("a waiver ends on a day that there is", help));
                continue;
            }
        };
        if !Reason::accepts(reason) {
            diagnostics.push(wrong("a waiver needs a reason", format!("{FORM}; expected {}", Reason::EXPECTED)));
            continue;
        }
        let lines = lines_of(source, comment);
        for name in names.split(',') {
            let rule = name.trim();
            let from = rule.as_ptr() as usize - source.text().as_ptr() as usize;
            let at = TextRange::new(from, from + rule.len());
            waivers.push(Waiver { rule, at, comment, lines, until, used: false });
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

impl Waiver<'_> {
    fn has_ended(&self, judging: &Judging<'_>) -> bool {
        self.until.zip(judging.today).is_some_and(|(until, today)| until < today)
    }
}

/// The day behind `until` in front of a reason, and the reason. What stands there instead of a day is an error.
fn until(text: &str) -> Result<(Option<Date>, &str), &str> {
    let text = text.trim().trim_start_matches(['-', ':']).trim_start();
    let Some(rest) = text.strip_prefix("until ") else { return Ok((None, text)) };
    let (date, reason) = rest.trim_start().split_once(' ').unwrap_or((rest, ""));
    let date = date.trim_end_matches([':', ',']);
    // "until the end of the year" is a reason, and no mistake.
    if !date.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok((None, text));
    }
    date.parse().map(|day| (Some(day), reason.trim_start_matches([' ', '-', ':']))).map_err(|_| date)
}

/// The lines that a comment speaks of: its own, or the next with something else on it, and with it the table whose
/// header that is.
fn lines_of(source: &Source, comment: TextRange) -> (u32, u32) {
    let first = line_of(source, comment);
    let is_header = |line: u32| {
        let text = source.slice(source.line_range(line)).trim();
        let text = text.split('#').next().unwrap_or(text).trim_end();
        let inner = text.trim_start_matches('[').trim_end_matches(']');
        text.starts_with('[') && text.ends_with(']') && !inner.is_empty() && !inner.contains(['[', ']', ',', '='])
    };
    let toml = Kind::of(source.name()).is_none() && Format::of(source.name()) == Format::Toml;
    if !toml || first == source.line(comment.start) || !is_header(first) {
        return (first, first);
    }
    let next = (first + 1..=source.line_count()).find(|&line| is_header(line));
    (first, next.map_or(source.line_count(), |next| next - 1))
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

fn judge(
    waivers: &[Waiver<'_>],
    app: Option<&App>,
    judging: &Judging<'_>,
    file: FileId,
    diagnostics: &mut Diagnostics,
) {
    let source = judging.sources[file.index()];
    for waiver in waivers.iter().filter(|waiver| !waiver.used) {
        let finding = |rule, severity, message: String, help: String| {
            Diagnostic::new(rule, severity, Span { file, range: waiver.at }, message).help(help)
        };
        let name = waiver.rule;
        let rule = find(name);
        if let Some(rule) = rule.filter(|rule| judging.is_forbidden(rule)) {
            let help = Judging::why_forbidden(rule);
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
        let (message, help, fix) = match waiver.until.filter(|_| waiver.has_ended(judging)) {
            Some(until) => {
                (format!("the waiver of `{name}` ended on {until}"), "mend the cause, or agree on another date", None)
            }
            None => (
                format!("`{name}` finds nothing there to waive"),
                "remove the waiver: it would hide a later finding",
                fix,
            ),
        };
        diagnostics.push(finding(UNUSED_ALLOW, Severity::Warning, message, help.to_owned()).fix(fix));
    }
}

/// Whether it names a finding of the reader, which have no file of their own in this folder.
fn is_of_form(name: &str) -> bool {
    use crate::fly_toml::{CHANGED_TEXT, IGNORED, KEY_CASE, OLD_SPELLING, SHADOWED};
    let known = [CHANGED_TEXT, IGNORED, KEY_CASE, OLD_SPELLING, SHADOWED, DUPLICATE_NAME];
    known.iter().any(|id| id.name == name || id.code == name)
}
