//! What the documents show is what happens: their examples are run.
//!
//! Each document has a folder of its own. A block ```` ```toml NAME ````, of any language, writes a file there; a block ```` ```console ````
//! runs its lines that begin with `$ ` and shows what they print. `SNAPSHOTS=overwrite cargo test --test docs` rewrites
//! what is shown.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The documents of the repository that show examples.
fn documents() -> Vec<PathBuf> {
    let root = Path::new(ROOT);
    let mut all = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
    for folder in ["docs", "docs/examples"] {
        all.extend(fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path()));
    }
    all.retain(|path| path.extension().is_some_and(|ending| ending == "md"));
    all.sort();
    all
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

/// The spec that a page of docs/examples is about.
fn spec_of(path: &Path) -> Option<PathBuf> {
    let is_example = path.parent().is_some_and(|folder| folder.ends_with("docs/examples"));
    is_example.then(|| Path::new(ROOT).join("specs").join(path.file_name().unwrap()).with_extension("toml"))
}

/// The document with what its examples print today. The page of a spec has that as its spec.toml.
fn replayed(text: &str, spec: Option<&Path>) -> String {
    let folder = tempfile::tempdir().unwrap();
    if let Some(spec) = spec {
        fs::copy(spec, folder.path().join("spec.toml")).unwrap();
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
    let overwrite = std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite");
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        let spec = spec_of(&path);
        let today = replayed(&text, spec.as_deref());
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
fn pages_of_specs_have_their_pictures() {
    let overwrite = std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite");
    for (path, spec) in documents().iter().filter_map(|path| Some((path, spec_of(path)?))) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flyarch"));
        command.args(["graph".as_ref(), spec.as_os_str(), "--inject".as_ref(), path.as_os_str()]);
        if !overwrite {
            command.arg("--check");
        }
        assert!(command.output().unwrap().status.success(), "{} has another picture", path.display());
        assert!(fs::read_to_string(path).unwrap().lines().count() < 100, "{} is a page", path.display());
    }
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
