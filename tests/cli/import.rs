//! `flyarch import`: three apps in two environments, and what can be in the way.

use std::fs;
use std::path::Path;

use super::world::{World, clean, fits, golden};

/// A copy of an estate.
fn estate() -> World {
    let world = World::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/estates/shop");
    for entry in walkdir::WalkDir::new(&root) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            world.write(&path, fs::read(entry.path()).unwrap());
        }
    }
    world
}

#[test]
fn an_estate_becomes_a_spec_with_its_environments() {
    let world = estate();
    let run = world.run(&["import", ".", "--org", "acme"]).exits(0);
    fits(&run.stdout);
    golden("import/shop.txt", &run.to_string());
    golden("import/spec.toml", &world.read("spec.toml"));

    // What was built from it is not imported again.
    let built = world.run(&["build", "--env", "staging"]).exits(0);
    assert!(built.stdout.contains("warning"), "{built}");
    world.run(&["import", ".", "-o", "again.toml", "--org", "acme"]).exits(0);
    assert_eq!(world.read("again.toml"), world.read("spec.toml"));
    world.run(&["import", "out/staging/web/fly.toml", "-o", "-"]).exits(2).mentions("its spec is there already");
}

#[test]
fn one_file_can_be_printed() {
    let world = estate();
    let run = world.run(&["import", "worker/fly.toml", "-o", "-"]).exits(0);
    assert!(run.stdout.starts_with("# Imported by `flyarch import` from worker/fly.toml.\n"), "{run}");
    run.mentions("app.worker  worker/fly.toml: equivalent");
    let all = world.run(&["import", ".", "-o", "-"]).exits(0).stdout;
    assert!(all.contains("\n[environment.production]\n") && all.contains("\n[environment.staging]\n"), "{all}");
}

/// Environments whose architectures are called otherwise have no base: each becomes a spec.
#[test]
fn environments_that_are_no_overlays_become_specs_beside_each_other() {
    let world = World::new();
    world.write("fly.toml", "app = 'shop'\nprimary_region = 'fra'\n[env]\nA = '1'\n");
    world.write("fly.staging.toml", "app = 'rehearsal'\nprimary_region = 'fra'\n");
    let run = world.run(&["import"]).exits(0);
    assert!(
        world.exists("spec.toml")
            && (world.exists("spec.staging.toml") || world.read("spec.toml").contains("[environment.staging]")),
        "{run}"
    );
    assert_eq!(run.stdout.matches(": equivalent").count(), 2, "{run}");
}

#[test]
fn what_is_stated_is_listed() {
    let run = estate().run(&["import", "api/fly.toml", "--verbose"]).exits(0);
    golden("import/verbose.txt", &run.stdout);
}

#[test]
fn a_spec_that_is_there_stays() {
    let world = estate();
    world.write("spec.toml", "# mine\n");
    let before = world.tree(".");
    world.run(&["import", "."]).exits(1).mentions("spec.toml is there already: nothing was written");
    assert_eq!(world.tree("."), before);
    world.run(&["import", ".", "--force"]).exits(0);
    assert!(world.read("spec.toml").starts_with("# Imported"));
}

#[test]
fn what_cannot_be_deployed_is_not_imported() {
    for (text, says) in [
        ("app = \"a\"\nprimary_region = \"fra\"\n[http_service]\ninternal_port = 70000\n", "cannot be 70000"),
        ("app = 'a'\n[[restart]]\nprocesses = ['x']\npolicy = 'always'\n", "there is no process group `x`"),
        ("app = 'a'\n[env]\n'a b' = 'c'\n", "cannot be the name of a variable"),
        ("app = \n", "toml-syntax"),
    ] {
        let world = World::new();
        world.write("fly.toml", text);
        let before = world.tree(".");
        let run = world.run(&["import"]).mentions(says);
        assert!(matches!(run.code, Some(1 | 3)), "{run}");
        assert_eq!(world.tree("."), before, "{run}");
    }
}

#[test]
fn files_that_are_about_one_app_are_told() {
    let world = World::new();
    world.write("fly.toml", "app = 'shop'\nprimary_region = 'fra'\n");
    world.write("old/fly.toml", "app = 'shop'\nprimary_region = 'ams'\n");
    world.run(&["import"]).exits(1).mentions("two files configure `shop`").mentions("nothing was written");
}

#[test]
fn there_must_be_something_to_import() {
    let world = World::new();
    world.run(&["import"]).exits(3).mentions("has no spec and no fly.toml in it");
    world.write("spec.toml", clean());
    world.run(&["import", "spec.toml", "-o", "new.toml"]).exits(2).mentions("spec.toml is a spec already");
    world.run(&["import", "nothing/fly.toml"]).exits(3).mentions("is the path right?");
    world.run(&["import", "-"]).exits(2).mentions("standard input has no folder");
    world.run(&["import", "--org", "no org"]).exits(2).mentions("--org is no slug of an organisation");
}

#[test]
fn dumps_are_made_by_a_script() {
    let world = estate();
    let run = world.run(&["import", "--collect"]).exits(0);
    golden("import/collect.sh", &run.stdout);
    assert!(
        run.stdout
            .lines()
            .all(|line| !line.contains("deploy") && !line.contains("set ") || line.starts_with("set -euo"))
    );
}

#[test]
fn dumps_that_are_none_are_refused() {
    let world = estate();
    world.run(&["import", "--live", "live"]).exits(3).mentions("--live live: there is no such folder");
    world.write("live/note.txt", "");
    world.run(&["import", "--live", "live"]).exits(3).mentions("there is no dump of these apps in it");
    world.write("live/acme-shop-web/scale.json", "[{\"Process\": 3}]");
    world
        .run(&["import", "--live", "live"])
        .exits(3)
        .mentions("live/acme-shop-web/scale.json is not what `fly scale show --json` prints")
        .mentions("line 1 column 14");
    world.write("live/acme-shop-web/scale.json", "No machines\n");
    world.run(&["import", "--live", "live"]).exits(3).mentions("line 1 column 1");
    world.write("live/acme-shop-web/scale.json", [0xff]);
    world.run(&["import", "--live", "live"]).exits(3).mentions("is not UTF-8");
    assert!(!world.exists("spec.toml"));
}

/// What runs and does not fit is asked about, and never guessed.
#[test]
fn what_runs_is_taken_or_asked_about() {
    let world = estate();
    let app = |name: &str, dump: &str, text: &str| world.write(&format!("live/{name}/{dump}.json"), text);
    world.write(
        "live/apps.json",
        r#"[{"Name": "acme-shop-web", "Network": "", "Organization": {"Slug": "acme"}},
            {"Name": "acme-shop-api", "Network": "back", "Organization": {"Slug": "other"}}]"#,
    );
    app(
        "acme-shop-web",
        "scale",
        r#"[{"Process": "app", "Count": 3, "CPUKind": "shared", "CPUs": 1, "Memory": 1024, "Regions": {"ams": 1, "fra": 2}}]"#,
    );
    app(
        "acme-shop-web",
        "ips",
        r#"[{"Type": "v4", "Region": "global"}, {"Type": "v6", "Region": "global"}, {"Type": "private_v6", "Region": "global"}, {"Type": "egress_v4", "Region": "fra"}]"#,
    );
    app(
        "acme-shop-web",
        "certs",
        r#"[{"hostname": "shop.example.com"}]
Warning: there are more"#,
    );
    app(
        "acme-shop-web",
        "secrets",
        r#"[{"name": "RAILS_MASTER_KEY", "digest": "x"}, {"name": "PORT"}, {"name": "odd name"}]"#,
    );
    app("acme-shop-api", "ips", r#"[{"Type": "private_v6", "Region": "global"}]"#);
    app("acme-shop-api", "certs", "null");
    app(
        "acme-shop-api",
        "machines",
        r#"[{"region": "ams", "config": {"metadata": {"fly_process_group": "app"}, "guest": {"cpu_kind": "shared", "cpus": 2, "memory_mb": 512}}},
        {"region": "fra", "config": {"metadata": {"fly_process_group": "fly_app_release_command"}}}]"#,
    );
    app(
        "acme-shop-worker",
        "scale",
        r#"[{"Process": "jobs", "Regions": {"fra": 2}}, {"Process": "scheduler", "Regions": null}]"#,
    );
    app("acme-shop-worker", "ips", r#"[{"Type": "v6", "Region": "global"}]"#);
    app(
        "acme-shop-worker",
        "volumes",
        r#"[{"name": "spool", "region": "fra", "size_gb": 20, "attached_machine_id": "1", "snapshot_retention": 14},
        {"name": "spool", "region": "fra", "size_gb": 20, "attached_machine_id": null, "snapshot_retention": 14}]"#,
    );
    world.run(&["import", "web/fly.toml", "api/fly.toml", "worker/fly.toml", "--live", "live"]).exits(0);
    golden("import/live.toml", &world.read("spec.toml"));
}
