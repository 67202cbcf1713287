//! `flyarch build`: what it writes, where it looks, and how it ends.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use super::world::{PROJECT, REFERENCE, WEB, World, clean, with_error, with_warning};

const FILES: [&str; 9] = [
    ".flyarch/manifest.json",
    ".flyarch/resolved.toml",
    "ARCHITECTURE.md",
    "plan.json",
    "secrets.env.example",
    "setup.sh",
    "teardown.sh",
    "verify.sh",
    "web/fly.toml",
];

#[test]
fn a_clean_spec_writes_its_files_and_says_so() {
    let world = World::with(clean());
    world.run(&["build", "spec.toml", "-o", "there"]).exits(0).prints_nothing().says("wrote 8 files to there");
    assert_eq!(world.names("there"), FILES);
    for script in ["setup.sh", "verify.sh", "teardown.sh"] {
        let path = world.path("there").join(script);
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o111, 0o111, "{script}");
    }
}

#[test]
fn the_folder_is_out_unless_said_otherwise() {
    let world = World::with(clean());
    world.run(&["build"]).exits(0).says("wrote 8 files to out");
    assert_eq!(world.names("out"), FILES);
}

#[test]
fn a_warning_is_shown_and_the_files_are_written() {
    let world = World::with(with_warning());
    let run = world.run(&["build"]).exits(0).says("wrote 8 files to out");
    assert!(run.stdout.contains("warning[implicit-kill-signal]") && run.stdout.ends_with("\n1 warning\n"), "{run}");
    assert_eq!(world.names("out"), FILES);
}

#[test]
fn an_error_writes_nothing_at_all() {
    let world = World::with(with_error());
    let run = world.run(&["build"]).exits(1);
    assert!(run.stdout.contains("error[removed-region]"), "{run}");
    run.says("nothing was written; `flyarch explain removed-region` says more");
    world.holds_only(&["spec.toml"]);
}

#[test]
fn the_hint_is_about_an_error_even_when_a_warning_comes_first() {
    let spec = with_warning()
        .replace("auto_stop_machines = \"suspend\"", "auto_stop_machines = \"suspend\"\nhttp_options = {}");
    let spec = spec
        .replace("path = \"/\"", "path = \"/\"\nmethod = \"GET\"")
        .replace("[app.web.vm]", "[app.web.env]\nPASSWORD = \"correct horse battery\"\n[app.web.vm]");
    let world = World::with(spec);
    let run = world.run(&["build"]).exits(1);
    let (warning, error) = (run.stdout.find("warning["), run.stdout.find("error["));
    assert!(warning < error, "the warning stands first in the text: {run}");
    run.says("nothing was written; `flyarch explain secret-in-env` says more");
}

#[test]
fn a_warning_below_the_fail_level_says_that_it_is_in_the_way() {
    let world = World::with(with_warning());
    let run = world.run(&["build", "--fail-level", "warning"]).exits(1);
    assert!(run.stdout.contains("1 warning"), "{run}");
    run.says("nothing was written: with --fail-level warning, a warning is in the way");
    world.holds_only(&["spec.toml"]);
    World::with(clean()).run(&["build", "--fail-level", "warning"]).exits(0).says("wrote 8 files to out");
}

#[test]
fn what_cannot_be_read_is_exit_code_3() {
    let world = World::with("version = \n");
    world.run(&["build"]).exits(3).says("nothing was written");
    world.write("spec.toml", b"\xff\xfe\x00");
    world.run(&["build"]).exits(3).says("nothing was written");
    world
        .run(&["build", "none.toml"])
        .exits(3)
        .prints_nothing()
        .says("error: cannot read none.toml: No such file or directory (os error 2); is the path right?");
    world.run(&["build", "."]).exits(3).says("error: . is a folder: give the path of a spec in it");
    world.holds_only(&["spec.toml"]);
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let world = World::with(clean());
    let usage: [&[&str]; 9] = [
        &[],
        &["biuld"],
        &["build", "--frob"],
        &["build", "--fail-level", "info"],
        &["build", "--format", "xml"],
        &["build", "a.toml", "b.toml"],
        &["build", "--only", "app.none"],
        &["build", "--only", "postgres.db"],
        &["build", "--today", "tomorrow"],
    ];
    for args in usage {
        let run = world.run(args).exits(2).prints_nothing();
        assert!(!run.stderr.is_empty(), "{args:?}");
    }
    for args in [["build", "-o", "-", "--check"], ["build", "-o", "-", "--diff"]] {
        world
            .run(&args)
            .exits(2)
            .says("error: -o - has no folder to compare with: give one, or leave --check and --diff out");
    }
    world.holds_only(&["spec.toml"]);
}

#[test]
fn a_second_build_changes_nothing() {
    let world = World::with(REFERENCE);
    world.run(&["build"]).exits(0);
    let before = world.tree("out");
    let times = |world: &World| {
        let time = |name: &String| fs::metadata(world.path(&format!("out/{name}"))).map(|m| (m.mtime_nsec(), m.ino()));
        world.names("out").iter().map(|name| time(name).unwrap()).collect::<Vec<_>>()
    };
    let was = times(&world);
    world.run(&["build"]).exits(0).says("out is up to date");
    assert_eq!(world.tree("out"), before);
    assert_eq!(times(&world), was);
}

#[test]
fn check_is_silent_about_what_is_right_and_shows_what_is_not() {
    let world = World::with(clean());
    let run = world.run(&["build", "--check"]).exits(1).says("out is stale: run `flyarch build` without --check");
    assert!(run.stdout.contains("--- /dev/null\n+++ web/fly.toml\n"), "{run}");
    world.holds_only(&["spec.toml"]);
    world.run(&["build"]).exits(0);
    world.run(&["build", "--check"]).exits(0).prints_nothing().says("");

    let before = world.tree("out");
    world.write("spec.toml", clean().replace("8080", "9090"));
    let run = world.run(&["build", "--check"]).exits(1).says("out is stale: run `flyarch build` without --check");
    assert!(run.stdout.contains("-  internal_port = 8080\n+  internal_port = 9090\n"), "{run}");
    assert!(run.stdout.starts_with("--- web/fly.toml\n+++ web/fly.toml\n@@ "), "{run}");
    assert_eq!(world.tree("out"), before);
}

#[test]
fn check_sees_a_lost_mode_and_build_mends_it() {
    let world = World::with(clean());
    world.run(&["build"]).exits(0);
    let script = world.path("out/setup.sh");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o640)).unwrap();
    let run = world.run(&["build", "--check"]).exits(1).says("out is stale: run `flyarch build` without --check");
    assert_eq!(run.stdout, "--- setup.sh\n+++ setup.sh\nold mode 100644\nnew mode 100755\n");
    world.run(&["build"]).exits(0).says("mended the mode of 1 file in out");
    assert_eq!(fs::metadata(&script).unwrap().permissions().mode() & 0o777, 0o750);
    world.run(&["build", "--check"]).exits(0);
}

#[test]
fn check_shows_what_was_edited_by_hand() {
    let world = World::with(clean());
    world.run(&["build"]).exits(0);
    world.write("out/web/fly.toml", world.read("out/web/fly.toml") + "# mine\n");
    for flag in ["--check", "--diff"] {
        let run = world.run(&["build", flag]).exits(1);
        assert!(run.stdout.ends_with("-# mine\n"), "{run}");
        assert!(run.stderr.contains("web/fly.toml (edited since it was generated)"), "{run}");
    }
    world.run(&["build", "--check", "--force"]).exits(1).says("out is stale: run `flyarch build` without --check");
}

/// git on Windows checks files out with CRLF unless it is told otherwise: nobody has edited them, and bash cannot run them.
#[test]
fn line_ends_that_git_has_changed_are_no_edits() {
    let world = World::with(clean());
    world.run(&["build"]).exits(0);
    let built = world.tree("out");
    for path in built.keys() {
        let path = format!("out/{path}");
        world.write(&path, world.read(&path).replace('\n', "\r\n"));
    }
    let run = world.run(&["build", "--check"]).exits(1).says(
        "out is stale: run `flyarch build` without --check\n\
         git changes line ends here: `out/** text eol=lf` in .gitattributes keeps it from that",
    );
    assert!(
        run.stdout.contains("--- web/fly.toml\n+++ web/fly.toml\nlines end in CRLF, and were written with LF\n"),
        "{run}"
    );
    assert!(!run.stdout.contains("@@"), "{run}");
    assert_eq!(world.run(&["diff", "out", "spec.toml"]).exits(0).stdout, "my: no effect\n");
    world.run(&["build"]).exits(0);
    assert_eq!(world.tree("out"), built);

    // What was edited too is somebody's.
    world.write("out/web/fly.toml", world.read("out/web/fly.toml").replace('\n', "\r\n") + "# mine\r\n");
    world.run(&["build"]).exits(1);
}

#[test]
fn diff_shows_and_never_fails_for_being_stale() {
    let world = World::with(clean());
    let run = world.run(&["build", "--diff"]).exits(0).says("");
    assert!(run.stdout.contains("+++ setup.sh\n"), "{run}");
    assert!(!run.stdout.contains("manifest.json"), "{run}");
    world.holds_only(&["spec.toml"]);
    world.run(&["build"]).exits(0);
    world.run(&["build", "--diff"]).exits(0).prints_nothing().says("");
}

#[test]
fn a_report_for_programs_is_not_followed_by_a_diff() {
    let world = World::with(clean());
    let run = world.run(&["build", "--check", "--format", "json"]).exits(1);
    assert!(serde_json::from_str::<serde_json::Value>(&run.stdout).is_ok(), "{run}");
    assert!(run.stderr.contains("+++ web/fly.toml"), "{run}");
}

#[test]
fn an_edited_file_stays_until_it_is_forced() {
    let world = World::with(clean());
    world.run(&["build"]).exits(0);
    world.write("out/web/fly.toml", "# mine\n");
    world.run(&["build"]).exits(1).prints_nothing().says(
        "error: a file would be lost\n  web/fly.toml (edited since it was generated)\n\
         move what is in it into the spec or elsewhere, or overwrite with --force",
    );
    assert_eq!(world.read("out/web/fly.toml"), "# mine\n");
    world.run(&["build", "--force"]).exits(0).says("wrote 1 file to out");
    assert!(world.read("out/web/fly.toml").contains("internal_port"));
}

#[test]
fn dash_prints_all_files_in_one_stream() {
    let world = World::with(clean());
    let run = world.run(&["build", "-o", "-"]).exits(0).says("");
    let names: Vec<_> = run.stdout.lines().filter_map(|l| l.strip_prefix("==> ")?.strip_suffix(" <==")).collect();
    assert_eq!(names, &FILES[2..]);
    world.holds_only(&["spec.toml"]);

    let run = world.run(&["build", "-o", "-", "--only", "app.web"]).exits(0);
    assert!(run.stdout.starts_with("==> web/fly.toml <==\n# Generated by flyarch from spec.toml."), "{run}");
    assert_eq!(run.stdout.matches("==> ").count(), 1);
}

#[test]
fn findings_are_not_mixed_into_the_stream() {
    let run = World::with(with_warning()).run(&["build", "-o", "-"]).exits(0);
    assert!(run.stdout.starts_with("==> ARCHITECTURE.md <==\n") && !run.stdout.contains("warning["), "{run}");
    assert!(run.stderr.contains("warning[implicit-kill-signal]"), "{run}");
    let run = World::with(with_error()).run(&["build", "-o", "-"]).exits(1).prints_nothing();
    assert!(run.stderr.contains("error[removed-region]") && run.stderr.contains("nothing was written"), "{run}");
}

#[test]
fn only_writes_one_app_and_keeps_the_others() {
    let two = format!("{}{}", clean(), WEB.replace("app.web", "app.api"));
    let world = World::with(&two);
    world.run(&["build", "--only", "app.api"]).exits(0).says("wrote 1 file to out");
    assert_eq!(world.names("out"), [".flyarch/manifest.json", "api/fly.toml"]);
    world.run(&["build"]).exits(0).says("wrote 8 files to out");

    world.write("spec.toml", two.replace("8080", "9090"));
    world.run(&["build", "--only", "web"]).exits(0).says("wrote 1 file to out");
    assert!(world.read("out/web/fly.toml").contains("9090"));
    assert!(world.read("out/api/fly.toml").contains("8080"));
    // The manifest still knows the others: nothing is taken for edited.
    world.run(&["build"]).exits(0);
    assert!(world.read("out/api/fly.toml").contains("9090"));
}

#[test]
fn a_spec_on_standard_input() {
    let world = World::new();
    world.pipe(clean(), &["build", "-", "-o", "there"]).exits(0).says("wrote 8 files to there");
    assert!(world.read("there/web/fly.toml").starts_with("# Generated by flyarch from spec.toml."));
    let run = world.pipe(with_error(), &["build", "-", "--format", "concise", "-o", "other"]).exits(1);
    assert!(run.stdout.starts_with("spec.toml:5:19: error[removed-region]"), "{run}");
    assert!(!world.exists("other"));
    // The same files as from a file: nothing depends on how the text came in.
    world.write("spec.toml", clean());
    world.run(&["build", "spec.toml", "-o", "there", "--check"]).exits(0);
}

#[test]
fn a_spec_is_looked_for_upwards_to_the_repository() {
    let world = World::new();
    world.write("repo/flyarch.toml", clean());
    world.write("repo/.git/HEAD", "");
    world.write("repo/a/b/c.txt", "");
    world.write("spec.toml", with_error());
    let run = |folder: &str| {
        let mut command = world.command(super::world::FLYARCH);
        super::world::Run::of(command.current_dir(world.path(folder)).args(["build", "-o", "made", "--force"]))
    };
    run("repo/a/b").exits(0).says("wrote 8 files to made");
    assert!(world.exists("repo/a/b/made/web/fly.toml"));
    run("repo").exits(0);
    // spec.toml goes before flyarch.toml, and the nearest before both.
    world.write("repo/spec.toml", clean().replace("8080", "1111"));
    world.write("repo/a/flyarch.toml", clean().replace("8080", "2222"));
    run("repo").exits(0);
    run("repo/a/b").exits(0);
    assert!(world.read("repo/made/web/fly.toml").contains("1111"));
    assert!(world.read("repo/a/b/made/web/fly.toml").contains("2222"));
    // Not beyond the repository.
    fs::remove_file(world.path("repo/spec.toml")).unwrap();
    fs::remove_file(world.path("repo/flyarch.toml")).unwrap();
    run("repo").exits(3).says(
        "error: no spec.toml or flyarch.toml here or in a folder above, up to the repository; give the path of a spec",
    );
}

#[test]
fn paths_in_the_output_lead_back_to_the_spec() {
    let world = World::new();
    let spec = format!("{PROJECT}{}", WEB.replace("image = \"nginx:1.29\"", "dockerfile = \"Dockerfile\""));
    world.write("infra/spec.toml", &spec);
    let dockerfile = |world: &World, file: &str| {
        let text = world.read(file);
        text.lines().find_map(|line| line.trim().strip_prefix("dockerfile = ").map(str::to_owned)).unwrap()
    };
    world.run(&["build", "infra/spec.toml", "-o", "infra/out"]).exits(0);
    assert_eq!(dockerfile(&world, "infra/out/web/fly.toml"), "'../../Dockerfile'");
    world.run(&["build", "infra/spec.toml", "-o", "build/deep/out"]).exits(0);
    assert_eq!(dockerfile(&world, "build/deep/out/web/fly.toml"), "'../../../../infra/Dockerfile'");
    world.run(&["build", "infra/spec.toml", "-o", "infra"]).exits(0);
    assert_eq!(dockerfile(&world, "infra/web/fly.toml"), "'../Dockerfile'");
    assert_eq!(world.read("infra/spec.toml"), spec, "the spec beside the output is nobody's business");
}

#[test]
fn nothing_in_the_output_depends_on_where_it_was_made() {
    let (one, other) = (World::with(REFERENCE), World::new());
    other.write("deep/er/spec.toml", REFERENCE);
    one.run(&["build"]).exits(0);
    let path = other.path("deep/er/spec.toml");
    let mut command = other.command(super::world::FLYARCH);
    command.env("LC_ALL", "de_DE.UTF-8").env("TZ", "Asia/Tokyo").env("HOME", "/nowhere").args(["build"]);
    super::world::Run::of(command.arg(&path).arg("-o").arg(other.path("deep/er/out"))).exits(0);
    assert_eq!(one.tree("out"), other.tree("deep/er/out"));
}

#[test]
fn standard_error_may_be_closed() {
    for spec in [clean(), with_warning(), with_error()] {
        let world = World::with(spec);
        let expected = world.run(&["build", "-o", "one"]).code;
        let run = world.sh("{ \"$F\" build -o two >/dev/null; echo $? >code; } 2>&1 | true");
        assert_eq!(run.stderr, "");
        assert_eq!(world.read("code").trim().parse().ok(), expected);
    }
}

#[test]
fn a_reader_that_has_seen_enough_changes_nothing() {
    let world = World::with(with_warning());
    world.sh("{ \"$F\" build; echo $? >code; } | true");
    assert_eq!(world.read("code"), "0\n");
    assert_eq!(world.names("out"), FILES);

    world.write("spec.toml", with_error());
    for line in ["build -o other", "lint", "build -o - ", "build --check", "lint --format json"] {
        world.sh(&format!("{{ \"$F\" {line}; echo $? >code; }} | true"));
        assert_eq!(world.read("code"), "1\n", "{line}");
    }
    for line in ["rules", "schema", "facts", "explain multi-region", "build spec2.toml -o -"] {
        world.write("spec2.toml", clean());
        let run = world.sh(&format!("{{ \"$F\" {line}; echo $? >code; }} | true"));
        assert_eq!((world.read("code").as_str(), run.stderr.as_str()), ("0\n", ""), "{line}");
    }
}

#[test]
fn a_full_disk_behind_standard_output_is_told() {
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    let world = World::with(with_warning());
    for line in ["rules", "schema", "facts", "explain multi-region", "build", "build -o -", "lint", "build --check"] {
        let run = world.sh(&format!("\"$F\" {line} >/dev/full")).exits(3);
        assert!(run.stderr.contains("error: cannot write the output: No space left on device"), "{line}: {run}");
    }
    world.holds_only(&["spec.toml"]);
}
