//! The reader and the writer of fly.toml against files that this project wrote, and against real flyctl.
//!
//! - `tests/corpus/fly_toml/loads`: flyctl loads them. `golden/fly_toml/corpus` has what it makes of each.
//! - `tests/corpus/fly_toml/undeployable`: flyctl loads them too, and this project says that nobody can deploy them.
//! - `tests/corpus/fly_toml/refused`: flyctl refuses them.
//! - `golden/fly_toml`: one file for each section, with every key that it has, as flyctl prints it.
//!
//! `SNAPSHOTS=overwrite cargo test --test fly_toml` rewrites the goldens of the corpus. The differential tests run
//! where `FLYARCH_FLY` names a flyctl, or one is in the path; `FLYARCH_FLY_TOMLS` names a folder of further files.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use flyarch::diag::{Diagnostic, Diagnostics, Severity};
use flyarch::fly_toml::{self, FlyToml, Reading};
use flyarch::source::{FileId, Source};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn overwrite() -> bool {
    std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite")
}

/// The files of a folder and those below it, in the order of their names.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .filter(|path| {
            path.extension().is_some_and(|e| ["toml", "json", "yaml", "yml"].iter().any(|known| e == *known))
        })
        .collect();
    files.sort();
    files
}

fn corpus(class: &str) -> Vec<PathBuf> {
    files(&Path::new(ROOT).join("tests/corpus/fly_toml").join(class))
}

fn read(name: &str, text: &str) -> (Option<Reading>, Vec<Diagnostic>, Source) {
    let source = Source::new(name, text);
    let mut diagnostics = Diagnostics::default();
    let reading = fly_toml::read(&source, FileId(0), &mut diagnostics).ok();
    (reading, diagnostics.finish(), source)
}

fn read_file(path: &Path) -> (Option<Reading>, Vec<Diagnostic>, Source) {
    let text = fs::read_to_string(path).unwrap();
    read(&path.file_name().unwrap().to_string_lossy(), &text)
}

fn config(text: &str) -> FlyToml {
    let (reading, diagnostics, _) = read("fly.toml", text);
    let reading = reading.unwrap_or_else(|| panic!("{diagnostics:?}\n{text}"));
    assert!(reading.complete, "{diagnostics:?}\n{text}");
    reading.config
}

/// What is known of a file, for people to review.
fn account(reading: Option<&Reading>, diagnostics: &[Diagnostic], source: &Source) -> String {
    let mut out = String::new();
    for d in diagnostics {
        let at = source.line_column(d.primary.span.range.start);
        writeln!(out, "# {at} {}[{}] {}", d.severity, d.rule.name, d.message).unwrap();
        if let Some(help) = &d.help {
            writeln!(out, "#   {help}").unwrap();
        }
    }
    if let Some(reading) = reading {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&fly_toml::normal_form(&reading.config));
    }
    out
}

fn check_golden(class: &str, path: &Path, actual: &str) {
    let name = format!("{}.txt", path.file_name().unwrap().to_string_lossy());
    let golden = Path::new(ROOT).join("golden/fly_toml/corpus").join(class).join(name);
    if overwrite() {
        fs::create_dir_all(golden.parent().unwrap()).unwrap();
        fs::write(&golden, actual).unwrap();
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    assert!(actual == expected, "{}: not what the golden file says; it is now\n{actual}", path.display());
}

#[test]
fn what_flyctl_loads_is_loaded() {
    for path in corpus("loads") {
        let (reading, diagnostics, source) = read_file(&path);
        let reading = reading.unwrap_or_else(|| panic!("{}: refused: {diagnostics:?}", path.display()));
        assert!(reading.complete, "{}: not all of it: {diagnostics:?}", path.display());
        assert!(!diagnostics.iter().any(|d| d.severity == Severity::Error), "{}: {diagnostics:?}", path.display());
        check_golden("loads", &path, &account(Some(&reading), &diagnostics, &source));
    }
}

#[test]
fn what_nobody_can_deploy_is_said() {
    for path in corpus("undeployable") {
        let (reading, diagnostics, source) = read_file(&path);
        let reading = reading.unwrap_or_else(|| panic!("{}: refused: {diagnostics:?}", path.display()));
        assert!(!reading.complete, "{}", path.display());
        assert!(diagnostics.iter().any(|d| d.severity == Severity::Error), "{}", path.display());
        check_golden("undeployable", &path, &account(Some(&reading), &diagnostics, &source));
    }
}

#[test]
fn what_flyctl_refuses_is_refused_at_its_place() {
    for path in corpus("refused") {
        let (reading, diagnostics, source) = read_file(&path);
        assert!(reading.is_none(), "{}: loaded", path.display());
        assert!(diagnostics.iter().any(|d| d.severity == Severity::Error), "{}", path.display());
        check_golden("refused", &path, &account(None, &diagnostics, &source));
    }
}

#[test]
fn the_corpus_is_whole() {
    let classes = ["loads", "undeployable", "refused"];
    let count: usize = classes.iter().map(|class| corpus(class).len()).sum();
    assert!(count >= 150, "{count} files");
    let inputs: BTreeSet<String> = classes
        .iter()
        .flat_map(|class| corpus(class).into_iter().map(move |path| (class, path)))
        .map(|(class, path)| format!("{class}/{}.txt", path.file_name().unwrap().to_string_lossy()))
        .collect();
    let folder = Path::new(ROOT).join("golden/fly_toml/corpus");
    for entry in walkdir::WalkDir::new(&folder).into_iter().map(Result::unwrap).filter(|e| e.file_type().is_file()) {
        let name = entry.path().strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
        assert!(inputs.contains(&name), "golden/fly_toml/corpus/{name} belongs to no file of the corpus");
    }
}

/// What is read is what the writer wrote, and what it wrote reads alike.
#[test]
fn the_written_form_of_everything_reads_alike() {
    for path in corpus("loads") {
        let (Some(reading), _, _) = read_file(&path) else { panic!("{}", path.display()) };
        let config = reading.config;
        let written = fly_toml::write("", &config, config.build.as_ref());
        let again = self::config(&written);
        assert_eq!(fly_toml::differences(&config, &again), [], "{}", path.display());
    }
}

fn sections() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(Path::new(ROOT).join("golden/fly_toml"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    files
}

#[test]
fn each_section_is_written_as_flyctl_writes_it() {
    for path in sections() {
        let text = fs::read_to_string(&path).unwrap();
        let config = config(&text);
        assert_eq!(fly_toml::write("", &config, config.build.as_ref()), text, "{}", path.display());
        assert_eq!(fly_toml::normal_form(&config), text, "{}", path.display());
    }
}

/// The paths of a type, from its schema: `a.b` for a key of a table, `a[].b` for one of each table of a list, `a.*` for
/// what the user names.
fn paths_of_types() -> BTreeSet<String> {
    fn walk(node: &serde_json::Value, root: &serde_json::Value, path: &str, all: &mut BTreeSet<String>) {
        if let Some(name) = node.get("$ref").and_then(|r| r.as_str()) {
            return walk(root.pointer(&name[1..]).unwrap(), root, path, all);
        }
        for branch in node.get("anyOf").and_then(|b| b.as_array()).into_iter().flatten() {
            // `Many` has both: the list is how flyctl writes it.
            let single = branch.get("$ref").is_some()
                && node["anyOf"].as_array().unwrap().iter().any(|b| b.get("items").is_some());
            if !single {
                walk(branch, root, path, all);
            }
        }
        if let Some(items) = node.get("items")
            && (items.get("$ref").is_some() || items.get("properties").is_some())
        {
            walk(items, root, &format!("{path}[]"), all);
        }
        for (key, below) in node.get("properties").and_then(|p| p.as_object()).into_iter().flatten() {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            all.insert(path.clone());
            walk(below, root, &path, all);
        }
        if let Some(below) = node.get("additionalProperties").filter(|below| !below.is_boolean()) {
            let path = format!("{path}.*");
            all.insert(path.clone());
            walk(below, root, &path, all);
        }
    }
    let schema = serde_json::to_value(schemars::schema_for!(FlyToml)).unwrap();
    let mut all = BTreeSet::new();
    walk(&schema, &schema, "", &mut all);
    all
}

/// The paths that a text uses.
fn paths_of_text(text: &str, known: &BTreeSet<String>) -> BTreeSet<String> {
    fn walk(value: &toml::Value, path: &str, known: &BTreeSet<String>, all: &mut BTreeSet<String>) {
        match value {
            toml::Value::Table(table) => {
                for (key, value) in table {
                    let named = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    let path = if known.contains(&named) { named } else { format!("{path}.*") };
                    all.insert(path.clone());
                    walk(value, &path, known, all);
                }
            }
            toml::Value::Array(items) => {
                for item in items.iter().filter(|item| item.is_table()) {
                    walk(item, &format!("{path}[]"), known, all);
                }
            }
            toml::Value::String(_)
            | toml::Value::Integer(_)
            | toml::Value::Float(_)
            | toml::Value::Boolean(_)
            | toml::Value::Datetime(_) => {}
        }
    }
    let mut all = BTreeSet::new();
    walk(&toml::Value::Table(toml::from_str(text).unwrap()), "", known, &mut all);
    all.retain(|path| known.contains(path));
    all
}

#[test]
fn every_path_has_a_golden_file() {
    let known = paths_of_types();
    assert_eq!(known.len(), 232, "flyctl at ad0172f has 232 paths without its old spellings: {known:#?}");
    let mut used = BTreeSet::new();
    for path in sections() {
        used.append(&mut paths_of_text(&fs::read_to_string(&path).unwrap(), &known));
    }
    let missing: Vec<&String> = known.difference(&used).collect();
    assert!(missing.is_empty(), "in no file of golden/fly_toml: {missing:#?}");
}

/// Real flyctl, where there is one.
fn flyctl() -> Option<OsString> {
    if let Some(fly) = std::env::var_os("FLYARCH_FLY") {
        return Some(fly);
    }
    let found = ["fly", "flyctl"].into_iter().find(|name| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
    });
    if found.is_none() {
        // Not by `println`, which the harness shows for failures alone.
        drop(std::io::Write::write_all(
            &mut std::io::stderr(),
            b"skipped: no fly on the PATH, and FLYARCH_FLY names none\n",
        ));
    }
    found.map(OsString::from)
}

/// What flyctl prints for a file, or why it refuses it.
fn show(fly: &OsString, home: &Path, file: &Path) -> Result<String, String> {
    let output = Command::new(fly)
        .args(["config", "show", "--local", "--toml", "--config"])
        .arg(file)
        .current_dir(home)
        .env("HOME", home)
        .env("FLY_APP", "an-app")
        .env("FLY_API_TOKEN", "no-token")
        .env("FLY_NO_UPDATE_CHECK", "1")
        .env("FLY_SEND_METRICS", "0")
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() || errors.contains("is not valid") {
        return Err(errors);
    }
    let text = String::from_utf8_lossy(&output.stdout);
    // The header is five lines, and ends with an empty one.
    Ok(text.split_once("#\n\n").map_or_else(|| text.to_string(), |(_, text)| text.to_owned()))
}

/// Calls `judge` for every file, on as many threads as there are processors, and fails with all that it found.
fn in_parallel(files: &[PathBuf], judge: impl Fn(&Path) -> Option<String> + Sync) {
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(complaint) = judge(path) {
                        wrong.lock().unwrap().push(format!("{}: {complaint}", path.display()));
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    assert!(wrong.is_empty(), "{} of {} files:\n{}", wrong.len(), files.len(), wrong.join("\n\n"));
}

/// Where reader and flyctl differ on a file.
fn compare(fly: &OsString, home: &Path, path: &Path) -> Option<String> {
    let bytes = fs::read(path).unwrap();
    let Ok(text) = String::from_utf8(bytes) else {
        return show(fly, home, path).is_ok().then(|| "flyctl loads what is no UTF-8".to_owned());
    };
    let (reading, diagnostics, _) = read(&path.file_name().unwrap().to_string_lossy(), &text);
    match (reading, show(fly, home, path)) {
        (None, Err(_)) => None,
        (None, Ok(_)) => Some(format!("flyctl loads it, refused here: {diagnostics:?}")),
        (Some(_), Err(error)) => Some(format!("flyctl refuses it, loaded here: {}", error.trim())),
        (Some(reading), Ok(shown)) => {
            let ours = fly_toml::normal_form(&reading.config);
            (reading.complete && ours != shown).then(|| {
                let diff = similar::TextDiff::from_lines(&shown, &ours);
                format!("flyctl's normal form is another\n{}", diff.unified_diff().header("flyctl", "flyarch"))
            })
        }
    }
}

#[test]
fn the_reader_agrees_with_flyctl() {
    let Some(fly) = flyctl() else { return };
    let home = tempfile::tempdir().unwrap();
    let mut files = ["loads", "undeployable", "refused"].into_iter().flat_map(corpus).collect::<Vec<_>>();
    files.extend(sections());
    if let Some(folder) = std::env::var_os("FLYARCH_FLY_TOMLS") {
        files.extend(self::files(Path::new(&folder)));
    }
    in_parallel(&files, |path| compare(&fly, home.path(), path));
}

/// What is written for a file means the same to flyctl as the file itself.
#[test]
fn the_writer_agrees_with_flyctl() {
    let Some(fly) = flyctl() else { return };
    let home = tempfile::tempdir().unwrap();
    let mut files = corpus("loads");
    if let Some(folder) = std::env::var_os("FLYARCH_FLY_TOMLS") {
        files.extend(self::files(Path::new(&folder)));
    }
    let count = AtomicUsize::new(0);
    in_parallel(&files, |path| {
        let (reading, _, _) = read_file_lossy(path)?;
        let config = reading.filter(|reading| reading.complete)?.config;
        let file = home.path().join(format!("{}.toml", count.fetch_add(1, Ordering::Relaxed)));
        fs::write(&file, fly_toml::write("", &config, config.build.as_ref())).unwrap();
        match show(&fly, home.path(), &file) {
            Err(error) => Some(format!("flyctl refuses what is written: {error}")),
            Ok(shown) => {
                let differences = fly_toml::differences(&config, &self::config(&shown));
                (!differences.is_empty()).then(|| format!("flyctl understands something else: {differences:#?}"))
            }
        }
    });
}

fn read_file_lossy(path: &Path) -> Option<(Option<Reading>, Vec<Diagnostic>, Source)> {
    let text = String::from_utf8(fs::read(path).unwrap()).ok()?;
    Some(read(&path.file_name().unwrap().to_string_lossy(), &text))
}
