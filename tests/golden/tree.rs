//! Folders as data: read, written, and compared whole.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use walkdir::WalkDir;

/// A file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) text: String,
    pub(crate) executable: bool,
}

/// All files of a folder, by their path in it.
#[derive(Debug, Default)]
pub(crate) struct Tree(pub(crate) BTreeMap<String, File>);

impl Tree {
    /// Reads a folder. Empty folders and links are nobody's work, and refused.
    pub(crate) fn read(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        for entry in WalkDir::new(folder).min_depth(1) {
            let entry = entry.unwrap();
            let path = entry.path();
            assert!(!entry.path_is_symlink(), "{} is a link", path.display());
            if entry.file_type().is_dir() {
                assert!(fs::read_dir(path).unwrap().next().is_some(), "{} is empty", path.display());
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().components();
            let name: Vec<_> = name.map(|part| part.as_os_str().to_string_lossy()).collect();
            let text = fs::read_to_string(path).unwrap();
            files.insert(name.join("/"), File { text, executable: executable(path) });
        }
        Self(files)
    }

    /// Makes a folder hold these files and no others.
    pub(crate) fn write(&self, folder: &Path) {
        if folder.exists() {
            fs::remove_dir_all(folder).unwrap();
        }
        for (path, file) in &self.0 {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &file.text).unwrap();
            set_executable(&path, file.executable);
        }
    }

    /// How this tree differs from another: a diff of every file that is not the same, from this one to the other.
    pub(crate) fn differences(&self, expected: &Self) -> String {
        let mut out = String::new();
        for (path, file) in &self.0 {
            match expected.0.get(path) {
                None => {
                    let _ = writeln!(out, "{path}: should not be there");
                }
                Some(wanted) if wanted.text != file.text => {
                    let diff = similar::TextDiff::from_lines(&file.text, &wanted.text);
                    let _ = write!(out, "{}", diff.unified_diff().context_radius(3).header(path, path));
                }
                Some(wanted) if wanted.executable != file.executable => {
                    let _ = writeln!(out, "{path}: executable is {}, not {}", file.executable, wanted.executable);
                }
                Some(_) => {}
            }
        }
        for path in expected.0.keys().filter(|path| !self.0.contains_key(*path)) {
            let _ = writeln!(out, "{path}: is missing");
        }
        out
    }
}

#[cfg(unix)]
fn executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn executable(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "sh")
}

#[cfg(unix)]
fn set_executable(path: &Path, executable: bool) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = if executable { 0o755 } else { 0o644 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn set_executable(_: &Path, _: bool) {}

#[test]
fn every_difference_counts() {
    let tree = |files: &[(&str, &str, bool)]| {
        let file = |text: &str, executable| File { text: text.to_owned(), executable };
        Tree(files.iter().map(|&(path, text, run)| (path.to_owned(), file(text, run))).collect())
    };
    let wanted = tree(&[("a", "1\n", false), ("b", "2\n", true)]);
    assert_eq!(tree(&[("a", "1\n", false), ("b", "2\n", true)]).differences(&wanted), "");
    for other in [
        tree(&[("a", "1\n", false)]),
        tree(&[("a", "1\n", false), ("b", "2\n", false)]),
        tree(&[("a", "1\r\n", false), ("b", "2\n", true)]),
        tree(&[("a", "1\n", false), ("b", "2\n", true), ("c", "", false)]),
    ] {
        assert_ne!(other.differences(&wanted), "", "{other:?}");
    }
}
