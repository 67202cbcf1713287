//! `flyarch init`: a spec to begin with.

use std::io;
use std::path::{Path, PathBuf};

use super::args::{Import, Init, Show};
use super::edit::create;
use super::input::{self, Input, NAMES};
use super::walk::{self, walker};
use super::{CLEAN, FINDINGS, Failure, Stream, import, place, print, say, show};
use crate::diag::{Report, Severity};
use crate::facts::FACTS;
use crate::init::{Answers, WANTED, draft, example, examples};
use crate::source::Source;
use crate::value::{Key, Name, RegionCode};
use crate::{Options, check};

/// How deep below the folder Dockerfiles are looked for: that of a service of a monorepo.
const DEEP: usize = 3;

/// The most Dockerfiles that are read.
const MANY: usize = 200;

pub(super) fn run(args: &Init) -> Result<i32, Failure> {
    if args.list {
        return list();
    }
    let folder = args.folder.as_deref().unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(Failure::input(format!("{} is no folder", folder.display())));
    }
    let answers = answers(args)?;
    let streamed = args.output.as_deref() == Some(Path::new("-"));
    let output = args.output.clone().unwrap_or_else(|| clean(&folder.join(NAMES[0])));
    if !streamed {
        let there =
            NAMES.iter().map(|name| clean(&folder.join(name))).chain([output.clone()]).find(|path| path.exists());
        if let Some(there) = there {
            let message = format!("{} is there already: nothing was written", there.display());
            return Err(Failure { message, code: FINDINGS });
        }
    }
    if let Some(name) = &args.from {
        let text = example(name, &answers).ok_or_else(|| {
            let near = crate::schema::nearest(name, examples().map(|(name, _)| name));
            let hint =
                near.map_or("`flyarch init --list` has them all".to_owned(), |near| format!("did you mean {near}?"));
            Failure::usage(format!("there is no starting point `{name}`; {hint}"))
        })?;
        return written(&text, &output, streamed, args);
    }
    if has_fly_toml(folder) {
        say("there are fly.toml files here: this is `flyarch import`");
        let show = Show::full(args.color);
        let org = args.org.clone();
        let paths = vec![folder.to_owned()];
        let output = if streamed { PathBuf::from("-") } else { output };
        return import::run(&Import {
            paths,
            output,
            live: None,
            collect: false,
            org,
            tier: None,
            force: false,
            verbose: false,
            show,
        });
    }
    let here = folder.canonicalize().map_err(|error| Failure::input(format!("{}: {error}", folder.display())))?;
    let name = here.file_name().and_then(|name| name.to_str()).unwrap_or("app").to_owned();
    let found = draft(&name, &files(folder), &answers, &FACTS);
    for line in &found.seen {
        say(format_args!("saw {line}"));
    }
    if found.seen.is_empty() {
        say("saw nothing that says what runs here: the spec has one app to begin with");
    }
    written(&found.text, &output, streamed, args)
}

/// Writes the spec, and says what it lacks.
fn written(text: &str, output: &Path, streamed: bool, args: &Init) -> Result<i32, Failure> {
    if streamed {
        print(&mut io::stdout().lock(), |out| out.write_all(text.as_bytes()))?;
        return Ok(CLEAN);
    }
    create(output, text)?;
    let spec = output.display();
    say(format_args!("wrote {spec}"));
    let mut report = Report::default();
    let source = Source::new(spec.to_string(), text);
    report.diagnostics =
        check(&source, &FACTS, &Options { today: Some(input::today(None)?), ..Options::default() }).diagnostics;
    report.sources.add(source);
    let (errors, warnings) = (report.count(Severity::Error), report.count(Severity::Warning));
    if errors > 0 {
        let how = Show::full(args.color);
        return show(&report, &how, Stream::Out);
    }
    let plural = if warnings == 1 { "" } else { "s" };
    match warnings {
        0 => say(format_args!("next: read it, then `flyarch build {spec}`")),
        _ => say(format_args!(
            "next: read it, then `flyarch lint {spec}`, which has {warnings} warning{plural}, and `flyarch build {spec}`"
        )),
    }
    Ok(CLEAN)
}

/// The starting points, each with what it is.
fn list() -> Result<i32, Failure> {
    let width = examples().map(|(name, _)| name.len()).max().unwrap_or_default();
    let lines = examples().map(|(name, about)| {
        let indent = " ".repeat(width + 2);
        format!("{}\n", super::fill::fill(&about, &format!("{name:width$}  "), &indent))
    });
    let text: String = lines.collect();
    print(&mut io::stdout().lock(), |out| out.write_all(text.as_bytes()))?;
    Ok(CLEAN)
}

fn answers(args: &Init) -> Result<Answers, Failure> {
    let wrong = |flag: &str, expected: &str| Failure::usage(format!("--{flag}: {expected}"));
    let name = args.name.as_deref().map(str::parse::<Key>).transpose();
    let name = name.map_err(|_| wrong("name", "begin with a letter; then lower-case letters, digits and dashes"))?;
    let org = args.org.as_deref().map(str::parse::<Name>).transpose();
    org.map_err(|_| wrong("org", "the slug of an organisation, as `fly orgs list` shows it"))?;
    if let Some(region) = &args.region {
        region.parse::<RegionCode>().map_err(|_| wrong("region", "three letters, as `flyarch facts` lists them"))?;
        if FACTS.region(region).is_none() {
            return Err(wrong("region", &format!("Fly.io has no region `{region}`; `flyarch facts` lists them")));
        }
    }
    Ok(Answers { name, org: args.org.clone(), region: args.region.clone() })
}

/// A path without the `./` that nobody has written.
fn clean(path: &Path) -> PathBuf {
    path.strip_prefix("./").map_or_else(|_| path.to_owned(), Path::to_owned)
}

/// Whether flyctl has configured something in the folder or below it.
fn has_fly_toml(folder: &Path) -> bool {
    let mut walker = walker(folder);
    walker.max_depth(Some(DEEP));
    let name = |path: &Path| path.file_name().and_then(|name| name.to_str()).is_some_and(walk::fly_toml);
    walker.build().filter_map(Result::ok).any(|entry| name(entry.path()) && entry.path().is_file())
}

/// The files of the folder that say something of apps, each with its name from there.
fn files(folder: &Path) -> Vec<Source> {
    let read = |path: &Path, name: String| match input::read(path, "-") {
        Ok(Input::Text(source)) => Some(Source::new(name, source.text())),
        Ok(Input::Refused(_)) | Err(_) => None,
    };
    let mut found: Vec<Source> =
        WANTED.iter().filter_map(|name| read(&folder.join(name), (*name).to_owned())).collect();
    let mut walker = walker(folder);
    walker.max_depth(Some(DEEP));
    let below = walker.build().filter_map(Result::ok).filter(|entry| {
        let name = entry.file_name().to_str().unwrap_or_default();
        name.starts_with("Dockerfile") && entry.file_type().is_some_and(|kind| kind.is_file())
    });
    for entry in below.take(MANY) {
        let Ok(name) = entry.path().strip_prefix(folder) else { continue };
        let name = place::shown(name);
        if !found.iter().any(|file| file.name() == name) {
            found.extend(read(entry.path(), name));
        }
    }
    found
}
