//! Habits of the house that neither the compiler nor clippy knows.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read, and fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The most lines of a file of code.
const BUDGET: usize = 500;

/// Files beyond the budget, and why.
const LONG: [(&str, &str); 2] = [("src/facts/tables.rs", "generated"), ("src/rules/mod.rs", "a generated list")];

/// Folders in which nothing is the project's own writing.
const NOT_OURS: [&str; 4] = [".git", "target", "out", "node_modules"];

/// The files of the project below some folders, sorted, with paths from its root.
fn files(folders: &[&str], extensions: &[&str]) -> Vec<(String, String)> {
    let wanted = |path: &Path| extensions.iter().any(|e| path.extension().is_some_and(|extension| extension == *e));
    let walk = |folder: &&str| {
        let ours =
            |entry: &walkdir::DirEntry| !(entry.depth() == 1 && NOT_OURS.iter().any(|name| entry.file_name() == *name));
        walkdir::WalkDir::new(Path::new(ROOT).join(folder)).sort_by_file_name().into_iter().filter_entry(ours)
    };
    let mut found = Vec::new();
    for entry in folders.iter().flat_map(walk) {
        let path = entry.unwrap().into_path();
        if path.is_file() && wanted(&path) {
            let name = path.strip_prefix(ROOT).unwrap().to_str().unwrap().replace('\\', "/");
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
    assert!(!found.is_empty(), "{folders:?} is empty");
    found
}

fn code() -> Vec<(String, String)> {
    files(&["src", "tests", "benches"], &["rs"])
}

#[track_caller]
fn none(offences: &[String]) {
    assert!(offences.is_empty(), "\n{}", offences.join("\n"));
}

#[test]
fn files_stay_within_their_budget() {
    let long = |name: &str| LONG.iter().any(|(exempt, _)| *exempt == name);
    let mut offences = Vec::new();
    for (name, text) in code() {
        let lines = text.lines().count();
        if lines > BUDGET && !long(&name) {
            offences.push(format!("{name}: {lines} lines; split it by topic, or move its tests out"));
        }
        if lines <= BUDGET && long(&name) {
            offences.push(format!("{name}: within the budget again; take it out of LONG"));
        }
    }
    none(&offences);
}

#[test]
fn every_module_says_what_it_is_for() {
    // A rule's documentation is in its declaration, where users read it (`flyarch explain`); tests/rules.rs looks at it.
    let is_rule = |text: &str| text.contains("declare_rule! {\n    /// Checks ");
    let says = |text: &str| text.starts_with("//! ") || text.lines().any(|line| line.starts_with("//! "));
    let silent = code().into_iter().filter(|(_, text)| !says(text) && !is_rule(text));
    let offences: Vec<String> = silent.map(|(name, _)| format!("{name}: begin with //!, and what it is for")).collect();
    none(&offences);
}

#[test]
fn templates_quote_everything() {
    // Every value of a template is quoted for its language (src/render/engine.rs); `safe` would switch that off.
    let mut offences = Vec::new();
    for (name, text) in files(&["src"], &["j2"]) {
        for (i, line) in text.lines().enumerate() {
            let expressions = line.split("{{").skip(1).chain(line.split("{%").skip(1));
            if expressions
                .filter_map(|rest| rest.split(['}', '%']).next())
                .any(|e| e.contains("safe") || e.contains("autoescape"))
            {
                offences.push(format!("{name}:{}: {line}", i + 1));
            }
        }
    }
    none(&offences);
}

#[test]
fn nothing_is_left_over() {
    // Written in two parts: this file is looked at as well.
    let words = [["to", "do!("], ["unimpl", "emented!("], ["db", "g!("], ["TO", "DO"], ["FIX", "ME"]];
    let words = words.map(|parts| parts.concat());
    let mut offences = Vec::new();
    for (name, text) in files(&["src", "tests", "benches", "schema", "specs"], &["rs", "toml", "sh", "j2", "json"]) {
        for (i, line) in text.lines().enumerate() {
            for word in words.iter().filter(|word| line.contains(*word)) {
                offences.push(format!("{name}:{}: {word}", i + 1));
            }
        }
    }
    none(&offences);
}

#[test]
fn unit_tests_end_their_file() {
    // tests/layers.rs reads a file up to its tests.
    let mut offences = Vec::new();
    for (name, text) in files(&["src"], &["rs"]) {
        let Some((_, rest)) = text.split_once("#[cfg(test)]\n") else { continue };
        let inline = rest.starts_with("mod tests {\n") && rest.find("\n}\n").is_some_and(|end| end + 3 == rest.len());
        if !inline && rest != "mod tests;\n" {
            offences.push(format!("{name}: something follows the tests, or is compiled for them alone"));
        }
    }
    none(&offences);
}

#[test]
fn nobodys_machine_is_named() {
    // Homes and places of temporary files, as tools print them.
    let places = [["/ho", "me/"], ["/Us", "ers/"], ["/ro", "ot/"], ["/tmp", "/."], ["C:", "\\\\Users"]]
        .map(|parts| parts.concat());
    let mut offences = Vec::new();
    let kinds = ["rs", "toml", "sh", "j2", "json", "md", "txt", "yml", "yaml", "example"];
    for (name, text) in files(&["."], &kinds) {
        let name = name.trim_start_matches("./");
        for (i, line) in text.lines().enumerate() {
            for place in places.iter().filter(|place| line.contains(*place)) {
                offences.push(format!("{name}:{}: {place}", i + 1));
            }
        }
    }
    none(&offences);
}

#[test]
fn links_lead_somewhere() {
    let mut offences = Vec::new();
    for entry in walkdir::WalkDir::new(ROOT)
        .into_iter()
        .filter_entry(|entry| !(entry.depth() == 1 && NOT_OURS.iter().any(|name| entry.file_name() == *name)))
    {
        let path = entry.unwrap().into_path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for target in links(&text) {
            let file = target.split('#').next().unwrap();
            let exists = path.parent().unwrap().join(file).exists();
            if !file.is_empty() && !exists {
                offences.push(format!("{}: {target} leads nowhere", path.strip_prefix(ROOT).unwrap().display()));
            }
        }
    }
    none(&offences);
}

/// The targets of a page's links that mean files, outside of examples.
fn links(text: &str) -> Vec<&str> {
    let mut fenced = false;
    let lines = text.lines().filter(|line| {
        fenced ^= line.trim_start().starts_with("```");
        !fenced
    });
    let targets = lines.flat_map(|line| line.split("](").skip(1)).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:")).collect()
}

#[test]
fn links_are_found() {
    let text = "[a](x.md) and [b](https://x.y), [c](y.md#z)\n```\n[d](no.md)\n```\n[e](#here)\n";
    assert_eq!(links(text), ["x.md", "y.md#z", "#here"]);
}

/// Pages and files that comments point to.
#[test]
fn comments_point_to_files_that_exist() {
    let mut offences = Vec::new();
    for (name, text) in code() {
        for (i, line) in text.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with("//")) {
            let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || "/._-".contains(c)));
            for word in words.map(|word| word.trim_end_matches('.')) {
                let ours = ["docs/", "tests/", "src/", "schema/", "specs/", "benches/"];
                let file = word.rsplit('/').next().unwrap().contains('.');
                let ours = ours.iter().any(|folder| word.starts_with(folder));
                if ours && file && !Path::new(ROOT).join(word).exists() {
                    offences.push(format!("{name}:{}: there is no {word}", i + 1));
                }
            }
        }
    }
    none(&offences);
}

#[test]
fn goldens_belong_to_a_test() {
    let tests: String = files(&["tests/cli"], &["rs"]).into_iter().map(|(_, text)| text).collect();
    let mut offences = Vec::new();
    for (name, _) in files(&["golden/cli", "golden/diag"], &["txt", "json"]) {
        let stem = name.rsplit('/').next().unwrap().split('.').next().unwrap();
        let known = [stem, stem.strip_prefix("large-").unwrap_or(stem)];
        if !known.iter().any(|stem| tests.contains(&format!("\"{stem}\"")) || tests.contains(&format!("/{stem}."))) {
            offences.push(format!("{name} belongs to no test"));
        }
    }
    none(&offences);
}

#[test]
fn shell_is_clean() {
    // What shellcheck cannot know of a part: filters of jq have dollars of their own (SC2016), and the parts share
    // variables and functions (SC2034, SC2154). The whole script is looked at where it is built.
    let scripts: Vec<PathBuf> = files(&["src"], &["sh"]).iter().map(|(name, _)| Path::new(ROOT).join(name)).collect();
    let mut shellcheck = Command::new("shellcheck");
    shellcheck.args(["--shell=bash", "--exclude=SC2016,SC2034,SC2154"]).args(&scripts);
    match shellcheck.output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout)),
        Err(error) => {
            assert!(std::env::var_os("FLYARCH_REQUIRE_TOOLS").is_none(), "shellcheck is not installed: {error}");
            println!("skipped: shellcheck is not installed");
        }
    }
}
