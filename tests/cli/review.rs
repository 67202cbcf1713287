//! `flyarch review`: one page for a comment on a pull request.

use std::fmt::Write as _;
use std::process::Command;

use super::world::{PROJECT, Run, WEB, World, clean, golden, with_error, with_warning};

/// GitHub takes 65,536 characters; what posts the page adds some lines.
const LIMIT: usize = 62_000;

/// A repository whose first commit has this spec.
fn repository(spec: &str) -> World {
    let world = World::with(spec);
    for args in [&["init", "-q", "-b", "main", "."][..], &["add", "."], &["commit", "-qm", "one"]] {
        git(&world, args);
    }
    world
}

fn git(world: &World, args: &[&str]) {
    let mut command: Command = world.command("git");
    command.envs([
        ("GIT_AUTHOR_NAME", "a"),
        ("GIT_AUTHOR_EMAIL", "a@example.com"),
        ("GIT_COMMITTER_NAME", "a"),
        ("GIT_COMMITTER_EMAIL", "a@example.com"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ]);
    Run::of(command.args(args)).exits(0);
}

fn review(world: &World) -> Run {
    world.run(&["review", "--git", "main", "--today", "2026-01-01"])
}

#[test]
fn one_page_has_all() {
    let world = repository(&clean());
    world.write("spec.toml", with_warning().replace("nginx:1.29", "nginx:1.30").replace("512mb", "1gb"));
    let run = review(&world).exits(0).says("");
    golden("cli/review.md", &run.stdout);
    for part in ["rolling restart", "### Findings: 1 warning", "What it costs, in US dollars", "```mermaid\n"] {
        assert!(run.stdout.contains(part), "no {part}: {run}");
    }
    world.run(&["review", "--git", "main", "--fail-level", "warning"]).exits(1);
    world.write(".flyarch.toml", "fail-level = \"warning\"\n");
    assert_eq!(review(&world).exits(1).stdout, run.stdout);
}

#[test]
fn nothing_has_changed() {
    let world = repository(&clean());
    let run = review(&world).exits(0).says("");
    assert!(run.stdout.contains("### my: no effect\n\n### Findings: no findings\n"), "{run}");
}

#[test]
fn a_spec_that_is_new_or_broken_has_a_page() {
    let world = repository(&clean());
    world.write("b/spec.toml", clean());
    let run = world.run(&["review", "--git", "main", "b/spec.toml"]).exits(0).says("");
    assert!(run.stdout.contains("The spec is new: `main` has no `b/spec.toml`.\n"), "{run}");
    world.write("spec.toml", with_error());
    let run = review(&world).exits(1).says("");
    assert!(run.stdout.contains("### Findings: 1 error") && run.stdout.contains("removed-region"), "{run}");
    world.write("spec.toml", "version = 1\n[proj");
    let run = review(&world).exits(3).says("");
    assert!(run.stdout.contains("the spec cannot be understood") && run.stdout.contains("toml-syntax"), "{run}");
    assert!(!run.stdout.contains("mermaid") && !run.stdout.contains("What it costs"), "{run}");
    let world = repository("version = 1\n[proj");
    world.write("spec.toml", clean());
    let run = review(&world).exits(0).says("");
    assert!(run.stdout.contains("the spec of `main` cannot be understood"), "{run}");
    assert!(run.stdout.contains("```mermaid"), "{run}");
}

#[test]
fn included_files_are_read_from_the_base() {
    let world = World::with(format!("include = [\"apps/*.toml\"]\n{PROJECT}"));
    world.write("apps/web.toml", WEB);
    for args in [&["init", "-q", "-b", "main", "."][..], &["add", "."], &["commit", "-qm", "one"]] {
        git(&world, args);
    }
    world.write("apps/web.toml", WEB.replace("nginx:1.29", "nginx:1.30"));
    let run = review(&world).exits(0).says("");
    assert!(run.stdout.contains("`apps/web.toml:5`"), "{run}");
}

/// Whoever can open a pull request writes what is posted in another's name.
#[test]
fn nothing_of_the_users_is_markup() {
    let world = repository(&clean());
    let hostile = "@admin #1 https://e.example ![x](y) | <img src=x> `</details>` ``` -->";
    world.write(
        "spec.toml",
        clean().replace("[app.web.vm]", &format!("[app.web.env]\nNOTE = '{hostile}'\n[app.web.vm]")),
    );
    let text = review(&world).stdout;
    assert!(text.contains("NOTE"), "{text}");
    for active in ["@admin", "https://e.example", "![x]", "<img", "</details>`"] {
        let outside: String = text.split('`').step_by(2).collect();
        assert!(!outside.contains(active), "{active}:\n{text}");
    }
    let opened = text.matches("<details>").count();
    assert_eq!(opened, text.matches("\n</details>\n").count(), "{text}");
}

#[test]
fn the_page_fits_into_a_comment() {
    let app =
        |i: usize| WEB.replace("[app.web", &format!("[app.web{i}")).replace("[[app.web", &format!("[[app.web{i}"));
    let many: String = (0..400).map(app).collect();
    let world = repository(&format!("{PROJECT}{many}"));
    let worse = many.replace("nginx:1.29", "nginx:1.30").replace("kill_signal = \"SIGTERM\"\n", "");
    world.write("spec.toml", format!("{PROJECT}{worse}"));
    let run = review(&world).says("");
    assert!(run.stdout.len() > 30_000 && run.stdout.len() < LIMIT, "{} bytes", run.stdout.len());
    for left in
        ["more; `flyarch lint --format concise` lists all", "`flyarch cost` shows it", "`flyarch graph` draws it"]
    {
        assert!(run.stdout.contains(left), "{left}");
    }
    assert!(run.stdout.contains("\nand ") && run.stdout.contains(" more\n"), "changes that have no room are counted");

    let mut environments = String::new();
    for i in 0..100 {
        write!(environments, "[environment.e{i}]\nsuffix = \"-e{i}\"\n").unwrap();
    }
    let world = repository(&(clean() + &environments));
    world.write("spec.toml", clean().replace("nginx:1.29", "nginx:1.30") + &environments);
    let run = review(&world).says("");
    assert!(
        run.stdout.contains("More environments than have room") && run.stdout.len() < LIMIT,
        "{}",
        run.stdout.len()
    );
}

#[test]
fn usage() {
    let world = repository(&clean());
    world.run(&["review"]).exits(2).prints_nothing();
    world.run(&["review", "--git", "main", "-"]).exits(2).prints_nothing();
    world
        .run(&["review", "--git", "none"])
        .exits(2)
        .prints_nothing()
        .says("error: --git none: the repository has no such commit");
    world.run(&["review", "--git", "main", "none.toml"]).exits(3).prints_nothing();
    world.run(&["review", "--git", "main", "--env", "none"]).exits(2).prints_nothing();
    world.run(&["review", "--git", "--output=x"]).exits(2).prints_nothing();
}
