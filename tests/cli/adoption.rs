//! How a team with old files begins: configuration, baselines, waivers.

use std::fs;

use super::world::{Run, World, clean, with_warning};

/// Three findings: no check (an error), no grace period is not asked for, no size and no signal (warnings).
const WEB: &str = "\
app = \"my-web\"
primary_region = \"fra\"

[http_service]
internal_port = 8080
concurrency = { type = \"requests\", soft_limit = 200, hard_limit = 250 }

[[vm]]
size = \"shared-cpu-1x\"
";

fn concise(world: &World, args: &[&str]) -> Run {
    world.run(&[&["lint", "--format", "concise"], args].concat())
}

/// The rules that have found something.
fn rules(run: &Run) -> Vec<&str> {
    run.stdout.lines().filter_map(|line| line.split(['[', ']']).nth(1)).collect()
}

fn world() -> World {
    let world = World::new();
    world.write("web/fly.toml", WEB);
    world
}

#[test]
fn rules_are_selected_and_ignored_by_name_code_group_and_topic() {
    let world = world();
    let all = concise(&world, &["."]);
    assert!(rules(&all).contains(&"missing-health-check") && rules(&all).contains(&"implicit-kill-signal"), "{all}");
    for select in ["missing-health-check", "FA106", "checks"] {
        let run = concise(&world, &["--select", select, "."]);
        assert!(rules(&run).contains(&"missing-health-check"), "{run}");
        assert!(!rules(&run).contains(&"implicit-kill-signal"), "{run}");
    }
    let run = concise(&world, &["--ignore", "checks,implicit-kill-signal", "."]);
    assert!(!rules(&run).contains(&"missing-health-check") && !rules(&run).contains(&"implicit-kill-signal"), "{run}");
    let run = concise(&world, &["--ignore", "mising-health-check", "."]).exits(2);
    assert!(run.stderr.contains("did you mean `missing-health-check`?"), "{run}");
    let run = concise(&world, &["--ignore", "removed-region", "."]).exits(2);
    assert!(run.stderr.contains("cannot be passed over"), "{run}");
}

#[test]
fn a_repository_says_how_it_is_judged() {
    let world = world();
    world.write("old/fly.toml", WEB.replace("my-web", "my-old"));
    world.write(
        ".flyarch.toml",
        "fail-level = \"warning\"\nignore = [\"missing-health-check\"]\n\n[levels]\nimplicit-kill-signal = \"error\"\n\n\
         [[path]]\nfiles = [\"old/\"]\nignore = [\"all\"]\n",
    );
    let run = concise(&world, &["."]).exits(1);
    assert!(run.stdout.contains("error[implicit-kill-signal]"), "{run}");
    assert!(!run.stdout.contains("missing-health-check") && !run.stdout.contains("old/"), "{run}");
    let run = concise(&world, &["--no-config", "."]);
    assert!(run.stdout.contains("warning[implicit-kill-signal]") && run.stdout.contains("old/"), "{run}");
    // Found from a folder below as well.
    let script = "cd web && $F lint --format concise fly.toml";
    assert!(world.sh(script).stdout.contains("error[implicit-kill-signal]"));
    for (text, says) in [
        ("ignroe = []\n", "unknown field `ignroe`"),
        ("[levels]\nnone-such = \"warn\"\n", "there is no rule `none-such`"),
        ("[levels]\nremoved-region = \"allow\"\n", "cannot be passed over"),
        ("[levels]\nimplicit-kill-signal = \"loud\"\n", "implicit-kill-signal"),
    ] {
        world.write(".flyarch.toml", text);
        let run = concise(&world, &["."]).exits(2);
        assert!(run.stderr.contains(".flyarch.toml") && run.stderr.contains(says), "{run}");
    }
}

#[test]
fn files_may_have_a_tier_by_their_path() {
    let world = world();
    world.write(".flyarch.toml", "[[path]]\nfiles = [\"web/**\"]\ntier = \"development\"\n");
    let run = concise(&world, &["."]).exits(0);
    assert!(!run.stdout.contains("missing-health-check"), "{run}");
    let run = concise(&world, &["--tier", "production", "."]);
    assert!(run.stdout.contains("missing-health-check"), "{run}");
}

#[test]
fn a_baseline_hides_what_is_known_and_nothing_else() {
    let world = world();
    let run = concise(&world, &["--write-baseline", "known.json", "."]).exits(0);
    assert!(run.stderr.starts_with("wrote ") && run.stderr.contains("known.json"), "{run}");
    concise(&world, &["--baseline", "known.json", "."]).exits(0).prints_nothing();
    // Lines that move are still known.
    world.write("web/fly.toml", format!("# ours\n\n{WEB}"));
    concise(&world, &["--baseline", "known.json", "."]).exits(0).prints_nothing();
    // What is new is shown, what is gone is told.
    world.write(
        "web/fly.toml",
        WEB.replace("fra", "mad").replace("app =", "kill_signal = \"SIGTERM\"\nkill_timeout = \"30s\"\napp ="),
    );
    let run = concise(&world, &["--baseline", "known.json", "."]).exits(1);
    assert_eq!(rules(&run), ["removed-region"], "{run}");
    assert!(run.stderr.contains("no longer found"), "{run}");
    // What flyctl or Fly.io refuse is no baseline.
    concise(&world, &["--write-baseline", "known.json", "."]).exits(1);
    for (text, says) in [("{}", "no baseline"), ("{\"version\": 2, \"findings\": []}", "version 2")] {
        world.write("known.json", text);
        let run = concise(&world, &["--baseline", "known.json", "."]).exits(2);
        assert!(run.stderr.contains(says), "{run}");
    }
    let run = concise(&world, &["--baseline", "none.json", "."]).exits(2);
    assert!(run.stderr.contains("--write-baseline"), "{run}");
}

#[test]
fn waivers_are_written_where_they_belong() {
    let world = world();
    world.write("Dockerfile", "FROM node:22\n");
    world.write("deploy.sh", "#!/bin/sh\nif true; then\n  fly secrets set A=b\nfi\n");
    world.write("spec.toml", with_warning());
    let reason = "as it was when we began";
    let before = [world.read("web/fly.toml"), world.read("deploy.sh"), world.read("spec.toml")];
    let run = world.run(&["lint", "--add-ignores", reason, "--diff", "."]).exits(1);
    assert!(run.stdout.contains("+# flyarch: ignore["), "{run}");
    assert_eq!(before, [world.read("web/fly.toml"), world.read("deploy.sh"), world.read("spec.toml")]);
    let run = world.run(&["lint", "--add-ignores", reason, "."]).exits(0).prints_nothing();
    assert!(run.stderr.contains("in web/fly.toml") && run.stderr.contains("in spec.toml"), "{run}");
    assert!(
        world.read("deploy.sh").contains("  # flyarch: ignore[secret-in-arguments] as it was when we began\n  fly")
    );
    assert!(world.read("spec.toml").contains("[app.web.allow]\nimplicit-kill-signal = \"as it was when we began\"\n"));
    world.run(&["lint", "."]).exits(0).prints_nothing();
    // Once more there is nothing to do.
    let text = world.read("web/fly.toml");
    world.run(&["lint", "--add-ignores", reason, "."]).exits(0);
    assert_eq!(world.read("web/fly.toml"), text);
    world.run(&["lint", "--add-ignores", "so what", "."]).exits(2);
}

#[test]
fn what_cannot_be_waived_is_left_and_told() {
    let world = world();
    world.write("web/fly.toml", WEB.replace("fra", "mad"));
    let run = world.run(&["lint", "--add-ignores", "as it was when we began", "."]).exits(1);
    assert!(run.stderr.contains("1 finding cannot be waived"), "{run}");
    assert!(run.stdout.contains("removed-region"), "{run}");
    world.write("web/fly.toml", WEB);
    world.write(".flyarch.toml", "forbid-waivers = [\"missing-health-check\"]\n");
    world.run(&["lint", "--add-ignores", "as it was when we began", "."]).exits(1);
    let run = concise(&world, &["."]).exits(1);
    assert!(rules(&run).contains(&"missing-health-check") && rules(&run).contains(&"cannot-allow"), "{run}");
}

#[test]
fn a_policy_forbids_waivers() {
    let world = World::with(with_warning() + "[app.web.allow]\nimplicit-kill-signal = \"it always was like this\"\n");
    world.run(&["lint"]).exits(0).prints_nothing();
    let text = world.read("spec.toml") + "[policy]\nforbid_waivers = [\"implicit-kill-signal\"]\n";
    world.write("spec.toml", &text);
    let run = world.run(&["lint", "--format", "concise"]).exits(1);
    assert_eq!(rules(&run), ["implicit-kill-signal", "cannot-allow"], "{run}");
    world.write("spec.toml", text.replace("[\"implicit", "[\"implict"));
    let run = world.run(&["lint", "--format", "concise"]).exits(1);
    assert!(run.stdout.contains("unknown-rule"), "{run}");
    let _ = fs::remove_file(world.path("spec.toml"));
    world.write("spec.toml", clean());
    world.run(&["lint"]).exits(0);
}

#[test]
fn waivers_of_a_line_of_a_table_and_until_a_day() {
    let world = World::new();
    let waive = |comment: &str, today: &str| {
        world.write("fly.toml", WEB.replace("[http_service]", &format!("{comment}\n[http_service]")));
        concise(&world, &["--today", today, "fly.toml"])
    };
    let found = |run: &Run| run.stdout.contains("missing-health-check");
    assert!(found(&waive("# a comment", "2026-11-21")));
    assert!(!found(&waive("# flyarch: ignore[missing-health-check] another provider asks", "2026-11-21")));
    assert!(!found(&waive("# flyarch: allow missing-health-check -- another provider asks", "2026-11-21")));
    let until = "# flyarch: ignore[missing-health-check] until 2026-12-31: another provider asks";
    assert!(!found(&waive(until, "2026-12-31")));
    let run = waive(until, "2027-01-01");
    assert!(found(&run) && run.stdout.contains("ended on 2026-12-31"), "{run}");
    let run = waive("# flyarch: ignore[missing-health-check] until 2026-13-01 another provider", "2026-11-21").exits(1);
    assert!(run.stdout.contains("a waiver ends on a day that there is"), "{run}");
    let run = waive("# flyarch: ignore[missing-health-check]", "2026-11-21").exits(1);
    assert!(run.stdout.contains("a waiver needs a reason"), "{run}");
    // Above the header of a table it is about all of it, and about no other.
    let text = WEB.replace("soft_limit = 200", "soft_limit = 300").replace(
        "[http_service]",
        "# flyarch: ignore[concurrency-limits, missing-health-check] measured in March\n[http_service]",
    );
    world.write("fly.toml", &text);
    let run = concise(&world, &["fly.toml"]);
    assert!(!run.stdout.contains("concurrency-limits"), "{run}");
    world.write(
        "fly.toml",
        text.replace("# flyarch: ignore[concurrency-limits, missing-health-check] measured in March\n", "")
            .replace("[[vm]]", "# flyarch: ignore[concurrency-limits] measured in March\n[[vm]]"),
    );
    let run = concise(&world, &["fly.toml"]);
    assert!(run.stdout.contains("[concurrency-limits]") && run.stdout.contains("unused-allow"), "{run}");
}

#[test]
fn statistics_count_findings() {
    let world = world();
    world.write("api/fly.toml", WEB.replace("my-web", "my-api"));
    let run = world.run(&["lint", "--statistics", "--select", "checks,implicit-kill-signal", "."]);
    assert!(run.stdout.lines().any(|line| line.starts_with("2  ") && line.contains("missing-health-check")), "{run}");
    assert!(run.stdout.lines().any(|line| line.ends_with("implicit-kill-signal *")), "{run}");
}
