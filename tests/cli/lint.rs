//! `flyarch lint`: several files, standard input, fixes.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use super::world::{World, clean, with_error, with_warning};

/// What a safe fix mends: a number in quotes.
fn fixable() -> String {
    clean().replace("8080", "\"8080\"")
}

#[test]
fn writes_nothing() {
    let world = World::with(with_warning());
    world.run(&["lint"]).exits(0);
    world.run(&["lint", "spec.toml"]).exits(0);
    world.holds_only(&["spec.toml"]);
}

#[test]
fn several_files_are_one_report() {
    let world = World::with(clean());
    world.write("bad.toml", with_error());
    world.write("so-so.toml", with_warning());
    let run = world.run(&["lint", "so-so.toml", "spec.toml", "bad.toml"]).exits(1).says("");
    let (warning, error) = (run.stdout.find("[so-so.toml:"), run.stdout.find("[bad.toml:5:19]"));
    assert!(warning.is_some() && warning < error, "in the order in which they were given: {run}");
    assert!(run.stdout.ends_with("1 error, 1 warning\n"), "{run}");
    let run = world.run(&["lint", "--format", "concise", "bad.toml", "so-so.toml"]).exits(1);
    let places: Vec<&str> = run.stdout.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(places, ["bad.toml:5:19", "so-so.toml:6:1"]);
}

#[test]
fn a_file_that_cannot_be_read_hides_no_other() {
    let world = World::with(with_error());
    world.write("latin.toml", b"# \xe9\n");
    let run = world.run(&["lint", "none.toml", "spec.toml", "latin.toml"]).exits(3);
    assert!(run.stdout.contains("[spec.toml:5:19]") && run.stdout.contains("error[not-utf8]"), "{run}");
    run.says("error: cannot read none.toml: No such file or directory (os error 2); is the path right?");
    for flag in ["--diff", "--fix"] {
        let run = world.run(&["lint", flag, "latin.toml"]).exits(3);
        assert!(run.to_string().contains("error[not-utf8]"), "{run}");
    }
    assert_eq!(fs::read(world.path("latin.toml")).unwrap(), b"# \xe9\n");
}

#[test]
fn standard_input_has_the_name_that_is_given() {
    let world = World::new();
    let run = world.pipe(with_error(), &["lint", "-", "--format", "concise"]).exits(1);
    assert!(run.stdout.starts_with("spec.toml:5:19: "), "{run}");
    let run = world.pipe(with_error(), &["lint", "-", "--stdin-filename", "infra/a.toml", "--format", "concise"]);
    assert!(run.exits(1).stdout.starts_with("infra/a.toml:5:19: "));
    let run = world.pipe(fixable(), &["lint", "-", "--fix"]).exits(2).prints_nothing();
    run.says("error: standard input cannot be fixed in place: give a file, or --diff");
    let run = world.pipe(fixable(), &["lint", "-", "--fix", "--diff"]).exits(1);
    assert!(run.stdout.contains("-internal_port = \"8080\"\n+internal_port = 8080\n"), "{run}");
    world.holds_only(&[]);
}

#[test]
fn safe_fixes_are_applied_in_place() {
    let world = World::with(fixable());
    world.run(&["lint", "--fix"]).exits(0).prints_nothing().says("fixed 1 finding in spec.toml");
    assert_eq!(world.read("spec.toml"), clean());
    world.run(&["lint", "--fix"]).exits(0).prints_nothing().says("");
}

#[test]
fn unsafe_fixes_are_asked_for() {
    let misspelt = clean().replace("kill_timeout", "kil_timeout");
    let world = World::with(&misspelt);
    world.run(&["lint", "--fix"]).exits(1).says("");
    assert_eq!(world.read("spec.toml"), misspelt);
    world.run(&["lint", "--unsafe-fixes"]).exits(0).prints_nothing().says("fixed 1 finding in spec.toml");
    assert_eq!(world.read("spec.toml"), clean());
}

#[test]
fn diff_changes_nothing() {
    let world = World::with(fixable());
    let before = fs::metadata(world.path("spec.toml")).unwrap();
    let run = world.run(&["lint", "--diff"]).exits(1).says("");
    let expected = "--- spec.toml\n+++ spec.toml\n@@ ";
    assert!(run.stdout.starts_with(expected) && run.stdout.contains("+internal_port = 8080\n"), "{run}");
    let after = fs::metadata(world.path("spec.toml")).unwrap();
    assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()));
    world.write("spec.toml", clean());
    world.run(&["lint", "--diff"]).exits(0).prints_nothing().says("");
}

#[test]
fn a_diff_masks_secrets() {
    let spec = clean() + "[app.web.env]\nAPI_TOKEN = \"correct-horse-battery\"\n";
    let run = World::with(spec).run(&["lint", "--diff", "--unsafe-fixes"]).exits(1);
    assert!(run.stdout.contains("-API_TOKEN") && !run.stdout.contains("correct-horse"), "{run}");
}

#[test]
fn fixing_keeps_modes_links_and_line_breaks() {
    let world = World::new();
    world.write("real.toml", fixable().replace('\n', "\r\n"));
    fs::set_permissions(world.path("real.toml"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real.toml", world.path("spec.toml")).unwrap();
    world.run(&["lint", "--fix"]).exits(0).says("fixed 1 finding in spec.toml");
    assert!(fs::symlink_metadata(world.path("spec.toml")).unwrap().file_type().is_symlink());
    assert_eq!(world.read("real.toml"), clean().replace('\n', "\r\n"));
    assert_eq!(fs::metadata(world.path("real.toml")).unwrap().permissions().mode() & 0o777, 0o640);
    world.holds_only(&["real.toml", "spec.toml"]);
}

#[test]
fn a_byte_order_mark_survives_a_fix() {
    let world = World::with(format!("\u{feff}{}", fixable()));
    world.run(&["lint", "--fix"]).exits(0);
    assert_eq!(world.read("spec.toml"), format!("\u{feff}{}", clean()));
}

#[test]
fn a_spec_is_looked_for_when_none_is_given() {
    let world = World::with(with_error());
    assert!(world.run(&["lint"]).exits(1).stdout.contains("[spec.toml:5:19]"));
    let none = World::new();
    none.write(".git/HEAD", "");
    none.run(&["lint"]).exits(3).prints_nothing();
}
