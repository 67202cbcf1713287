//! Reads what lies beside specs and plain files: Dockerfiles, workflows, scripts.
//!
//! Nobody asked for these files. One that cannot be read, or is no text, is passed over in silence.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::input::{Input, Unsaved};
use super::place;
use crate::beside::{self, Kind};
use crate::source::{FileId, Source, Sources};
use crate::spread;

/// Where workflows lie in a repository.
const WORKFLOWS: &str = ".github/workflows";

/// Reads what lies beside one spec or file that was given by its path. Says also whether all that it names was looked for:
/// standard input lies nowhere.
pub(super) fn beside(sources: &mut Sources, file: FileId, path: &Path) -> (Vec<FileId>, bool) {
    if path == Path::new("-") {
        return (Vec::new(), false);
    }
    (read(sources, &[(file, false)], &[], &roots(path), &Unsaved::default()), true)
}

/// Reads what was found in folders (`paths`), and what `files` may name, unless it is there already: each with whether it
/// is a fly.toml in a folder that was searched. `roots` are folders that may be those of a repository.
pub(super) fn read(
    sources: &mut Sources,
    files: &[(FileId, bool)],
    paths: &[PathBuf],
    roots: &[PathBuf],
    unsaved: &Unsaved,
) -> Vec<FileId> {
    let mut all: BTreeSet<String> = paths.iter().map(|path| shown(path)).collect();
    for &(file, searched) in files {
        let source = sources.get(file);
        all.extend(if searched { beside::named_candidates(source) } else { beside::candidates(source) });
    }
    for root in roots {
        let Ok(entries) = fs::read_dir(root.join(WORKFLOWS)) else { continue };
        let files = entries.filter_map(Result::ok).map(|entry| entry.path());
        all.extend(files.filter(|path| Kind::of(&shown(path)).is_some()).map(|path| shown(&path)));
    }
    let all: Vec<String> = all.into_iter().collect();
    let inputs = spread::map(&all, |path| unsaved.read(Path::new(path), "-"));
    let mut read = Vec::new();
    for (path, input) in all.into_iter().zip(inputs) {
        if let Ok(Input::Text(source)) = input {
            read.push(sources.add(Source::new(path, source.text())));
        }
    }
    read
}

/// The folders of a repository from that of a file up, as far as there is one.
pub(super) fn roots(path: &Path) -> Vec<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut roots = Vec::new();
    let mut up = folder.to_path_buf();
    let Ok(here) = folder.join(".").canonicalize() else { return roots };
    for above in here.ancestors() {
        if above.join(WORKFLOWS).is_dir() {
            roots.push(up.clone());
        }
        if above.join(".git").exists() {
            return roots;
        }
        up.push("..");
    }
    // No repository: whose workflows these are is not known.
    Vec::new()
}

/// A path as it is shown, and as files that are named are compared with it.
fn shown(path: &Path) -> String {
    place::shown(path.strip_prefix("./").unwrap_or(path))
}
