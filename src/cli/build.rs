//! `flyarch build`

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::{Build, OutputFormat};
use super::include::{self, Spec};
use super::{CLEAN, FINDINGS, Failure, INPUT, Stream, input, near, place, print, say, show};
use crate::diag::form::count;
use crate::diag::{Diagnostic, Report, Severity, located};
use crate::environments::PREVIEW;
use crate::facts::FACTS;
use crate::model::Model;
use crate::plan::Layout;
use crate::render::{ArtifactSet, RESOLVED};
use crate::sink::{self, Changes, Compare, SinkError};
use crate::source::{FileId, Source};
use crate::value::Key;
use crate::{Compilation, Options, Surroundings, check_in, compile_in, environments};

pub(super) fn run(args: &Build) -> Result<i32, Failure> {
    let stream = args.output == Path::new("-");
    if stream && (args.check || args.diff) {
        return Err(Failure::usage("-o - has no folder to compare with: give one, or leave --check and --diff out"));
    }
    // The stream of files is the output: findings must not be between them.
    let findings = if stream { Stream::Err } else { Stream::Out };
    let path = input::find(args.spec.as_deref())?;
    let spec = match include::read(&path)? {
        Ok(spec) => spec,
        Err(report) => {
            let code = show(&report, &args.show, findings)?;
            nothing_written(&report, args);
            return Ok(code);
        }
    };
    let today = Some(input::today(args.show.today.as_deref())?);
    let environments = environments(spec.source(), args)?;
    let preview = preview(args)?;
    let Spec { sources, file: spec } = spec;
    let mut report = Report { sources, ..Report::default() };
    let (files, complete) = near::beside(&mut report.sources, spec, &path);
    let beside = Surroundings { files: &files, complete };
    let mut trees = Vec::new();
    for environment in environments {
        let mut output = environment.as_ref().map_or_else(|| args.output.clone(), |name| args.output.join(name));
        output.extend(&args.preview);
        let layout = if stream { Layout::default() } else { layout(&path, &output)? };
        let preview = preview.clone();
        let options = Options { environment: environment.clone(), preview, layout, today, ..Options::default() };
        let compilation = compile_in(&report.sources, spec, beside, &FACTS, &options);
        trees.push(Tree { environment, output, compilation });
    }
    let models = trees.iter().filter_map(|tree| Some((tree.environment.as_deref()?, tree.compilation.model.as_ref()?)));
    let models: Vec<_> = models.collect();
    let clashes = if args.preview.is_some() {
        clashes_of_preview(&report, spec, &models)
    } else {
        environments::clashes(&models, spec)
    };
    let found =
        trees.iter_mut().map(|tree| (tree.environment.clone(), std::mem::take(&mut tree.compilation.diagnostics)));
    report.diagnostics = environments::united(found.collect());
    report.diagnostics.extend(located(clashes, spec, report.sources.get(spec)));
    let code = show(&report, &args.show, findings)?;
    if code != CLEAN || trees.iter().any(|tree| tree.compilation.artifacts.is_none()) {
        nothing_written(&report, args);
        return Ok(code);
    }
    let mut written = Vec::new();
    for Tree { environment, output, compilation } in trees {
        let Some(mut files) = compilation.artifacts else { continue };
        // Taking a large model apart takes longer than the system needs to forget it.
        std::mem::forget(compilation.model);
        if let Some(only) = &args.only {
            restrict(&mut files, only)?;
        }
        let partial = args.only.is_some();
        written.push(Written { environment, output, files, partial });
    }
    sweep(report.sources.get(spec), &path, args, &mut written)?;
    if stream {
        print(&mut io::stdout().lock(), |out| all(&written, out))?;
        std::mem::forget(written);
        return Ok(CLEAN);
    }
    // All are compared before the first is written: what is in the way of one is in the way of all.
    let mut changes = Vec::new();
    for Written { output, files, partial, .. } in &written {
        let how = Compare { force: args.force, partial: *partial };
        let of_tree = sink::compare(output, files, how).map_err(failure)?;
        if !args.check && !args.diff {
            of_tree.allowed().map_err(failure)?;
        }
        changes.push((output, of_tree));
    }
    if args.env.is_none() && args.preview.is_none() && args.only.is_none() {
        let environments: Vec<&str> = written.iter().filter_map(|tree| tree.environment.as_deref()).collect();
        for leftover in leftovers(&args.output, &environments) {
            say(format_args!(
                "{} is of no environment of this spec, and stays as it is: if what it set up is gone, remove it",
                leftover.display()
            ));
        }
    }
    let mut code = CLEAN;
    for (output, changes) in &changes {
        if args.check || args.diff {
            code = code.max(compared(changes, output, args)?);
        } else {
            sink::write(changes).map_err(failure)?;
            told(changes, output);
        }
    }
    std::mem::forget(changes);
    std::mem::forget(written);
    Ok(code)
}

/// The environments that are built: all but the one for previews, unless that is asked for.
fn environments(source: &Source, args: &Build) -> Result<Vec<Option<String>>, Failure> {
    if args.preview.is_none() {
        let mut all = input::environments(source, args.env.as_deref())?;
        if args.env.is_none() {
            all.retain(|name| name.as_deref() != Some(PREVIEW));
        }
        return Ok(if all.is_empty() { vec![None] } else { all });
    }
    environments::meant(source, Some(PREVIEW)).map_err(|_| {
        Failure::usage(format!(
            "{} has no [environment.{PREVIEW}]: declare it, with what a preview has that others have not",
            source.name()
        ))
    })
}

/// Adds what takes down old previews: beside their trees, and in that of the environment that they are made of.
fn sweep(spec: &Source, path: &Path, args: &Build, written: &mut Vec<Written>) -> Result<(), Failure> {
    // From standard input nobody could build a preview again.
    if args.preview.is_some() || args.only.is_some() || path == Path::new("-") {
        return Ok(());
    }
    let built = written.iter_mut().find(|tree| tree.environment.as_deref() == Some(PREVIEW));
    if built.is_none() && args.env.is_some() {
        return Ok(());
    }
    let Some(ttl) = environments::ttl_of_previews(spec) else { return Ok(()) };
    let output = args.output.join(PREVIEW);
    let layout = if args.output == Path::new("-") { Layout::new("../..") } else { layout(path, &output)? };
    let Some(files) = crate::sweep(spec, ttl, &FACTS, &layout) else { return Ok(()) };
    match built {
        Some(tree) => tree.files.extend(files),
        // A tree that was built there on its own stays.
        None => written.push(Written { environment: Some(PREVIEW.to_owned()), output, files, partial: true }),
    }
    Ok(())
}

/// The preview that is meant.
fn preview(args: &Build) -> Result<Option<Key>, Failure> {
    let Some(preview) = &args.preview else { return Ok(None) };
    preview.parse().map(Some).map_err(|_| {
        Failure::usage(format!(
            "--preview {preview}: begin with a letter; then lower case letters, digits and dashes, as names of apps have them"
        ))
    })
}

/// Apps that a preview would take from another environment, because their names are written.
fn clashes_of_preview(report: &Report, spec: FileId, preview: &[(&str, &Model)]) -> Vec<Diagnostic> {
    let others = environments::meant(report.sources.get(spec), None).unwrap_or_default();
    let others = others.into_iter().filter(|name| name.as_deref() != Some(PREVIEW)).chain([None]);
    let judged = others.map(|environment| {
        let options = Options { environment: environment.clone(), ..Options::default() };
        (environment, check_in(&report.sources, spec, Surroundings::default(), &FACTS, &options).model)
    });
    let judged: Vec<_> = judged.collect();
    let others =
        judged.iter().filter_map(|(name, model)| Some((name.as_deref().unwrap_or("the base"), model.as_ref()?)));
    let mut found = environments::clashes_of_preview(&others.chain(preview.iter().copied()).collect::<Vec<_>>(), spec);
    // One name is shared with the base and with whoever has it from there.
    found.truncate(1);
    found
}

/// Trees of earlier builds that no environment is built into any more: their scripts are those of another spec.
fn leftovers(output: &Path, environments: &[&str]) -> Vec<PathBuf> {
    let is_tree = |folder: &Path| folder.join(sink::MANIFEST).is_file();
    let mut found = Vec::new();
    if !environments.is_empty() && is_tree(output) {
        found.push(output.to_owned());
    }
    let entries = std::fs::read_dir(output).into_iter().flatten().filter_map(Result::ok);
    let others = entries.filter(|entry| entry.file_name().to_str().is_none_or(|name| !environments.contains(&name)));
    found.extend(others.map(|entry| entry.path()).filter(|path| is_tree(path)));
    found.sort();
    found
}

/// What is built of one environment, and where to.
struct Tree {
    environment: Option<String>,
    output: PathBuf,
    compilation: Compilation,
}

/// What is written of one environment, and where to.
struct Written {
    environment: Option<String>,
    output: PathBuf,
    files: ArtifactSet,
    /// Whether other files of the tree stay as they are.
    partial: bool,
}

/// Says that nothing was written, and why where the findings do not say it.
fn nothing_written(report: &Report, args: &Build) {
    let worst = report.diagnostics.iter().map(|d| d.severity).max();
    if worst < Some(Severity::Error) {
        say("nothing was written: with --fail-level warning, a warning is in the way");
        return;
    }
    let errors = report.diagnostics.iter().filter(|d| Some(d.severity) == worst);
    let rule = errors.map(|d| d.rule.name).find(|name| crate::rules::find(name).is_some());
    match rule {
        Some(rule) if args.show.format == OutputFormat::Full => {
            say(format_args!("nothing was written; `flyarch explain {rule}` says more"));
        }
        _ => say("nothing was written"),
    }
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
fn all(trees: &[Written], out: &mut dyn Write) -> io::Result<()> {
    let files = trees.iter().flat_map(|Written { environment, files, .. }| {
        let folder = environment.as_ref().map(|name| format!("{name}/")).unwrap_or_default();
        // What is there to be read back is for folders.
        let shown = files.iter().filter(|(path, _)| *path != RESOLVED);
        shown.map(move |(path, file)| (format!("{folder}{path}"), file))
    });
    for (i, (path, file)) in files.enumerate() {
        let gap = if i == 0 { "" } else { "\n" };
        write!(out, "{gap}==> {path} <==\n{}", file.text)?;
    }
    Ok(())
}

/// Shows what differs, and says what it means.
fn compared(changes: &Changes<'_>, output: &Path, args: &Build) -> Result<i32, Failure> {
    if args.show.format.is_for_people() {
        print(&mut io::stdout().lock(), |out| differences(changes, out))?;
    } else {
        // A report for programs is not to be followed by text.
        print(&mut io::stderr().lock(), |out| differences(changes, out))?;
    }
    changes.allowed().map_err(failure)?;
    if args.check && !changes.is_empty() {
        say(format_args!("{} is stale: run `flyarch build` without --check", output.display()));
        let mut stale = changes.stale.iter().filter_map(|(path, old)| Some((path, old.as_ref()?)));
        if stale.any(|(path, old)| sink::with_plain_ends(old).as_deref() == Some(changes.new_text(path))) {
            say(format_args!(
                "git changes line ends here: `{}/** text eol=lf` in .gitattributes keeps it from that",
                place::shown(output)
            ));
        }
        return Ok(FINDINGS);
    }
    Ok(CLEAN)
}

/// What differs as a unified diff, with modes as git shows them.
fn differences(changes: &Changes<'_>, out: &mut dyn Write) -> io::Result<()> {
    let stale = changes.stale.iter().filter(|(path, _)| path != sink::MANIFEST);
    let surplus = changes.surplus.iter().map(|(path, old)| (path, Some(old)));
    let mut all: Vec<_> = stale.map(|(path, old)| (path, old.as_ref())).chain(surplus).collect();
    // What the others come from says the same once more.
    all.sort_by_key(|(path, _)| *path == RESOLVED);
    for (path, old) in all {
        let new = changes.new_text(path);
        if old.and_then(|old| sink::with_plain_ends(old)).as_deref() == Some(new) {
            write!(out, "--- {path}\n+++ {path}\nlines end in CRLF, and were written with LF\n")?;
            continue;
        }
        let (from, to) =
            (if old.is_some() { path } else { "/dev/null" }, if new.is_empty() { "/dev/null" } else { path });
        let old = old.map_or("", String::as_str);
        let diff = similar::TextDiff::from_lines(old, new);
        write!(out, "{}", diff.unified_diff().context_radius(3).header(from, to))?;
    }
    for path in &changes.modes {
        let (old, new) = if changes.is_executable(path) { (644, 755) } else { (755, 644) };
        write!(out, "--- {path}\n+++ {path}\nold mode 100{old}\nnew mode 100{new}\n")?;
    }
    Ok(())
}

/// Says on standard error what was done.
fn told(changes: &Changes<'_>, output: &Path) {
    let files = |number: usize| count(number, "file");
    let written = changes.stale.iter().filter(|(path, _)| path != sink::MANIFEST).count();
    let (removed, modes) = (changes.surplus.len(), changes.modes.len());
    let out = output.display();
    let mut done = Vec::new();
    if written > 0 {
        done.push(format!("wrote {} to {out}", files(written)));
    }
    if removed > 0 {
        done.push(format!("removed {} from {out}", files(removed)));
    }
    if modes > 0 {
        done.push(format!("mended the mode of {} in {out}", files(modes)));
    }
    if done.is_empty() {
        say(format_args!("{out} is up to date"));
    } else {
        say(done.join(", "));
    }
}

/// Where the folder of the spec is, seen from the output folder.
fn layout(spec: &Path, output: &Path) -> Result<Layout, Failure> {
    let spec_folder = if spec == Path::new("-") { Path::new("") } else { place::folder_of(spec) };
    Ok(Layout::new(&place::relative(output, spec_folder)?).with_output(&place::relative(spec_folder, output)?))
}
