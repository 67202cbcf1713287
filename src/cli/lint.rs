//! `flyarch lint`

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::args::{Lint, TierName};
use super::edit::{difference, replace};
use super::input::{self, Input, Language};
use super::walk::{self, Target};
use super::{CLEAN, FINDINGS, Failure, INPUT, Stream, exit_code, print, say, show};
use crate::diag::{Applicability, Diagnostic, Diagnostics, Fix, Report, fix};
use crate::facts::FACTS;
use crate::render::GENERATED;
use crate::source::{FileId, Source};
use crate::spec::Tier;
use crate::{Options, check, check_files, fly_toml, spread};

/// How often fixes are applied and the result is looked at again: a fix can make room for another.
const ROUNDS: usize = 10;

pub(super) fn run(args: &Lint) -> Result<i32, Failure> {
    let (mut targets, mut unread) = match args.paths.as_slice() {
        [] => (vec![Target { path: input::find_any()?, found: false }], false),
        paths => walk::targets(paths, walk::any)?,
    };
    if args.skip_generated {
        // What is found in folders is treated like this.
        for target in &mut targets {
            target.found = true;
        }
    }
    let fixing = args.fix || args.unsafe_fixes;
    if fixing && !args.diff && targets.iter().any(|target| target.path == Path::new("-")) {
        return Err(Failure::usage("standard input cannot be fixed in place: give a file, or --diff"));
    }
    let today = Some(input::today(args.show.today.as_deref())?);
    let options = Options { today, tier: args.tier.map(tier), ..Options::default() };
    let mut files = Files::default();
    unread |= files.read(&targets, args.stdin_filename.as_deref());
    let mut differs = false;
    if fixing || args.diff {
        for (file, (old, count)) in files.mend(&options, args.unsafe_fixes) {
            let new = files.report.sources.get(file);
            if args.diff {
                print(&mut io::stdout().lock(), |out| difference(&old, new, out))?;
                differs = true;
            } else {
                replace(&files.paths[file.index()], new.text())?;
                let plural = if count == 1 { "" } else { "s" };
                say(format_args!("fixed {count} finding{plural} in {}", new.name()));
            }
        }
    }
    files.check(&options);
    let report = files.report;
    let code = if args.diff {
        // What cannot be read has no difference to show.
        match exit_code(&report, args.show.fail_level) {
            INPUT => show(&report, &args.show, Stream::Err)?,
            _ if differs => FINDINGS,
            _ => CLEAN,
        }
    } else {
        show(&report, &args.show, Stream::Out)?
    };
    // The system forgets it all faster than it can be taken apart.
    std::mem::forget(report);
    Ok(if unread { INPUT } else { code })
}

pub(super) fn tier(name: TierName) -> Tier {
    match name {
        TierName::Production => Tier::Production,
        TierName::Staging => Tier::Staging,
        TierName::Development => Tier::Development,
    }
}

/// What is looked at, in the order in which it was given.
#[derive(Default)]
struct Files {
    /// The texts, and what was found so far.
    report: Report,
    /// Where each text is from.
    paths: Vec<PathBuf>,
    specs: Vec<FileId>,
    plain: Vec<FileId>,
}

impl Files {
    /// Reads files. Says which cannot be read, and whether there was such a one: the others are looked at all the same.
    fn read(&mut self, targets: &[Target], stdin_name: Option<&str>) -> bool {
        let mut unread = false;
        let inputs = spread::map(targets, |target| input::read(&target.path, stdin_name.unwrap_or("spec.toml")));
        for (target, input) in targets.iter().zip(inputs) {
            let source = match input {
                Ok(Input::Text(source)) => source,
                Ok(Input::Refused(refused)) => {
                    self.report.append(refused);
                    self.paths.push(target.path.clone());
                    continue;
                }
                Err(failure) => {
                    say(format_args!("error: {}", failure.message));
                    unread = true;
                    continue;
                }
            };
            // The spec is what its author can change.
            if target.found && source.text().starts_with(GENERATED) {
                continue;
            }
            let unnamed = target.path == Path::new("-") && stdin_name.is_none();
            let language = if unnamed { Language::of_text(source.text()) } else { Language::of(&source) };
            let source =
                if unnamed && language == Language::FlyToml { Source::new("fly.toml", source.text()) } else { source };
            let file = self.report.sources.add(source);
            self.paths.push(target.path.clone());
            if language == Language::Spec { self.specs.push(file) } else { self.plain.push(file) }
        }
        unread
    }

    /// Finds what is wrong with all of them.
    fn check(&mut self, options: &Options) {
        for &file in &self.specs {
            let found = check(self.report.sources.get(file), &FACTS, options).diagnostics;
            self.report.find(file, found);
        }
        let found = check_files(&self.report.sources, &self.plain, &FACTS, options);
        self.report.diagnostics.extend(found);
        self.report.diagnostics.sort_by_key(|d| d.primary.span.file);
    }

    /// Applies all fixes that may be applied. Returns the old texts of what has changed, and how many fixes there were.
    fn mend(&mut self, options: &Options, unsafe_too: bool) -> BTreeMap<FileId, (Source, usize)> {
        let mut changed: BTreeMap<FileId, (Source, usize)> = BTreeMap::new();
        let mut todo = (self.specs.clone(), self.plain.clone());
        for _ in 0..ROUNDS {
            let sources = &self.report.sources;
            let mut mended = Vec::new();
            for &file in &todo.0 {
                let source = sources.get(file);
                let found = check(source, &FACTS, options).diagnostics;
                mended.extend(apply(source, &found, unsafe_too).map(|(new, count)| (file, new, count)));
            }
            // Files that are given together are judged together.
            if !todo.1.is_empty() {
                let found = check_files(sources, &self.plain, &FACTS, options);
                for of_file in found.chunk_by(|a, b| a.primary.span.file == b.primary.span.file) {
                    let file = of_file[0].primary.span.file;
                    let new = apply(sources.get(file), of_file, unsafe_too);
                    let new = new.filter(|(new, _)| is_loaded(new));
                    mended.extend(new.map(|(new, count)| (file, new, count)));
                }
            }
            if mended.is_empty() {
                break;
            }
            let again = |list: &[FileId]| {
                list.iter().copied().filter(|file| mended.iter().any(|(other, ..)| other == file)).collect::<Vec<_>>()
            };
            todo = (again(&todo.0), again(&todo.1));
            for (file, new, count) in mended {
                let old = self.report.sources.get(file).clone();
                self.report.sources.replace(file, new);
                changed.entry(file).or_insert((old, 0)).1 += count;
            }
        }
        changed.retain(|&file, (old, _)| old.text() != self.report.sources.get(file).text());
        changed
    }
}

/// The text after the fixes of its findings, and how many they were. Nothing when they change nothing.
fn apply(source: &Source, found: &[Diagnostic], unsafe_too: bool) -> Option<(Source, usize)> {
    let wanted = |fix: &&Fix| unsafe_too || fix.applicability == Applicability::Safe;
    let (text, count) = fix::apply(source, found.iter().filter_map(|d| d.fix.as_ref()).filter(wanted));
    (count > 0 && text != source.text()).then(|| (Source::new(source.name(), text), count))
}

/// Whether flyctl would load a file. The places of a plain file have more shapes than those of a spec: an edit that
/// breaks one is not made.
fn is_loaded(source: &Source) -> bool {
    fly_toml::read(source, FileId(0), &mut Diagnostics::default()).is_ok()
}
