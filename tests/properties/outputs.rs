//! Every format holds every finding, whatever paths, messages and texts are made of.

use std::time::{Duration, Instant};

use flyarch::diag::emit::{Display, Format, emit};
use flyarch::diag::{Applicability, Diagnostic, Edit, FileReport, Fix, Report, RuleId, Severity};
use flyarch::source::{FileId, Source, Span, TextRange};
use proptest::prelude::*;
use pulldown_cmark::{Event as Md, Options, Parser, Tag};
use quick_xml::events::Event;
use serde_json::Value;

use crate::support;

/// What somebody writes who wants to be taken for something else.
const HOSTILE: &[&str] = &[
    "\n",
    "\r\n",
    "::error::x",
    "##[group]",
    "%0A",
    "%",
    ",",
    ":",
    "|",
    "`",
    "``",
    "<img src=x>",
    "<!--",
    "]]>",
    "&amp;",
    "\"",
    "'",
    "\\",
    "\u{1b}[31m",
    "\u{0}",
    "\u{ffff}",
    "\u{202e}",
    "](http://e.example)",
    "![x]",
    "@you",
    "#1",
    "</details>",
    "ü",
    "🦀",
    " ",
    "\t",
    "{0}",
    "$(id)",
    "a",
    "web",
    "fly.toml",
    "/",
    "../",
];

fn words() -> impl Strategy<Value = String> {
    let some = prop::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned);
    prop::collection::vec(prop_oneof![4 => some, 1 => any::<String>()], 1..6).prop_map(|parts| parts.concat())
}

const RULES: [RuleId; 3] = [
    RuleId { name: "toml-syntax", code: "FA001" },
    RuleId { name: "multi-region", code: "FA101" },
    RuleId { name: "no-such-rule", code: "FA999" },
];

/// A place of a text, between two of its characters.
fn place(text: &str, at: usize) -> usize {
    let places: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
    places[at % places.len()]
}

type Made = (usize, usize, usize, usize, String, Option<String>, Option<String>);

fn finding(text: &str, (rule, severity, start, end, message, help, with): &Made) -> Diagnostic {
    let (start, end) = (place(text, *start), place(text, *end));
    let range = TextRange::new(start.min(end), start.max(end));
    let span = Span { file: FileId(0), range };
    let severity = [Severity::Error, Severity::Warning, Severity::Info][severity % 3];
    let mut d = Diagnostic::new(RULES[rule % 3], severity, span, message).related(range, message);
    d.help.clone_from(help);
    d.note.clone_from(help);
    let edit = |with: &String| Edit { span, with: with.clone() };
    d.fix = with.as_ref().map(|with| Fix {
        title: message.clone(),
        applicability: Applicability::Unsafe,
        edits: vec![edit(with)],
    });
    d
}

fn reports() -> impl Strategy<Value = Report> {
    let made = (
        any::<usize>(),
        any::<usize>(),
        any::<usize>(),
        any::<usize>(),
        words(),
        prop::option::of(words()),
        prop::option::of(words()),
    );
    let file = (words(), words(), prop::collection::vec(made, 0..5));
    prop::collection::vec(file, 1..4).prop_map(|files| {
        let mut report = Report::default();
        for (name, text, made) in files {
            let diagnostics = made.iter().map(|made| finding(&text, made)).collect();
            report.add(FileReport { source: Source::new(name, text), diagnostics });
        }
        report
    })
}

fn written(report: &Report, format: Format) -> String {
    let mut out = Vec::new();
    emit(report, format, Display::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// What the runner of GitHub Actions makes of a value.
fn unescaped(text: &str) -> String {
    text.replace("%2C", ",").replace("%3A", ":").replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
}

/// What a path is called after `./`, and as a terminal may show it.
fn shown(name: &str) -> String {
    let odd = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\r'))
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    name.trim_start_matches("./").replace(odd, "\u{fffd}")
}

#[test]
fn hold_every_finding() {
    proptest!(support::cases(300), |(report in reports())| {
        let all = report.diagnostics.len();
        let name = |d: &Diagnostic| report.source(&d.primary).name();
        github(&written(&report, Format::Github), &report);
        let gitlab: Value = serde_json::from_str(&written(&report, Format::Gitlab)).unwrap();
        let issues = gitlab.as_array().unwrap();
        assert_eq!(issues.len(), all);
        let fingerprints: std::collections::BTreeSet<&str> =
            issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
        assert_eq!(fingerprints.len(), all, "fingerprints are unique");
        for (issue, d) in issues.iter().zip(&report.diagnostics) {
            assert_eq!(issue["location"]["path"].as_str().unwrap(), name(d).trim_start_matches("./"));
            assert!(issue["description"].as_str().unwrap().starts_with(&d.message));
        }
        let sarif: Value = serde_json::from_str(&written(&report, Format::Sarif)).unwrap();
        let run = &sarif["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), all);
        for (result, d) in results.iter().zip(&report.diagnostics) {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(&run["tool"]["driver"]["rules"][index]["id"], d.rule.name);
            let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
            let uri = uri.as_str().unwrap();
            assert!(uri.bytes().all(|b| b.is_ascii_graphic()) && !uri.contains([' ', '<', '"']), "{uri}");
            assert_eq!(result["fixes"].as_array().map_or(0, Vec::len), usize::from(d.fix.is_some()));
        }
        junit(&written(&report, Format::Junit), &report);
        markdown(&written(&report, Format::Markdown), all);
    });
}

/// One line each, with the place as it was.
fn github(text: &str, report: &Report) {
    assert_eq!(text.lines().count(), report.diagnostics.len(), "{text}");
    let mut findings: Vec<&Diagnostic> = report.diagnostics.iter().collect();
    findings.sort_by_key(|d| std::cmp::Reverse(d.severity));
    for (line, d) in text.split_terminator('\n').zip(findings) {
        let (command, properties) = line.strip_prefix("::").unwrap().split_once(' ').unwrap();
        assert!(["error", "warning", "notice"].contains(&command), "{line}");
        let (properties, message) = properties.split_once("::").unwrap();
        let file = properties.split(',').next().unwrap().strip_prefix("file=").unwrap();
        assert_eq!(unescaped(file), shown(report.source(&d.primary).name()), "{line}");
        assert!(!message.contains('\u{1b}'), "{line:?}");
    }
}

/// A failure each, in well-formed XML.
#[expect(clippy::wildcard_enum_match_arm, reason = "a reader has more to tell than is asked")]
fn junit(text: &str, report: &Report) {
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let (mut suites, mut failures) = (0, 0);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(start) | Event::Empty(start) => {
                for attribute in start.attributes() {
                    attribute.unwrap();
                }
                match start.name().as_ref() {
                    "testsuite" => suites += 1,
                    "failure" => failures += 1,
                    _ => {}
                }
            }
            _ => {}
        }
    }
    assert_eq!((suites, failures), (report.sources.iter().len(), report.diagnostics.len()));
    let odd = |c: char| (c < ' ' && !matches!(c, '\n' | '\t' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    assert!(!text.contains(odd), "XML cannot hold this: {text:?}");
}

/// A row each, or a number of those that are left out; and to a reader of Markdown nothing in it is active but what
/// flyarch put there.
#[expect(clippy::wildcard_enum_match_arm, reason = "a reader has more to tell than is asked")]
fn markdown(text: &str, all: usize) {
    assert!(text.len() <= 65_000);
    let (mut rows, mut cells) = (0, 0);
    let mut tags = String::new();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Md::Start(Tag::TableRow) => rows += 1,
            Md::Start(Tag::TableCell) => cells += 1,
            Md::Start(Tag::Link { dest_url, .. }) => {
                assert!(dest_url.starts_with("https://github.com/flyarch/flyarch/blob/main/docs/rules/"), "{dest_url}");
            }
            Md::Start(
                tag @ (Tag::Image { .. } | Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::CodeBlock(_)),
            ) => panic!("{tag:?} in\n{text}"),
            Md::Html(html) | Md::InlineHtml(html) => tags.push_str(html.trim()),
            Md::Text(text) => assert!(!text.contains("://") && !text.contains("@you"), "{text}"),
            _ => {}
        }
    }
    assert_eq!(cells, (rows + usize::from(rows > 0)) * 4, "rows have four cells, as their heading:\n{text}");
    let more = text.lines().find_map(|line| line.strip_prefix("and ")?.split(' ').next()?.parse().ok()).unwrap_or(0);
    assert_eq!(rows + more, all, "{text}");
    let tags = tags.replace("<br>", "");
    assert!(tags.is_empty() || tags == "<details><summary>What to do</summary></details>", "{tags}\n---- in\n{text}");
}

#[test]
fn a_comment_is_never_too_long() {
    let text = "a = 1\n".repeat(3000);
    let findings = (0..3000).map(|i| {
        let span = Span { file: FileId(0), range: TextRange::new(i * 6, i * 6 + 1) };
        let severity = if i == 2999 { Severity::Error } else { Severity::Warning };
        Diagnostic::new(RULES[1], severity, span, "é".repeat(i % 900)).help("h".repeat(i % 900))
    });
    let mut report = Report::default();
    report.add(FileReport { source: Source::new("a.toml", text), diagnostics: findings.collect() });
    let out = written(&report, Format::Markdown);
    markdown(&out, 3000);
    assert!(out.contains("| error | `a.toml:3000:1` |"), "the worst is first");
    assert!(out.len() > 60_000 && out.contains("\nand "), "{} bytes", out.len());
}

/// Neither many findings nor many secrets bring more than their share: what grows with the square does not end here.
#[test]
fn many_findings_are_written_in_time() {
    const MANY: usize = 10_000;
    let text: String = (0..MANY).map(|i| format!("A{i}_TOKEN = \"correct-horse-{i}\"\n")).collect();
    let mut diagnostics = Vec::new();
    let mut start = 0;
    for line in text.lines() {
        let range = TextRange::new(start, start + line.len());
        let span = Span { file: FileId(0), range };
        let with = Some(Edit { span, with: "a-text-of-some-length = 1\n".repeat(4) });
        let fix = with.map(|edit| Fix { title: "t".to_owned(), applicability: Applicability::Safe, edits: vec![edit] });
        diagnostics.push(Diagnostic::new(RULES[0], Severity::Error, span, "m").redact(range).fix(fix));
        start += line.len() + 1;
    }
    let mut report = Report::default();
    report.add(FileReport { source: Source::new("a.toml", text), diagnostics });
    for format in [Format::Json, Format::Sarif, Format::Github, Format::Gitlab, Format::Junit, Format::Markdown] {
        let began = Instant::now();
        let out = written(&report, format);
        assert!(began.elapsed() < Duration::from_secs(60), "{format:?} took {:?}", began.elapsed());
        assert!(!out.contains("correct-horse"), "{format:?}");
    }
}
