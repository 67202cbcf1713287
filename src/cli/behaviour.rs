//! `flyarch explain app.web spec.toml`: what an app will do.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::args::{Explain, ListFormat, OutputFormat, Show};
use super::fill::markdown;
use super::input::{self, Input, Language, Unsaved};
use super::{CLEAN, Failure, Stream, colors, form, include, near, print, show};
use crate::diag::{Diagnostic, Report, Severity};
use crate::explain::{self, Section};
use crate::facts::FACTS;
use crate::model::{App, Model};
use crate::rules::RULES;
use crate::schema::nearest;
use crate::{Compilation, Options, Surroundings, check_files, check_in};

/// An app and what it will do, for programs.
#[derive(Serialize)]
struct Behaviour<'a> {
    app: String,
    name: &'a str,
    sections: Vec<Section>,
    findings: Vec<Finding<'a>>,
}

/// What a rule says of the same app.
#[derive(Serialize)]
struct Finding<'a> {
    rule: &'static str,
    severity: &'static str,
    /// The included file that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    line: u32,
    message: &'a str,
}

/// Explains an app of a spec, or what is in a file.
pub(super) fn explain(args: &Explain) -> Result<i32, Failure> {
    let (path, key) = place(args)?;
    let source = match input::read(&path, "spec.toml")? {
        Input::Text(source) => source,
        Input::Refused(report) => return show(&report, &how(args), Stream::Out),
    };
    let plain = Language::of(&source) == Language::FlyToml;
    if plain && key.is_some() {
        return Err(Failure::usage(format!("{} is no spec: leave {} out", path.display(), args.what)));
    }
    let mut report = Report::default();
    let mut file = report.sources.add(source);
    if !plain {
        file = match include::join(&mut report.sources, file, &path, &Unsaved::default()) {
            Ok((spec, _)) => spec,
            Err(found) => {
                report.diagnostics = found;
                return show(&report, &how(args), Stream::Out);
            }
        };
    }
    let (files, complete) = near::beside(&mut report.sources, file, &path);
    let beside = Surroundings { files: &files, complete };
    let environment = if plain { None } else { input::environment(report.sources.get(file), args.env.as_deref())? };
    let options = Options { environment, today: Some(input::today(None)?), ..Options::default() };
    let compilation = if plain {
        check_files(&report.sources, &[file], beside, &FACTS, &options)
    } else {
        check_in(&report.sources, file, beside, &FACTS, &options)
    };
    let Compilation { diagnostics, model, .. } = compilation;
    report.diagnostics = diagnostics;
    let Some(model) = model.filter(|model| !model.apps.is_empty()) else {
        return show(&report, &how(args), Stream::Out);
    };
    let told = behaviours(&model, key, &report).map_err(|near| no_app(key.unwrap_or_default(), near))?;
    if args.format == ListFormat::Json {
        print(&mut io::stdout().lock(), |out| {
            serde_json::to_writer_pretty(&mut *out, &told)?;
            writeln!(out)
        })?;
    } else {
        let text = told.iter().map(page).collect::<Vec<_>>().join("\n");
        print(&mut io::stdout().lock(), |out| write!(out, "{}", markdown(&text, colors(args.color, Stream::Out))))?;
    }
    Ok(CLEAN)
}

/// The file that is meant, and the key of the app in it.
fn place(args: &Explain) -> Result<(PathBuf, Option<&str>), Failure> {
    let path = Path::new(&args.what);
    if let Some(key) = args.what.strip_prefix("app.").filter(|_| args.spec.is_some() || !path.exists()) {
        return Ok((input::find(args.spec.as_deref())?, Some(key)));
    }
    if args.what == "-" || path.exists() || path.extension().is_some() || args.what.contains('/') {
        return Ok((path.to_owned(), None));
    }
    let near = nearest(&args.what, RULES.iter().map(|rule| rule.id.name).chain(form::names()));
    let hint = near.map_or("`flyarch rules` lists them all".to_owned(), |near| format!("did you mean `{near}`?"));
    Err(Failure::usage(format!("there is no rule `{}`; {hint}", args.what)))
}

fn no_app(key: &str, near: Option<String>) -> Failure {
    let hint = near.map(|near| format!("; did you mean `app.{near}`?")).unwrap_or_default();
    Failure::usage(format!("the spec has no app of the key `{key}`{hint}"))
}

/// How what cannot be explained is shown.
fn how(args: &Explain) -> Show {
    let format = if args.format == ListFormat::Json { OutputFormat::Json } else { OutputFormat::Full };
    Show { format, fail_level: None, color: args.color, today: None }
}

/// What the apps do that are meant: one, or all. Or the key that was probably meant.
fn behaviours<'a>(
    model: &'a Model,
    key: Option<&str>,
    report: &'a Report,
) -> Result<Vec<Behaviour<'a>>, Option<String>> {
    let meant = |app: &App| key.is_none_or(|key| app.key.as_str() == key);
    let apps: Vec<usize> = (0..model.apps.len()).filter(|at| meant(&model.apps[*at])).collect();
    if apps.is_empty() {
        let keys = model.apps.iter().map(|app| app.key.as_str());
        return Err(key.and_then(|key| nearest(key, keys)).map(str::to_owned));
    }
    let told = apps.into_iter().map(|at| {
        let app = &model.apps[at];
        let findings = report.diagnostics.iter().filter(|d| is_of(app, d, report));
        Behaviour {
            app: app.reference(),
            name: &app.name.value,
            sections: explain::explain(model, at, &FACTS),
            findings: findings.map(|d| finding(app, d, report)).collect(),
        }
    });
    Ok(told.collect())
}

fn finding<'a>(app: &App, d: &'a Diagnostic, report: &'a Report) -> Finding<'a> {
    let source = report.source(&d.primary);
    let line = source.line(d.primary.span.range.start);
    let file = (source.name() != report.sources.get(app.file).name()).then(|| source.name());
    Finding { rule: d.rule.name, severity: d.severity.as_str(), file, line, message: &d.message }
}

/// Whether a finding is about a table of an app: that whose header stands above it.
fn is_of(app: &App, d: &Diagnostic, report: &Report) -> bool {
    let file = d.primary.span.file;
    let is_here = file == app.file || report.sources.get(app.file).parts().any(|part| part == file);
    if !is_here || d.severity < Severity::Warning {
        return false;
    }
    if app.is_plain() {
        return true;
    }
    let source = report.source(&d.primary);
    let lines = usize::try_from(source.line(d.primary.span.range.start)).unwrap_or(usize::MAX);
    let lines: Vec<&str> = source.text().lines().take(lines).collect();
    let header = lines.into_iter().rev().find(|line| line.trim_start().starts_with('['));
    let header = header.map(|line| line.trim_start().trim_start_matches('['));
    let key = header.and_then(|header| header.strip_prefix("app.")).and_then(|rest| rest.split(['.', ']']).next());
    key.is_some_and(|key| key.trim_matches(['"', '\'', ' ']) == app.key.as_str())
}

/// The same as a page.
fn page(told: &Behaviour<'_>) -> String {
    let name = if told.app.contains(told.name) { String::new() } else { format!(" ({})", told.name) };
    let mut out = format!("# {}{name}\n", told.app);
    for section in &told.sections {
        out.extend(["\n## ", section.title, "\n\n"]);
        section.paragraphs.iter().for_each(|paragraph| out.extend(["- ", paragraph, "\n"]));
    }
    if !told.findings.is_empty() {
        out.push_str("\n## What does not fit\n\n");
        for Finding { rule, severity, file, line, message } in &told.findings {
            let file = file.map(|file| format!("{file}, ")).unwrap_or_default();
            let _ = writeln!(out, "- {severity}[{rule}], {file}line {line}: {message}");
        }
    }
    out
}
