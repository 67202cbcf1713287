//! Specs of several files, as a user meets them.

use super::world::{PROJECT, WEB, World};

const SHOP: &str = include_str!("environments.toml");

/// The same architecture in several files: the spec itself, one file for the apps and one for the rest.
fn split() -> World {
    let world = World::new();
    let apps = SHOP.find("[app.web]").unwrap();
    let data = SHOP.find("[postgres.db]").unwrap();
    let include = "version = 1\ninclude = [\"apps/*.toml\", \"data.toml\"]\n";
    world.write("spec.toml", SHOP[..apps].replacen("version = 1\n", include, 1));
    // With another line break, with a mark at its begin, and without a line break at its end.
    world.write("apps/all.toml", format!("\u{feff}# Apps.\n{}", SHOP[apps..data].trim_end()));
    world.write("data.toml", &SHOP[data..]);
    world
}

#[test]
fn several_files_are_one_spec() {
    let whole = World::with(SHOP);
    whole.run(&["build"]).exits(0);
    let parts = split();
    parts.run(&["build"]).exits(0);
    let (whole, parts) = (whole.tree("out"), parts.tree("out"));
    assert_eq!(whole.keys().collect::<Vec<_>>(), parts.keys().collect::<Vec<_>>());
    for (path, file) in &whole {
        if path.ends_with("fly.toml") || path.ends_with("ARCHITECTURE.md") || path.ends_with(".example") {
            assert_eq!(file, &parts[path], "{path}");
        }
    }
    // The scripts are the same but for the places that their lines cite.
    let text = |path: &str| String::from_utf8(parts[path].clone()).unwrap();
    let script = text("production/setup.sh");
    assert!(script.contains("  # apps/all.toml:2\n") && script.contains("  # data.toml:1\n"), "{script}");
    let uncited = |file: &[u8]| {
        let text = String::from_utf8(file.to_vec()).unwrap();
        text.lines().map(|line| line.split("  # ").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for file in ["production/setup.sh", "staging/verify.sh", "staging/teardown.sh"] {
        assert_eq!(uncited(&whole[file]), uncited(&parts[file]), "{file}");
    }
    let plan = text("production/plan.json");
    assert!(plan.contains("\"file\":\"data.toml\",\"line\":1,"), "{plan}");
}

#[test]
fn every_command_reads_them() {
    let world = split();
    for args in [&["cost"][..], &["graph"], &["lint"], &["explain", "app.web"], &["resolve"]] {
        let expected = World::with(SHOP).run(args);
        let run = world.run(args).exits(0);
        if !matches!(args[0], "resolve" | "lint" | "explain") {
            assert_eq!(run.stdout, expected.stdout, "{args:?}");
        }
    }
    let resolved = world.run(&["resolve", "--env", "staging"]).exits(0);
    resolved.mentions("plan = \"basic\"  # data.toml:18").mentions("kill_signal = \"SIGTERM\"  # spec.toml:11");
    let world = World::with(format!("include = [\"web.toml\"]\n{PROJECT}"));
    world.write("web.toml", WEB.replace("kill_timeout = \"30s\"\n", ""));
    world.run(&["explain", "app.web"]).exits(0).mentions("web.toml, line 1");
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let world = World::with(format!("include = [\"apps/*.toml\"]\n{PROJECT}"));
    world.write("apps/a.toml", WEB);
    world.write(
        "apps/b.toml",
        WEB.replace("app.web", "app.other").replace("internal_port = 8080", "internal_prt = 8080"),
    );
    world.run(&["lint", "--format", "concise"]).exits(1).mentions("apps/b.toml:7:1: error[unknown-key]");
    // Two tables of one name.
    world.write("apps/b.toml", WEB);
    let run = world.run(&["build"]).exits(3).mentions("apps/b.toml:1:").mentions("apps/a.toml:1:");
    assert!(!world.exists("out"), "{run}");
    // Text that does not end.
    world.write("apps/b.toml", "[app.other]\nimage_from = \"app.web");
    world.run(&["lint", "--format", "concise"]).exits(3).mentions("apps/b.toml:2:22: error[toml-syntax]");
    // JUnit has a suite for each file.
    world.write("apps/b.toml", "");
    let run = world.run(&["lint", "--format", "junit"]).exits(0);
    let suites: Vec<&str> = run.stdout.lines().filter(|line| line.contains("<testsuite ")).collect();
    assert_eq!(suites.len(), 3, "{run}");
}

#[test]
fn fixes_are_made_in_the_file_of_the_finding() {
    let spec = format!("include = [\"apps/*.toml\"]\n{PROJECT}");
    let world = World::with(&spec);
    world.write("apps/a.toml", WEB);
    world.write(
        "apps/b.toml",
        WEB.replace("app.web", "app.other")
            .replace("auto_stop_machines = \"suspend\"\n", "auto_stop_machines = true\n"),
    );
    world.run(&["lint", "--format", "concise"]).mentions("apps/b.toml:");
    let run = world.run(&["lint", "--fix", "--unsafe-fixes"]);
    assert!(run.stderr.contains("in apps/b.toml") && !run.stderr.contains("apps/a.toml"), "{run}");
    assert!(world.read("apps/b.toml").contains("auto_stop_machines = \"stop\""), "{}", world.read("apps/b.toml"));
    assert_eq!((world.read("apps/a.toml").as_str(), world.read("spec.toml")), (WEB, spec));
    // So are waivers.
    world.write("apps/b.toml", WEB.replace("app.web", "app.other").replace("kill_timeout = \"30s\"\n", ""));
    world.run(&["lint", "--add-ignores", "it has nothing to finish"]);
    assert!(world.read("apps/b.toml").contains("[app.other.allow]\n"), "{}", world.read("apps/b.toml"));
    assert_eq!(world.read("apps/a.toml"), WEB);
}

#[test]
fn an_included_file_is_looked_at_with_its_spec() {
    let world = World::with(format!("include = [\"apps/*.toml\"]\n{PROJECT}"));
    world.write("apps/a.toml", WEB);
    std::fs::create_dir(world.path(".git")).unwrap();
    world.run(&["lint", "apps/a.toml"]).exits(0).says("");
    let mut command = world.command(super::world::FLYARCH);
    let run = super::world::Run::of(command.current_dir(world.path("apps")).args(["lint", "a.toml"]));
    run.exits(0).says("");
    world.write("apps/a.toml", WEB.replace("8080", "\"8080\""));
    world.run(&["lint", "apps/a.toml", "spec.toml"]).exits(1).mentions("apps/a.toml:7:");
}

#[test]
fn what_cannot_be_included_is_said_in_the_spec() {
    let spec = |list: &str| World::with(format!("include = {list}\n{PROJECT}{WEB}"));
    let says = |list: &str, place: &str| {
        let world = spec(list);
        world.run(&["build", "--format", "concise"]).exits(1).mentions(place);
        world.holds_only(&["spec.toml"]);
    };
    says("[\"apps/*.toml\"]", "spec.toml:1:12: error[include-not-found] there is no file `apps/*.toml` to include");
    says("[\"web.toml\", \"spec.toml2\"]", "spec.toml:1:24: error[include-not-found]");
    for outside in ["../web.toml", "/etc/passwd", "apps/../../x.toml", "C:/x.toml", ""] {
        says(&format!("[\"{outside}\"]"), "spec.toml:1:12: error[include-outside]");
    }
    says("\"apps/*.toml\"", "spec.toml:1:11: error[wrong-type]");
    says("[1]", "spec.toml:1:12: error[wrong-type]");

    let world = spec("[\"more.toml\"]");
    world.write("more.toml", "# Of its own.\n\nversion = 1\n[app.x]\n");
    world.run(&["lint"]).exits(1).mentions("more.toml:3:1").mentions("an included file begins with a table");
    world.write("more.toml", b"\xff\xfe");
    world.run(&["lint"]).exits(1).mentions("`more.toml` cannot be included: the file is");
    // From standard input paths are those of the current folder.
    world.write("more.toml", "[redis.cache]\nregion = \"iad\"\n");
    world.pipe(world.read("spec.toml"), &["cost", "-"]).exits(0).mentions("redis.cache");
    // The spec does not include itself.
    spec("[\"*.toml\"]").run(&["lint"]).exits(1).mentions("there is no file `*.toml`");
}
