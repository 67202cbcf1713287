//! The formats for other programs: one report in each of them, and what their readers insist on.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use jsonschema::Validator;
use regex::Regex;
use serde_json::Value;

use super::lint_files::PLAIN;
use super::world::{FLYARCH, Run, World, clean, golden, with_error, with_warning};

const FORMATS: [&str; 8] = ["full", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"];

/// Folders with names that mean something to one format or another.
const HOSTILE: [&str; 3] = ["a|b <i>`x`", "ü,%0A:@you", "new\nline\u{1b}[31m"];

/// Files with every part of a finding, in folders of hostile names, and one without findings.
fn hostile() -> World {
    let world = World::new();
    let secret = "[app.web.env]\nAPI_TOKEN = \"correct-horse-battery\"\n";
    let odd = "\"k|<img src=x>](http://e.example)\\n%0A@you\" = 1\n";
    world.write(&format!("{}/spec.toml", HOSTILE[0]), with_error() + odd);
    world.write(&format!("{}/spec.toml", HOSTILE[1]), with_warning() + secret);
    world.write(&format!("{}/spec.toml", HOSTILE[2]), clean().replace("8080", "\"8080\""));
    world.write("clean/spec.toml", clean());
    world.write("search/fly.toml", PLAIN.replace("my-web", "my-search").replace("min_machines_running = 1\n", ""));
    let env = "[env]\nSEARCH = \"http://my-search.internal:8080\"\n";
    world.write("shop/fly.toml", format!("{PLAIN}{env}"));
    world
}

fn lint(world: &World, format: &str) -> Run {
    world.run(&["lint", ".", "--format", format]).exits(1).says("")
}

/// What stays as it is when the program gets another version, or a rule another page.
fn lasting(text: &str) -> String {
    let text = Regex::new(r#""(text|markdown)": "Checks .*"(,?)"#).unwrap().replace_all(text, "\"$1\": \"[PAGE]\"$2");
    text.replace(&format!("\"{}\"", env!("CARGO_PKG_VERSION")), "\"[VERSION]\"")
}

#[test]
fn one_report_in_every_format() {
    let world = hostile();
    for format in FORMATS {
        let ending = match format {
            "json" | "sarif" | "gitlab" => "json",
            "junit" => "xml",
            _ => "txt",
        };
        golden(&format!("outputs/{format}.{ending}"), &lasting(&lint(&world, format).stdout));
    }
}

#[test]
fn no_format_shows_a_secret() {
    let world = hostile();
    for format in FORMATS {
        let run = lint(&world, format);
        assert!(!run.stdout.contains("correct-horse"), "{run}");
    }
    // A fix that quotes a value repeats it.
    let plain = "app = \"a\"\n[env]\nADMIN_PASSWORD = 8723094857230948\n";
    world.write("quoted/fly.toml", plain);
    for format in FORMATS {
        let run = world.run(&["lint", "quoted/fly.toml", "--format", format]);
        assert!(!run.stdout.contains("8723094857230948"), "{run}");
    }
}

#[test]
fn names_of_files_reach_no_terminal_as_they_stand() {
    let world = World::new();
    let name = "\u{1b}[31m\u{202e}/fly.toml";
    world.write(name, PLAIN.replace("kill_signal = \"SIGTERM\"\nkill_timeout = \"30s\"\n", ""));
    for words in [&["lint", "."][..], &["lint", ".", "--format", "concise"], &["lint", "none\u{1b}[0m"]] {
        let run = world.run(words);
        assert!(!run.to_string().contains(['\u{1b}', '\u{202e}']), "{run:}");
    }
    let run =
        world.run(&["lint", name, "--unsafe-fixes"]).exits(0).says("fixed 1 finding in \u{fffd}[31m\u{fffd}/fly.toml");
    assert_eq!(run.stdout, "");
}

/// Made once: that costs more than all the logs.
static SARIF: LazyLock<Validator> = LazyLock::new(|| {
    let mut schema: Value = serde_json::from_str(include_str!("../data/sarif-2.1.0.schema.json")).unwrap();
    // This expression has a bracket too many, and is none; nothing that flyarch writes is looked at with it.
    for of in ["run", "toolComponent"] {
        schema["definitions"][of]["properties"]["language"].as_object_mut().unwrap().remove("pattern");
    }
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
});

#[track_caller]
fn fits_the_standard(log: &Value) {
    let errors: Vec<String> = SARIF.iter_errors(log).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{log:#}");
}

fn sarif(world: &World) -> Value {
    serde_json::from_str(&world.run(&["lint", ".", "--format", "sarif"]).stdout).unwrap()
}

#[test]
fn sarif_fits_its_schema() {
    fits_the_standard(&sarif(&hostile()));
    fits_the_standard(&sarif(&World::with(clean())));
    // Among the bad examples every rule has found something, and has its description here.
    let world = World::new();
    let estates = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/estates");
    for entry in walkdir::WalkDir::new(&estates).into_iter().map(|entry| entry.unwrap()) {
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(&estates).unwrap().to_str().unwrap();
            world.write(path, fs::read(entry.path()).unwrap());
        }
    }
    let log = sarif(&world);
    fits_the_standard(&log);
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(rules.len() >= 10 && run["results"].as_array().unwrap().iter().any(|result| result["fixes"].is_array()));
    for rule in rules {
        let text = |key: &str| rule[key]["text"].as_str().unwrap_or_else(|| panic!("no {key}: {rule:#}"));
        assert!(text("shortDescription").ends_with('.'), "{rule:#}");
        assert!(text("fullDescription").len() >= text("shortDescription").len(), "{rule:#}");
        assert!(rule["help"]["markdown"].as_str().unwrap().contains(rule["helpUri"].as_str().unwrap()), "{rule:#}");
        let tags = rule["properties"]["tags"].as_array().unwrap();
        let security = tags.iter().any(|tag| tag == "security");
        assert_eq!(rule["properties"]["security-severity"].is_string(), security, "{rule:#}");
    }
}

#[test]
fn what_is_no_sarif_does_not_fit() {
    let good = sarif(&World::with(with_error()));
    fits_the_standard(&good);
    for (pointer, value) in [
        ("/version", "2.0.0"),
        ("/runs/0/columnKind", "bytes"),
        ("/runs/0/results/0/level", "fatal"),
        ("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri", "a b"),
        ("/runs/0/tool/driver/rules/0/helpUri", "no uri"),
    ] {
        let mut log = good.clone();
        *log.pointer_mut(pointer).unwrap() = Value::from(value);
        assert!(!SARIF.is_valid(&log), "{pointer}");
    }
}

#[test]
fn a_finding_that_moves_is_known_again() {
    let prints = |text: String| -> Vec<String> {
        let log = sarif(&World::with(text));
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        let print =
            |result: &Value| result["partialFingerprints"]["primaryLocationLineHash"].as_str().map(str::to_owned);
        results.iter().map(|result| print(result).unwrap()).collect()
    };
    let before = prints(with_error());
    assert_eq!(prints(format!("# a comment\n\n{}", with_error())), before);
    assert_ne!(prints(with_error().replace("regions = [", "regions = [\"ord\", ")), before);
}

/// SARIF says what an editor would do as well as `--fix` does.
#[test]
fn fixes_of_sarif_mend() {
    let text = clean().replace("8080", "\"8080\"");
    let log = sarif(&World::with(&text));
    let change = &log["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], "spec.toml");
    let edit = &change["replacements"][0];
    let number = |key: &str| usize::try_from(edit["deletedRegion"][key].as_u64().unwrap()).unwrap();
    assert_eq!(number("startLine"), number("endLine"));
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let range = number("startColumn") - 1..number("endColumn") - 1;
    lines[number("startLine") - 1].replace_range(range, edit["insertedContent"]["text"].as_str().unwrap());
    assert_eq!(lines.join("\n") + "\n", clean());
}

#[test]
fn documents_are_there_without_findings() {
    let world = World::with(clean());
    for format in ["sarif", "gitlab"] {
        let run = world.run(&["lint", "--format", format]).exits(0).says("");
        let json: Value = serde_json::from_str(&run.stdout).unwrap();
        let list = if format == "sarif" { &json["runs"][0]["results"] } else { &json };
        assert_eq!(list, &Value::Array(Vec::new()), "{run}");
    }
    let junit = world.run(&["lint", "--format", "junit"]).exits(0).stdout;
    assert!(junit.contains("tests=\"1\" failures=\"0\"") && junit.contains("classname=\"spec.toml\"/>"), "{junit}");
    assert_eq!(world.run(&["lint", "--format", "markdown"]).exits(0).stdout, "### flyarch: no findings\n");
    world.run(&["lint", "--format", "github"]).exits(0).prints_nothing();
}

#[test]
fn a_job_gets_a_summary_where_there_is_a_file_for_it() {
    let world = World::with(with_error());
    let run = |format: &str, file: &str| {
        let mut command = world.command(FLYARCH);
        Run::of(
            command.args(["lint", "--format", format]).env("GITHUB_STEP_SUMMARY", file).env("GITHUB_ACTIONS", "true"),
        )
    };
    let summary = world.path("summary.md");
    world.write("summary.md", "# of another step\n");
    run("github", summary.to_str().unwrap()).exits(1).says("");
    let text = world.read("summary.md");
    assert!(text.starts_with("# of another step\n### flyarch: 1 error\n") && text.contains("removed-region"), "{text}");
    // Only with its own format, and the environment chooses none.
    let full = run("full", summary.to_str().unwrap()).exits(1);
    assert_eq!(full.stdout, world.run(&["lint"]).stdout);
    assert_eq!(world.read("summary.md"), text);
    run("github", "").exits(1).says("");
    let run = run("github", "no/such/folder").exits(1);
    assert!(run.stderr.starts_with("note: the job summary cannot be written: "), "{run}");
    assert!(run.stdout.starts_with("::error file=spec.toml,line=5,endLine=5,col=19,"), "{run}");
}

#[test]
fn every_command_that_finds_something_has_every_format() {
    let world = World::with(with_error());
    let plain = world.run(&["lint", "--format", "gitlab"]).exits(1).stdout;
    let run = world.run(&["build", "--format", "gitlab"]).exits(1).says("nothing was written");
    assert_eq!(run.stdout, plain);
    let stream = world.run(&["build", "-o", "-", "--format", "gitlab"]).exits(1).prints_nothing();
    assert!(stream.stderr.starts_with(&plain), "{stream}");
    // What differs would be no part of the document.
    let clean = World::with(clean());
    let run = clean.run(&["build", "--check", "--format", "sarif"]).exits(1);
    fits_the_standard(&serde_json::from_str(&run.stdout).unwrap());
    assert!(run.stderr.contains("--- /dev/null"), "{run}");
}
