//! What the documents show is what happens: their examples are run.
//!
//! Each document has a folder of its own. A block ```` ```toml NAME ````, of any language, writes a file there; a block ```` ```console ````
//! runs its lines that begin with `$ ` and shows what they print. `SNAPSHOTS=overwrite cargo test --test docs` rewrites
//! what is shown.
//!
//! The pages of `docs/examples` are about a spec of the same name: it lies in their folder below `specs`, their picture is
//! of it, and their excerpts are lines of it.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Held by whoever may write pages.
static PAGES: Mutex<()> = Mutex::new(());

/// The documents of the repository that show examples.
fn documents() -> Vec<PathBuf> {
    let root = Path::new(ROOT);
    let mut all = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
    all.extend(fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    all.extend(examples());
    all.retain(|path| path.extension().is_some_and(|ending| ending == "md"));
    all.sort();
    all
}

/// The pages about specs.
fn examples() -> Vec<PathBuf> {
    let pages = fs::read_dir(Path::new(ROOT).join("docs/examples")).unwrap();
    pages.map(|entry| entry.unwrap().path()).collect()
}

/// The spec that a page is about, when it is about one.
fn spec_of(page: &Path) -> Option<PathBuf> {
    let name = page.file_stem().unwrap().to_string_lossy();
    let folder = page.parent().is_some_and(|folder| folder.ends_with("docs/examples"));
    folder.then(|| Path::new(ROOT).join(format!("specs/{name}.toml")))
}

/// What a line of a console block prints, standard output first.
fn run(line: &str, folder: &Path) -> String {
    let programs = Path::new(env!("CARGO_BIN_EXE_flyarch")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(programs.to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(folder)
        .env("PATH", path.unwrap())
        .env_remove("FORCE_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap();
    [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat()
}

/// The document with what its examples print today.
fn replayed(page: &Path, text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    if let Some(spec) = spec_of(page) {
        fs::copy(&spec, folder.path().join("spec.toml")).unwrap();
        fs::create_dir(folder.path().join("specs")).unwrap();
        fs::copy(&spec, folder.path().join("specs").join(spec.file_name().unwrap())).unwrap();
    }
    let mut out = String::new();
    let mut lines = text.split_inclusive('\n');
    while let Some(line) = lines.next() {
        out.push_str(line);
        let Some(info) = line.strip_prefix("```").map(str::trim_end).filter(|info| !info.is_empty()) else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| line.trim_end() != "```").collect();
        match info.split_once(' ') {
            Some((_, name)) => {
                let file = folder.path().join(name);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, block.concat()).unwrap();
                out.push_str(&block.concat());
            }
            None if info == "console" => {
                for (i, command) in block.iter().filter_map(|line| line.strip_prefix("$ ")).enumerate() {
                    let gap = if i == 0 { "" } else { "\n" };
                    let printed = run(command, folder.path());
                    writeln!(out, "{gap}$ {}\n{}", command.trim_end(), printed.trim_end()).unwrap();
                }
            }
            _ => out.push_str(&block.concat()),
        }
        out.push_str("```\n");
    }
    out
}

#[test]
#[cfg_attr(not(unix), ignore = "the examples are for a Unix shell")]
fn examples_print_what_is_shown() {
    let _pages = PAGES.lock().unwrap_or_else(PoisonError::into_inner);
    let overwrite = std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite");
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        let today = replayed(&path, &text);
        if overwrite {
            fs::write(&path, &today).unwrap();
        } else {
            let diff = similar::TextDiff::from_lines(&text, &today);
            assert!(
                text == today,
                "{} is stale: run SNAPSHOTS=overwrite cargo test --test docs\n{}",
                path.display(),
                diff.unified_diff()
            );
        }
    }
}

#[test]
fn pages_of_examples_are_about_their_specs() {
    let _pages = PAGES.lock().unwrap_or_else(PoisonError::into_inner);
    let overwrite = std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite");
    for page in examples() {
        let text = fs::read_to_string(&page).unwrap();
        assert!(text.lines().count() < 100, "{} is long", page.display());
        let spec = fs::read_to_string(spec_of(&page).unwrap()).unwrap();
        let mut lines = text.lines();
        while lines.by_ref().any(|line| line == "```toml") {
            for line in lines.by_ref().take_while(|line| *line != "```") {
                assert!(spec.lines().any(|of_spec| of_spec == line), "{}: no line of the spec: {line}", page.display());
            }
        }
        // Fifty cells are no picture.
        if !text.contains("<!-- flyarch:graph -->") {
            continue;
        }
        let mut graph = Command::new(env!("CARGO_BIN_EXE_flyarch"));
        graph.arg("graph").arg(spec_of(&page).unwrap()).arg("--inject").arg(&page);
        if !overwrite {
            graph.arg("--check");
        }
        let output = graph.output().unwrap();
        assert!(output.status.success(), "{}: {}", page.display(), String::from_utf8_lossy(&output.stderr));
    }
}

/// What docs/systems.md quotes stands in the file that it names.
#[test]
fn systems_are_where_the_table_says() {
    let page = Path::new(ROOT).join("docs/systems.md");
    let text = fs::read_to_string(&page).unwrap();
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| ")).skip(2).collect();
    assert_eq!(rows.len(), 56);
    let mut quoted = 0;
    for row in rows {
        // "`TEXT` in [NAME](PATH)": what is in front of a link, and the link.
        for part in row.split("](").collect::<Vec<_>>().windows(2) {
            let path = page.parent().unwrap().join(part[1].split(')').next().unwrap());
            let file = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let Some((before, _)) = part[0].rsplit_once("` in [") else { continue };
            let quotation = before.rsplit('`').next().unwrap().replace("\\|", "|");
            assert!(file.contains(&quotation), "{} has no {quotation}", path.display());
            quoted += 1;
        }
    }
    assert!(quoted > 100, "{quoted}");
}

#[test]
fn the_reference_knows_every_key() {
    let text = fs::read_to_string(Path::new(ROOT).join("docs/language.md")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(flyarch::schema::SCHEMA).unwrap();
    let surface: serde_json::Value = serde_json::to_value(schemars::schema_for!(flyarch::fly_toml::FlyToml)).unwrap();
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value["properties"].as_object().unwrap().keys().cloned().collect()
    };
    // What fly.toml says is documented by Fly.io.
    let known = keys(&surface);
    let mut missing = Vec::new();
    let own = [
        "Project",
        "AppSpec",
        "GroupSpec",
        "IpsSpec",
        "LiteFsSpec",
        "Workload",
        "JobSpec",
        "TokenSpec",
        "PostgresSpec",
        "RedisSpec",
        "BucketSpec",
        "Policy",
    ];
    for (table, keys) in own.map(|name| (name, keys(&schema["definitions"][name]))) {
        let own = keys.into_iter().filter(|key| table != "AppSpec" || !known.contains(key) || key == "primary_region");
        missing.extend(own.filter(|key| !text.contains(&format!("`{key}"))));
    }
    assert!(missing.is_empty(), "docs/language.md does not mention {missing:?}");
}
