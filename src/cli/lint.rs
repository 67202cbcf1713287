//! `flyarch lint`

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use clap::Parser as _;

use super::args::{FailLevel, Lint, Show, TierName};
use super::config::Config;
use super::edit::{difference, replace};
use super::input::{self, Input, Language};
use super::walk::{self, Found, Target};
use super::{
    CLEAN, FINDINGS, Failure, INPUT, Stream, baseline, exit_code, ignores, include, near, print, say, show, statistics,
};
use crate::beside::Kind;
use crate::diag::{Applicability, Diagnostic, Diagnostics, Fix, Report, fix, located};
use crate::facts::FACTS;
use crate::render::GENERATED;
use crate::source::{FileId, Source, Span};
use crate::spec::{Date, Tier};
use crate::{Options, Surroundings, check_files, check_in, environments, fly_toml, spread};

/// How often fixes are applied and the result is looked at again: a fix can make room for another.
const ROUNDS: usize = 10;

pub(super) fn run(args: &Lint) -> Result<i32, Failure> {
    let Found { mut targets, mut beside, folders, mut unread } = match args.paths.as_slice() {
        [] => Found { targets: vec![Target { path: input::find_any()?, found: false }], ..Found::default() },
        paths => walk::targets(paths, walk::any)?,
    };
    targets.retain(|target| {
        let other = Kind::of(&target.path.to_string_lossy()).is_some();
        if other {
            beside.push(target.path.clone());
        }
        !other
    });
    of_specs(&mut targets);
    let fixing = args.fix || args.unsafe_fixes;
    if fixing && !args.diff && targets.iter().any(|target| target.path == Path::new("-")) {
        return Err(Failure::usage("standard input cannot be fixed in place: give a file, or --diff"));
    }
    let today = Some(input::today(args.show.today.as_deref())?);
    if let Some(reason) = &args.add_ignores {
        ignores::check(reason).map_err(Failure::usage)?;
    }
    let mut config = Config::read(args)?;
    let how = Show { fail_level: args.show.fail_level.or(config.fail_level), ..args.show.clone() };
    let mut options = Options {
        today,
        tier: args.tier.map(tier),
        levels: std::mem::take(&mut config.levels),
        forbidden: std::mem::take(&mut config.forbidden),
        ..Options::default()
    };
    let known = config.baseline.take();
    let mut files = Files { config, environment: args.env.clone(), ..Files::default() };
    unread |= files.read(&targets, args);
    files.has_environment()?;
    files.look_around(&targets, &beside, &folders);
    options.tiers = files.tiers();
    let mut differs = false;
    if let Some(reason) = &args.add_ignores {
        files.check(&options);
        if let Some(known) = &known {
            baseline::hide(known, &mut files.report)?;
        }
        differs = files.add_ignores(reason, args.diff)?;
    } else if fixing || args.diff {
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
    let mut report = files.report;
    if let Some(path) = &args.write_baseline {
        baseline::write(path, &report)?;
        baseline::hide(path, &mut report)?;
    } else if let Some(known) = &known {
        baseline::hide(known, &mut report)?;
    }
    let code = if args.diff {
        // What cannot be read has no difference to show.
        match exit_code(&report, how.fail_level) {
            INPUT => show(&report, &how, Stream::Err)?,
            _ if differs => FINDINGS,
            _ => CLEAN,
        }
    } else if args.statistics {
        print(&mut io::stdout().lock(), |out| statistics::print(&report, out))?;
        exit_code(&report, how.fail_level)
    } else {
        show(&report, &how, Stream::Out)?
    };
    // The system forgets it all faster than it can be taken apart.
    std::mem::forget(report);
    Ok(if unread { INPUT } else { code })
}

/// What is found in one spec without any option, and from which severity on that counts by the configuration.
pub(super) fn findings(
    path: &Path,
    environment: Option<&str>,
    today: Date,
) -> Result<(Report, Option<FailLevel>), Failure> {
    let args = Lint::try_parse_from([OsStr::new("lint"), OsStr::new("--"), path.as_os_str()])
        .map_err(|error| Failure::usage(error.to_string()))?;
    let Found { targets, beside, folders, .. } = walk::targets(&args.paths, walk::any)?;
    let mut config = Config::read(&args)?;
    let options = Options {
        today: Some(today),
        levels: std::mem::take(&mut config.levels),
        forbidden: std::mem::take(&mut config.forbidden),
        ..Options::default()
    };
    let (known, fail_level) = (config.baseline.take(), config.fail_level);
    let mut files = Files { config, environment: environment.map(str::to_owned), ..Files::default() };
    files.read(&targets, &args);
    files.has_environment()?;
    files.look_around(&targets, &beside, &folders);
    files.check(&options);
    if let Some(known) = &known {
        baseline::hide(known, &mut files.report)?;
    }
    Ok((files.report, fail_level))
}

/// Files that a spec includes are looked at with it: hooks give the files that have changed.
fn of_specs(targets: &mut Vec<Target>) {
    for target in targets.iter_mut() {
        let is_toml = target.path.extension().is_some_and(|ending| ending == "toml");
        let name = target.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if is_toml && Language::of_name(name).is_none() {
            target.path = include::owner(&target.path).unwrap_or_else(|| target.path.clone());
        }
    }
    let mut seen = BTreeSet::new();
    targets.retain(|target| seen.insert(target.path.clone()));
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
    /// What lies beside them.
    beside: Vec<FileId>,
    /// Whether all that they name has been looked for.
    complete: bool,
    config: Config,
    /// The environment of specs that is meant.
    environment: Option<String>,
    /// What was wrong with files before anybody looked at what they say.
    refused: Vec<Diagnostic>,
}

impl Files {
    /// Reads files. Says which cannot be read, and whether there was such a one: the others are looked at all the same.
    fn read(&mut self, targets: &[Target], args: &Lint) -> bool {
        let stdin_name = args.stdin_filename.as_deref();
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
            if (target.found || args.skip_generated) && source.text().starts_with(GENERATED) {
                continue;
            }
            let unnamed = target.path == Path::new("-") && stdin_name.is_none();
            let language = if unnamed { Language::of_text(source.text()) } else { Language::of(&source) };
            let source =
                if unnamed && language == Language::FlyToml { Source::new("fly.toml", source.text()) } else { source };
            let file = self.report.sources.add(source);
            self.paths.push(target.path.clone());
            if language == Language::FlyToml {
                self.plain.push(file);
                continue;
            }
            match include::join(&mut self.report.sources, file, &target.path) {
                Ok((spec, paths)) => {
                    self.paths.extend(paths);
                    self.specs.push(spec);
                }
                Err(found) => {
                    let more = self.report.sources.iter().len() - self.paths.len();
                    self.paths.extend(std::iter::repeat_n(target.path.clone(), more));
                    self.report.diagnostics.extend(found);
                }
            }
        }
        self.refused.clone_from(&self.report.diagnostics);
        unread
    }

    /// The texts of a spec: those that it was put together from, or itself.
    fn texts(&self, spec: FileId) -> Vec<FileId> {
        let source = self.report.sources.get(spec);
        if source.is_joined() { source.parts().collect() } else { vec![spec] }
    }

    /// Puts another text in the place of one, and of what was put together from it.
    fn replace(&mut self, file: FileId, source: Source) {
        self.report.sources.replace(file, source);
        for &spec in &self.specs {
            let old = self.report.sources.get(spec);
            if old.parts().any(|part| part == file) {
                let new = old.rejoined(&self.report.sources);
                self.report.sources.replace(spec, new);
            }
        }
    }

    /// Whether some spec has the environment that is meant.
    fn has_environment(&self) -> Result<(), Failure> {
        let Some(wanted) = self.environment.as_deref() else { return Ok(()) };
        let specs = self.specs.iter().map(|&file| self.report.sources.get(file));
        let mut asked = specs.map(|source| input::environments(source, Some(wanted)).map(drop));
        let Some(first) = asked.next() else {
            return Err(Failure::usage(format!(
                "--env {wanted}: there is no spec here, and a fly.toml has no environments"
            )));
        };
        if first.is_ok() || asked.any(|one| one.is_ok()) { Ok(()) } else { first }
    }

    /// The tiers that the configuration says.
    fn tiers(&self) -> Vec<(FileId, Tier)> {
        let tier = |file: &FileId| self.config.tier(&self.paths[file.index()]).map(|tier| (*file, tier));
        self.plain.iter().filter_map(tier).collect()
    }

    /// Writes waivers for what was found, or shows them. Says what cannot be waived. Returns whether anything changes.
    fn add_ignores(&mut self, reason: &str, show: bool) -> Result<bool, Failure> {
        let mut by_file: BTreeMap<FileId, Vec<&Diagnostic>> = BTreeMap::new();
        for d in &self.report.diagnostics {
            by_file.entry(d.primary.span.file).or_default().push(d);
        }
        let (mut left, mut changed) = (0, Vec::new());
        for (file, found) in by_file {
            let source = self.report.sources.get(file);
            let new = if self.specs.iter().any(|&spec| self.texts(spec).contains(&file)) {
                ignores::in_spec(source, &found, reason)
            } else {
                ignores::in_file(source, &found, reason)
            };
            let stdin = self.paths[file.index()] == Path::new("-") && !show;
            let Some((text, count)) = new.filter(|_| !stdin) else {
                left += found.len();
                continue;
            };
            left += found.len() - count;
            changed.push((file, Source::new(source.name(), text), count));
        }
        let differs = !changed.is_empty();
        for (file, new, count) in changed {
            if show {
                let old = self.report.sources.get(file);
                print(&mut io::stdout().lock(), |out| difference(old, &new, out))?;
            } else {
                replace(&self.paths[file.index()], new.text())?;
                let plural = if count == 1 { "" } else { "s" };
                say(format_args!("waived {count} finding{plural} in {}", new.name()));
                self.replace(file, new);
            }
        }
        if left > 0 {
            let plural = if left == 1 { "" } else { "s" };
            say(format_args!("{left} finding{plural} cannot be waived"));
        }
        Ok(differs)
    }

    /// Reads what lies beside the files.
    fn look_around(&mut self, targets: &[Target], beside: &[PathBuf], folders: &[PathBuf]) {
        let stdin = |path: &PathBuf| path == Path::new("-");
        self.complete = !self.paths.iter().any(stdin);
        let given: BTreeSet<&PathBuf> = targets.iter().filter(|t| !t.found).map(|target| &target.path).collect();
        let specs = self.specs.iter().map(|&file| (file, false));
        let plain = self.plain.iter().map(|&file| (file, !given.contains(&self.paths[file.index()])));
        let files: Vec<(FileId, bool)> =
            specs.chain(plain).filter(|(file, _)| !stdin(&self.paths[file.index()])).collect();
        self.beside = near::read(&mut self.report.sources, &files, beside, folders);
        self.paths.extend(self.beside.iter().map(|&file| PathBuf::from(self.report.sources.get(file).name())));
    }

    fn surroundings(&self) -> Surroundings<'_> {
        Surroundings { files: &self.beside, complete: self.complete }
    }

    /// Finds what is wrong with a spec, in all environments that are meant.
    fn check_spec(&self, file: FileId, options: &Options) -> Vec<Diagnostic> {
        let meant = environments::meant(self.report.sources.get(file), self.environment.as_deref());
        // Another spec may be the one that has it.
        let meant = meant.unwrap_or_else(|_| vec![None]);
        let checked = meant.into_iter().map(|environment| {
            let options = Options { environment: environment.clone(), ..options.clone() };
            (environment, check_in(&self.report.sources, file, self.surroundings(), &FACTS, &options))
        });
        let checked: Vec<_> = checked.collect();
        let models = checked.iter().filter_map(|(name, of)| Some((name.as_deref()?, of.model.as_ref()?)));
        let clashes = environments::clashes(&models.collect::<Vec<_>>(), file);
        let mut found = environments::united(checked.into_iter().map(|(name, of)| (name, of.diagnostics)).collect());
        found.extend(located(clashes, file, self.report.sources.get(file)));
        found
    }

    /// Finds what is wrong with all of them.
    fn check(&mut self, options: &Options) {
        let mut found = Vec::new();
        for &file in &self.specs {
            found.extend(self.check_spec(file, options));
        }
        // What lies beside a spec has been looked at with it.
        if self.specs.is_empty() || !self.plain.is_empty() {
            found.extend(
                check_files(&self.report.sources, &self.plain, self.surroundings(), &FACTS, options).diagnostics,
            );
        }
        // Several specs may lie beside one workflow.
        if self.specs.len() > 1 || !self.plain.is_empty() {
            let mut told = BTreeSet::new();
            found.retain(|d| {
                let Span { file, range } = d.primary.span;
                !self.beside.contains(&file) || told.insert((d.rule.name, file, range.start, d.message.clone()))
            });
        }
        found.retain(|d| self.config.keeps(d, &self.paths[d.primary.span.file.index()]));
        self.report.diagnostics.clone_from(&self.refused);
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
                let mut found = self.check_spec(file, options);
                found.retain(|d| self.config.keeps(d, &self.paths[d.primary.span.file.index()]));
                for text in self.texts(file) {
                    // What would change two files at once is left to whoever keeps them.
                    let is_here = |d: &&Diagnostic| {
                        let edits = d.fix.iter().flat_map(|fix| &fix.edits);
                        d.primary.span.file == text && edits.clone().all(|edit| edit.span.file == text)
                    };
                    let here: Vec<Diagnostic> = found.iter().filter(is_here).cloned().collect();
                    let new = apply(sources.get(text), &here, unsafe_too);
                    mended.extend(new.map(|(new, count)| (text, new, count)));
                }
            }
            // Files that are given together are judged together.
            if !todo.1.is_empty() {
                let mut found = check_files(sources, &self.plain, self.surroundings(), &FACTS, options).diagnostics;
                found.retain(|d| self.config.keeps(d, &self.paths[d.primary.span.file.index()]));
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
            let is_mended =
                |file: &FileId| self.texts(*file).iter().any(|text| mended.iter().any(|(of, ..)| of == text));
            let again = |list: &[FileId]| list.iter().copied().filter(is_mended).collect::<Vec<_>>();
            todo = (again(&todo.0), again(&todo.1));
            for (file, new, count) in mended {
                let old = self.report.sources.get(file).clone();
                self.replace(file, new);
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
