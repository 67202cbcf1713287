//! Output folders compared: what was built says the same as what it was built from.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use flyarch::built::{Tree, TreeError};
use flyarch::diff::{Side, compare};
use flyarch::facts::FACTS;
use flyarch::render::RESOLVED;
use flyarch::source::Source;
use flyarch::{Options, compile, environments, interpret};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::support::{self, mutations};
use super::world::World;
use super::{PAIRS, world};

/// Two environments, one of which has an overlay of a table in braces in a table in braces.
const SHOP: &str = r#"version = 1

[project]
name = "shop"
org = "acme"
tier = "staging"
regions = { iad = 2 }

[app.web]
build = { image = "ghcr.io/acme/shop:4.2.0" }
http_service = { internal_port = 8080, force_https = true, concurrency = { type = "requests", soft_limit = 20, hard_limit = 25 } }

[environment.production]

[environment.staging]
suffix = "-staging"

[environment.staging.app.web.http_service.concurrency]
soft_limit = 2
"#;

/// What `diff --format json` says, without the places: those of a tree are in its own spec.
fn said(world: &World, old: &str, new: &str) -> Value {
    let run = world.run(&["diff", old, new, "--format", "json"]).exits(0).says("");
    let mut said: Value = serde_json::from_str(&run.stdout).unwrap();
    for comparison in said["comparisons"].as_array_mut().unwrap() {
        comparison.as_object_mut().unwrap().retain(|key, _| !matches!(key.as_str(), "old" | "new"));
        for change in comparison["changes"].as_array_mut().unwrap() {
            change.as_object_mut().unwrap().remove("at");
        }
    }
    said
}

/// Whether nothing at all differs.
fn is_same(said: &Value) -> bool {
    let comparisons = said["comparisons"].as_array().unwrap();
    let none = |comparison: &Value, key: &str| comparison[key].as_array().unwrap().is_empty();
    !comparisons.is_empty() && comparisons.iter().all(|of| none(of, "changes") && none(of, "steps"))
}

#[test]
fn pairs_of_trees_are_told_as_their_specs_are() {
    // A secret in plain sight is not built.
    let is_built = |name: &str| !["command", "secrets"].contains(&name);
    for (name, class) in PAIRS.into_iter().filter(|(name, _)| is_built(name)) {
        let world = world(name);
        for side in ["old", "new"] {
            world.run(&["build", &format!("{side}.toml"), "-o", side]).exits(0);
        }
        let of_trees = said(&world, "old", "new");
        assert_eq!(of_trees["comparisons"][0]["leading"], class.as_str(), "{name}");
        assert_eq!(of_trees, said(&world, "old.toml", "new.toml"), "{name}");
        // A tree beside a spec: what the next build would change.
        assert_eq!(of_trees, said(&world, "old", "new.toml"), "{name}");
        assert!(is_same(&said(&world, "new", "new.toml")), "{name}");
    }
}

#[test]
fn every_spec_is_read_back_from_its_tree() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let world = World::with(fs::read(&path).unwrap());
        world.run(&["build", "-o", "out", "--today", "2026-09-01"]).exits(0);
        let differs = said(&world, "out", "spec.toml");
        let only_built = |comparison: &Value| comparison["environment"] == "preview";
        let mut same = differs.clone();
        // Nobody builds the environment of previews by itself.
        same["comparisons"].as_array_mut().unwrap().retain(|comparison| !only_built(comparison));
        assert!(is_same(&same), "{}: {differs:#}", path.display());
    }
}

#[test]
fn places_are_those_in_the_tree() {
    let world = world("image");
    world.run(&["build", "old.toml", "-o", "a/old"]).exits(0);
    world.run(&["build", "new.toml", "-o", "a/new"]).exits(0);
    let run = world.run(&["diff", "a/old", "a/new/"]).exits(0).says("");
    let run = run.mentions("`build.image`").mentions("  (a/new/.flyarch/resolved.toml:");
    let place = run.stdout.split("(a/new/.flyarch/resolved.toml:").nth(1).unwrap();
    let line: usize = place.split(')').next().unwrap().parse().unwrap();
    let text = world.read("a/new/.flyarch/resolved.toml");
    assert!(text.lines().nth(line - 1).unwrap().contains("4.3.0"), "{line}\n{text}");
    let files = world.run(&["diff", "a/old", "a/new", "--files"]).exits(0);
    files.mentions("--- web/fly.toml\n").mentions("-  image = 'ghcr.io/acme/shop:4.2.0'\n");
}

#[test]
fn environments_are_compared_by_name_and_trees_whatever_theirs() {
    let world = World::with(SHOP);
    world.run(&["build", "-o", "out"]).exits(0);
    assert!(is_same(&said(&world, "out", "spec.toml")) && is_same(&said(&world, "out", "out")));
    assert!(is_same(&said(&world, "out/staging", "spec.toml")));
    // The overlay of a table in braces is in the spec of the tree, and in what is printed.
    for text in [world.read(&format!("out/staging/{RESOLVED}")), world.run(&["resolve", "--env", "staging"]).stdout] {
        assert!(text.contains("soft_limit = 2") && !text.contains("soft_limit = 20"), "{text}");
    }
    let run = world.run(&["diff", "out/staging", "out/production"]).exits(0).says("");
    run.mentions("`http_service.concurrency.soft_limit`: 2 → 20");
    world.write("spec.toml", SHOP.replace("soft_limit = 2\n", "soft_limit = 3\n"));
    world.run(&["build", "-o", "new"]).exits(0);
    let said = said(&world, "out", "new");
    let leading: Vec<_> =
        said["comparisons"].as_array().unwrap().iter().map(|of| (&of["environment"], &of["leading"])).collect();
    assert_eq!(leading, [(&json!("production"), &json!("no-effect")), (&json!("staging"), &json!("rolling-restart"))]);
    world.run(&["diff", "out", "new", "--env", "production", "--exit-code"]).exits(0);
    world.run(&["diff", "out", "new", "--env", "prod"]).exits(2);
    // What only one has is compared with nothing.
    fs::remove_dir_all(world.path("new/staging")).unwrap();
    world.run(&["diff", "out", "new"]).exits(0).mentions("shop-staging, staging: 1 change, the worst is");
}

#[test]
fn the_tree_of_a_preview_is_compared_with_that_preview() {
    let world = World::with(SHOP.replace("[environment.production]", "[environment.preview]"));
    for preview in ["pr-1", "pr-2"] {
        world.run(&["build", "-o", "out", "--preview", preview]).exits(0);
    }
    assert!(is_same(&said(&world, "out/preview/pr-1", "spec.toml")));
    assert!(is_same(&said(&world, "spec.toml", "out/preview/pr-2")));
    let both = world.run(&["diff", "out/preview/pr-1", "out/preview/pr-2"]).exits(0).says("");
    both.mentions("the name of the app: `shop-web-pr-1` → `shop-web-pr-2`");
    let run = world.run(&["diff", "out/preview", "spec.toml"]).exits(3).prints_nothing();
    run.says(
        "error: out/preview has several trees of one environment: out/preview/pr-1, out/preview/pr-2\ngive one of them",
    );
}

#[test]
fn what_is_no_tree_is_refused_with_a_way_out() {
    let world = World::with(SHOP.split("[environment.production]").next().unwrap());
    world.run(&["build", "-o", "out"]).exits(0);
    world.run(&["build", "-o", "new"]).exits(0);
    let refused = |why: &str| {
        let run = world.run(&["diff", "out", "new"]).exits(3).prints_nothing();
        assert!(run.stderr.contains(why), "{run}");
    };
    let fly_toml = world.read("out/web/fly.toml");
    world.write("out/web/fly.toml", fly_toml.replace("8080", "8081"));
    refused("out is not as flyarch built it\n  web/fly.toml (edited since)\nwhat an edit means is not known");
    fs::remove_file(world.path("out/web/fly.toml")).unwrap();
    refused("out is not as flyarch built it\n  web/fly.toml (gone)");
    world.write("out/web/fly.toml", &fly_toml);
    assert!(is_same(&said(&world, "out", "new")));

    let manifest = world.read("out/.flyarch/manifest.json");
    let with = |change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
        let mut document: Value = serde_json::from_str(&manifest).unwrap();
        change(document["files"].as_object_mut().unwrap());
        world.write("out/.flyarch/manifest.json", document.to_string());
    };
    with(&|files| _ = files.remove(RESOLVED));
    refused("out was built by an earlier flyarch, which left no spec in it: run `flyarch build` once more");
    with(&|files| _ = files.insert("../spec.toml".to_owned(), json!("00")));
    refused("cannot read out/.flyarch/manifest.json: it names \"../spec.toml\"");
    with(&|files| files.clear());
    refused("out cannot be compared: what flyarch built there is no architecture");
    world.write("out/.flyarch/manifest.json", "[");
    refused("out/.flyarch/manifest.json is no manifest: EOF");
    fs::remove_dir_all(world.path("out/.flyarch")).unwrap();
    refused("out cannot be compared: it has no .flyarch/manifest.json: flyarch has built nothing there");

    world.run(&["build", "-o", "out", "--force"]).exits(0);
    world.run(&["build", "-o", "out/staging"]).exits(0);
    refused("out is an output folder, and has others in it: out/staging");
    let run = world.run(&["diff", "--git", "HEAD", "new"]).exits(2).prints_nothing();
    assert!(run.stderr.contains("--git takes specs: give the spec that new was built from"), "{run}");
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let world = World::with(SHOP.split("[environment.production]").next().unwrap());
    world.run(&["build", "-o", "out"]).exits(0);
    world.write("elsewhere.toml", world.read("out/web/fly.toml"));
    fs::remove_file(world.path("out/web/fly.toml")).unwrap();
    std::os::unix::fs::symlink("../../elsewhere.toml", world.path("out/web/fly.toml")).unwrap();
    let run = world.run(&["diff", "out", "spec.toml"]).exits(3).prints_nothing();
    assert!(run.stderr.contains("out/web/fly.toml is a link"), "{run}");
}

#[test]
fn a_file_that_the_spec_of_its_tree_does_not_give_is_a_change() {
    let both = SHOP.split("[environment.production]").next().unwrap();
    let both = format!("{both}\n[app.api]\nbuild = {{ image = \"ghcr.io/acme/api:1\" }}\n");
    let world = World::with(&both);
    world.run(&["build", "-o", "old"]).exits(0);
    world.run(&["build", "-o", "new"]).exits(0);
    world.write("spec.toml", both.replace("api:1", "api:2"));
    world.run(&["build", "-o", "new", "--only", "app.api"]).exits(0);
    let run = world.run(&["diff", "old", "new", "--exit-code", "--files"]).exits(1).says("");
    let run = run.mentions("shop: 1 change, the worst is rolling restart");
    run.mentions("app.api: `api/fly.toml` of the new tree is not what its spec gives")
        .mentions("+  image = 'ghcr.io/acme/api:2'");
    world.run(&["diff", "new", "old"]).exits(0).mentions("`api/fly.toml` of the old tree is not what its spec gives");
    // Where both have the same file, nothing differs.
    world.run(&["diff", "new", "new", "--exit-code"]).exits(0);
}

/// No rule looks at an app that is switched off.
#[test]
fn what_is_switched_off_is_in_no_tree() {
    let secret = "sk_live_51H8sJ2eZvKYlo2CqXkT9mN4b";
    let off =
        format!("[app.old]\nenabled = false\nbuild = {{ image = \"x:1\" }}\nenv = {{ API_TOKEN = \"{secret}\" }}\n");
    let world = World::with(SHOP.replace("[environment.production]", &format!("{off}\n[environment.production]")));
    world.run(&["build", "-o", "out"]).exits(0);
    for (path, text) in world.tree("out") {
        let text = String::from_utf8(text).unwrap();
        assert!(!text.contains(secret) && !text.contains("[app.old]"), "{path}: {text}");
    }
    assert!(is_same(&said(&world, "out", "spec.toml")));
}

/// What a text builds in each environment, read back.
fn trees(text: &str) -> Vec<(Source, Options, BTreeMap<String, String>)> {
    let source = Source::new("spec.toml", text);
    let built = environments::meant(&source, None).unwrap_or_default().into_iter().filter_map(|environment| {
        let options = Options { environment, ..Options::default() };
        let files = compile(&source, &FACTS, &options).artifacts?;
        let files = files.into_iter().map(|(path, file)| (path, file.text)).collect();
        Some((source.clone(), options, files))
    });
    built.collect()
}

fn read_back(text: &str) -> usize {
    let trees = trees(text);
    let count = trees.len();
    for (source, options, files) in trees {
        let tree = Tree::read("out", files).unwrap();
        assert_eq!(tree.environment(), options.environment.as_deref());
        assert_eq!(tree.strays(&FACTS), [""; 0], "{text}");
        let before = interpret(&source, &FACTS, &options).model.unwrap();
        let after = interpret(&tree.spec, &FACTS, &tree.options).model.unwrap();
        let environment = options.environment.as_deref();
        let old = Side { source: &source, environment, model: &before };
        let diff = compare(old, Side { source: &tree.spec, environment, model: &after }, &FACTS);
        assert!(diff.changes.is_empty() && diff.steps.is_empty(), "{:#?}\n{text}", diff.changes);
    }
    count
}

#[test]
fn mutated_specs_are_read_back() {
    let specs = mutations::specs();
    let some = || prop::sample::select(specs.clone());
    let changes = prop::collection::vec(mutations::mutations(), 1..4);
    let built = std::cell::Cell::new(0);
    proptest!(support::cases(400), |(text in some(), other in some(), changes in changes)| {
        built.set(built.get() + read_back(&text) + read_back(&mutations::mutated(&text, &other, &changes)));
    });
    assert!(built.get() > 100, "{} trees are too few to say anything", built.get());
}

#[test]
fn whatever_the_files_are_nothing_breaks() {
    let (_, _, files) = trees(SHOP).remove(1);
    let changes = prop::collection::vec(mutations::mutations(), 1..4);
    proptest!(support::cases(200), |(changes in changes, path in prop::sample::select(vec!["plan.json", RESOLVED]))| {
        let mut files = files.clone();
        let text = files.get_mut(path).unwrap();
        *text = mutations::mutated(text, SHOP, &changes);
        if let Ok(tree) = Tree::read("out", files) {
            tree.strays(&FACTS);
        }
    });
    let without = |path: &str| {
        let mut files = files.clone();
        files.remove(path);
        Tree::read("out", files).unwrap_err()
    };
    assert_eq!((without("plan.json"), without(RESOLVED)), (TreeError::NoPlan, TreeError::NoSpec));
    let mut newer = files.clone();
    newer.insert("plan.json".to_owned(), files["plan.json"].replacen("\"version\":1", "\"version\":2", 1));
    assert_eq!(Tree::read("out", newer).unwrap_err(), TreeError::Newer);
}
