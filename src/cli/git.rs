//! A spec as it is in a revision of its repository.
//!
//! `git` is started without a shell, and asked only for objects: nothing is checked out, no filter or hook of the
//! repository runs, nothing is fetched.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::include::{self, Spec};
use super::input::Input;
use super::{Failure, place};
use crate::diag::Report;
use crate::source::{FileId, MAX_BYTES, Source};

/// Reads a spec and what it includes, as they are in a revision.
pub(super) fn read(revision: &str, path: &Path) -> Result<Result<Spec, Report>, Failure> {
    let folder = place::folder_of(path);
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| Failure::usage(format!("{} is no file that git could know", path.display())))?;
    let commit = commit(revision, folder)?;
    let blob = |name: &str| -> Result<Input, Failure> {
        let bytes = output(folder, &["cat-file", "blob", &format!("{commit}:./{name}")])
            .map_err(|why| Failure::input(format!("{revision} has no {name} that can be read: {why}")))?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Input::Text(Source::new(format!("{revision}:{name}"), text))),
            Err(_) => Err(Failure::input(format!("{revision}:{name} is not UTF-8"))),
        }
    };
    let mut report = Report::default();
    match blob(name)? {
        Input::Text(source) => report.sources.add(source),
        Input::Refused(report) => return Ok(Err(report)),
    };
    let listed = || -> Result<Vec<String>, Failure> {
        let bytes = output(folder, &["ls-tree", "-r", "-z", "--name-only", &commit])
            .map_err(|why| Failure::input(format!("cannot list the files of {revision}: {why}")))?;
        let names = bytes.split(|&byte| byte == 0).filter_map(|name| std::str::from_utf8(name).ok());
        Ok(names.filter(|other| !other.is_empty() && *other != name).map(str::to_owned).collect())
    };
    // Most specs are one file.
    let names = if crate::resolve::include::included(report.sources.get(FileId(0))).is_empty() {
        Vec::new()
    } else {
        listed()?
    };
    let files = |pattern: &str| include::among(&names, pattern);
    Ok(match include::joined(&mut report.sources, FileId(0), files, blob) {
        Ok((file, _)) => Ok(Spec { sources: report.sources, file }),
        Err(found) => {
            report.diagnostics = found;
            Err(report)
        }
    })
}

/// Whether a revision has a file at a path.
pub(super) fn has(revision: &str, path: &Path) -> Result<bool, Failure> {
    let folder = place::folder_of(path);
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Ok(false) };
    let commit = commit(revision, folder)?;
    Ok(output(folder, &["cat-file", "-e", &format!("{commit}:./{name}")]).is_ok())
}

/// The commit that a revision names.
fn commit(revision: &str, folder: &Path) -> Result<String, Failure> {
    let unknown = |why: &str| Failure::usage(format!("--git {revision}: {why}"));
    if revision.is_empty() || revision.starts_with('-') || revision.chars().any(|c| c.is_control() || c == ':') {
        return Err(unknown("give a commit, a branch or a tag"));
    }
    let wanted = format!("{revision}^{{commit}}");
    let bytes = output(folder, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])
        .map_err(|why| unknown(if why.is_empty() { "the repository has no such commit" } else { why.as_str() }))?;
    let commit = String::from_utf8_lossy(&bytes).trim().to_owned();
    let is_id = matches!(commit.len(), 40 | 64) && commit.bytes().all(|b| b.is_ascii_hexdigit());
    if is_id { Ok(commit) } else { Err(unknown("git does not say which commit it is")) }
}

/// What git prints; or why it prints nothing.
fn output(folder: &Path, args: &[&str]) -> Result<Vec<u8>, String> {
    let folder = if folder == Path::new("") { Path::new(".") } else { folder };
    let mut child = Command::new("git")
        .args(["--no-pager", "--no-replace-objects"])
        .args(args)
        .current_dir(folder)
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot run git: {error}"))?;
    let mut bytes = Vec::new();
    let read = child.stdout.take().map(|out| out.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes));
    let mut why = String::new();
    if let Some(mut err) = child.stderr.take().map(|err| err.take(4096)) {
        let _ = err.read_to_string(&mut why);
    }
    let status = child.wait().map_err(|error| format!("git did not end: {error}"))?;
    if bytes.len() > MAX_BYTES {
        return Err(format!("it is larger than {} MB", MAX_BYTES / 1024 / 1024));
    }
    match read {
        Some(Ok(_)) if status.success() => Ok(bytes),
        _ => Err(why.lines().next().unwrap_or_default().trim_start_matches("fatal: ").to_owned()),
    }
}
