//! A spec with the files that it includes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use globset::{Glob, GlobBuilder};

use super::input::{self, Input, TOO_LARGE, Unsaved};
use super::walk::walker;
use super::{Failure, place};
use crate::diag::{Diagnostic, Report, Severity};
use crate::environments::united;
use crate::facts::FACTS;
use crate::model::Model;
use crate::resolve::include;
use crate::source::{FileId, MAX_BYTES, Source, Sources, Span};
use crate::{Compilation, Options, interpret};

/// A spec as it is compiled: one source among those that it was put together from.
pub(super) struct Spec {
    /// All texts.
    pub(super) sources: Sources,
    /// The spec.
    pub(super) file: FileId,
}

impl Spec {
    /// The text of the spec, with all that it includes.
    pub(super) fn source(&self) -> &Source {
        self.sources.get(self.file)
    }
}

/// An environment, where the spec has any, and what the spec means there.
pub(super) type Meant = (Option<String>, Model);

impl Spec {
    /// What the spec means in some environments; or, where it means nothing in one, why.
    pub(super) fn models(&self, environments: Vec<Option<String>>) -> Result<Vec<Meant>, Report> {
        let (mut models, mut found) = (Vec::new(), Vec::new());
        for environment in environments {
            let options = Options { environment: environment.clone(), ..Options::default() };
            let Compilation { diagnostics, model, .. } = interpret(self.source(), &FACTS, &options);
            models.extend(model.map(|model| (environment.clone(), model)));
            found.push((environment, diagnostics));
        }
        if models.len() == found.len() {
            return Ok(models);
        }
        Err(Report { diagnostics: united(found), sources: self.sources.clone() })
    }
}

/// Reads a spec and what it includes; or says why that cannot be.
pub(super) fn read(path: &Path) -> Result<Result<Spec, Report>, Failure> {
    let mut report = match input::read(path, "spec.toml")? {
        Input::Text(source) => {
            let mut report = Report::default();
            report.sources.add(source);
            report
        }
        Input::Refused(report) => return Ok(Err(report)),
    };
    Ok(match join(&mut report.sources, FileId(0), path, &Unsaved::default()) {
        Ok((file, _)) => Ok(Spec { sources: report.sources, file }),
        Err(found) => {
            report.diagnostics = found;
            Err(report)
        }
    })
}

/// Reads what a spec includes, and puts it behind the spec. Returns the spec as it is compiled, and where the sources that
/// were added are from.
pub(super) fn join(
    sources: &mut Sources,
    spec: FileId,
    path: &Path,
    unsaved: &Unsaved,
) -> Result<(FileId, Vec<PathBuf>), Vec<Diagnostic>> {
    let folder = if path == Path::new("-") { Path::new("") } else { place::folder_of(path) };
    let read = |name: &str| unsaved.read(&folder.join(name), "-");
    let (file, names) = joined(sources, spec, |pattern| files(folder, pattern, path), read)?;
    let mut paths: Vec<PathBuf> = names.iter().map(|name| folder.join(name)).collect();
    if file != spec {
        paths.push(path.to_owned());
    }
    Ok((file, paths))
}

/// The same, of files from wherever they are: those that a path or glob means, and each by its name. Returns the names
/// of those that were added.
pub(super) fn joined(
    sources: &mut Sources,
    spec: FileId,
    files: impl Fn(&str) -> Option<Vec<String>>,
    read: impl Fn(&str) -> Result<Input, Failure>,
) -> Result<(FileId, Vec<String>), Vec<Diagnostic>> {
    let patterns = include::included(sources.get(spec));
    if patterns.is_empty() {
        return Ok((spec, Vec::new()));
    }
    let (mut names, mut found) = (BTreeSet::new(), Vec::new());
    for (pattern, range) in &patterns {
        let at = Span { file: spec, range: *range };
        // What lies outside is not looked for.
        if let Some(outside) = include::outside(pattern, at) {
            found.push(outside);
            continue;
        }
        match files(pattern) {
            Some(files) if !files.is_empty() => names.extend(files),
            _ => found.push(include::not_found(pattern, at)),
        }
    }
    if !found.is_empty() {
        return Err(found);
    }
    let at = Span { file: spec, range: patterns.iter().fold(patterns[0].1, |all, (_, range)| all.cover(*range)) };
    let wrong = |message: String| vec![Diagnostic::new(include::INCLUDE_NOT_FOUND, Severity::Error, at, message)];
    let mut parts = vec![spec];
    let mut bytes = sources.get(spec).text().len();
    for name in &names {
        let source = match read(name) {
            Ok(Input::Text(source)) => source,
            Ok(Input::Refused(report)) => {
                let why = report.diagnostics.into_iter().next().map(|d| d.message).unwrap_or_default();
                return Err(wrong(format!("`{name}` cannot be included: {why}")));
            }
            Err(failure) => return Err(wrong(failure.message)),
        };
        bytes += source.text().len();
        if bytes > MAX_BYTES {
            let message = format!("the spec and what it includes are larger than {} MB", MAX_BYTES / 1024 / 1024);
            return Err(vec![Diagnostic::new(TOO_LARGE, Severity::Error, at, message)]);
        }
        let file = sources.add(source);
        found.extend(include::without_table(sources.get(file), file));
        parts.push(file);
    }
    if !found.is_empty() {
        return Err(found);
    }
    let own = sources.get(spec).cite(0).name.to_owned();
    let cited = std::iter::once(&own).chain(&names).map(String::as_str);
    let joined = Source::join(parts.iter().zip(cited).map(|(&file, cited)| (file, cited, sources.get(file))));
    Ok((sources.add(joined), names.into_iter().collect()))
}

/// Those of some names that a path or glob means.
pub(super) fn among(names: &[String], pattern: &str) -> Option<Vec<String>> {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let glob = GlobBuilder::new(pattern).literal_separator(true).build().ok()?.compile_matcher();
    Some(names.iter().filter(|name| *name == pattern || glob.is_match(name)).cloned().collect())
}

/// The spec that includes a file, when a folder of the same repository has one: the file is looked at with it.
pub(super) fn owner(path: &Path, unsaved: &Unsaved) -> Option<PathBuf> {
    let here = place::folder_of(path).join(".").canonicalize().ok()?;
    let mut folder = place::folder_of(path).to_path_buf();
    let mut below = path.file_name()?.to_str()?.to_owned();
    for real in here.ancestors() {
        for name in input::NAMES {
            let spec = folder.join(name);
            let Ok(Input::Text(source)) = unsaved.read(&spec, "-") else { continue };
            let patterns = include::included(&source);
            let includes = |pattern: &str| files(&folder, pattern, &spec).is_some_and(|files| files.contains(&below));
            if patterns.iter().any(|(pattern, _)| includes(pattern)) {
                return Some(spec);
            }
        }
        if real.join(".git").exists() {
            break;
        }
        below = format!("{}/{below}", real.file_name()?.to_str()?);
        // Upwards from where the path leads, which may begin below the current folder.
        folder = match folder.parent() {
            Some(parent) if folder.file_name().is_some() => parent.to_path_buf(),
            _ => folder.join(".."),
        };
    }
    None
}

/// The files that a path or glob means, from the folder of the spec, with `/` between names; not the spec itself.
pub(super) fn files(folder: &Path, pattern: &str, spec: &Path) -> Option<Vec<String>> {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    if !pattern.contains(['*', '?', '[', '{']) {
        return Some(folder.join(pattern).is_file().then(|| pattern.to_owned()).into_iter().collect());
    }
    let glob: Glob = GlobBuilder::new(pattern).literal_separator(true).build().ok()?;
    let glob = glob.compile_matcher();
    // Nothing is looked for where no name can fit.
    let is_plain = |part: &&str| !part.contains(['*', '?', '[', '{']);
    let fixed: PathBuf = pattern.split('/').take_while(is_plain).collect();
    let root = folder.join(&fixed);
    let depth = pattern.split('/').count() - fixed.components().count();
    let mut walker = walker(if root == Path::new("") { Path::new(".") } else { &root });
    walker.max_depth((!pattern.contains("**")).then_some(depth));
    let mut names = Vec::new();
    for entry in walker.build().filter_map(Result::ok) {
        if !entry.file_type().is_some_and(|kind| kind.is_file()) || entry.path() == spec {
            continue;
        }
        let path = entry.path().strip_prefix("./").unwrap_or(entry.path());
        let name = place::shown(path.strip_prefix(folder).ok().filter(|name| name.to_str().is_some())?);
        if glob.is_match(&name) && Path::new(&name) != spec {
            names.push(name);
        }
    }
    Some(names)
}
