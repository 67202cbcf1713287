//! `flyarch explain app.web`: what an app will do.

use serde_json::Value;

use super::world::{PROJECT, REFERENCE, WEB, World, clean, fits, golden};

/// Groups of one app that differ in all that is told.
const GROUPS: &str = r#"
[app.shop]
kill_timeout = "90s"
processes = { web = "serve", worker = "work", once = "migrate" }
regions = { iad = 3, lhr = 1 }
mounts = [{ source = "data", destination = "/data", initial_size = "10gb", processes = ["worker"] }]
restart = [{ policy = "never", processes = ["once"] }, { policy = "always", processes = ["worker"] }]
[app.shop.deploy]
strategy = "rolling"
max_unavailable = 0.5
release_command = "migrate up"
wait_timeout = "2m"
[app.shop.http_service]
internal_port = 8080
processes = ["web"]
auto_stop_machines = "stop"
min_machines_running = 5
concurrency = { type = "requests", soft_limit = 50, hard_limit = 60 }
[app.shop.workload]
peak_requests_per_second = 400
p95_latency_ms = 250
"#;

#[test]
fn an_app_of_a_spec() {
    let world = World::with(REFERENCE);
    let run = world.run(&["explain", "app.web"]).exits(0).says("");
    fits(&run.stdout);
    golden("cli/explain-app.web.txt", &run.stdout);
    golden("cli/explain-app.worker.txt", &world.run(&["explain", "app.worker", "spec.toml"]).exits(0).stdout);
}

#[test]
fn process_groups_are_told_apart_and_contradictions_named() {
    let world = World::with(format!("{PROJECT}{GROUPS}"));
    let run = world.run(&["explain", "app.shop"]).exits(0).says("");
    golden("cli/explain-groups.txt", &run.stdout);
}

#[test]
fn a_plain_file() {
    let text = "app = \"shop\"\nprimary_region = \"fra\"\n[processes]\nweb = \"serve\"\nworker = \"work\"\n\
                [http_service]\ninternal_port = 8080\nprocesses = [\"web\"]\nauto_stop_machines = \"stop\"\n\
                auto_start_machines = false\n[deploy]\nstrategy = \"bluegreen\"\n";
    let world = World::new();
    world.write("fly.toml", text);
    let run = world.run(&["explain", "fly.toml"]).exits(0).says("");
    golden("cli/explain-fly.toml.txt", &run.stdout);
    assert_eq!(world.run(&["explain", "./fly.toml"]).exits(0).stdout, run.stdout);
}

#[test]
fn a_spec_without_a_key_is_told_whole_and_for_programs() {
    let world = World::with(format!("{}{}", clean(), WEB.replace("app.web", "app.api")));
    let all = world.run(&["explain", "spec.toml"]).exits(0).stdout;
    let each = ["web", "api"].map(|key| world.run(&["explain", &format!("app.{key}")]).exits(0).stdout);
    assert_eq!(all, each.join("\n"));
    let json = world.run(&["explain", "app.api", "--format", "json"]).exits(0).stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((json[0]["app"].as_str(), json[0]["name"].as_str()), (Some("app.api"), Some("my-api")));
    let titles: Vec<_> = json[0]["sections"].as_array().unwrap().iter().map(|s| s["title"].as_str().unwrap()).collect();
    assert_eq!(titles[..2], ["Machines", "What starts and stops them"]);
}

/// What the rules say of one app is not told of another.
#[test]
fn findings_are_those_of_the_app() {
    let other = WEB.replace("app.web", "app.api").replace("kill_signal = \"SIGTERM\"\n", "");
    let world = World::with(format!("{}{other}", clean()));
    assert!(!world.run(&["explain", "app.web"]).exits(0).stdout.contains("What does not fit"));
    let api = world.run(&["explain", "app.api"]).exits(0).stdout;
    assert!(api.contains("warning[implicit-kill-signal]"), "{api}");
}

#[test]
fn what_cannot_be_explained() {
    let world = World::with(clean());
    world.write("fly.toml", "app = \"x\"\n");
    world
        .run(&["explain", "app.wb"])
        .exits(2)
        .says("error: the spec has no app of the key `wb`; did you mean `app.web`?");
    world.run(&["explain", "app.web", "fly.toml"]).exits(2).says("error: fly.toml is no spec: leave app.web out");
    world
        .run(&["explain", "multi-regio"])
        .exits(2)
        .says("error: there is no rule `multi-regio`; did you mean `multi-region`?");
    let broken = World::with("version = 1\n[project\n");
    assert!(broken.run(&["explain", "app.web"]).exits(3).stdout.contains("spec.toml:2:9"));
}

/// Every app of every spec, and every file of the corpus that can be read.
#[test]
fn everything_can_be_explained() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/");
    let world = World::new();
    let toml = |path: &std::path::Path| path.extension().is_some_and(|extension| extension == "toml");
    let files = ["specs", "tests/corpus"].map(|folder| walkdir::WalkDir::new(format!("{root}{folder}")).into_iter());
    let paths = files.into_iter().flatten().map(|entry| entry.unwrap().into_path()).filter(|path| toml(path));
    let mut told = 0;
    for path in paths {
        let run = world.run(&["explain", path.to_str().unwrap()]);
        if !run.stdout.starts_with("# ") {
            continue;
        }
        told += 1;
        let text = run.exits(0).stdout;
        fits(&text);
        assert!(text.contains("## Machines\n") && !text.contains("  - ") && !text.contains(" ,"), "{text}");
    }
    assert!(told > 100, "{told} files were explained");
}
