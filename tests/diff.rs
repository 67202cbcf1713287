//! `flyarch diff`: pairs of specs, from a comment to a lost database, each with the class that leads and the text that
//! is shown; a spec compared with itself; specs that somebody fell asleep over; revisions of a repository.
//!
//! `SNAPSHOTS=overwrite cargo test --test diff` rewrites golden/diff: read the difference before it is committed.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

mod support;
#[path = "diff/trees.rs"]
mod trees;
#[allow(dead_code, reason = "each test takes what it needs")]
#[path = "cli/world.rs"]
mod world;

use std::fs;
use std::path::{Path, PathBuf};

use flyarch::diff::{Class, Diff, Side, compare};
use flyarch::facts::FACTS;
use flyarch::model::Model;
use flyarch::source::Source;
use flyarch::{Options, environments, interpret};
use proptest::prelude::*;
use support::mutations;
use world::{World, golden};

/// The pairs in golden/diff, and the class that leads. Each is of one change, or of few that belong together.
const PAIRS: [(&str, Class); 28] = [
    ("app-name", Class::Replacement),
    ("auto-stop", Class::Rolling),
    ("command", Class::Rolling),
    ("comment", Class::NoEffect),
    ("dedicated-address", Class::Address),
    ("fewer-machines-with-volumes", Class::DataLoss),
    ("image", Class::Rolling),
    ("immediate", Class::Downtime),
    ("job", Class::Cost),
    ("lost-database", Class::DataLoss),
    ("lost-region", Class::Cost),
    ("made-private", Class::Security),
    ("more-machines", Class::Cost),
    ("mount-path", Class::Rolling),
    ("network", Class::Replacement),
    ("one-machine-image", Class::Downtime),
    ("plain-http", Class::Security),
    ("policy", Class::Security),
    ("port", Class::Rolling),
    ("postgres-plan", Class::Replacement),
    ("public-bucket", Class::Security),
    ("redis-eviction", Class::DataLoss),
    ("removed-app", Class::DataLoss),
    ("removed-mount", Class::DataLoss),
    ("renamed-group", Class::Replacement),
    ("secrets", Class::Security),
    ("shrunk-volume", Class::Rolling),
    ("size", Class::Rolling),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/diff")
}

/// The two specs of a pair.
fn pair(name: &str) -> [String; 2] {
    ["old.toml", "new.toml"].map(|file| fs::read_to_string(folder().join(name).join(file)).unwrap())
}

fn world(name: &str) -> World {
    let [old, new] = pair(name);
    let world = World::new();
    world.write("old.toml", old);
    world.write("new.toml", new);
    world
}

/// What a text means in its first environment.
fn meant(source: &Source) -> Option<(Option<String>, Model)> {
    let environment = environments::meant(source, None).unwrap_or_default().into_iter().next().flatten();
    let options = Options { environment: environment.clone(), ..Options::default() };
    Some((environment, interpret(source, &FACTS, &options).model?))
}

/// What differs between two texts, where both mean something.
fn difference(old: &str, new: &str) -> Option<Diff> {
    let (old, new) = (Source::new("old.toml", old), Source::new("new.toml", new));
    let ((old_environment, before), (new_environment, after)) = (meant(&old)?, meant(&new)?);
    let old = Side { source: &old, environment: old_environment.as_deref(), model: &before };
    let new = Side { source: &new, environment: new_environment.as_deref(), model: &after };
    Some(compare(old, new, &FACTS))
}

#[test]
fn pairs_are_told_and_classed() {
    for (name, class) in PAIRS {
        let [old, new] = pair(name);
        let diff = difference(&old, &new).unwrap();
        assert_eq!(diff.leading(), class, "{name}: {:#?}", diff.changes);
        let run = world(name).run(&["diff", "old.toml", "new.toml"]).exits(0).says("");
        golden(&format!("diff/{name}/diff.txt"), &run.stdout);
    }
}

#[test]
fn every_pair_is_in_the_table() {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, PAIRS.map(|(name, _)| name));
}

#[test]
fn every_class_has_a_pair() {
    let all: Vec<Class> = PAIRS
        .iter()
        .flat_map(|(name, _)| {
            let [old, new] = pair(name);
            difference(&old, &new).unwrap().changes.into_iter().flat_map(|change| change.classes)
        })
        .collect();
    for class in Class::ALL.into_iter().filter(|class| *class != Class::NoEffect) {
        assert!(all.contains(&class), "no pair is of {}", class.as_str());
    }
}

#[test]
fn for_programs_and_pull_requests() {
    let world = world("lost-database");
    for (format, ending) in [("json", "json"), ("markdown", "md")] {
        let run = world.run(&["diff", "old.toml", "new.toml", "--format", format]).exits(0).says("");
        golden(&format!("diff/lost-database.{ending}"), &run.stdout);
    }
    let json = world.run(&["diff", "old.toml", "new.toml", "--format", "json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["version"], &json["comparisons"][0]["leading"]), (&1.into(), &"data-loss".into()));
    let at = &json["comparisons"][0]["changes"][0]["at"];
    assert_eq!((&at["spec"], &at["line"]), (&"old".into(), &33.into()), "{json:#}");
}

#[test]
fn the_exit_code_says_what_is_asked_of_it() {
    let run = |name: &str, args: &[&str]| world(name).run(&[&["diff", "old.toml", "new.toml"], args].concat());
    run("comment", &["--exit-code"]).exits(0);
    run("image", &[]).exits(0);
    run("image", &["--exit-code"]).exits(1);
    run("image", &["--fail-on", "security"]).exits(0);
    run("plain-http", &["--fail-on", "security"]).exits(1);
    run("lost-database", &["--fail-on", "downtime"]).exits(1);
    let world = world("image");
    world
        .run(&["diff", "old.toml"])
        .exits(2)
        .says("error: give the old spec and the new one, or --git REV and the new one");
    world.run(&["diff", "-", "-"]).exits(2).says("error: only one of the specs can be standard input");
    world
        .run(&["diff", "old.toml", "new.toml", "--env", "x"])
        .exits(2)
        .says("error: neither spec has an environment `x`");
    world.run(&["diff", "old.toml", "gone.toml"]).exits(3);
    world.write("wrong.toml", "version = 2\n");
    world.run(&["diff", "old.toml", "wrong.toml"]).exits(1).prints_nothing();
}

#[test]
fn values_that_look_like_secrets_are_masked() {
    for (name, secret) in [("secrets", "q8Zr4vTn2LxWc7Yb1KsD9pJm"), ("command", "sk_live_51H8sJ2eZvKYlo2CqXkT9mN4b")] {
        assert!(pair(name)[1].contains(secret));
        for format in ["text", "json", "markdown"] {
            let run = world(name).run(&["diff", "old.toml", "new.toml", "--files", "--format", format]).exits(0);
            assert!(!run.stdout.contains(secret) && run.stdout.contains('•'), "{run}");
        }
    }
}

/// A job has the variables of its app in its command.
#[test]
fn commands_of_steps_are_masked() {
    let [old, new] = pair("job");
    for secret in ["q8Zr4vTn2LxWc7Yb1KsD9pJm", "sk_live_51H8sJ2eZvKYlo2CqXkT9mN4b"] {
        let new = new.replace("LOG_LEVEL = \"info\"", &format!("API_TOKEN = \"{secret}\""));
        let new = new.replace("bin/cleanup\"", &format!("bin/cleanup --password {secret} --token={secret}\""));
        let diff = difference(&old, &new).unwrap();
        assert!(diff.steps.iter().any(|step| step.id == "app.web/job-cleanup"), "{:#?}", diff.steps);
        assert!(!format!("{diff:?}").contains(secret), "{:#?}", diff.steps);
    }
}

#[test]
fn rendered_files_are_shown_when_asked_for() {
    let run = world("image").run(&["diff", "old.toml", "new.toml", "--files"]).exits(0);
    run.mentions("--- web/fly.toml\n")
        .mentions("-  image = 'ghcr.io/acme/shop:4.2.0'\n+  image = 'ghcr.io/acme/shop:4.3.0'\n");
}

#[test]
fn an_environment_that_one_lacks_is_compared_with_nothing() {
    let [old, _] = pair("image");
    let world = World::new();
    world.write("old.toml", format!("{old}\n[environment.production]\n[environment.staging]\nsuffix = \"-staging\"\n"));
    world.write("new.toml", format!("{old}\n[environment.production]\n"));
    let run = world.run(&["diff", "old.toml", "new.toml"]).exits(0).says("");
    assert!(
        run.stdout
            .starts_with("shop, production: no effect\n\nshop-staging, staging: 3 changes, the worst is data loss\n"),
        "{run}"
    );
    let run = world.run(&["diff", "old.toml", "new.toml", "--env", "staging", "--files"]).exits(0).says("");
    run.mentions("--- web/fly.toml\n+++ /dev/null\n");
}

#[test]
fn the_old_spec_is_read_from_a_revision_with_what_it_includes() {
    let world = World::new();
    let [old, new] = pair("image");
    let (head, apps) = old.split_once("[app.files]").unwrap();
    let apps = format!("[app.files]{apps}");
    world.write("deploy/spec.toml", format!("include = [\"apps/*.toml\"]\n{head}"));
    world.write("deploy/apps/files.toml", &apps);
    let git = "git -c init.defaultBranch=main -c user.name=a -c user.email=a@example.com";
    world.sh(&format!("{git} init -q && {git} add . && {git} commit -q -m one")).exits(0);
    world.write(
        "deploy/spec.toml",
        format!("include = [\"apps/*.toml\"]\n{}", new.split_once("[app.files]").unwrap().0),
    );
    world.write("deploy/apps/files.toml", apps.replace("\"/data\"", "\"/srv\""));
    let run = world.run(&["diff", "--git", "HEAD", "deploy/spec.toml"]).exits(0).says("");
    let run = run.mentions("`/data` → `/srv`  (apps/files.toml:").mentions("(spec.toml:13)");
    assert!(run.stdout.starts_with("shop: 3 changes, the worst is rolling restart\n"), "{run}");
    // What is no revision never reaches git as an option, nor as a path.
    for (revision, why) in [
        ("--output=x", "give a commit, a branch or a tag"),
        ("HEAD:deploy", "give a commit, a branch or a tag"),
        ("nowhere", "the repository has no such commit"),
    ] {
        let argument = format!("--git={revision}");
        world.run(&["diff", &argument, "deploy/spec.toml"]).exits(2).says(&format!("error: --git {revision}: {why}"));
    }
    world.write("other.toml", &new);
    world.run(&["diff", "--git", "HEAD", "other.toml"]).exits(3).prints_nothing();
    assert!(!world.exists("deploy/x") && !world.exists("x"));
}

#[test]
fn a_spec_does_not_differ_from_itself() {
    for text in mutations::specs() {
        if let Some(diff) = difference(&text, &text) {
            assert!(diff.changes.is_empty() && diff.steps.is_empty(), "{:#?}\n{text}", diff.changes);
            assert_eq!(diff.cost_before, diff.cost_after);
        }
    }
}

#[test]
fn mutated_specs_are_compared() {
    let specs = mutations::specs();
    let some = || prop::sample::select(specs.clone());
    let changes = prop::collection::vec(mutations::mutations(), 1..4);
    proptest!(support::cases(200), |(text in some(), other in some(), changes in changes)| {
        let mutated = mutations::mutated(&text, &other, &changes);
        for (old, new) in [(&text, &mutated), (&mutated, &text), (&other, &text)] {
            if let Some(diff) = difference(old, new) {
                prop_assert!(diff.changes.iter().all(|change| !change.classes.is_empty()));
                prop_assert!(diff.changes.is_sorted_by_key(|change| std::cmp::Reverse(change.leading())));
            }
        }
        if let Some(diff) = difference(&mutated, &mutated) {
            prop_assert!(diff.changes.is_empty(), "{:#?}", diff.changes);
        }
    });
}
