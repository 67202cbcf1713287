//! `flyarch completions` and `flyarch man`: shells and readers of manuals take what is made.

use std::process::Command;

use super::world::{FLYARCH, Run, World};

/// The commands that the help lists.
fn commands() -> Vec<String> {
    let help = World::new().run(&["--help"]).exits(0).stdout;
    let list = help.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    // The text behind a name may go on in the next line, further in.
    let names = list.lines().filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')));
    names.map(|line| line.split(' ').next().unwrap().to_owned()).collect()
}

/// Runs a tool that not every machine has.
#[expect(clippy::print_stdout, reason = "says what is skipped")]
fn with_tool(program: &str, args: &[&str], world: &World) -> Option<Run> {
    if Command::new(program).arg("--version").output().is_ok() {
        return Some(Run::of(world.command(program).args(args)));
    }
    println!("skipped: {program} is not installed");
    None
}

#[test]
fn every_shell_has_a_script_that_knows_all_commands() {
    let world = World::new();
    let commands = commands();
    assert!(commands.len() > 15 && commands.iter().any(|name| name == "completions"), "{commands:?}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = world.run(&["completions", shell]).exits(0).says("");
        for name in &commands {
            assert!(run.stdout.contains(name.as_str()), "{shell} does not know {name}");
        }
        assert!(!run.stdout.contains("stand-in"), "what is for tests is not completed in {shell}");
        assert_eq!(world.run(&["completions", shell]).stdout, run.stdout);
    }
    world.run(&["completions", "tcsh"]).exits(2).mentions("possible values: bash, zsh, fish, powershell, elvish");
    world.run(&["completions"]).exits(2).prints_nothing();
}

/// What bash offers for the last of some words.
fn completed(world: &World, words: &[&str]) -> Vec<String> {
    let script = r#"
        source flyarch.bash
        complete -p flyarch >complete.txt
        COMP_WORDS=(flyarch "$@")
        COMP_CWORD=$#
        _flyarch flyarch "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let mut command = world.command("bash");
    command.args(["--noprofile", "--norc", "-uc", script, "bash"]).args(words);
    let run = Run::of(&mut command).exits(0).says("");
    run.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes() {
    let world = World::new();
    world.write("flyarch.bash", world.run(&["completions", "bash"]).stdout);
    assert_eq!(completed(&world, &["bu"]), ["build"]);
    assert!(world.read("complete.txt").contains("-F _flyarch"), "{}", world.read("complete.txt"));
    assert_eq!(completed(&world, &["lint", "--fail"]), ["--fail-level"]);
    assert_eq!(completed(&world, &["lint", "--fail-level", ""]), ["error", "warning"]);
    assert!(completed(&world, &["st"]).iter().all(|word| !word.contains("stand-in")));
    world.write("my-spec.toml", "");
    assert_eq!(completed(&world, &["build", "--output", "my-s"]), ["my-spec.toml"]);
    if let Some(run) = with_tool("shellcheck", &["--severity=error", "--shell=bash", "flyarch.bash"], &world) {
        run.exits(0);
    }
}

#[test]
fn the_other_shells_take_their_scripts() {
    let world = World::new();
    for (shell, options) in [("zsh", &["-n"][..]), ("fish", &["--no-execute"][..])] {
        let name = format!("flyarch.{shell}");
        world.write(&name, world.run(&["completions", shell]).stdout);
        if let Some(run) = with_tool(shell, &[options, &[name.as_str()]].concat(), &world) {
            run.exits(0);
        }
    }
}

#[test]
fn every_command_has_a_page() {
    let world = World::new();
    world.run(&["man", "-o", "share/man1"]).exits(0).prints_nothing().mentions("pages into share/man1");
    let mut expected: Vec<String> = commands().iter().map(|name| format!("flyarch-{name}.1")).collect();
    expected.push("flyarch.1".to_owned());
    expected.sort();
    let mut names = world.names("share/man1");
    names.sort();
    assert_eq!(names, expected);
    let before = world.tree("share");
    world.run(&["man", "-o", "share/man1"]).exits(0);
    assert_eq!(world.tree("share"), before, "they are dated by nothing");
    assert_eq!(world.run(&["man", "build"]).exits(0).says("").stdout, world.read("share/man1/flyarch-build.1"));
    assert_eq!(world.run(&["man"]).exits(0).says("").stdout, world.read("share/man1/flyarch.1"));
    let page = world.read("share/man1/flyarch.1");
    assert!(page.contains(".SH \"EXIT STATUS\"\n.nf\n  0  nothing"), "{page}");
    assert!(world.read("share/man1/flyarch-lint.1").contains(&format!("flyarch {}", env!("CARGO_PKG_VERSION"))));
    world.run(&["man", "biuld"]).exits(2).says("error: there is no command `biuld`; did you mean build?");
    world.run(&["man", "stand-in-fly"]).exits(2);
    world.run(&["man", "build", "-o", "x"]).exits(2);
    world.write("file", "");
    world.run(&["man", "-o", "file/x"]).exits(3);
}

#[test]
fn readers_of_manuals_take_the_pages() {
    let world = World::new();
    world.run(&["man", "-o", "man"]).exits(0);
    for name in world.names("man") {
        let path = format!("man/{name}");
        if let Some(run) = with_tool("groff", &["-man", "-Tutf8", "-ww", "-z", &path], &world) {
            run.exits(0).says("");
        }
        if let Some(run) = with_tool("mandoc", &["-T", "lint", "-W", "error", &path], &world) {
            run.exits(0);
        }
    }
    // The tools are not everywhere; what every reader wants is.
    let page = Run::of(world.command(FLYARCH).args(["man", "diff"])).exits(0).stdout;
    for heading in [".TH flyarch-diff 1", ".SH NAME\n", ".SH SYNOPSIS\n", ".SH DESCRIPTION\n", ".SH OPTIONS\n"] {
        assert!(page.contains(heading), "no {heading:?}:\n{page}");
    }
}
