//! `flyarch import`

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::Import;
use super::edit::{create, replace};
use super::input::{self, Input, Language};
use super::walk::{self, Found, Target};
use super::{CLEAN, FINDINGS, Failure, Stream, exit_code, live, place, print, say, show};
use crate::diag::form::count;
use crate::diag::{Diagnostics, Report, Severity};
use crate::facts::FACTS;
use crate::fly_toml::Difference;
use crate::import::{File, Imported, ImportedApp, Request, app_names, import};
use crate::live::{Dump, Live};
use crate::render::GENERATED;
use crate::source::Source;
use crate::value::{AppName, Name};
use crate::{Options, check, environments};

pub(super) fn run(args: &Import) -> Result<i32, Failure> {
    let org: Option<Name> = args
        .org
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|expected| Failure::usage(format!("--org is no slug of an organisation: {expected}")))?;
    let streamed = args.output == Path::new("-");
    let findings = if streamed || args.collect { Stream::Err } else { Stream::Out };
    let here = [PathBuf::from(".")];
    let paths = if args.paths.is_empty() { &here[..] } else { &args.paths };
    let Found { targets, unread, .. } = walk::targets(paths, walk::fly_toml)?;
    if unread {
        return Err(Failure::input("not everything could be read: give the files that are meant"));
    }
    let spec_folder = if streamed { Path::new("") } else { place::folder_of(&args.output) };
    let (mut report, files) = read(&targets, spec_folder)?;
    if report.count(Severity::Error) > 0 {
        return show(&report, &args.show, findings);
    }
    if files.is_empty() {
        return Err(Failure::input("there is no fly.toml to import: all that was found was made by `flyarch build`"));
    }
    let names = app_names(&report.sources, &files);
    if args.collect {
        if names.is_empty() {
            return Err(Failure::usage("no file says which app it is for: add `app` to them first"));
        }
        print(&mut io::stdout().lock(), |out| collect(&names, out))?;
        return Ok(CLEAN);
    }
    let live = args.live.as_deref().map_or_else(|| Ok(Live::default()), |folder| dumps(folder, &names))?;
    let tier = args.tier.map(super::lint::tier);
    let request = Request { live: &live, org: org.as_ref(), tier };
    let mut diagnostics = Diagnostics::default();
    let specs = import(&report.sources, &files, request, &FACTS, &mut diagnostics);
    report.diagnostics = diagnostics.finish();
    let Ok(specs) = specs else {
        let code = show(&report, &args.show, findings)?;
        say("nothing was written: mend the errors first");
        return Ok(code);
    };
    show(&report, &args.show, findings)?;
    let specs = name(specs, args);
    if streamed && specs.len() > 1 {
        let all: Vec<String> = specs.iter().map(|spec| place::shown(&spec.path)).collect();
        return Err(Failure::usage(format!("-o - prints one spec, and these files make {}", all.join(", "))));
    }
    if let Some(there) = specs.iter().find(|spec| !streamed && !args.force && spec.path.exists()) {
        return Err(Failure {
            message: format!("{} is there already: nothing was written; --force overwrites it", there.path.display()),
            code: FINDINGS,
        });
    }
    let equivalent = specs.iter().all(|spec| spec.spec.is_equivalent());
    let tell = |out: &mut dyn Write| specs.iter().try_for_each(|spec| proof(spec, &report, args.verbose, out));
    if streamed || !args.show.format.is_for_people() {
        print(&mut io::stderr().lock(), tell)?;
    } else {
        print(&mut io::stdout().lock(), tell)?;
    }
    for spec in &specs {
        refused(spec, args, findings)?;
    }
    if !equivalent && !args.force {
        say("nothing was written: building it would not give the files back; --force writes it all the same");
        return Ok(FINDINGS);
    }
    for spec in &specs {
        if streamed {
            print(&mut io::stdout().lock(), |out| out.write_all(spec.spec.text.as_bytes()))?;
        } else if spec.path.exists() {
            replace(&spec.path, &spec.spec.text)?;
        } else {
            create(&spec.path, &spec.spec.text)?;
        }
        told(spec, streamed);
    }
    // Warnings about files count as they do for `lint`.
    let code = exit_code(&report, args.show.fail_level);
    Ok(if equivalent { code } else { FINDINGS })
}

/// Reads the files, and says for each in which folder it lies. What `flyarch build` wrote is passed over.
fn read(targets: &[Target], spec_folder: &Path) -> Result<(Report, Vec<File>), Failure> {
    let mut report = Report::default();
    let mut files = Vec::with_capacity(targets.len());
    for target in targets {
        if target.path == Path::new("-") {
            return Err(Failure::usage("standard input has no folder: give the path of a file"));
        }
        match input::read(&target.path, "fly.toml")? {
            Input::Text(source) if source.text().starts_with(GENERATED) => {
                if !target.found {
                    let name = place::shown(&target.path);
                    return Err(Failure::usage(format!(
                        "{name} was made by `flyarch build`: its spec is there already"
                    )));
                }
            }
            Input::Text(source) if is_spec(&source) => {
                return Err(Failure::usage(format!("{} is a spec already: give fly.toml files", source.name())));
            }
            Input::Text(source) => {
                let folder = place::relative(spec_folder, place::folder_of(&target.path))?;
                let id = report.sources.add(source);
                files.push(File { id, folder });
            }
            Input::Refused(refused) => report.append(refused),
        }
    }
    Ok((report, files))
}

/// Whether a file is a spec by its name, or clearly by its text. Any other is what it is said to be.
fn is_spec(source: &Source) -> bool {
    let name = source.name().rsplit(['/', '\\']).next().unwrap_or_default();
    let written = || source.text().lines().any(|line| line.trim_end() == "[project]");
    Language::of_name(name) == Some(Language::Spec) || Language::of_name(name).is_none() && written()
}

/// A spec, and where it is to lie.
struct Spec {
    path: PathBuf,
    spec: Imported,
}

/// Gives each spec its path: the one that was given, and for other environments one beside it. A spec that is alone has
/// the path that was given, whatever it is for.
fn name(specs: Vec<Imported>, args: &Import) -> Vec<Spec> {
    let alone = specs.len() == 1;
    let path = |environment: Option<&str>| match environment {
        Some(environment) if !alone => {
            let stem = args.output.file_stem().unwrap_or_default().to_string_lossy();
            args.output.with_file_name(format!("{stem}.{environment}.toml"))
        }
        _ => args.output.clone(),
    };
    specs.into_iter().map(|spec| Spec { path: path(spec.environment.as_deref()), spec }).collect()
}

/// Says what building the spec gives.
fn proof(Spec { path, spec }: &Spec, report: &Report, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    if path != Path::new("-") {
        writeln!(out, "{}", place::shown(path))?;
    }
    let width = spec.apps.iter().map(|app| app.key.len()).max().unwrap_or(0);
    for ImportedApp { key, file, proof, .. } in &spec.apps {
        let file = report.sources.get(*file).name();
        let verdict = match proof.differences.len() {
            0 => "equivalent".to_owned(),
            1 => "1 difference".to_owned(),
            n => format!("{n} differences"),
        };
        writeln!(out, "  app.{:<width$}  {file}: {verdict}", key.as_str())?;
        for Difference { path, left, right } in &proof.differences {
            let said = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
            writeln!(out, "    {path}: {} in the file, {} when built", said(left), said(right))?;
        }
        if verbose {
            // A section is what stands in it.
            let values =
                proof.stated.iter().filter_map(|d| Some((&d.path, d.right.as_deref().filter(|v| *v != "{}")?)));
            for (path, value) in values {
                writeln!(out, "    {path}: {value}, the platform's default, is stated")?;
            }
            for key in &proof.answered {
                writeln!(out, "    {key}: the file leaves it open, and the spec answers it")?;
            }
        }
    }
    Ok(())
}

/// Shows why a spec cannot be built, if it cannot.
fn refused(Spec { path, spec }: &Spec, args: &Import, stream: Stream) -> Result<(), Failure> {
    if spec.refused.is_empty() {
        return Ok(());
    }
    let mut report = Report::default();
    report.sources.add(Source::new(place::shown(path), spec.text.as_str()));
    report.diagnostics.clone_from(&spec.refused);
    show(&report, &args.show, stream).map(drop)
}

/// Says what is to be done with a spec that was written.
fn told(Spec { path, spec }: &Spec, streamed: bool) {
    let name = if streamed { "the spec".to_owned() } else { place::shown(path) };
    if !streamed {
        say(format_args!("wrote {name}"));
    }
    match spec.questions().len() {
        0 => {}
        1 => say(format_args!("1 question is open: look for QUESTION in {name}")),
        n => say(format_args!("{n} questions are open: look for QUESTION in {name}")),
    }
    let source = Source::new("spec.toml", spec.text.as_str());
    let judged = environments::meant(&source, None).unwrap_or_default().into_iter().map(|environment| {
        let options = Options { environment: environment.clone(), ..Options::default() };
        (environment, check(&source, &FACTS, &options).diagnostics)
    });
    let found = environments::united(judged.collect());
    let of = |severity: Severity| found.iter().filter(|finding| finding.severity == severity).count();
    let lint = if streamed { "`flyarch lint`".to_owned() } else { format!("`flyarch lint {name}`") };
    match (of(Severity::Error), of(Severity::Warning)) {
        (0, 0) => {}
        (0, warnings) => say(format_args!("{lint} has {}", count(warnings, "warning"))),
        (errors, warnings) => say(format_args!(
            "{lint} has {} to mend before a build, and {}",
            count(errors, "error"),
            count(warnings, "warning")
        )),
    }
}

/// Reads the dumps of a folder: those that are there.
fn dumps(folder: &Path, names: &[AppName]) -> Result<Live, Failure> {
    let of_apps = names.iter().flat_map(|name| Dump::OF_IMPORT.map(|dump| (dump, name.as_str())));
    let all: Vec<_> = [(Dump::Apps, "")].into_iter().chain(of_apps).collect();
    live::read(folder, &all, "flyarch import --collect")
}

/// A script that makes the dumps.
fn collect(names: &[AppName], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "#!/usr/bin/env bash")?;
    writeln!(out, "# Dumps what runs on Fly.io, for `flyarch import --live`. It changes nothing.")?;
    writeln!(out, "set -euo pipefail")?;
    writeln!(out, "dir=${{1:-live}}")?;
    writeln!(out, "mkdir -p \"$dir\"")?;
    writeln!(out, "{} >\"$dir/{}\"", Dump::Apps.line(""), Dump::Apps.path(""))?;
    let names: Vec<&str> = names.iter().map(AppName::as_str).collect();
    writeln!(out, "for app in {}; do", names.join(" "))?;
    writeln!(out, "  mkdir -p \"$dir/$app\"")?;
    for dump in Dump::OF_IMPORT {
        writeln!(out, "  {} >\"$dir/{}\"", dump.line("\"$app\""), dump.path("$app"))?;
    }
    writeln!(out, "done")?;
    Ok(())
}
