//! `flyarch diff`

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use super::args::{ClassName, CostFormat, Diff as Args};
use super::built::{self, Given, Part};
use super::edit::masked;
use super::include::Spec;
use super::{CLEAN, FINDINGS, Failure, git, include, input, print, refused};
use crate::diag::Report;
use crate::diff::{self, Between, Class, Diff, Stray, compare};
use crate::facts::FACTS;
use crate::interpret;
use crate::model::Model;
use crate::schema::nearest;

impl ClassName {
    fn class(self) -> Class {
        match self {
            Self::InPlace => Class::InPlace,
            Self::Cost => Class::Cost,
            Self::RollingRestart => Class::Rolling,
            Self::Address => Class::Address,
            Self::Security => Class::Security,
            Self::Replacement => Class::Replacement,
            Self::Downtime => Class::Downtime,
            Self::DataLoss => Class::DataLoss,
        }
    }
}

/// What differs in one environment.
pub(super) struct Found {
    pub(super) environment: Option<String>,
    /// The name of the architecture.
    pub(super) project: String,
    pub(super) difference: Diff,
    /// How the rendered files differ, when that is asked for.
    files: String,
}

impl Found {
    pub(super) fn between(&self, old: &dyn Given, new: &dyn Given) -> Between {
        Between {
            project: self.project.clone(),
            environment: self.environment.clone(),
            old: old.name().to_owned(),
            new: new.name().to_owned(),
        }
    }
}

/// Which of the two cannot be understood.
pub(super) enum Broken {
    Old(Report),
    New(Report),
}

/// What differs in each environment that is meant.
pub(super) fn compared(
    old: &dyn Given,
    new: &dyn Given,
    env: Option<&str>,
    with_files: bool,
) -> Result<Result<Vec<Found>, Broken>, Failure> {
    let mut found = Vec::new();
    for (environment, before, after) in pairs(old, new, env)? {
        // An environment that only one has is compared with nothing.
        let sides = match (before, after) {
            (Some(before), Some(after)) => Part::alike(before, after).map(|part| (part, false)),
            (Some(only), None) => [(only.clone(), false), (only, true)],
            (None, Some(only)) => [(only.clone(), true), (only, false)],
            (None, None) => continue,
        };
        let [(before, was_empty), (after, is_empty)] = sides;
        let models = (understood(&before, was_empty), understood(&after, is_empty));
        let (old_model, new_model) = match models {
            (Err(report), _) => return Ok(Err(if was_empty { Broken::New(report) } else { Broken::Old(report) })),
            (_, Err(report)) => return Ok(Err(if is_empty { Broken::Old(report) } else { Broken::New(report) })),
            (Ok(before), Ok(after)) => (before, after),
        };
        let mut difference = compare(before.side(&old_model), after.side(&new_model), &FACTS);
        let project = new_model.project.as_ref().map_or(String::new(), |project| project.name.to_string());
        let strays = if was_empty || is_empty { Vec::new() } else { strays(&before, &after) };
        difference.add_strays(strays);
        let files = if with_files {
            // What is compared with nothing has all of its files.
            let was = if was_empty { BTreeMap::new() } else { before.files(after.tree) };
            let is = if is_empty { BTreeMap::new() } else { after.files(before.tree) };
            files(was, is)
        } else {
            String::new()
        };
        found.push(Found { environment, project, difference, files });
    }
    Ok(Ok(found))
}

/// An environment, and what each of the two says for it.
type Pair<'a> = (Option<String>, Option<Part<'a>>, Option<Part<'a>>);

/// What is compared with what.
fn pairs<'a>(old: &'a dyn Given, new: &'a dyn Given, env: Option<&str>) -> Result<Vec<Pair<'a>>, Failure> {
    let (of_old, of_new) = (old.only(), new.only());
    if let (Some(before), Some(after), None) = (&of_old, &of_new, env) {
        // Two trees are compared whatever they were built for.
        let environment = after.environment().filter(|environment| before.environment() == Some(*environment));
        return Ok(vec![(environment.map(str::to_owned), of_old.clone(), of_new.clone())]);
    }
    // A tree beside something that has several environments stands for its own.
    let own = of_old.as_ref().or(of_new.as_ref()).and_then(Part::environment);
    let (in_old, in_new) = (old.environments(), new.environments());
    let pair = |environment: Option<String>| {
        let name = environment.as_deref();
        let has = |names: &[String]| environment.as_ref().is_none_or(|name| names.contains(name));
        let (before, after) = (old.part(name).filter(|_| has(&in_old)), new.part(name).filter(|_| has(&in_new)));
        (environment, before, after)
    };
    Ok(meant(&in_old, &in_new, env.or(own))?.into_iter().map(pair).collect())
}

/// Files of trees that differ, and are not what the specs of the trees give.
fn strays(before: &Part<'_>, after: &Part<'_>) -> Vec<Stray> {
    let of = |part: &Part<'_>| part.tree.map(|tree| tree.strays(&FACTS)).unwrap_or_default();
    let (of_old, of_new) = (of(before), of(after));
    if of_old.is_empty() && of_new.is_empty() {
        return Vec::new();
    }
    let (was, is) = (before.files(after.tree), after.files(before.tree));
    let paths: BTreeSet<&String> =
        of_old.iter().chain(&of_new).filter(|path| was.get(*path) != is.get(*path)).collect();
    let stray =
        |path: &String| Stray { path: path.clone(), in_old: of_old.contains(path), in_new: of_new.contains(path) };
    paths.into_iter().map(stray).collect()
}

pub(super) fn run(args: &Args) -> Result<i32, Failure> {
    let (old, new) = match given(args)? {
        (Ok(old), Ok(new)) => (old, new),
        (Err(report), _) | (_, Err(report)) => return refused(&report),
    };
    let (old, new) = (&*old, &*new);
    let found = match compared(old, new, args.env.as_deref(), args.files)? {
        Ok(found) => found,
        Err(Broken::Old(report) | Broken::New(report)) => return refused(&report),
    };
    let all: Vec<(&Diff, Between)> = found.iter().map(|found| (&found.difference, found.between(old, new))).collect();
    let each = |show: fn(&Diff, &Between) -> String, open: &str, close: &str| {
        let texts = all.iter().zip(&found).map(|((diff, between), Found { files, .. })| {
            let files = if files.is_empty() { String::new() } else { format!("\n{open}{files}{close}") };
            show(diff, between) + &files
        });
        texts.collect::<Vec<_>>().join("\n")
    };
    let text = match args.format {
        CostFormat::Text => each(diff::text, "", ""),
        CostFormat::Markdown => {
            each(diff::markdown, "<details><summary>rendered files</summary>\n\n~~~~~~diff\n", "~~~~~~\n\n</details>\n")
        }
        CostFormat::Json => diff::json(&all),
    };
    print(&mut io::stdout().lock(), |out| out.write_all(text.as_bytes()))?;
    let worst = all.iter().map(|(diff, _)| diff.leading()).max().unwrap_or(Class::NoEffect);
    let fails = args.fail_on.is_some_and(|class| {
        let classes = all.iter().flat_map(|(diff, _)| &diff.changes).flat_map(|change| &change.classes);
        classes.max().is_some_and(|worst| *worst >= class.class())
    });
    Ok(if fails || (args.exit_code && worst > Class::NoEffect) { FINDINGS } else { CLEAN })
}

/// The two, each with what it includes.
fn given(args: &Args) -> Result<(Read, Read), Failure> {
    let paths: Vec<&Path> = args.specs.iter().map(std::path::PathBuf::as_path).collect();
    match (&args.git, paths.as_slice()) {
        (None, [old, new]) => {
            if [old, new].iter().all(|path| **path == Path::new("-")) {
                return Err(Failure::usage("only one of the specs can be standard input"));
            }
            Ok((read(old)?, read(new)?))
        }
        (None, _) => Err(Failure::usage("give the old spec and the new one, or --git REV and the new one")),
        (Some(_), [_, _]) => {
            Err(Failure::usage("--git takes the old spec from the repository: give the new one alone"))
        }
        (Some(revision), given) => {
            let path = input::find(given.first().copied())?;
            if path == Path::new("-") {
                return Err(Failure::usage("--git needs the path of the spec: standard input has none"));
            }
            if path.is_dir() {
                return Err(Failure::usage(format!(
                    "--git takes specs: give the spec that {} was built from, or check {revision} out elsewhere, and give both folders",
                    path.display()
                )));
            }
            Ok((git::read(revision, &path)?.map(boxed), read(&path)?))
        }
    }
}

/// One side, or why it cannot be read.
type Read = Result<Box<dyn Given>, Report>;

fn boxed(spec: Spec) -> Box<dyn Given> {
    Box::new(spec)
}

fn read(path: &Path) -> Result<Read, Failure> {
    if path.is_dir() {
        return Ok(Ok(Box::new(built::read(path)?)));
    }
    Ok(include::read(path)?.map(boxed))
}

/// The environments that are compared: all of both, those of the new spec first; the base where neither has any.
fn meant(old: &[String], new: &[String], wanted: Option<&str>) -> Result<Vec<Option<String>>, Failure> {
    let names: Vec<String> = new.iter().chain(old.iter().filter(|name| !new.contains(name))).cloned().collect();
    match wanted {
        Some(wanted) if names.iter().any(|name| name == wanted) => Ok(vec![Some(wanted.to_owned())]),
        Some(wanted) => {
            let near = nearest(wanted, names.iter().map(String::as_str));
            let hint = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
            Err(Failure::usage(format!("neither spec has an environment `{wanted}`{hint}")))
        }
        None if names.is_empty() => Ok(vec![None]),
        None => Ok(names.into_iter().map(Some).collect()),
    }
}

/// What a side means; with nothing declared in it, where that is asked for.
fn understood(part: &Part<'_>, is_empty: bool) -> Result<Model, Report> {
    let compilation = interpret(part.spec.source(), &FACTS, &part.options);
    let Some(mut model) = compilation.model else {
        return Err(Report { diagnostics: compilation.diagnostics, sources: part.spec.sources.clone() });
    };
    if is_empty {
        model.apps.clear();
        model.postgres.clear();
        model.redis.clear();
        model.buckets.clear();
    }
    Ok(model)
}

/// How the files differ. Values that look like secrets are masked.
fn files(mut before: BTreeMap<String, String>, mut after: BTreeMap<String, String>) -> String {
    before.values_mut().chain(after.values_mut()).for_each(|text| *text = masked(text));
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut out = String::new();
    for path in paths {
        let (was, is) = (before.get(path), after.get(path));
        if was == is {
            continue;
        }
        let name = |text: Option<&String>| if text.is_some() { path.as_str() } else { "/dev/null" };
        let text = |text: Option<&'_ String>| text.map_or(String::new(), Clone::clone);
        let (from, to) = (text(was), text(is));
        let difference = similar::TextDiff::from_lines(&from, &to);
        out.push_str(&difference.unified_diff().context_radius(3).header(name(was), name(is)).to_string());
    }
    out
}
