//! The sink: all files or none, nobody else's work lost, nothing outside of the folder, whatever lies in it.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use flyarch::render::{Artifact, ArtifactSet};
use flyarch::sink::{self, Claim, Compare, Foreign, MANIFEST, SinkError};
use proptest::prelude::*;
use tempfile::TempDir;

const PLAIN: Compare = Compare { force: false, partial: false };
const FORCE: Compare = Compare { force: true, partial: false };
const PARTIAL: Compare = Compare { force: false, partial: true };

/// An output folder, in a folder of its own where nothing else may appear.
struct Out {
    root: TempDir,
}

impl Out {
    fn new() -> Self {
        Self { root: tempfile::tempdir().unwrap() }
    }

    /// One with these files, built.
    fn with(files: &ArtifactSet) -> Self {
        let out = Self::new();
        out.build(files, PLAIN).unwrap();
        out
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join("out")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    fn build(&self, files: &ArtifactSet, how: Compare) -> Result<(), SinkError> {
        sink::write(&sink::compare(&self.folder(), files, how)?)
    }

    fn put(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    fn manifest(&self, text: &str) {
        self.put(MANIFEST, text);
    }

    /// Files below the output folder with their text, and folders, which end in a slash.
    fn tree(&self) -> BTreeMap<String, String> {
        let outside: Vec<_> = fs::read_dir(self.root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(outside.iter().all(|name| name == "out" || name == "elsewhere"), "{outside:?}");
        let entries = walkdir::WalkDir::new(self.folder()).min_depth(1).into_iter().map(|entry| entry.unwrap());
        entries
            .filter(|entry| entry.file_name() != ".flyarch" && entry.path() != self.path(MANIFEST))
            .map(|entry| {
                let name = entry.path().strip_prefix(self.folder()).unwrap().to_str().unwrap().to_owned();
                if entry.file_type().is_dir() {
                    (name + "/", String::new())
                } else {
                    (name, fs::read_to_string(entry.path()).unwrap())
                }
            })
            .collect()
    }

    /// Nothing but these files, and folders with a file in them.
    #[track_caller]
    fn holds(&self, files: &ArtifactSet) {
        let mut expected: BTreeMap<String, String> =
            files.iter().map(|(path, file)| (path.clone(), file.text.clone())).collect();
        for path in files.keys() {
            if let Some((folder, _)) = path.rsplit_once('/') {
                expected.insert(format!("{folder}/"), String::new());
            }
        }
        assert_eq!(self.tree(), expected);
        for (path, file) in files {
            let mode = fs::metadata(self.path(path)).unwrap().permissions().mode();
            assert_eq!(mode & 0o100 != 0, file.executable, "{path}: {mode:o}");
        }
    }

    /// What tells whether a file was touched.
    fn stamp(&self, name: &str) -> (u64, i64, i64) {
        let meta = fs::metadata(self.path(name)).unwrap();
        (meta.ino(), meta.mtime(), meta.mtime_nsec())
    }
}

fn files(list: &[(&str, &str)]) -> ArtifactSet {
    let artifact = |path: &str, text: &str| Artifact { text: text.to_owned(), executable: path == "setup.sh" };
    list.iter().map(|(path, text)| ((*path).to_owned(), artifact(path, text))).collect()
}

fn two_apps() -> ArtifactSet {
    files(&[("api/fly.toml", "a\n"), ("setup.sh", "s\n"), ("web/fly.toml", "w\n")])
}

#[track_caller]
fn foreign(result: Result<(), SinkError>) -> Vec<Foreign> {
    match result {
        Err(SinkError::Foreign(files)) => files,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_no_longer_generated_goes_with_its_folder() {
    let out = Out::with(&two_apps());
    out.holds(&two_apps());
    let one = files(&[("setup.sh", "s2\n"), ("web/fly.toml", "w\n")]);
    let web = out.stamp("web/fly.toml");
    out.build(&one, PLAIN).unwrap();
    out.holds(&one);
    assert_eq!(out.stamp("web/fly.toml"), web, "an unchanged file is not touched");
}

#[test]
fn a_folder_with_something_else_in_it_stays() {
    let out = Out::with(&two_apps());
    out.put("api/Dockerfile", "FROM scratch\n");
    out.build(&files(&[("setup.sh", "s\n"), ("web/fly.toml", "w\n")]), PLAIN).unwrap();
    assert_eq!(out.tree()["api/Dockerfile"], "FROM scratch\n");
    assert!(!out.path("api/fly.toml").exists());
}

#[test]
fn files_of_others_stay() {
    let out = Out::new();
    out.put("web/fly.toml", "mine\n");
    out.put("README.md", "mine too\n");
    let found = foreign(out.build(&two_apps(), PLAIN));
    assert_eq!(found, [Foreign { path: "web/fly.toml".to_owned(), why: Claim::NotGenerated }]);
    assert_eq!(out.tree().len(), 3, "nothing was written");
    out.build(&two_apps(), FORCE).unwrap();
    assert_eq!(out.tree()["web/fly.toml"], "w\n");
    assert_eq!(out.tree()["README.md"], "mine too\n");
}

#[test]
fn a_file_that_is_already_right_is_nobodys_loss() {
    let out = Out::new();
    out.put("web/fly.toml", "w\n");
    let before = out.stamp("web/fly.toml");
    out.build(&two_apps(), PLAIN).unwrap();
    out.holds(&two_apps());
    assert_eq!(out.stamp("web/fly.toml"), before);
}

#[test]
fn edited_files_stay_also_when_they_are_no_longer_generated() {
    let out = Out::with(&two_apps());
    out.put("web/fly.toml", "edited\n");
    out.put("api/fly.toml", "edited\n");
    let found = foreign(out.build(&files(&[("setup.sh", "new\n"), ("web/fly.toml", "new\n")]), PLAIN));
    let expected = [("web/fly.toml", Claim::Edited), ("api/fly.toml", Claim::EditedSurplus)];
    assert_eq!(found, expected.map(|(path, why)| Foreign { path: path.to_owned(), why }));
    assert_eq!(out.tree()["setup.sh"], "s\n", "all or nothing");
    let one = files(&[("setup.sh", "new\n"), ("web/fly.toml", "new\n")]);
    out.build(&one, FORCE).unwrap();
    out.holds(&one);
}

#[test]
fn a_file_that_is_gone_is_made_again() {
    let out = Out::with(&two_apps());
    fs::remove_dir_all(out.path("web")).unwrap();
    fs::remove_file(out.path("setup.sh")).unwrap();
    out.build(&two_apps(), PLAIN).unwrap();
    out.holds(&two_apps());
    fs::remove_file(out.path(MANIFEST)).unwrap();
    out.build(&two_apps(), PLAIN).unwrap();
    assert!(out.path(MANIFEST).exists());
}

#[test]
fn a_part_leaves_the_others_as_they_are() {
    let out = Out::with(&two_apps());
    out.put("api/fly.toml", "edited\n");
    out.build(&files(&[("web/fly.toml", "w2\n")]), PARTIAL).unwrap();
    assert_eq!(out.tree()["web/fly.toml"], "w2\n");
    assert_eq!(out.tree()["api/fly.toml"], "edited\n");
    // The manifest still knows what it knew.
    assert_eq!(foreign(out.build(&two_apps(), PLAIN)).len(), 1);
}

#[test]
fn a_lost_mode_comes_back() {
    let out = Out::with(&two_apps());
    fs::set_permissions(out.path("setup.sh"), fs::Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(out.path("web/fly.toml"), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(!sink::compare(&out.folder(), &two_apps(), PLAIN).unwrap().is_empty());
    out.build(&two_apps(), PLAIN).unwrap();
    out.holds(&two_apps());
    let mode = |name| fs::metadata(out.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("setup.sh"), mode("web/fly.toml")), (0o700, 0o644), "nobody else may read it afterwards");
    assert!(sink::compare(&out.folder(), &two_apps(), PLAIN).unwrap().is_empty());
}

#[test]
fn text_that_is_none_is_somebody_elses() {
    let out = Out::new();
    fs::create_dir_all(out.path("web")).unwrap();
    fs::write(out.path("web/fly.toml"), b"\xff\xfe\0").unwrap();
    assert_eq!(foreign(out.build(&two_apps(), PLAIN)).len(), 1);
    out.build(&two_apps(), FORCE).unwrap();
    out.holds(&two_apps());
}

/// The hash that a manifest has for a text.
fn hash_of(text: &str) -> String {
    let out = Out::with(&files(&[("x", text)]));
    let manifest: serde_json::Value = serde_json::from_str(&fs::read_to_string(out.path(MANIFEST)).unwrap()).unwrap();
    manifest["files"]["x"].as_str().unwrap().to_owned()
}

#[test]
fn a_manifest_reaches_nothing_outside_of_the_folder() {
    let out = Out::with(&two_apps());
    fs::create_dir(out.root.path().join("elsewhere")).unwrap();
    let victim = out.root.path().join("elsewhere/victim");
    fs::write(&victim, "victim\n").unwrap();
    symlink("../elsewhere", out.path("link")).unwrap();
    let absolute = victim.to_str().unwrap();
    let hash = hash_of("victim\n");
    for path in [absolute, "../elsewhere/victim", "web/../../elsewhere/victim", "link/victim", "./../elsewhere/victim"]
    {
        let entry = serde_json::json!({ path: hash });
        out.manifest(&serde_json::json!({ "version": 1, "generator": "flyarch", "files": entry }).to_string());
        // A link is refused; other paths mean nothing. Either way the file stays.
        let _ = out.build(&two_apps(), PLAIN);
        let _ = out.build(&two_apps(), FORCE);
        assert_eq!(fs::read_to_string(&victim).unwrap(), "victim\n", "{path}");
    }
}

#[test]
fn odd_paths_in_a_manifest_mean_nothing() {
    let out = Out::with(&two_apps());
    let hash = hash_of("w\n");
    for path in ["web//fly.toml", "./web/fly.toml", "web/./fly.toml", "web/fly.toml/", "", "/", ".", "a\0b", "a\nb"] {
        let entry = serde_json::json!({ path: hash, "web/fly.toml": hash });
        out.manifest(&serde_json::json!({ "version": 1, "generator": "flyarch", "files": entry }).to_string());
        out.build(&two_apps(), PLAIN).unwrap();
        out.holds(&two_apps());
    }
}

#[test]
fn a_manifest_that_says_nothing_stops_the_build() {
    let newer = r#"{"version": 2, "made": ["web/fly.toml"]}"#;
    let deep = "[".repeat(100_000);
    let cases = [
        ("", "is no manifest"),
        ("no JSON", "is no manifest"),
        ("[]", "is no manifest"),
        (r#"{"version": 1}"#, "is no manifest"),
        (r#"{"version": 1, "generator": "flyarch", "files": {"a": 1}}"#, "is no manifest"),
        (deep.as_str(), "is no manifest"),
        (newer, "was written by a newer flyarch"),
        (r#"{"version": 7, "generator": "flyarch", "files": {}}"#, "was written by a newer flyarch"),
    ];
    for (text, why) in cases {
        let out = Out::with(&two_apps());
        out.manifest(text);
        match out.build(&two_apps(), PLAIN) {
            Err(error @ SinkError::Manifest(..)) => {
                let said = error.to_string();
                assert!(said.contains(why) && said.contains("--force"), "{said}");
            }
            other => panic!("{text}: {other:?}"),
        }
        out.build(&two_apps(), FORCE).unwrap();
        out.build(&two_apps(), PLAIN).unwrap();
        out.holds(&two_apps());
    }
}

#[test]
fn a_huge_manifest_is_not_read() {
    let out = Out::with(&two_apps());
    // A hole: no bytes are stored.
    fs::File::create(out.path(MANIFEST)).unwrap().set_len(1 << 40).unwrap();
    assert!(matches!(out.build(&two_apps(), PLAIN), Err(SinkError::Manifest(..))));
    out.build(&two_apps(), FORCE).unwrap();
    out.build(&two_apps(), PLAIN).unwrap();
    // The same in the place of a file.
    fs::File::create(out.path("setup.sh")).unwrap().set_len(1 << 40).unwrap();
    assert!(matches!(out.build(&two_apps(), PLAIN), Err(SinkError::Io(..))));
}

#[test]
fn links_are_followed_nowhere() {
    let make = |at: &str, to: &str| {
        let out = Out::new();
        fs::create_dir_all(out.root.path().join("elsewhere")).unwrap();
        fs::create_dir_all(out.path(at).parent().unwrap()).unwrap();
        symlink(Path::new(to), out.path(at)).unwrap();
        out
    };
    let elsewhere = "/nonexistent/elsewhere";
    for at in ["web", "web/fly.toml", ".flyarch", MANIFEST] {
        let out = make(at, elsewhere);
        for how in [PLAIN, FORCE] {
            match out.build(&two_apps(), how) {
                Err(SinkError::Link(path)) => assert_eq!(path, out.path(at)),
                other => panic!("{at}: {other:?}"),
            }
        }
        assert!(!out.path("setup.sh").exists(), "nothing is written");
    }
}

#[test]
fn what_an_interrupted_build_leaves_is_mistaken_for_nothing() {
    let out = Out::with(&two_apps());
    let next = files(&[("setup.sh", "s2\n"), ("web/fly.toml", "w2\n")]);
    // Temporary files beside their places, one file renamed, the manifest still the old one.
    out.put(".flyarch-abc123", "s2\n");
    out.put("web/.flyarch-def456", "half a fi");
    out.put("setup.sh", "s2\n");
    fs::set_permissions(out.path("setup.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    out.build(&next, PLAIN).unwrap();
    assert_eq!(out.tree()["setup.sh"], "s2\n");
    assert_eq!(out.tree()["web/fly.toml"], "w2\n");
    assert!(!out.path("api").exists());
    // They are not flyarch's any more than other files are.
    assert_eq!(out.tree()["web/.flyarch-def456"], "half a fi");
    assert!(sink::compare(&out.folder(), &next, PLAIN).unwrap().is_empty());
}

#[test]
fn files_are_removed_before_the_manifest_forgets_them() {
    // A folder in which nothing can be removed or renamed would show it; as root there is none. What can be shown is
    // the end: of two builds that fail at the same place, the second still knows the file.
    let out = Out::with(&two_apps());
    let one = files(&[("setup.sh", "s\n"), ("web/fly.toml", "w\n")]);
    fs::remove_file(out.path("api/fly.toml")).unwrap();
    fs::create_dir(out.path("api/fly.toml")).unwrap();
    assert!(matches!(out.build(&one, PLAIN), Err(SinkError::NotAFile(_))));
    fs::remove_dir(out.path("api/fly.toml")).unwrap();
    out.put("api/fly.toml", "a\n");
    out.build(&one, PLAIN).unwrap();
    out.holds(&one);
}

/// Sets of files as builds make them: a few apps, some files at the top, texts that repeat.
fn some_files() -> impl Strategy<Value = ArtifactSet> {
    let paths =
        prop::sample::select(vec!["a/fly.toml", "b/fly.toml", "b/litefs.yml", "c/fly.toml", "setup.sh", "plan.json"]);
    prop::collection::btree_map(paths, "[xy]{0,2}\n", 1..6).prop_map(|map| {
        map.into_iter()
            .map(|(path, text)| (path.to_owned(), Artifact { text, executable: path == "setup.sh" }))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_builds_ends_in_the_last(builds in prop::collection::vec(some_files(), 1..8)) {
        let out = Out::new();
        for files in &builds {
            out.build(files, PLAIN).unwrap();
            out.holds(files);
            prop_assert!(sink::compare(&out.folder(), files, PLAIN).unwrap().is_empty());
        }
        // The same tree as that of one build into an empty folder, manifest included.
        let last = builds.last().unwrap();
        let fresh = Out::with(last);
        prop_assert_eq!(fs::read(out.path(MANIFEST)).unwrap(), fs::read(fresh.path(MANIFEST)).unwrap());
    }

    #[test]
    fn what_others_made_survives_any_build(builds in prop::collection::vec(some_files(), 1..5), mine in some_files()) {
        let out = Out::new();
        for (path, file) in &mine {
            out.put(path, &format!("mine {}", file.text));
        }
        for files in &builds {
            let _ = out.build(files, PLAIN);
            for (path, file) in &mine {
                prop_assert_eq!(fs::read_to_string(out.path(path)).unwrap(), format!("mine {}", file.text));
            }
        }
    }

    #[test]
    fn no_manifest_makes_the_sink_panic(text in "\\PC{0,200}") {
        let out = Out::with(&two_apps());
        out.manifest(&text);
        let _ = out.build(&two_apps(), PLAIN);
        out.build(&two_apps(), FORCE).unwrap();
    }
}
