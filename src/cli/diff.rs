//! `flyarch diff`

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use super::args::{ClassName, Color, CostFormat, Diff as Args, Show};
use super::edit::masked;
use super::include::Spec;
use super::{CLEAN, FINDINGS, Failure, Stream, git, include, input, print, show};
use crate::diag::Report;
use crate::diff::{self, Between, Class, Diff, Side, compare};
use crate::environments;
use crate::facts::FACTS;
use crate::model::Model;
use crate::schema::nearest;
use crate::{Options, interpret, render_unjudged};

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
    pub(super) fn between(&self, old: &Spec, new: &Spec) -> Between {
        Between {
            project: self.project.clone(),
            environment: self.environment.clone(),
            old: old.source().name().to_owned(),
            new: new.source().name().to_owned(),
        }
    }
}

/// Which of two specs cannot be understood.
pub(super) enum Broken {
    Old(Report),
    New(Report),
}

/// What differs between two specs in each environment that is meant.
pub(super) fn compared(
    old: &Spec,
    new: &Spec,
    env: Option<&str>,
    with_files: bool,
) -> Result<Result<Vec<Found>, Broken>, Failure> {
    let mut found = Vec::new();
    let [of_old, of_new] = [old, new].map(|spec| environments::names(spec.source()));
    for environment in meant(&of_old, &of_new, env)? {
        let has = |names: &[String]| environment.as_ref().is_none_or(|name| names.contains(name));
        let (in_old, in_new) = (has(&of_old), has(&of_new));
        // An environment that only one has is compared with nothing.
        let sides = [(old, in_old, new), (new, in_new, old)].map(|(own, is_own, other)| {
            let spec = if is_own { own } else { other };
            (spec, understood(spec, environment.as_deref(), !is_own))
        });
        let [(before_of, before), (after_of, after)] = sides;
        let (before, after) = match (before, after) {
            (Err(report), _) => return Ok(Err(if in_old { Broken::Old(report) } else { Broken::New(report) })),
            (_, Err(report)) => return Ok(Err(if in_new { Broken::New(report) } else { Broken::Old(report) })),
            (Ok(before), Ok(after)) => (before, after),
        };
        let name = environment.as_deref();
        let difference = compare(
            Side { source: before_of.source(), environment: name, model: &before },
            Side { source: after_of.source(), environment: name, model: &after },
            &FACTS,
        );
        let project = after.project.as_ref().map_or(String::new(), |project| project.name.to_string());
        let files = if with_files { files(before_of, after_of, name) } else { String::new() };
        found.push(Found { environment, project, difference, files });
    }
    Ok(Ok(found))
}

pub(super) fn run(args: &Args) -> Result<i32, Failure> {
    let (old, new) = match specs(args)? {
        (Ok(old), Ok(new)) => (old, new),
        (Err(report), _) | (_, Err(report)) => return refused(&report),
    };
    let found = match compared(&old, &new, args.env.as_deref(), args.files)? {
        Ok(found) => found,
        Err(Broken::Old(report) | Broken::New(report)) => return refused(&report),
    };
    let all: Vec<(&Diff, Between)> = found.iter().map(|found| (&found.difference, found.between(&old, &new))).collect();
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

/// The two specs, each with what it includes.
fn specs(args: &Args) -> Result<(Read, Read), Failure> {
    let paths: Vec<&Path> = args.specs.iter().map(std::path::PathBuf::as_path).collect();
    match (&args.git, paths.as_slice()) {
        (None, [old, new]) => {
            if [old, new].iter().all(|path| **path == Path::new("-")) {
                return Err(Failure::usage("only one of the specs can be standard input"));
            }
            Ok((include::read(old)?, include::read(new)?))
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
            Ok((git::read(revision, &path)?, include::read(&path)?))
        }
    }
}

/// A spec, or why it cannot be read.
type Read = Result<Spec, Report>;

fn refused(report: &Report) -> Result<i32, Failure> {
    let how = Show::full(Color::Auto);
    // Standard output is for what was asked for.
    show(report, &how, Stream::Err)
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

/// What a spec means; with nothing declared in it, where that is asked for.
fn understood(spec: &Spec, environment: Option<&str>, is_empty: bool) -> Result<Model, Report> {
    let options = Options { environment: environment.map(str::to_owned), ..Options::default() };
    let compilation = interpret(spec.source(), &FACTS, &options);
    let Some(mut model) = compilation.model else {
        return Err(Report { diagnostics: compilation.diagnostics, sources: spec.sources.clone() });
    };
    if is_empty {
        model.apps.clear();
        model.postgres.clear();
        model.redis.clear();
        model.buckets.clear();
    }
    Ok(model)
}

/// How the rendered files differ. Values that look like secrets are masked.
fn files(old: &Spec, new: &Spec, environment: Option<&str>) -> String {
    let rendered = |spec: &Spec| {
        let options = Options { environment: environment.map(str::to_owned), ..Options::default() };
        let set = render_unjudged(spec.source(), &FACTS, &options).artifacts;
        let files = set.into_iter().flatten();
        files.map(|(path, file)| (path, masked(&file.text))).collect::<BTreeMap<_, _>>()
    };
    let (before, after) = (rendered(old), rendered(new));
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
