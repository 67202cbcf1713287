//! The trees of real architectures: what every spec in `specs/` is built into, byte for byte.
//!
//! `golden/build/<spec>/` is what `flyarch build specs/<spec>.toml -o golden/build/<spec>` writes from the repository's
//! root, and `golden/build/<spec>.findings.txt` what it finds, if anything. A file too many is as wrong as one that is
//! missing. `SNAPSHOTS=overwrite cargo test --test golden` makes them anew: read the difference before it is committed.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

#[path = "golden/coverage.rs"]
mod coverage;
#[path = "support/environments.rs"]
mod merged;
#[path = "golden/scripts.rs"]
mod scripts;
#[path = "golden/tree.rs"]
mod tree;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use flyarch::diag::emit::{Display, Format, emit};
use flyarch::diag::{FileReport, Report};
use flyarch::environments::{self, PREVIEW};
use flyarch::facts::FACTS;
use flyarch::plan::Layout;
use flyarch::render::ArtifactSet;
use flyarch::sink::{self, Compare};
use flyarch::source::Source;
use flyarch::{Compilation, Options, compile, sweep};

use tree::{File, Tree};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// The day on which specs are judged: waivers that end later hold.
const TODAY: &str = "2026-09-01";
/// The preview that is built of each spec that has some.
const A_PREVIEW: &str = "pr-123";

/// A spec of `specs/`, compiled as the command line does it.
struct Spec {
    /// Its name without the ending, and its environment behind it.
    name: String,
    /// Its name without the ending.
    file: String,
    source: Source,
    compilation: Compilation,
}

/// All specs, by name.
fn specs() -> Vec<Spec> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(Path::new(ROOT).join("specs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let specs = paths.iter().flat_map(|path| {
        let file = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(path.extension().is_some_and(|e| e == "toml"), "{} is no spec", path.display());
        let source = Source::new(format!("specs/{file}.toml"), fs::read_to_string(path).unwrap());
        let environments = environments::meant(&source, None).unwrap();
        environments.into_iter().map(move |environment| {
            let source = source.clone();
            let preview =
                environment.as_deref().is_some_and(|name| name == PREVIEW).then(|| A_PREVIEW.parse().unwrap());
            let folders = [Some(file.clone()), environment.clone(), preview.as_ref().map(ToString::to_string)];
            let folders: Vec<String> = folders.into_iter().flatten().collect();
            let (name, depth) = (folders.join("/"), folders.len());
            let layout = Layout::new(&format!("../../{}specs", "../".repeat(depth)));
            let layout = layout.with_output(&format!("../golden/build/{name}"));
            let today = Some(TODAY.parse().unwrap());
            let options = Options { layout, environment, preview, today, ..Options::default() };
            let compilation = compile(&source, &FACTS, &options);
            Spec { name, file: file.clone(), source, compilation }
        })
    });
    specs.collect()
}

impl Spec {
    /// Its findings, one a line.
    fn findings(&self) -> String {
        let mut report = Report::default();
        report.add(FileReport { source: self.source.clone(), diagnostics: self.compilation.diagnostics.clone() });
        let mut out = Vec::new();
        emit(&report, Format::Concise, Display::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }
}

/// The folder of all golden trees, made anew when that is asked for: before the first test looks at it.
fn golden() -> &'static Path {
    static GOLDEN: OnceLock<PathBuf> = OnceLock::new();
    GOLDEN.get_or_init(|| {
        let folder = Path::new(ROOT).join("golden/build");
        if std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite") {
            expected().write(&folder);
        }
        folder
    })
}

impl Tree {
    /// Adds what is written of a tree: the sink knows what that is beside the files.
    fn add(&mut self, name: &str, files: &ArtifactSet) {
        let nowhere = tempfile::tempdir().unwrap();
        let changes = sink::compare(&nowhere.path().join("out"), files, Compare::default()).unwrap();
        for (path, _) in &changes.stale {
            let executable = files.get(path).is_some_and(|file| file.executable);
            self.0.insert(format!("{name}/{path}"), File { text: changes.new_text(path).to_owned(), executable });
        }
    }
}

/// What `golden/build` should hold.
fn expected() -> Tree {
    let mut all = Tree::default();
    for spec in specs() {
        let (name, findings) = (&spec.name, spec.findings());
        let Some(files) = &spec.compilation.artifacts else { panic!("{name} is not built:\n{findings}") };
        all.add(name, files);
        if let Some(ttl) = environments::ttl_of_previews(&spec.source) {
            let layout = Layout::new("../../../../specs");
            all.add(&format!("{}/{PREVIEW}", spec.file), &sweep(&spec.source, ttl, &FACTS, &layout).unwrap());
        }
        if !findings.is_empty() {
            all.0.insert(format!("{name}.findings.txt"), File { text: findings, executable: false });
        }
    }
    all
}

#[test]
fn specs_are_built_into_their_golden_trees() {
    let differences = Tree::read(golden()).differences(&expected());
    assert!(
        differences.is_empty(),
        "golden/build is stale: SNAPSHOTS=overwrite cargo test --test golden, and read what changed\n\n{differences}"
    );
}

/// The command line finds the same paths as the tests above, wherever the repository lies, and has nothing to do.
#[test]
fn building_again_writes_nothing() {
    let copy = tempfile::tempdir().unwrap();
    let trees = Tree::read(golden());
    trees.write(&copy.path().join("golden/build"));
    fs::create_dir(copy.path().join("specs")).unwrap();
    for spec in specs() {
        let (input, output) = (format!("specs/{}.toml", spec.file), format!("golden/build/{}", spec.name));
        fs::write(copy.path().join(&input), spec.source.text()).unwrap();
        let environment = spec.name.strip_prefix(&format!("{}/", spec.file));
        let one = match environment.map(|name| name.rsplit_once('/').unwrap_or(("", name))) {
            None => Vec::new(),
            Some((PREVIEW, preview)) => vec!["--preview", preview],
            Some((_, environment)) => vec!["--env", environment],
        };
        let built = Command::new(env!("CARGO_BIN_EXE_flyarch"))
            .args([
                "build",
                &input,
                "-o",
                &format!("golden/build/{}", spec.file),
                "--format",
                "concise",
                "--today",
                TODAY,
            ])
            .args(one)
            .current_dir(copy.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&built.stderr);
        assert_eq!(said, format!("{output} is up to date\n"), "{}", spec.name);
        assert_eq!(String::from_utf8_lossy(&built.stdout), spec.findings(), "{}", spec.name);
        assert!(built.status.success(), "{}", spec.name);
    }
    let all = ["build", "specs/two-organisations.toml", "-o", "golden/build/two-organisations", "--today", TODAY];
    let run = Command::new(env!("CARGO_BIN_EXE_flyarch")).args(all).current_dir(copy.path()).output().unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(said.contains("two-organisations/preview is up to date\n") && !said.contains("wrote"), "{said}");
    assert_eq!(Tree::read(&copy.path().join("golden/build")).differences(&trees), "");
}

/// A Dockerfile is looked for from the folder of its fly.toml (flyctl internal/command/deploy/deploy_build.go).
#[test]
fn paths_lead_to_the_sources_of_the_apps() {
    let mut seen = 0;
    for spec in specs() {
        let (model, files) = (spec.compilation.model.unwrap(), spec.compilation.artifacts.unwrap());
        for app in &model.apps {
            let Some(build) = &app.toml.build else { continue };
            let rendered: toml::Table = files[&format!("{}/fly.toml", app.key.value)].text.parse().unwrap();
            for (key, written) in [("dockerfile", &build.dockerfile), ("ignorefile", &build.ignorefile)] {
                let Some(written) = written else { continue };
                let path = rendered["build"][key].as_str().unwrap();
                let from = format!("golden/build/{}/{}", spec.name, app.key.value);
                let to = format!("specs/{}/{}", app.source.value, written.value);
                assert_eq!(resolve(&from, path), resolve("", &to), "{key} of {from}");
                seen += 1;
            }
        }
    }
    assert!(seen >= 5, "too few specs have a Dockerfile");
}

/// A path without `.` and `..`.
fn resolve(base: &str, path: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop().expect("a path that stays in the repository")),
            part => parts.push(part.to_owned()),
        }
    }
    parts
}

/// Trees are the same on every machine, so that nothing in them may be of this one.
#[test]
fn nothing_is_of_this_machine() {
    for (path, file) in expected().0 {
        assert!(!file.text.contains(ROOT), "{path}");
        assert!(!file.text.contains('\r') && file.text.ends_with('\n'), "{path}");
    }
}

/// Editors find the schema, and readers a description.
#[test]
fn every_spec_says_what_it_is_and_where_its_schema_is() {
    for spec in specs() {
        let mut lines = spec.source.text().lines();
        assert_eq!(lines.next(), Some("#:schema ../schema/flyarch.schema.json"), "{}", spec.name);
        assert!(lines.next().is_some_and(|line| line.starts_with("# ")), "{} has no description", spec.name);
        assert!(spec.source.text().lines().all(|line| line.len() <= 160), "{} has a long line", spec.name);
    }
}
