//! Which files belong to an app, by their paths alone.

use super::Kind;
use crate::source::Source;

/// Folders, below that of an app, in which its `litefs.yml` usually lies.
const LITEFS: [&str; 5] = ["", "etc", "config", "docker", "fly"];

/// Whether a file that was found in a folder is read beside the fly.toml files there.
pub fn is_wanted(path: &str) -> bool {
    Kind::of(path).is_some()
}

/// Paths that files of the apps of a spec or a fly.toml may have, relative to where its own path is relative to. Most of
/// them will not exist: what is meant exactly is known when the file has been understood.
pub fn candidates(source: &Source) -> Vec<String> {
    let folder = folder(source.name());
    let (mut dockerfiles, mut folders) = named(source);
    dockerfiles.push("Dockerfile".to_owned());
    folders.push(String::new());
    let mut paths = in_folders(folder, &folders, &dockerfiles);
    for below in &folders {
        let below = join(folder, below);
        paths.extend(LITEFS.map(|inner| join(&join(&below, inner), "litefs.yml")));
    }
    if source.text().contains("compose") {
        let quoted = source.text().split(['"', '\'']).filter(|text| text.len() < 256 && !text.contains('\n'));
        let named = quoted.filter(|text| Kind::of(text) == Some(Kind::Compose) && !text.starts_with('/'));
        paths.extend(named.map(|path| join(folder, path)));
        paths.extend(composes(folder, None));
    }
    tidy(paths)
}

/// The same for a fly.toml in a folder that was searched: only what it names may lie elsewhere.
pub fn named_candidates(source: &Source) -> Vec<String> {
    tidy(in_folders(folder(source.name()), &[], &named(source).0))
}

/// Dockerfiles and folders that a text names, as far as lines can tell.
fn named(source: &Source) -> (Vec<String>, Vec<String>) {
    let (mut dockerfiles, mut folders) = (Vec::new(), Vec::new());
    for line in source.text().lines() {
        for (key, list) in [("dockerfile", &mut dockerfiles), ("source", &mut folders)] {
            let Some((_, rest)) = line.split_once(key) else { continue };
            let rest = rest.trim_start_matches(['"', '\'', ' ', '\t']);
            let Some(value) = rest.strip_prefix(['=', ':']) else { continue };
            let value = value.trim_start().trim_start_matches(['"', '\'']);
            let value = value.split(['"', '\'', '#', ',', '}']).next().unwrap_or_default().trim();
            if !value.is_empty() && !value.starts_with('/') && value.len() < 256 {
                list.push(value.to_owned());
            }
        }
    }
    (dockerfiles, folders)
}

/// Dockerfiles in a folder and in those below it.
fn in_folders(folder: &str, below: &[String], dockerfiles: &[String]) -> Vec<String> {
    let folders = below.iter().map(|below| join(folder, below)).chain([folder.to_owned()]);
    folders.flat_map(|folder| dockerfiles.iter().map(move |path| join(&folder, path))).collect()
}

/// The compose files that a fly.toml in a folder may run: the one that it names, or those that flyctl looks for.
pub(crate) fn composes(folder: &str, named: Option<&str>) -> Vec<String> {
    match named {
        Some(named) => vec![join(folder, named)],
        None => super::compose::NAMES.map(|name| join(folder, name)).into(),
    }
}

/// Paths within reach, each of them once.
fn tidy(mut paths: Vec<String>) -> Vec<String> {
    paths.retain(|path| !path.starts_with("../../../"));
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// Whether a `litefs.yml` is that of an app that is built in a folder.
pub(super) fn is_litefs_of(path: &str, folder: &str) -> bool {
    let path = normal(path);
    LITEFS.iter().any(|inner| self::folder(&path) == join(folder, inner))
}

/// The folder of a path; empty for the one that paths are relative to.
pub(crate) fn folder(path: &str) -> &str {
    path.rfind(['/', '\\']).map_or("", |at| &path[..at])
}

/// A path below a folder, without `.` and, as far as possible, `..`.
pub(crate) fn join(folder: &str, path: &str) -> String {
    if folder.is_empty() || path.starts_with('/') {
        normal(path).into_owned()
    } else {
        normal(&format!("{folder}/{path}")).into_owned()
    }
}

/// A path without `.` and, as far as possible, `..`; with `/`.
pub(super) fn normal(path: &str) -> std::borrow::Cow<'_, str> {
    let absolute = path.starts_with(['/', '\\']) && path.len() > 1 && !path[1..].starts_with(['/', '\\']);
    let simple = !path.contains('\\') && !path.split('/').any(|part| matches!(part, "" | "." | ".."));
    if simple {
        return path.into();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if absolute { format!("/{joined}").into() } else { joined.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        assert_eq!(join("", "Dockerfile"), "Dockerfile");
        assert_eq!(join("apps/web", "../../Dockerfile.web"), "Dockerfile.web");
        assert_eq!(join("", "../x/./y"), "../x/y");
        assert_eq!(join("/srv/shop", "Dockerfile"), "/srv/shop/Dockerfile");
        assert_eq!(normal("a\\b"), "a/b");
        assert_eq!(folder("a/b/fly.toml"), "a/b");
    }

    #[test]
    fn what_an_app_may_be_built_from() {
        let text = "app = \"x\"\n[build]\n  dockerfile = 'docker/Dockerfile.web' # ours\n";
        let found = candidates(&Source::new("apps/web/fly.toml", text));
        assert!(found.contains(&"apps/web/docker/Dockerfile.web".to_owned()), "{found:?}");
        assert!(found.contains(&"apps/web/Dockerfile".to_owned()), "{found:?}");
        assert!(found.contains(&"apps/web/litefs.yml".to_owned()), "{found:?}");
        let spec = "[app.web]\nsource = \"apps/web\"\nbuild = { dockerfile = \"D\" }\n";
        assert!(candidates(&Source::new("spec.toml", spec)).contains(&"apps/web/D".to_owned()));
    }
}
