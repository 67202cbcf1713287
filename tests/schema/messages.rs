//! What the compiler says of files that do not fit the schema: `messages.md` holds each kind of mistake, and the answer.
//!
//! `SNAPSHOTS=overwrite cargo test --test schema` rewrites the answers.

use std::fmt::Write as _;

use flyarch::diag::{Diagnostic, Severity, fix};
use flyarch::facts::FACTS;
use flyarch::source::Source;
use flyarch::{Options, compile};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schema/messages.md");

/// What every example may leave out: two lines.
const PRELUDE: &str = "version = 1\nproject = { name = \"my\", org = \"personal\", regions = [\"iad\"] }\n";

fn found(text: &str) -> (Source, Vec<Diagnostic>) {
    let source = Source::new("spec.toml", text);
    let diagnostics = compile(&source, &FACTS, &Options::default()).diagnostics;
    (source, diagnostics)
}

fn answer(text: &str) -> String {
    let (source, diagnostics) = found(text);
    let mut out = String::new();
    for d in diagnostics.iter().filter(|d| d.severity == Severity::Error) {
        let at = source.line_column(d.primary.span.range.start);
        let text = source.slice(d.primary.span.range);
        writeln!(out, "{at} {}: {}", d.rule.name, d.message).unwrap();
        writeln!(out, "    at {}", text.lines().next().unwrap_or("the beginning")).unwrap();
        for label in &d.related {
            writeln!(out, "    {} {}", source.line_column(label.span.range.start), label.text).unwrap();
        }
        if let Some(help) = &d.help {
            writeln!(out, "    help: {help}").unwrap();
        }
        if let Some(note) = &d.note {
            writeln!(out, "    note: {note}").unwrap();
        }
        if let Some(fix) = &d.fix {
            let (mended, _) = fix::apply(&source, [fix]);
            let lines = mended.lines().filter(|line| !source.text().lines().any(|old| old == *line));
            let lines: Vec<_> = lines.map(str::trim).collect();
            writeln!(out, "    {} fix: {}: {}", fix.applicability.as_str(), fix.title, lines.join(" / ")).unwrap();
        }
    }
    out
}

/// The file with the answers of today, and how many there are.
fn answered(file: &str) -> (String, usize) {
    let (mut out, mut count) = (String::new(), 0);
    let mut lines = file.lines();
    let mut text = String::new();
    while let Some(line) = lines.next() {
        writeln!(out, "{line}").unwrap();
        match line {
            "```toml" => {
                text = lines.by_ref().take_while(|line| *line != "```").fold(String::new(), |t, l| t + l + "\n");
                writeln!(out, "{text}```").unwrap();
            }
            "```text" => {
                let _old = lines.by_ref().take_while(|line| *line != "```").count();
                let answer = answer(&whole(&text));
                assert!(!answer.is_empty(), "there is nothing wrong with\n{text}");
                writeln!(out, "{answer}```").unwrap();
                count += 1;
            }
            _ => {}
        }
    }
    (out, count)
}

/// The prelude and an example that does not have its own.
fn whole(text: &str) -> String {
    if text.contains("version") { text.to_owned() } else { format!("{PRELUDE}{text}") }
}

#[test]
fn answers_are_as_they_were_reviewed() {
    let file = std::fs::read_to_string(PATH).unwrap();
    let (current, count) = answered(&file);
    assert!(count >= 40, "{count} answers");
    if std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite") {
        std::fs::write(PATH, &current).unwrap();
        return;
    }
    assert!(
        file == current,
        "tests/schema/messages.md is stale: SNAPSHOTS=overwrite cargo test --test schema\n{current}"
    );
}
