//! `flyarch lint` and `flyarch build`: what lies beside a spec and plain files.

use super::world::{World, clean};

const WEB: &str = "app = \"my-web\"\nprimary_region = \"fra\"\n\n[http_service]\ninternal_port = 8080\n";
const DOCKERFILE: &str = "FROM node:22-slim\nENV PORT=3000\nCMD [\"node\", \"server.js\"]\n";
const WORKFLOW: &str =
    "on: push\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - run: fly rollback\n";

/// The rules that have found something, each with its place.
fn found(run: &super::world::Run) -> Vec<String> {
    let line = |line: &str| {
        line.split(": ").next().zip(line.split(['[', ']']).nth(1)).map(|(at, rule)| format!("{at} {rule}"))
    };
    run.stdout.lines().filter_map(line).collect()
}

#[test]
fn a_folder_with_a_dockerfile_and_workflows() {
    let world = World::new();
    world.write("apps/web/fly.toml", WEB);
    world.write("apps/web/Dockerfile", DOCKERFILE);
    world.write(".github/workflows/deploy.yml", WORKFLOW);
    world.write("scripts/deploy.sh", "fly secrets set KEY=value\n");
    let run = world.run(&["lint", "--format", "concise", "."]);
    let found = found(&run);
    for wanted in [
        "apps/web/fly.toml:5:17 dockerfile-port",
        ".github/workflows/deploy.yml:6:7 nonexistent-fly-command",
        "scripts/deploy.sh:1:1 secret-in-arguments",
    ] {
        assert!(found.iter().any(|found| found == wanted), "{wanted}\n{run}");
    }
}

#[test]
fn a_file_that_is_given_brings_its_dockerfile() {
    let world = World::new();
    world.write("web/fly.toml", format!("{WEB}\n[build]\ndockerfile = \"../docker/web.Dockerfile\"\n"));
    world.write("docker/web.Dockerfile", DOCKERFILE);
    let run = world.run(&["lint", "--format", "concise", "web/fly.toml"]);
    assert!(found(&run).contains(&"web/fly.toml:5:17 dockerfile-port".to_owned()), "{run}");
    // What is there is not missing, and what is not is.
    assert!(!run.stdout.contains("dockerfile-missing"), "{run}");
    std::fs::remove_file(world.path("docker/web.Dockerfile")).unwrap();
    let run = world.run(&["lint", "--format", "concise", "web/fly.toml"]);
    assert!(found(&run).contains(&"web/fly.toml:8:14 dockerfile-missing".to_owned()), "{run}");
    let run = world.pipe(world.read("web/fly.toml"), &["lint", "--format", "concise", "-"]);
    assert!(!run.stdout.contains("dockerfile-missing"), "nothing is known of what lies beside standard input: {run}");
}

#[test]
fn a_workflow_by_itself_and_a_waiver_in_it() {
    let world = World::new();
    world.write(".github/workflows/deploy.yml", WORKFLOW);
    let path = ".github/workflows/deploy.yml";
    let run = world.run(&["lint", "--format", "concise", path]).exits(1);
    assert_eq!(found(&run), [format!("{path}:6:7 nonexistent-fly-command")]);
    let waived =
        WORKFLOW.replace("rollback", "rollback # flyarch: allow nonexistent-fly-command -- our own wrapper has it");
    world.write(path, &waived);
    world.run(&["lint", path]).exits(0);
    world.write(path, waived.replace("fly rollback", "fly deploy"));
    let run = world.run(&["lint", "--format", "concise", path]).exits(0);
    assert!(run.stdout.contains("unused-allow"), "{run}");
}

#[test]
fn a_spec_is_compared_with_what_lies_beside_it() {
    let world = World::with(clean().replace("image = \"nginx:1.29\"", "dockerfile = \"Dockerfile\""));
    world.write("Dockerfile", DOCKERFILE);
    for command in ["lint", "build"] {
        let run = world.run(&[command, "--format", "concise"]).exits(0);
        assert_eq!(found(&run), ["spec.toml:12:17 dockerfile-port"]);
    }
    world.write("Dockerfile", DOCKERFILE.replace("3000", "8080"));
    world.run(&["lint"]).exits(0).prints_nothing();
    // An image from elsewhere is not built from the Dockerfile that happens to lie there.
    let world = World::with(clean());
    world.write("Dockerfile", DOCKERFILE);
    world.run(&["lint"]).exits(0).prints_nothing();
}

#[test]
fn the_compose_file_that_an_app_runs_is_read() {
    const COMPOSE: &str = "services:\n  web: { build: . }\n  db: { build: ./db }\n";
    for (section, path) in [
        ("[build.compose]\n", "docker-compose.yml"),
        ("[build.compose]\nfile = \"ops/compose.prod.yml\"\n", "ops/compose.prod.yml"),
    ] {
        let world = World::new();
        world.write("fly.toml", format!("{WEB}\n{section}"));
        world.write(path, COMPOSE);
        let run = world.run(&["lint", "--select", "compose-two-builds", "--format", "concise", "fly.toml"]).exits(1);
        assert!(run.stdout.contains(&format!("{path}:3:9: error[compose-two-builds]")), "{run}");
        // One that the app does not run is none of its business.
        world.write("fly.toml", WEB);
        world.run(&["lint", "--select", "compose-two-builds", "."]).exits(0);
    }
}

#[test]
fn files_that_are_no_text_are_passed_over() {
    let world = World::new();
    world.write("fly.toml", WEB);
    world.write("Dockerfile", b"\xff\xfe\0");
    world.write("litefs.yml", "fuse: [");
    world.write(
        ".github/workflows/a.yml",
        "jobs: {a: {steps: [{run: 3}, 4, {with: []}], needs: {x: y}}}\non: {push: null}\n",
    );
    let run = world.run(&["lint", "."]);
    assert!(matches!(run.code, Some(0 | 1)), "{run}");
}
