//! The files that are meant by the words of a command line: files as they are, folders with what flyarch knows in them,
//! and globs that no shell has resolved.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ignore::overrides::OverrideBuilder;
use ignore::{DirEntry, WalkBuilder};

use super::input::Language;
use super::{Failure, say};
use crate::beside;

/// A file that is meant.
pub(super) struct Target {
    /// The path, as it is shown.
    pub(super) path: PathBuf,
    /// Whether it was found, and not given by its name.
    pub(super) found: bool,
}

/// What a command line means.
#[derive(Default)]
pub(super) struct Found {
    /// The files, in their order, each once.
    pub(super) targets: Vec<Target>,
    /// What lies beside them in folders, and says something of the same apps.
    pub(super) beside: Vec<PathBuf>,
    /// The folders.
    pub(super) folders: Vec<PathBuf>,
    /// Whether something could not be read, which has been said.
    pub(super) unread: bool,
}

/// The files that the `paths` mean. Says what cannot be read.
pub(super) fn targets(paths: &[PathBuf], wanted: fn(&str) -> bool) -> Result<Found, Failure> {
    let Found { mut targets, mut beside, mut folders, mut unread } = Found::default();
    for path in paths {
        let walk = if path.is_dir() {
            folders.push(path.clone());
            walker(path).build()
        } else if is_glob(path) {
            let mut walker = walker(Path::new("."));
            let glob = path.to_string_lossy();
            let overrides = OverrideBuilder::new(".").add(&glob).and_then(|builder| builder.build());
            let overrides = overrides.map_err(|error| Failure::usage(format!("{glob} is no glob: {error}")))?;
            walker.overrides(overrides).build()
        } else {
            targets.push(Target { path: path.clone(), found: false });
            continue;
        };
        let before = targets.len();
        for entry in walk {
            match entry {
                Ok(entry) if is_glob(path) || is_wanted(&entry, wanted) => {
                    if entry.file_type().is_some_and(|kind| kind.is_file()) {
                        let path = entry.into_path();
                        let path = path.strip_prefix("./").map(Path::to_path_buf).unwrap_or(path);
                        targets.push(Target { path, found: true });
                    }
                }
                Ok(entry) if entry.file_name().to_str().is_some_and(beside::is_wanted) => {
                    if entry.file_type().is_some_and(|kind| kind.is_file()) {
                        beside.push(entry.into_path());
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    say(format_args!("error: {error}"));
                    unread = true;
                }
            }
        }
        if targets.len() == before && !unread {
            return Err(Failure::input(format!("{} has no spec and no fly.toml in it", path.display())));
        }
    }
    // Two words may mean one file.
    if paths.len() > 1 {
        let mut seen = BTreeSet::new();
        targets.retain(|target| target.path.canonicalize().map_or(true, |path| seen.insert(path)));
    }
    Ok(Found { targets, beside, folders, unread })
}

/// A walk in the order of names, without what `.gitignore` names, whether or not there is a repository. Other files of
/// its kind are not looked for: in each folder that is a call to the system for each of them.
pub(super) fn walker(root: &Path) -> WalkBuilder {
    let mut walker = WalkBuilder::new(root);
    walker.require_git(false).git_global(false).git_exclude(false).ignore(false).sort_by_file_name(Ord::cmp);
    walker
}

fn is_wanted(entry: &DirEntry, wanted: fn(&str) -> bool) -> bool {
    entry.file_name().to_str().is_some_and(wanted)
}

/// Files that are looked at in folders.
pub(super) fn any(name: &str) -> bool {
    name == "spec.toml" || name == "flyarch.toml" || fly_toml(name)
}

/// Those of them that flyctl reads.
#[expect(clippy::case_sensitive_file_extension_comparisons, reason = "flyctl's are")]
pub(super) fn fly_toml(name: &str) -> bool {
    let plain = Language::of_name(name) == Some(Language::FlyToml);
    plain && name.starts_with("fly.") && (name.ends_with(".toml") || matches!(name, "fly.json" | "fly.yaml"))
}

fn is_glob(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '[']) && !path.exists()
}
