//! Whatever is in a file beside a fly.toml: reading it ends without a panic, twice says the same, and what is found points
//! into the file.

use flyarch::beside::Kind;
use flyarch::diag::emit::{Display, Format, emit};
use flyarch::diag::{Diagnostic, Report};
use flyarch::facts::FACTS;
use flyarch::rules::RULES;
use flyarch::source::{FileId, Source, Sources};
use flyarch::{Options, Surroundings, check_files};
use proptest::prelude::*;

use crate::support::{self, documents, mutations};

const NAMES: [&str; 6] = ["Dockerfile", "litefs.yml", ".github/workflows/a.yml", "a.sh", "README.md", "compose.yaml"];
const FLY_TOML: &str = "app = \"web\"\n[build.compose]\n[http_service]\ninternal_port = 8080\n[[mounts]]\nsource = \"a\"\ndestination = \"/data\"\n";

fn hold(texts: &[String]) {
    let mut sources = Sources::default();
    let plain = sources.add(Source::new("fly.toml", FLY_TOML));
    let beside: Vec<FileId> =
        NAMES.iter().zip(texts).map(|(name, text)| sources.add(Source::new(*name, text))).collect();
    let look = || -> Vec<Diagnostic> {
        let beside = Surroundings { files: &beside, complete: true };
        check_files(&sources, &[plain], beside, &FACTS, &Options::default()).diagnostics
    };
    let (first, again) = (look(), look());
    assert_eq!(format!("{first:?}"), format!("{again:?}"), "{texts:?}");
    for finding in &first {
        let source = sources.get(finding.primary.span.file);
        assert!(source.text().get(finding.primary.span.range.to_usize()).is_some(), "{finding:?}\n{texts:?}");
    }
    let report = Report { sources, diagnostics: first };
    emit(&report, Format::Full, Display::default(), &mut Vec::new()).unwrap();
}

/// The examples of the rules, by the names of their files.
fn examples() -> Vec<String> {
    let lines = RULES.iter().flat_map(|rule| rule.docs.lines()).map(|line| line.strip_prefix(' ').unwrap_or(line));
    let mut texts: Vec<String> = Vec::new();
    let mut open = false;
    for line in lines {
        if let Some(name) = line.strip_prefix("# --- ") {
            open = Kind::of(name).is_some();
            texts.extend(open.then(String::new));
        } else if line == "```" {
            open = false;
        } else if let Some(text) = texts.last_mut().filter(|_| open) {
            text.push_str(line);
            text.push('\n');
        }
    }
    texts
}

#[test]
fn of_any_text() {
    let text =
        || prop_oneof![any::<String>(), prop::collection::vec(documents::words(), 0..20).prop_map(|p| p.concat())];
    proptest!(support::cases(100), |(texts in prop::collection::vec(text(), NAMES.len()))| hold(&texts));
}

#[test]
fn of_mutated_examples() {
    let examples = examples();
    assert!(examples.len() > 20, "the examples have another form");
    let some = || prop::sample::select(examples.clone());
    let changes = || prop::collection::vec(mutations::mutations(), 0..4);
    proptest!(support::cases(200), |(texts in prop::collection::vec((some(), some(), changes()), NAMES.len()))| {
        let texts: Vec<String> = texts.iter().map(|(text, other, changes)| mutations::mutated(text, other, changes)).collect();
        hold(&texts);
        // Every text may be of every kind.
        for i in 1..texts.len() {
            let mut turned = texts.clone();
            turned.rotate_left(i);
            hold(&turned);
        }
    });
}
