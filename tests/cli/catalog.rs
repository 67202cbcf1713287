//! `flyarch explain`, `rules`, `schema`, `facts`, and the help of every command.

use flyarch::rules::RULES;
use serde_json::Value;

use super::world::{World, fits, golden};

#[test]
fn help() {
    let world = World::new();
    for command in [
        "",
        "build",
        "lint",
        "cost",
        "diff",
        "graph",
        "explain",
        "lsp",
        "rules",
        "schema",
        "facts",
        "sim",
        "completions",
        "man",
        "review",
        "simulate",
    ] {
        let words: Vec<&str> = [command, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        let run = world.run(&words).exits(0).says("");
        fits(&run.stdout);
        assert!(!run.stdout.contains("stand-in"), "what is for tests is not shown: {run}");
        let name = if command.is_empty() { "flyarch" } else { command };
        golden(&format!("cli/{name}.txt"), &run.stdout);
        let short = world.run(
            &words
                .iter()
                .map(|word| word.replace("--help", "-h"))
                .collect::<Vec<_>>()
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>(),
        );
        fits(&short.exits(0).stdout);
    }
    let run = world.run(&["--version"]).exits(0);
    assert_eq!(run.stdout, format!("flyarch {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn explain_prints_the_page_of_a_rule() {
    let world = World::new();
    let run = world.run(&["explain", "multi-region"]).exits(0).says("");
    golden("cli/explain-multi-region.txt", &run.stdout);
    assert_eq!(world.run(&["explain", "FA101"]).exits(0).stdout, run.stdout);
    for rule in RULES {
        let run = world.run(&["explain", rule.id.name]).exits(0).says("");
        assert!(run.stdout.starts_with(&format!("# {} ({})\n\n", rule.id.name, rule.id.code)), "{run}");
        // Examples are what they are, and indented; everything else fits.
        for line in run.stdout.lines() {
            assert!(line.starts_with("    ") || line.chars().count() <= 80, "{}: {line}", rule.id.name);
            assert!(!line.starts_with("```"), "{}: {line}", rule.id.name);
        }
    }
    let colored = world.run(&["explain", "multi-region", "--color", "always"]).exits(0).stdout;
    assert!(colored.starts_with("\u{1b}[1m# multi-region (FA101)\u{1b}[0m\n"), "{colored}");
    assert_eq!(colored.replace("\u{1b}[1m", "").replace("\u{1b}[0m", ""), run.stdout);
}

/// Whatever a finding is called, its name is one to ask for.
#[test]
fn explain_knows_every_finding() {
    let world = World::new();
    let sources = walkdir::WalkDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).into_iter();
    let paths = sources.map(|entry| entry.unwrap().into_path()).filter(|p| p.extension().is_some_and(|e| e == "rs"));
    let texts: Vec<String> = paths.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let names = texts.iter().flat_map(|text| text.split("RuleId { name: \"").skip(1));
    let names: Vec<&str> = names.map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(names.len() >= 20, "{names:?}");
    for name in names {
        let run = world.run(&["explain", name]).exits(0).says("");
        assert!(run.stdout.starts_with(&format!("# {name} (FA0")), "{run}");
        fits(&run.stdout);
    }
    let run = world.run(&["explain", "wrong-type"]).exits(0);
    golden("cli/explain-wrong-type.txt", &run.stdout);
    assert_eq!(world.run(&["explain", "FA004"]).exits(0).stdout, run.stdout);
}

#[test]
fn explain_knows_what_was_meant() {
    let world = World::new();
    let run = world.run(&["explain", "mutli-region"]).exits(2).prints_nothing();
    run.says("error: there is no rule `mutli-region`; did you mean `multi-region`?");
    let run = world.run(&["explain", "xyzzy"]).exits(2).prints_nothing();
    run.says("error: there is no rule `xyzzy`; `flyarch rules` lists them all");
    world.run(&["explain"]).exits(2).prints_nothing();
}

#[test]
fn rules_are_listed_for_people_and_programs() {
    let world = World::new();
    let text = world.run(&["rules"]).exits(0).says("").stdout;
    let (lines, topics): (Vec<&str>, Vec<&str>) =
        text.lines().filter(|line| !line.is_empty()).partition(|line| line.starts_with("  "));
    assert_eq!(lines.len(), RULES.len());
    assert!(topics.len() >= 10 && topics.is_sorted() && topics.contains(&"regions"), "{topics:?}");
    let of_topic = text.split("\n\n").find(|part| part.starts_with("regions\n")).unwrap();
    assert!(of_topic.contains("FA101  multi-region "), "{text}");
    let json: Value = serde_json::from_str(&world.run(&["rules", "--format", "json"]).exits(0).stdout).unwrap();
    for (entry, rule) in json.as_array().unwrap().iter().zip(RULES) {
        let start = format!("  {}  {} ", rule.id.code, rule.id.name);
        assert!(lines.iter().any(|line| line.starts_with(&start)), "{start}");
        assert_eq!(entry["topic"], rule.topic());
        assert!(entry["page"].as_str().unwrap().ends_with(&format!("/docs/rules/{}.md", rule.id.name)));
        assert_eq!((&entry["name"], &entry["code"]), (&Value::from(rule.id.name), &Value::from(rule.id.code)));
        assert!(entry["summary"].as_str().unwrap().starts_with("Checks "));
    }
    world.run(&["rules", "--format", "yaml"]).exits(2).prints_nothing();
}

#[test]
fn the_schemas_are_those_that_are_checked_in() {
    let world = World::new();
    assert_eq!(world.run(&["schema"]).exits(0).says("").stdout, include_str!("../../schema/flyarch.schema.json"));
    let report = world.run(&["schema", "report"]).exits(0).says("").stdout;
    assert_eq!(report, include_str!("../../schema/report.schema.json"));
    world.run(&["schema", "nothing"]).exits(2).prints_nothing();
}

#[test]
fn facts_have_sources_and_dates() {
    let world = World::new();
    let text = world.run(&["facts"]).exits(0).says("").stdout;
    fits(&text);
    for file in ["flyctl.toml", "machines.toml", "platform.toml", "postgres.toml", "regions.toml", "secrets.toml"] {
        let line = text.lines().find(|line| line.ends_with(file)).unwrap_or_else(|| panic!("no {file}: {text}"));
        let date = line.split(' ').next().unwrap();
        assert!(date.len() == 10 && date.starts_with("20"), "{line}");
    }
}
