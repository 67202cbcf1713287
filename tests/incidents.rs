//! Real incidents, as small as their files can be: each is found, in plain files and in specs. docs/rules/incidents.md
//! shows them beside what flyctl says.
//!
//! `SNAPSHOTS=overwrite cargo test --test incidents` rewrites the page; with `FLYARCH_FLY` also what flyctl says.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use flyarch::beside::Kind;
use flyarch::diag::Diagnostic;
use flyarch::facts::FACTS;
use flyarch::source::{Source, Sources};
use flyarch::{Options, Surroundings, check_files, check_in};
use serde::Deserialize;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Incident {
    title: String,
    /// Where it happened.
    source: String,
    /// The rule that finds it.
    rule: String,
    /// Why a fly.toml does not show it.
    not_plain: Option<String>,
    /// Why a spec cannot say it.
    not_spec: Option<String>,
    #[serde(default)]
    plain: Vec<File>,
    #[serde(default)]
    spec: Vec<File>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    text: String,
}

fn incidents() -> Vec<(String, Incident)> {
    let files = walkdir::WalkDir::new(Path::new(ROOT).join("tests/incidents")).sort_by_file_name().into_iter();
    let files = files.map(Result::unwrap).filter(|entry| entry.path().extension().is_some_and(|e| e == "toml"));
    files
        .map(|entry| {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let number = entry.path().file_stem().unwrap().to_str().unwrap().to_uppercase().replace("I0", "I");
            let incident = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", entry.path().display()));
            (number, incident)
        })
        .collect()
}

/// What is found in files, the first of which may be a spec.
fn found(files: &[File]) -> Vec<Diagnostic> {
    let mut sources = Sources::default();
    let ids: Vec<_> = files.iter().map(|file| sources.add(Source::new(&file.name, &file.text))).collect();
    let (beside, own): (Vec<_>, Vec<_>) = ids.into_iter().partition(|id| Kind::of(sources.get(*id).name()).is_some());
    let beside = Surroundings { files: &beside, complete: true };
    if files[0].name == "spec.toml" {
        check_in(&sources, own[0], beside, &FACTS, &Options::default()).diagnostics
    } else {
        check_files(&sources, &own, beside, &FACTS, &Options::default()).diagnostics
    }
}

#[test]
fn each_is_found() {
    let incidents = incidents();
    assert_eq!(incidents.len(), 20);
    let mut missed = Vec::new();
    for (number, incident) in &incidents {
        assert!(incident.plain.is_empty() == incident.not_plain.is_some(), "{number}: plain files, or why not");
        assert!(incident.spec.is_empty() == incident.not_spec.is_some(), "{number}: a spec, or why not");
        for files in [&incident.plain, &incident.spec].into_iter().filter(|files| !files.is_empty()) {
            let found = found(files);
            let rules: Vec<&str> = found.iter().map(|d| d.rule.name).collect();
            if !rules.contains(&incident.rule.as_str()) {
                missed.push(format!("{number}: {} is not among {rules:?}", incident.rule));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

/// What flyctl says of the plain files, when one is there: `accepted`, or the first line of why not.
fn flyctl(files: &[File]) -> Option<String> {
    let fly = std::env::var_os("FLYARCH_FLY")?;
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(&file.name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &file.text).unwrap();
    }
    let mut command = Command::new(fly);
    command.args(["config", "validate", "--strict", "-c", &files[0].name]).current_dir(folder.path());
    let output = command.env("FLY_API_TOKEN", "x").env("HOME", folder.path()).output().unwrap();
    if output.status.success() {
        return Some("accepted".to_owned());
    }
    let text = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    let line = text.lines().map(str::trim).find(|line| line.contains("Error") || line.starts_with('✘'));
    Some(line.unwrap_or("refused").trim_start_matches(['✘', ' ']).replace('|', "\\|"))
}

/// What flyctl has said, by the number of the incident.
fn recorded() -> (PathBuf, toml::Table) {
    let path = Path::new(ROOT).join("tests/incidents/flyctl.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|_| "{}".to_owned());
    (path, serde_json::from_str(&text).unwrap())
}

#[test]
fn the_page_is_current() {
    let overwrite = std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite");
    let (path, mut says) = recorded();
    let mut page = String::from(
        "# Twenty incidents\n\n\
         What happened to people, as small files (`tests/incidents`), and who notices. What flyctl says is what\n\
         `fly config validate --strict` of flyctl at ad0172f prints, recorded on 2026-11-21.\n\n\
         | | incident | found by | as fly.toml | as spec | flyctl |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    let mut missed = 0;
    for (number, incident) in incidents() {
        if !incident.plain.is_empty()
            && let Some(now) = flyctl(&incident.plain)
        {
            if overwrite {
                says.insert(number.clone(), now.clone().into());
            }
            assert_eq!(says.get(&number).and_then(|said| said.as_str()), Some(now.as_str()), "{number}");
        }
        let said = says.get(&number).and_then(|said| said.as_str());
        missed += usize::from(said == Some("accepted"));
        let Incident { title, source, rule, not_plain, not_spec, .. } = incident;
        let yes = |not: Option<String>| not.map_or("yes".to_owned(), |why| format!("no: {why}"));
        writeln!(
            page,
            "| {number} | [{title}]({source}) | [{rule}]({}) | {} | {} | {} |",
            if flyarch::rules::find(&rule).is_some() { format!("{rule}.md") } else { format!("form.md#{rule}") },
            yes(not_plain),
            yes(not_spec),
            said.unwrap_or("has no such file")
        )
        .unwrap();
    }
    writeln!(page, "\nflyctl accepts {missed} of those that a fly.toml can show.").unwrap();
    let golden = Path::new(ROOT).join("docs/rules/incidents.md");
    if overwrite {
        std::fs::write(&path, serde_json::to_string_pretty(&says).unwrap() + "\n").unwrap();
        std::fs::write(&golden, &page).unwrap();
    }
    assert!(
        std::fs::read_to_string(&golden).unwrap_or_default() == page,
        "run SNAPSHOTS=overwrite cargo test --test incidents"
    );
}
