//! `flyarch init`, as a user meets it.

use std::fmt::Write as _;

use super::world::{World, golden};

const DOCKERFILE: &str =
    "FROM ruby:3.3 AS base\nFROM base\nEXPOSE 80\nCMD [\"./bin/thrust\", \"./bin/rails\", \"server\"]\n";
const GEMFILE: &str =
    "source \"https://rubygems.org\"\ngem \"rails\", \"~> 8.0\"\ngem 'pg', '~> 1.1'\ngem \"sidekiq\"\n";
const PACKAGE: &str = r#"{"name": "@acme/Shop Front", "dependencies": {"express": "^4", "pg": "8", "ioredis": "5"}}"#;
const PROCFILE: &str =
    "web: node server.js\nworker: node worker.js --queue=${QUEUE:-all}\nrelease: npx prisma migrate deploy\n";
const ENV: &str = "# x\nPORT=3000\nDATABASE_URL=postgres://localhost/x\nSTRIPE_SECRET_KEY=sk_test_value\nLOG_LEVEL=info\n\
                   export GREETING=\"good day\"\n";
const COMPOSE: &str = r#"services:
  web:
    build: ./web
    ports: ["8080:3000"]
    environment:
      API_URL: http://api:4000
      DATABASE_URL: postgres://u:hunter2@db:5432/x
      SESSION_SECRET: abc
      LOG_LEVEL: info
  api:
    build: { context: ./api, dockerfile: Dockerfile.prod }
    expose: ["4000"]
    environment:
      - REDIS_URL=redis://cache:6379
      - SEARCH_HOST=search
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:4000/healthz"]
  jobs:
    build: ./api
    command: node jobs.js
    environment: { REDIS_URL: "redis://cache:6379" }
  search:
    image: getmeili/meilisearch:v1.10
    volumes: ["search-data:/meili_data", "./local:/x"]
  db: { image: "postgres:17", volumes: ["pg:/var/lib/postgresql/data"] }
  cache: { image: "redis:7" }
  mail: { image: "mailhog/mailhog" }
"#;

/// A folder called `shop`, because its name is seen.
fn folder(files: &[(&str, &str)]) -> World {
    let world = World::new();
    std::fs::create_dir(world.path("shop")).unwrap();
    for (name, text) in files {
        world.write(&format!("shop/{name}"), text);
    }
    world
}

/// The specs that are begun with, and what is said: golden/cli/init.txt.
#[test]
fn what_is_seen_is_written() {
    let cases: [(&str, &[(&str, &str)]); 5] = [
        ("nothing", &[]),
        ("Rails", &[("Gemfile", GEMFILE), ("Dockerfile", DOCKERFILE)]),
        ("Rails, no Dockerfile", &[("Gemfile", GEMFILE)]),
        ("Node", &[("package.json", PACKAGE), ("Procfile", PROCFILE), (".env.example", ENV)]),
        (
            "a compose file",
            &[
                ("compose.yml", COMPOSE),
                ("web/Dockerfile", "FROM node:22\nENV PORT=3000\n"),
                ("api/Dockerfile.prod", "FROM node:22\nEXPOSE 4000/tcp\n"),
            ],
        ),
    ];
    let mut all = String::new();
    for (what, files) in cases {
        let world = folder(files);
        let run = world.run(&["init", "shop"]).exits(0).prints_nothing();
        let spec = world.read("shop/spec.toml");
        let _ = writeln!(all, "==> {what} <==\n{}\n{spec}", run.stderr);
        for secret in ["hunter2", "sk_test", "abc\""] {
            assert!(!spec.contains(secret) && !run.stderr.contains(secret), "{spec}");
        }
        // It builds, and is not touched again.
        world.run(&["build", "shop/spec.toml"]).exits(0);
        world.run(&["init", "shop"]).exits(1).says("error: shop/spec.toml is there already: nothing was written");
    }
    golden("cli/init.txt", &all);
}

#[test]
fn what_is_said_is_not_guessed() {
    let world = folder(&[("package.json", PACKAGE)]);
    let args = ["init", "shop", "--name", "front", "--org", "acme", "--region", "lhr", "-o", "-"];
    let spec = world.run(&args).exits(0).stdout;
    assert!(spec.contains("\nname = \"front\"") && spec.contains("\norg = \"acme\"\n"), "{spec}");
    assert!(spec.contains("\nregions = [\"lhr\"]") && spec.contains("\nregion = \"lhr\"\n"), "{spec}");
    assert!(!world.exists("shop/spec.toml"));
    world
        .run(&["init", "--region", "mad"])
        .exits(2)
        .says("error: --region: Fly.io has no region `mad`; `flyarch facts` lists them");
    world.run(&["init", "--name", "No Name"]).exits(2).mentions("--name: begin with a letter");
    world.run(&["init", "nowhere"]).exits(3).says("error: nowhere is no folder");
}

#[test]
fn known_architectures_are_offered() {
    let world = World::new();
    golden("cli/init-help.txt", &world.run(&["init", "--help"]).exits(0).stdout);
    let list = world.run(&["init", "--list"]).exits(0).stdout;
    super::world::fits(&list);
    let names: Vec<&str> =
        list.lines().filter(|line| !line.starts_with(' ')).filter_map(|l| l.split(' ').next()).collect();
    assert!(names.len() > 12 && names.contains(&"reference"), "{list}");
    for name in names {
        let world = World::new();
        world.run(&["init", "--from", name, "--name", "shop", "--org", "acme"]).exits(0).mentions("wrote spec.toml");
        let spec = world.read("spec.toml");
        assert!(spec.contains("\nname = \"shop\"") && spec.starts_with("#:schema https://"), "{spec}");
        world.run(&["lint", "--format", "concise", "spec.toml"]).exits(0);
    }
    world
        .run(&["init", "--from", "referense"])
        .exits(2)
        .says("error: there is no starting point `referense`; did you mean reference?");
}

#[test]
fn files_of_flyctl_are_imported() {
    let world =
        folder(&[("fly.toml", "app = 'shop-web'\nprimary_region = 'lhr'\n[http_service]\ninternal_port = 80\n")]);
    let run = world.run(&["init", "shop", "--org", "acme"]).exits(0);
    assert!(run.stderr.starts_with("there are fly.toml files here: this is `flyarch import`\n"), "{run}");
    let spec = world.read("shop/spec.toml");
    assert!(spec.contains("[app.web") && spec.contains("org = \"acme\""), "{spec}");
}
