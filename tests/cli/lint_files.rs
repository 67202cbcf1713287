//! `flyarch lint` on plain fly.toml files: the estates of tests/estates as their owners would see them, and how files
//! are found, told from specs, waived and mended.

use std::fs;
use std::path::Path;

use super::world::{World, clean, fits, golden, with_error};

/// A copy of an estate.
fn estate(name: &str) -> World {
    let world = World::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/estates").join(name);
    for entry in walkdir::WalkDir::new(&root) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            world.write(&path, fs::read(entry.path()).unwrap());
        }
    }
    world
}

/// A plain file that no rule has anything to say of.
pub(crate) const PLAIN: &str = r#"app = "my-web"
primary_region = "fra"
kill_signal = "SIGTERM"
kill_timeout = "30s"

[http_service]
internal_port = 8080
force_https = true
auto_stop_machines = "suspend"
min_machines_running = 1
concurrency = { type = "requests", soft_limit = 200, hard_limit = 250 }

[[http_service.checks]]
path = "/"
interval = "15s"
timeout = "5s"
grace_period = "10s"

[[vm]]
size = "shared-cpu-1x"
memory = "512mb"
"#;

#[test]
fn estates() {
    for name in ["launch", "pair", "worker", "legacy", "json"] {
        let run = estate(name).run(&["lint", "."]);
        fits(&run.stdout);
        golden(&format!("lint/{name}.txt"), &run.to_string());
        for word in ["[app.", "app.web", "`uses", "`regions", "setup.sh", "`access", "[project", "the spec"] {
            assert!(!run.stdout.contains(word), "{name}: `{word}` means nothing in a fly.toml\n{run}");
        }
    }
}

#[test]
fn fixes_mend_files_in_place_and_break_none() {
    for name in ["launch", "pair", "worker", "legacy"] {
        let world = estate(name);
        let before = world.tree(".");
        let diff = world.run(&["lint", ".", "--unsafe-fixes", "--diff"]).exits(1);
        golden(&format!("lint/{name}.diff"), &diff.stdout);
        assert_eq!(world.tree("."), before, "{name}: --diff changes nothing");
        world.run(&["lint", ".", "--unsafe-fixes"]);
        world.run(&["lint", ".", "--unsafe-fixes", "--diff"]).exits(0).prints_nothing();
        let again = world.run(&["lint", ".", "--format", "concise"]);
        for form in ["toml-syntax", "error[unknown-key", "wrong-type", "invalid-value"] {
            assert!(!again.stdout.contains(form), "{name}: {again}");
        }
    }
    let json = estate("json");
    let before = json.tree(".");
    json.run(&["lint", ".", "--unsafe-fixes"]);
    assert_eq!(json.tree("."), before, "edits are made of TOML");
}

#[test]
fn a_file_is_what_its_name_says_or_else_what_it_looks_like() {
    let world = World::with(clean());
    world.write("fly.toml", PLAIN);
    world.write("web.toml", PLAIN);
    world.write("infra.toml", clean());
    world.run(&["lint", "spec.toml", "infra.toml", "fly.toml"]).exits(0).prints_nothing().says("");
    world.run(&["lint", "web.toml"]).exits(0).prints_nothing();
    world.pipe(PLAIN, &["lint", "-"]).exits(0).prints_nothing();
    world.pipe(clean(), &["lint", "-"]).exits(0).prints_nothing();
    let odd = PLAIN.replace("8080", "\"x\"");
    let run = world.pipe(&odd, &["lint", "-", "--format", "concise"]).exits(1);
    assert!(run.stdout.starts_with("fly.toml:7:17: error"), "{run}");
    let run = world.pipe(&odd, &["lint", "-", "--stdin-filename", "api/fly.toml", "--format", "concise"]).exits(1);
    assert!(run.stdout.starts_with("api/fly.toml:7:17: error"), "{run}");
}

#[test]
fn folders_are_searched_without_what_is_ignored_or_generated() {
    let world = World::with(clean());
    world.write(".gitignore", "vendor/\n");
    for path in ["vendor/fly.toml", "web/fly.toml", "web/fly.dev.toml", "api/fly.json", "api/other.toml", ".x/fly.toml"]
    {
        world.write(path, "app = 1\n");
    }
    world.run(&["build", "spec.toml"]).exits(0);
    let run = world.run(&["lint", ".", "--format", "concise"]);
    let mut names: Vec<&str> = run.stdout.lines().filter_map(|line| line.split(':').next()).collect();
    names.dedup();
    assert_eq!(names, ["api/fly.json", "web/fly.dev.toml", "web/fly.toml"], "{run}");
    let run = world.run(&["lint", "w*/fly.toml", "--format", "concise"]);
    assert!(run.stdout.lines().all(|line| line.starts_with("web/fly.toml:")) && !run.stdout.is_empty(), "{run}");
    world.write("empty/readme", "");
    world.run(&["lint", "empty"]).exits(3).says("error: empty has no spec and no fly.toml in it");
}

#[test]
fn without_a_path_a_spec_comes_before_a_fly_toml() {
    let world = World::new();
    world.write(".git/HEAD", "");
    world.run(&["lint"]).exits(3).says(
        "error: no spec.toml, flyarch.toml or fly.toml here or in a folder above, up to the repository; give the path of a file or a folder",
    );
    world.write("fly.toml", "app = 1\n");
    assert!(world.run(&["lint", "--format", "concise"]).stdout.starts_with("fly.toml:1:7"));
    world.write("spec.toml", with_error());
    assert!(world.run(&["lint", "--format", "concise"]).exits(1).stdout.starts_with("spec.toml:5:19"));
}

#[test]
fn two_files_for_one_app() {
    let world = World::new();
    world.write("a/fly.toml", PLAIN);
    world.write("b/fly.toml", PLAIN);
    let run = world.run(&["lint", "."]).exits(1);
    assert!(run.stdout.contains("two files configure `my-web`") && run.stdout.contains("a/fly.toml:1:7: "), "{run}");
    // One file that is named twice is one file.
    world.run(&["lint", "a/fly.toml", "./a/fly.toml"]).exits(0).prints_nothing();
    let reason = "# flyarch: allow duplicate-name -- b is for deploys by hand\n";
    world.write("b/fly.toml", format!("{reason}{PLAIN}"));
    world.run(&["lint", "."]).exits(0).prints_nothing();
}

#[test]
fn waivers_are_comments() {
    let world = World::new();
    let bare = PLAIN.replace("kill_signal = \"SIGTERM\"\n", "");
    let lint = |text: &str| {
        world.write("fly.toml", text);
        world.run(&["lint", "fly.toml", "--format", "concise"])
    };
    let beside = "app = \"my-web\" # flyarch: allow implicit-kill-signal -- ends within a second";
    lint(&bare.replace("app = \"my-web\"", beside)).exits(0).prints_nothing();
    let above = |comment: &str| format!("# flyarch: {comment}\n\n# and a remark\n{bare}");
    lint(&above("allow FA111 -- ends within a second")).exits(0).prints_nothing();
    lint(&above("allow implicit-kill-signal, missing-vm -- ends within a second")).exits(0);
    for (comment, wrong) in [
        ("allow implicit-kill-signal", "1:1: error[invalid-value] a waiver needs a reason"),
        ("allow implicit-kill-signal -- soon", "1:1: error[invalid-value] a waiver needs a reason"),
        ("forbid it", "1:1: error[invalid-value] this comment says nothing to flyarch"),
        (
            "allow implicit-kil-signal -- ends at once",
            "1:18: error[unknown-rule] there is no rule `implicit-kil-signal`",
        ),
        ("allow volume-size -- we know what we do", "1:18: error[cannot-allow] `volume-size` cannot be waived"),
    ] {
        let run = lint(&above(comment)).exits(1);
        assert!(run.stdout.contains(wrong), "{run}");
        assert!(run.stdout.contains("implicit-kill-signal"), "nothing is waived: {run}");
    }
    let unused = format!("# flyarch: allow missing-vm -- the size is set by hand\n{PLAIN}");
    let run = lint(&unused).exits(0);
    assert_eq!(run.stdout, "fly.toml:1:18: warning[unused-allow] `missing-vm` finds nothing there to waive\n");
    world.run(&["lint", "--fix", "fly.toml"]).exits(0).prints_nothing();
    assert_eq!(world.read("fly.toml"), PLAIN);
    // In a text it is none.
    let text = PLAIN.replace("[[vm]]", "[env]\nX = \"# flyarch: forbid\"\n[[vm]]");
    lint(&text).exits(0).prints_nothing();
}

#[test]
fn the_tier_is_in_the_name_or_on_the_command_line() {
    let world = World::new();
    let bare = PLAIN.replace("min_machines_running = 1\n", "");
    for (name, code) in [("fly.toml", 1), ("fly.staging.toml", 0), ("staging/fly.toml", 0), ("fly.dev.toml", 0)] {
        world.write(name, &bare);
        world.run(&["lint", name]).exits(code);
    }
    world.run(&["lint", "fly.toml", "--tier", "staging"]).exits(0);
    world.run(&["lint", "fly.staging.toml", "--tier", "production"]).exits(1);
}

#[test]
fn formats_files_and_nothing_else() {
    let world = World::with(clean());
    let loose = "# mine\napp='x'\n[env]\nA=1 # one\n";
    world.write("fly.toml", loose);
    let run = world.run(&["fmt", "--check"]).exits(1).says("1 file would be formatted");
    assert!(run.stdout.starts_with("--- fly.toml\n+++ fly.toml\n") && run.stdout.contains("+app = "), "{run}");
    world.run(&["fmt", "--diff"]).exits(0).says("");
    assert_eq!(world.read("fly.toml"), loose);
    let piped = world.pipe(loose, &["fmt", "-"]).exits(0).says("").stdout;
    world.run(&["fmt", "."]).exits(0).prints_nothing().says("formatted 1 file");
    assert_eq!(world.read("fly.toml"), piped);
    assert!(piped.contains("# mine") && piped.contains("# one"), "{piped}");
    world.run(&["fmt", "--check"]).exits(0).prints_nothing().says("");
    world.run(&["fmt", "spec.toml"]).exits(0).prints_nothing().says("spec.toml is a spec, and left as it is");
    assert_eq!(world.read("spec.toml"), clean());
    world.write("fly.bad.toml", "app = \n");
    let run = world.run(&["fmt", "fly.bad.toml"]).exits(3);
    assert!(run.stderr.contains("error[toml-syntax]"), "{run}");
}
