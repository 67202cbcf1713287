//! Fixes of everything that is at hand: the examples of all rules, the specs, and the plain files of the corpus.
//!
//! One fix ends its finding and brings no other. All of them together come to an end. Neither makes what could be read
//! unreadable, nor changes a comment.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use flyarch::beside::Kind;
use flyarch::diag::{Applicability, Diagnostic, Fix, Severity, fix};
use flyarch::facts::FACTS;
use flyarch::fly_toml::Format;
use flyarch::rules::RULES;
use flyarch::source::{Source, Sources};
use flyarch::{Options, Surroundings, check, check_files};

use super::{ROOT, examples, files_of, unwrapped};

/// A text, and how it is read.
struct Sample {
    /// Where it is from.
    from: String,
    is_spec: bool,
    text: String,
}

/// What was found in texts that came of one text.
type Cache = BTreeMap<String, Vec<Diagnostic>>;

/// All texts. Files beside are left out: fixes are made in TOML alone.
fn texts() -> Vec<Sample> {
    let mut texts = Vec::new();
    for (folder, is_spec) in [("specs", true), ("tests/specs", true), ("tests/corpus", false), ("tests/estates", false)]
    {
        let entries = walkdir::WalkDir::new(Path::new(ROOT).join(folder)).sort_by_file_name().into_iter();
        for path in entries.map(|entry| entry.unwrap().into_path()).filter(|path| path.is_file()) {
            let from = path.display().to_string();
            if Format::of(&from) == Format::Toml && path.extension().is_some_and(|ending| ending == "toml") {
                texts.push(Sample { from, is_spec, text: fs::read_to_string(&path).unwrap() });
            }
        }
    }
    for rule in RULES {
        let from = format!("an example of {}", rule.id.name);
        let text = |is_spec: bool, text: String| Sample { from: from.clone(), is_spec, text };
        texts.extend(examples::of(rule, "bad").into_iter().map(|example| text(true, example)));
        let plain = examples::written(rule, "bad").into_iter().filter_map(|example| unwrapped(&example));
        let files = examples::written(rule, "files,bad").into_iter().map(|example| files_of(&example));
        let files = plain.chain(files).flatten().filter(|(name, _)| Kind::of(name).is_none());
        texts.extend(files.map(|(_, file)| text(false, file)));
    }
    texts
}

impl Sample {
    fn findings(&self, text: &str) -> Vec<Diagnostic> {
        if self.is_spec {
            return check(&Source::new("spec.toml", text), &FACTS, &Options::default()).diagnostics;
        }
        let mut sources = Sources::default();
        let file = sources.add(Source::new("fly.toml", text));
        check_files(&sources, &[file], Surroundings::default(), &FACTS, &Options::default()).diagnostics
    }

    /// The same, found once.
    fn cached(&self, text: &str, cache: &mut Cache) -> Vec<Diagnostic> {
        cache.entry(text.to_owned()).or_insert_with(|| self.findings(text)).clone()
    }

    fn apply(&self, text: &str, fixes: &[&Fix]) -> (String, usize) {
        let name = if self.is_spec { "spec.toml" } else { "fly.toml" };
        fix::apply(&Source::new(name, text), fixes.iter().copied())
    }
}

/// How often each rule finds something.
fn counts(findings: &[Diagnostic]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.rule.name).or_default() += 1;
    }
    counts
}

/// What was wrong with the form of a text: while there is something, most rules do not look at it.
fn of_form(findings: &[Diagnostic]) -> usize {
    findings.iter().filter(|finding| finding.rule.is_of_form()).count()
}

/// The comments of a text, as the parser sees them.
fn comments(text: &str) -> Vec<&str> {
    let tokens = toml_parser::Source::new(text).lex();
    let comments = tokens.filter(|token| token.kind() == toml_parser::lexer::TokenKind::Comment);
    comments.filter_map(|token| text.get(token.span().start()..token.span().end())).map(str::trim_end).collect()
}

/// What is wrong with a text that came of another one by fixes.
fn broken(before: &str, after: &str) -> Option<&'static str> {
    if comments(before) != comments(after) {
        return Some("comments are lost or changed");
    }
    let is_toml = |text: &str| text.parse::<toml_edit::DocumentMut>().is_ok();
    (is_toml(before) && !is_toml(after)).then_some("what was TOML is none")
}

/// What a fix brings to light: it was so before, and could not be seen, or it is the next thing to decide.
const FOLLOWS: [(&str, &str, &str); 11] = [
    ("autostop-outvoted", "missing-primary-region", "a number of machines to keep counts in the primary region"),
    ("database-in-another-region", "write-routing-not-said", "the other regions are readers from now on"),
    ("machine-memory", "partial-vm", "a memory that does not exist said nothing at all"),
    ("missing-internal-port", "missing-protocol", "without a port it was no service"),
    ("missing-vm", "runtime-memory", "the size that Fly.io would choose is too small for the program"),
    ("missing-vm", "swap-exceeds-memory", "the same, for its swap"),
    ("production-scale-to-zero", "missing-primary-region", "a number of machines to keep counts in the primary region"),
    ("service-without-ports", "missing-force-https", "whether all requests come from the internet is not known"),
    ("service-without-processes", "worker-restart-policy", "the worker serves nobody from now on"),
    ("sqlite-outside-mount", "missing-auto-extend", "the volume has a database from now on"),
    ("worker-in-service", "worker-restart-policy", "the worker serves nobody from now on"),
];

/// What one fix does to a text.
fn judge_one(
    it: &Sample,
    found: &[Diagnostic],
    finding: &Diagnostic,
    fix: &Fix,
    cache: &mut Cache,
) -> Result<(), String> {
    let (mended, applied) = it.apply(&it.text, &[fix]);
    let told = |what: String| Err(format!("{}: {}: {what}\n{mended}", finding.rule.name, fix.title));
    if applied != 1 {
        return told("cannot be applied".to_owned());
    }
    if let Some(what) = broken(&it.text, &mended) {
        return told(what.to_owned());
    }
    let now = it.cached(&mended, cache);
    let same = |text: &str, other: &Diagnostic| {
        let of = |text: &str, d: &Diagnostic| text.get(d.primary.span.range.to_usize()).map(str::to_owned);
        other.rule == finding.rule && other.message == finding.message && of(text, other) == of(&it.text, finding)
    };
    let times = |text: &str, findings: &[Diagnostic]| findings.iter().filter(|other| same(text, other)).count();
    if times(&mended, &now) >= times(&it.text, found) {
        return told("the finding is there again".to_owned());
    }
    let (before, after) = (counts(found), counts(&now));
    let follows = |name: &str| FOLLOWS.iter().any(|(rule, brings, _)| *rule == finding.rule.name && *brings == name);
    let errors = |findings: &[Diagnostic], name: &str| {
        findings.iter().filter(|d| d.rule.name == name && d.severity == Severity::Error).count()
    };
    let mut more = after.iter().filter(|(name, count)| **count > before.get(*name).copied().unwrap_or(0));
    // Where the form was wrong, rules look for the first time.
    let first_look = of_form(found) > 0 && of_form(&now) <= of_form(found);
    match more.find(|(name, _)| !follows(name) || errors(&now, name) > errors(found, name)) {
        Some((name, _)) if !first_look => told(format!("brings {name}")),
        _ => Ok(()),
    }
}

/// Applies fixes until there are none.
fn mend(it: &Sample, least: Applicability, cache: &mut Cache) -> Result<(), String> {
    let first = it.cached(&it.text, cache);
    let (mut current, mut found) = (it.text.clone(), first.clone());
    for _ in 0..10 {
        let fixes: Vec<&Fix> =
            found.iter().filter_map(|finding| finding.fix.as_ref()).filter(|fix| fix.applicability >= least).collect();
        if fixes.is_empty() {
            return Ok(());
        }
        let (next, applied) = it.apply(&current, &fixes);
        if applied == 0 {
            return Err(format!("{} fixes cannot be applied\n{current}", fixes.len()));
        }
        if let Some(what) = broken(&it.text, &next) {
            return Err(format!("{what}\n{next}"));
        }
        found = it.cached(&next, cache);
        if of_form(&found) > of_form(&first) {
            return Err(format!("cannot be understood any more: {:?}\n{next}", counts(&found)));
        }
        current = next;
    }
    Err(format!("do not end\n{current}"))
}

/// Everything about one text, and how many fixes it has.
fn judge(it: &Sample, failures: &mut Vec<String>) -> usize {
    let mut cache = Cache::new();
    let found = it.cached(&it.text, &mut cache);
    let fixes: Vec<_> = found.iter().filter_map(|finding| Some((finding, finding.fix.as_ref()?))).collect();
    for (finding, fix) in &fixes {
        if let Err(wrong) = judge_one(it, &found, finding, fix, &mut cache) {
            failures.push(format!("---- {}\n{wrong}", it.from));
        }
    }
    for least in [Applicability::Safe, Applicability::Unsafe] {
        if let Err(wrong) = mend(it, least, &mut cache) {
            failures.push(format!("---- {}\n{} fixes: {wrong}", it.from, least.as_str()));
        }
    }
    fixes.len()
}

#[test]
fn fixes_mend_everything_at_hand() {
    let texts = texts();
    let next = AtomicUsize::new(0);
    let judge_some = || {
        let (mut failures, mut fixes) = (Vec::new(), 0);
        while let Some(it) = texts.get(next.fetch_add(1, Ordering::Relaxed)) {
            fixes += judge(it, &mut failures);
        }
        (failures, fixes)
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let parts: Vec<_> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..threads).map(|_| scope.spawn(judge_some)).collect();
        started.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let fixes: usize = parts.iter().map(|(_, fixes)| fixes).sum();
    let failures: Vec<String> = parts.into_iter().flat_map(|(failures, _)| failures).collect();
    assert!(failures.is_empty(), "{} of {fixes} fixes\n{}", failures.len(), failures.join("\n"));
    assert!(texts.len() > 700 && fixes > 700, "only {fixes} fixes of {} texts were tried", texts.len());
}
