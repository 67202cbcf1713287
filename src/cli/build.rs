//! `flyarch build`

use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

use super::args::{Build, OutputFormat};
use super::input::{self, Input};
use super::{CLEAN, FINDINGS, Failure, INPUT, exit_code, show};
use crate::diag::Report;
use crate::facts::FACTS;
use crate::plan::Layout;
use crate::render::ArtifactSet;
use crate::sink::{self, Changes, Compare, SinkError};
use crate::{Options, compile};

pub(super) fn run(args: &Build) -> Result<i32, Failure> {
    let path = input::find(args.spec.as_deref())?;
    let source = match input::read(&path, "spec.toml")? {
        Input::Text(source) => source,
        Input::Refused(report) => return show(&report, args.show.format, args.show.color, args.show.fail_level),
    };
    let stream = args.output == Path::new("-");
    let layout = if stream { Layout::default() } else { layout(&path, &args.output)? };
    let options = Options { layout, today: Some(input::today(args.show.today.as_deref())?), only_rule: None };
    let compilation = compile(&source, &FACTS, &options);
    let mut report = Report::default();
    report.sources.add(source);
    report.diagnostics = compilation.diagnostics;
    // The stream of files is the output: findings must not be between them.
    let code = if stream && compilation.artifacts.is_some() {
        exit_code(&report, args.show.fail_level)
    } else {
        show(&report, args.show.format, args.show.color, args.show.fail_level)?
    };
    let Some(mut files) = compilation.artifacts else {
        if args.show.format == OutputFormat::Full {
            eprintln!("nothing was written{}", hint(&report));
        }
        return Ok(code);
    };
    // Taking a large model apart takes longer than the system needs to forget it.
    std::mem::forget(compilation.model);
    if let Some(only) = &args.only {
        restrict(&mut files, only)?;
    }
    if code != CLEAN {
        return Ok(code);
    }
    if stream {
        print(&files)?;
        std::mem::forget(files);
        return Ok(code);
    }
    let how = Compare { force: args.force, partial: args.only.is_some() };
    let changes = sink::compare(&args.output, &files, how).map_err(failure)?;
    if args.check || args.diff {
        differences(&changes)?;
        let stale = args.check && !changes.is_empty();
        if stale {
            eprintln!("{} is stale: run `flyarch build` without --check", args.output.display());
        }
        return Ok(if stale { FINDINGS } else { CLEAN });
    }
    sink::write(&changes).map_err(failure)?;
    told(&changes, args);
    std::mem::forget(changes);
    std::mem::forget(files);
    Ok(code)
}

fn hint(report: &Report) -> String {
    let rule = report.diagnostics.iter().map(|d| d.rule.name).find(|name| crate::rules::find(name).is_some());
    rule.map_or(String::new(), |rule| format!("; `flyarch explain {rule}` says more"))
}

#[expect(clippy::needless_pass_by_value, reason = "fits map_err")]
fn failure(error: SinkError) -> Failure {
    let code = if matches!(error, SinkError::Foreign(_)) { FINDINGS } else { INPUT };
    Failure { message: error.to_string(), code }
}

/// Leaves only the files of one app.
fn restrict(files: &mut ArtifactSet, only: &str) -> Result<(), Failure> {
    let key = only.strip_prefix("app.").unwrap_or(only);
    let folder = format!("{key}/");
    if !files.keys().any(|path| path.starts_with(&folder)) {
        return Err(Failure::usage(format!("--only {only}: the spec has no app of this key")));
    }
    files.retain(|path, _| path.starts_with(&folder));
    Ok(())
}

/// Prints all files behind each other, each under its path.
fn print(files: &ArtifactSet) -> Result<(), Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for (i, (path, file)) in files.iter().enumerate() {
        let gap = if i == 0 { "" } else { "\n" };
        write!(out, "{gap}==> {path} <==\n{}", file.text)?;
    }
    out.flush()?;
    Ok(())
}

/// Shows what differs as a unified diff.
fn differences(changes: &Changes<'_>) -> Result<(), Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let stale = changes.stale.iter().filter(|(path, _)| path != sink::MANIFEST);
    let surplus = changes.surplus.iter().map(|(path, old)| (path, Some(old)));
    for (path, old) in stale.map(|(path, old)| (path, old.as_ref())).chain(surplus) {
        let new = changes.new_text(path);
        let (from, to) =
            (if old.is_some() { path } else { "/dev/null" }, if new.is_empty() { "/dev/null" } else { path });
        let old = old.map_or("", String::as_str);
        let diff = similar::TextDiff::from_lines(old, new);
        write!(out, "{}", diff.unified_diff().context_radius(3).header(from, to))?;
    }
    out.flush()?;
    Ok(())
}

/// Says on standard error what was done.
fn told(changes: &Changes<'_>, args: &Build) {
    let written = changes.stale.iter().filter(|(path, _)| path != sink::MANIFEST).count();
    let removed = changes.surplus.len();
    let out = args.output.display();
    let files = |n: usize| if n == 1 { "1 file".to_owned() } else { format!("{n} files") };
    match (written, removed) {
        (0, 0) => eprintln!("{out} is up to date"),
        (written, 0) => eprintln!("wrote {} to {out}", files(written)),
        (written, removed) => eprintln!("wrote {} to {out}, removed {}", files(written), files(removed)),
    }
}

/// Where the folder of the spec is, seen from the output folder.
fn layout(spec: &Path, output: &Path) -> Result<Layout, Failure> {
    let spec_folder = if spec == Path::new("-") { Path::new("") } else { spec.parent().unwrap_or(Path::new("")) };
    let here = std::env::current_dir().map_err(|error| Failure::input(format!("no current folder: {error}")))?;
    let (from, to) = (absolute(&here, output), absolute(&here, spec_folder));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - common);
    let parts: Vec<&str> = up.chain(to[common..].iter().map(String::as_str)).collect();
    Ok(Layout::new(&parts.join("/")))
}

/// The names on the way to a path, without `.` and `..`. Works on paths that do not exist yet.
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
