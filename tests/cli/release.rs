//! What is released: the names of its files, the workflow, and the notes. `packaging/check` makes and installs packages.

use std::fs;
use std::path::Path;
use std::process::Command;

use regex::Regex;
use serde_json::Value;

use super::hooks::{read, yaml};
use super::world::{Run, World};

const WORKFLOW: &str = ".github/workflows/release.yml";

fn manifest() -> toml::Table {
    read("Cargo.toml").parse().unwrap()
}

fn targets() -> Vec<Value> {
    serde_json::from_str(&read("packaging/targets.json")).unwrap()
}

/// Runs packaging/package.py, where there is a Python that can.
#[expect(clippy::print_stdout, reason = "says what is skipped")]
fn package(args: &[&str]) -> Option<Run> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/package.py");
    if !Command::new("python3").args(["-c", "import tomllib"]).output().is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("FLYARCH_REQUIRE_TOOLS").is_none(), "python3 (3.11 or later) is not installed");
        println!("skipped: python3 (3.11 or later) is not installed");
        return None;
    }
    Some(Run::of(Command::new("python3").arg(script).args(args)))
}

/// A template of cargo-binstall for one of the targets.
fn filled(template: &str, row: &Value) -> String {
    let target = row["target"].as_str().unwrap();
    let ending = if target.contains("windows") { ".exe" } else { "" };
    let values = [
        ("repo", env!("CARGO_PKG_REPOSITORY").to_owned()),
        ("name", "flyarch".to_owned()),
        ("bin", "flyarch".to_owned()),
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("target", target.to_owned()),
        // Of `tgz` cargo-binstall tries .tgz and .tar.gz.
        ("archive-suffix", format!(".{}", row["archive"].as_str().unwrap())),
        ("binary-ext", ending.to_owned()),
    ];
    let filled =
        values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{ {name} }}"), value));
    assert!(!filled.contains('{'), "{filled}");
    filled
}

#[test]
fn archives_are_where_cargo_binstall_looks() {
    let manifest = manifest();
    let binstall = manifest["package"]["metadata"]["binstall"].as_table().unwrap();
    let world = World::new();
    world.write(
        "flyarch",
        "#!/bin/sh\nif [ \"$1\" = man ]; then echo page >\"$3/flyarch.1\"; else echo completions; fi\n",
    );
    let binary = world.path("flyarch");
    fs::set_permissions(&binary, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let install = read("docs/install.md");
    for row in targets() {
        let target = row["target"].as_str().unwrap();
        let format =
            binstall.get("overrides").and_then(|all| all.get(target)).map_or(&binstall["pkg-fmt"], |of| &of["pkg-fmt"]);
        let expected = if row["archive"] == "zip" { "zip" } else { "tgz" };
        assert_eq!(format.as_str(), Some(expected), "{target}");
        assert!(install.contains(&format!("`{target}`")), "docs/install.md does not name {target}");

        let out = world.path("out");
        let words =
            ["archive", "--binary", binary.to_str().unwrap(), "--target", target, "--out", out.to_str().unwrap()];
        let Some(run) = package(&words) else { return };
        let path = run.exits(0).says("").stdout.trim().to_owned();
        let url = filled(binstall["pkg-url"].as_str().unwrap(), &row);
        let tag = format!("{}/releases/download/v{}/", env!("CARGO_PKG_REPOSITORY"), env!("CARGO_PKG_VERSION"));
        assert_eq!(url, tag + Path::new(&path).file_name().unwrap().to_str().unwrap());
        let listing = if expected == "zip" { vec!["unzip", "-Z1", &path] } else { vec!["tar", "-tzf", &path] };
        let listed = Run::of(Command::new(listing[0]).args(&listing[1..])).exits(0).stdout;
        let program = filled(binstall["bin-dir"].as_str().unwrap(), &row);
        assert!(listed.lines().any(|name| name == program), "{program} is not in\n{listed}");
        assert!(listed.contains("/LICENSE-MIT\n") && listed.contains("/man/flyarch.1\n"), "{listed}");
    }
}

#[test]
fn a_release_needs_its_tag_and_its_section() {
    let version = env!("CARGO_PKG_VERSION");
    let world = World::new();
    let notes = |tag: &str, changelog: &str| {
        world.write("CHANGELOG.md", changelog);
        package(&["notes", "--tag", tag, "--changelog", world.path("CHANGELOG.md").to_str().unwrap()])
    };
    let good =
        format!("# Changelog\n\n## Unreleased\n\n- no\n\n## {version} - 2026-12-01\n\n- yes\n\n## 0.0.1\n\n- no\n");
    let Some(run) = notes(&format!("v{version}"), &good) else { return };
    assert_eq!(run.exits(0).says("").stdout, "- yes\n");
    notes("v9.9.9", &good)
        .unwrap()
        .exits(1)
        .prints_nothing()
        .mentions("the tag is v9.9.9, and the version in Cargo.toml");
    notes(version, &good).unwrap().exits(1).prints_nothing();
    for bad in ["# Changelog\n", &good.replace("- yes\n", ""), &good.replace(version, &format!("{version}0"))] {
        notes(&format!("v{version}"), bad).unwrap().exits(1).prints_nothing().mentions("CHANGELOG.md has no section");
    }
}

/// The workflow takes no value into a script, trusts nobody who may change, and gives every job what it needs alone.
#[test]
fn the_workflow_gives_little() {
    let text = read(WORKFLOW);
    let workflow = yaml(&text);
    assert!(workflow["permissions"].as_object().is_some_and(serde_json::Map::is_empty), "{workflow:#}");
    let pinned = Regex::new(r"^\s*-?\s*uses: [A-Za-z-]+/[A-Za-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$").unwrap();
    for line in text.lines().filter(|line| line.contains("uses: ")) {
        assert!(pinned.is_match(line), "{line}");
    }
    let jobs = workflow["jobs"].as_object().unwrap();
    for (name, job) in jobs {
        let allowed = job["permissions"].as_object().unwrap_or_else(|| panic!("{name} has every permission"));
        let writes: Vec<&String> = allowed.iter().filter(|(_, of)| *of == "write").map(|(name, _)| name).collect();
        let steps = job["steps"].as_array().unwrap();
        for step in steps {
            let script = step["run"].as_str().unwrap_or_default();
            assert!(!script.contains("${{"), "{name}: a value becomes a part of the script: {script}");
            let builds =
                ["cargo build", "cargo package", "cargo install", "rustup "].iter().any(|word| script.contains(word));
            assert!(
                !script.contains("cargo publish") || script.contains("--no-verify"),
                "{name} builds beside a token"
            );
            assert!(!builds || writes.is_empty(), "{name} builds, and may write {writes:?}");
            if let Some(with) =
                step["uses"].as_str().filter(|uses| uses.starts_with("actions/checkout@")).map(|_| &step["with"])
            {
                assert_eq!(with["persist-credentials"], "false", "{name}");
            }
        }
        assert!(job["timeout-minutes"].is_string(), "{name} may run for hours");
    }
    // What publishes waits for what was attested.
    for (name, needs) in [
        ("github", "attest"),
        ("crates-io", "attest"),
        ("pypi", "attest"),
        ("npm", "attest"),
        ("image", "attest"),
        ("attest", "build"),
        ("build", "check"),
    ] {
        assert_eq!(jobs[name]["needs"], needs, "{name}");
    }
    for name in ["github", "crates-io", "pypi", "npm"] {
        assert!(jobs[name]["environment"].is_string(), "{name} asks nobody");
    }
}

#[test]
fn every_package_is_of_one_table() {
    let rows = targets();
    let column = |name: &str| -> Vec<String> { rows.iter().map(|row| row[name].to_string()).collect() };
    for name in ["target", "wheel", "npm"] {
        let mut all = column(name);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), rows.len(), "{name}");
    }
    let workflow = read(WORKFLOW);
    assert!(workflow.contains("packaging/targets.json") && workflow.contains("fromJSON(needs.check.outputs.targets)"));
    let world = World::new();
    let out = world.path("npm");
    let Some(run) = package(&["npm-main", "--out", out.to_str().unwrap()]) else { return };
    run.exits(0).says("");
    let main: Value = serde_json::from_str(&world.read("npm/flyarch/package.json")).unwrap();
    assert_eq!(main["optionalDependencies"].as_object().unwrap().len(), rows.len());
    assert!(
        main.get("scripts").is_none() && main.get("dependencies").is_none(),
        "nothing runs at installation: {main:#}"
    );
    for row in &rows {
        let (os, cpu) = (row["npm"]["os"].as_str().unwrap(), row["npm"]["cpu"].as_str().unwrap());
        assert_eq!(main["optionalDependencies"][format!("@flyarch/{os}-{cpu}")], env!("CARGO_PKG_VERSION"));
    }
}

/// The image has what its Dockerfile copies, and nobody's rights.
#[test]
fn the_image_is_small_and_has_no_rights() {
    let text = read("Dockerfile");
    let last = text.rsplit("\nFROM ").next().unwrap();
    assert!(last.starts_with("scratch\n"), "{last}");
    let user = last.lines().find_map(|line| line.strip_prefix("USER ")).unwrap();
    assert!(user.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0)), "{user}");
    assert!(last.lines().any(|line| line == "ENTRYPOINT [\"/usr/local/bin/flyarch\"]"), "{last}");
    // What the manifest names is let through, and so is what the program includes.
    let ignore = read(".dockerignore");
    let let_through: Vec<&str> = ignore.lines().filter_map(|line| line.strip_prefix('!')).collect();
    for name in ["Cargo.toml", "Cargo.lock", "src", "schema", "specs", "tests", "benches"] {
        assert!(let_through.contains(&name), "{name}");
    }
    assert!(ignore.lines().any(|line| line == "*"));
}
