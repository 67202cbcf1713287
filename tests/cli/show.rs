//! How findings are shown: formats, colours, fail levels.

use std::process::Stdio;

use serde_json::Value;

use super::world::{FLYARCH, Run, World, fits, golden, with_error, with_warning};

const ESCAPE: char = '\u{1b}';

#[test]
fn full_fits_a_terminal() {
    let run = World::with(with_warning()).run(&["lint"]).exits(0).says("");
    fits(&run.stdout);
    assert!(!run.stdout.contains(ESCAPE));
    assert!(run.stdout.lines().all(|line| line == line.trim_end()), "no blanks at the ends of lines: {run}");
}

#[test]
fn concise_is_one_line_each() {
    let run = World::with(with_error()).run(&["lint", "--format", "concise"]).exits(1).says("");
    assert_eq!(run.stdout, "spec.toml:5:19: error[removed-region] the region `mad` (Madrid) was withdrawn\n");
}

#[test]
fn json_is_there_even_without_findings() {
    let world = World::with(super::world::clean());
    let report: Value = serde_json::from_str(&world.run(&["lint", "--format", "json"]).exits(0).stdout).unwrap();
    assert_eq!(report["diagnostics"], Value::Array(Vec::new()));
    assert_eq!(report["version"], 1);
    for format in ["full", "concise"] {
        world.run(&["lint", "--format", format]).exits(0).prints_nothing().says("");
    }
}

#[test]
fn the_fail_level_decides_the_exit_code_and_nothing_else() {
    let world = World::with(with_warning());
    let plain = world.run(&["lint"]).exits(0).stdout;
    assert_eq!(world.run(&["lint", "--fail-level", "warning"]).exits(1).stdout, plain);
    assert_eq!(world.run(&["lint", "--fail-level", "error"]).exits(0).stdout, plain);
    let world = World::with(with_error());
    world.run(&["lint", "--fail-level", "warning"]).exits(1);
}

/// Whether colours come out with these words and this environment.
#[track_caller]
fn colored(args: &[&str], env: &[(&str, &str)]) -> bool {
    let world = World::with(with_error());
    let mut command = world.command(FLYARCH);
    let run = Run::of(command.arg("lint").args(args).envs(env.iter().copied())).exits(1);
    run.stdout.contains(ESCAPE)
}

#[test]
fn colours_are_for_terminals_or_on_demand() {
    assert!(!colored(&[], &[]));
    assert!(!colored(&[], &[("TERM", "xterm-256color")]));
    assert!(colored(&[], &[("FORCE_COLOR", "1")]));
    assert!(colored(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&[], &[("FORCE_COLOR", "")]), "empty is not set");
    assert!(!colored(&[], &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]), "to say no wins");
    assert!(colored(&["--color", "always"], &[("NO_COLOR", "1")]), "an option wins over the environment");
    assert!(!colored(&["--color", "never"], &[("FORCE_COLOR", "1")]));
    assert!(!colored(&["--color", "always", "--format", "json"], &[]));
}

#[test]
fn a_terminal_gets_colours() {
    // util-linux' script gives the program a terminal; elsewhere its options differ.
    let world = World::with(with_error());
    let probe = world.sh("script -qec true /dev/null");
    if probe.code != Some(0) {
        return;
    }
    let with = |env: &str| {
        let run = world.sh(&format!("{env} script -qec '\"$F\" lint' /dev/null"));
        run.stdout.contains(ESCAPE)
    };
    assert!(with("TERM=xterm"));
    assert!(!with("TERM=dumb"));
    assert!(!with("TERM=xterm NO_COLOR=1"));
}

#[test]
fn colours_change_nothing_else() {
    let world = World::with(with_error());
    let plain = world.run(&["lint"]).stdout;
    let colored = world.run(&["lint", "--color", "always"]).stdout;
    let mut stripped = String::new();
    let mut rest = colored.as_str();
    while let Some((text, more)) = rest.split_once(ESCAPE) {
        stripped.push_str(text);
        rest = more.split_once('m').unwrap().1;
    }
    stripped.push_str(rest);
    assert_eq!(stripped, plain);
}

#[test]
fn a_waiver_ends_with_its_date() {
    let spec = super::world::clean().replace("\"iad\", \"lhr\"", "\"iad\"")
        + "[app.web.allow]\nmulti-region = { reason = \"moves in autumn\", until = 2030-01-01 }\n";
    let world = World::with(spec);
    world.run(&["lint", "--today", "2029-12-31"]).exits(0);
    let run = world.run(&["lint", "--today", "2030-01-02"]).exits(1);
    golden("diag/waiver-ended.txt", &run.stdout);
}

#[test]
fn without_standard_streams() {
    let world = World::with(with_error());
    let mut command = world.command(FLYARCH);
    command.arg("build").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    assert_eq!(command.status().unwrap().code(), Some(1));
    assert_eq!(world.sh("\"$F\" build >&- 2>&- <&-; echo $?").stdout, "1\n");
}
