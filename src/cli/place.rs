//! Where files lie, seen from each other.

use std::path::{Component, Path, PathBuf};

use super::Failure;

/// The folder of a file, as far as its path says it.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

/// A path as reports name it: with `/` between names on every system, so that what one writes is what another reads.
pub(super) fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    if cfg!(windows) { text.replace('\\', "/") } else { text }
}

/// The way from one folder to another, with `/` between names; `.` when they are one. Works on paths that do not exist
/// yet.
pub(super) fn relative(from: &Path, to: &Path) -> Result<String, Failure> {
    let here = std::env::current_dir().map_err(|error| Failure::input(format!("no current folder: {error}")))?;
    let (from, to) = (absolute(&here, from), absolute(&here, to));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - common);
    let parts: Vec<&str> = up.chain(to[common..].iter().map(String::as_str)).collect();
    Ok(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

/// A path without `.` and `..`, by its words alone.
pub(super) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => plain.push(part),
        }
    }
    plain
}

/// The names on the way to a path, without `.` and `..`.
fn absolute(here: &Path, path: &Path) -> Vec<String> {
    let mut parts = Vec::new();
    for part in here.join(path).components() {
        match part {
            Component::Normal(name) => parts.push(name.to_string_lossy().into_owned()),
            Component::ParentDir => drop(parts.pop()),
            Component::Prefix(prefix) => parts.push(PathBuf::from(prefix.as_os_str()).display().to_string()),
            Component::RootDir | Component::CurDir => {}
        }
    }
    parts
}
