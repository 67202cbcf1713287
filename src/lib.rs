//! flyarch compiles one typed `spec.toml` into the `fly.toml` of every app of a Fly.io architecture and one ordered,
//! re-runnable set-up script.
//!
//! ```text
//! Source ─ read ─▶ Spec ─ lower ─▶ Model ─ plan ─▶ Plan ─ render ─▶ ArtifactSet
//!                                    │               │
//!                                    └──── rules ────┘──▶ Diagnostics
//! ```
//!
//! [`compile`] is all of it, and [`check`] the part that finds things; [`check_files`] looks at plain fly.toml files with
//! the same rules. [`import`](mod@import) makes a spec of such files. All are pure functions of the source, facts and
//! options: they read no file, no clock and no environment, and print nothing; `cli` and `sink` are the two ends that
//! do. docs/architecture.md tells why it is built this way, and `tests/layers.rs` keeps it so.

pub mod assertions;
pub mod beside;
pub mod built;
mod checklist;
pub mod cli;
pub mod cost;
pub mod diag;
pub mod diff;
pub mod drift;
pub mod environments;
pub mod explain;
pub mod facts;
pub mod fly_toml;
pub mod graph;
mod guest;
pub mod import;
pub mod init;
pub mod kinds;
pub mod live;
pub mod lower;
mod lsp;
mod markdown;
pub mod model;
pub mod plan;
pub mod remedy;
pub mod render;
pub mod resolve;
pub mod review;
pub mod rules;
pub mod schema;
pub mod sim;
pub mod sink;
pub mod source;
pub mod spec;
mod spread;
pub mod survival;
pub mod syntax;
#[cfg(unix)]
pub mod trial;
pub mod value;

use serde::Deserialize as _;
use toml::de::DeTable;

use beside::Beside;
use checklist::Checklist;
use diag::{Diagnostic, Diagnostics, Reported, Severity};
use facts::Facts;
use model::{Calls, Model};
use plan::Layout;
use render::{ArtifactSet, RenderCx, SweepCx};
use rules::{Judging, Rule};
use source::{FileId, Source, Sources, Span};
use spec::{Date, Level, Spec, Tier};
use syntax::Tree;
use value::{Duration, Key, Seconds};

/// What a compilation depends on beside the source and facts.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where the result will lie.
    pub layout: Layout,
    /// Today, for waivers that end. Without it they never do.
    pub today: Option<Date>,
    /// The environment of a spec that is meant; without it, what all have in common.
    pub environment: Option<String>,
    /// The preview that is meant, such as `pr-123`. Its name is put behind all names, in place of a suffix of the spec.
    pub preview: Option<Key>,
    /// How strictly plain files are judged. Without it their names tell.
    pub tier: Option<Tier>,
    /// How strictly single plain files are judged.
    pub tiers: Vec<(FileId, Tier)>,
    /// Levels of rules, whatever the tier. The policy of a spec comes first.
    pub levels: Vec<(&'static Rule, Level)>,
    /// Rules that nobody may waive.
    pub forbidden: Vec<&'static Rule>,
    /// Judge by this rule alone. For its tests.
    pub only_rule: Option<&'static Rule>,
}

/// What came of a compilation.
#[derive(Debug, Default)]
pub struct Compilation {
    /// Findings, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// The files; none when a finding is an error, or when nothing was to be rendered.
    pub artifacts: Option<ArtifactSet>,
    /// The model; none when the spec could not be understood.
    pub model: Option<Model>,
    /// Whether the types refused the spec, so that the schema had to say why. Its engine is slow to start: a spec
    /// that is right never meets it.
    pub schema_consulted: bool,
}

/// Files beside a spec or plain files that are compared with them: see [`beside`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Surroundings<'a> {
    /// Which of the sources they are.
    pub files: &'a [FileId],
    /// Whether all that an app may name has been looked for. What is not among the files then does not exist.
    pub complete: bool,
}

/// The file of a compilation that has one source.
const FILE: FileId = FileId(0);

/// Compiles a spec. One that includes files is joined with them before: see [`Source::join`].
pub fn compile(source: &Source, facts: &Facts, options: &Options) -> Compilation {
    run(&Texts::one(source), facts, options, Until::Rendered)
}

/// Compiles a spec that is one of several sources, and compares it with what lies beside it.
pub fn compile_in(
    sources: &Sources,
    spec: FileId,
    beside: Surroundings<'_>,
    facts: &Facts,
    options: &Options,
) -> Compilation {
    run(&Texts { all: sources.iter().collect(), spec, beside }, facts, options, Until::Rendered)
}

/// Finds what [`compile`] finds, and renders nothing.
pub fn check(source: &Source, facts: &Facts, options: &Options) -> Compilation {
    run(&Texts::one(source), facts, options, Until::Judged)
}

/// Finds what [`compile_in`] finds, and renders nothing.
pub fn check_in(
    sources: &Sources,
    spec: FileId,
    beside: Surroundings<'_>,
    facts: &Facts,
    options: &Options,
) -> Compilation {
    run(&Texts { all: sources.iter().collect(), spec, beside }, facts, options, Until::Judged)
}

/// Says what a spec means, and judges nothing: for what is worth knowing of one that breaks rules as well.
pub fn interpret(source: &Source, facts: &Facts, options: &Options) -> Compilation {
    run(&Texts::one(source), facts, options, Until::Interpreted)
}

/// The texts that a spec is looked at with.
struct Texts<'a> {
    all: Vec<&'a Source>,
    spec: FileId,
    beside: Surroundings<'a>,
}

impl<'a> Texts<'a> {
    fn one(source: &'a Source) -> Self {
        Self { all: vec![source], spec: FILE, beside: Surroundings::default() }
    }
}

/// Reads what lies beside the apps of a model.
fn read_beside(model: &Model, texts: &[&Source], beside: Surroundings<'_>) -> Beside {
    let mut read = Beside::default();
    if !beside.files.is_empty() || beside.complete {
        let places = model.apps.iter().map(|app| app.place(texts[app.file.index()].name())).collect();
        read = Beside::read(beside.files.iter().map(|&file| (file, texts[file.index()])), places, beside.complete);
    }
    for (index, app) in model.apps.iter().enumerate() {
        if let Some(litefs) = &app.litefs {
            read.declare(index, litefs.as_file(app.file, texts[app.file.index()].name()));
        }
    }
    read
}

/// Finds what is wrong with some of the `sources` that are plain fly.toml files, each by itself and all beside each
/// other and beside their surroundings. `files` are in ascending order. The model has an app for each that can be read.
pub fn check_files(
    sources: &Sources,
    files: &[FileId],
    beside: Surroundings<'_>,
    facts: &Facts,
    options: &Options,
) -> Compilation {
    let read = spread::map(files, |&file| {
        let source = sources.get(file);
        let mut diagnostics = Diagnostics::default();
        let reading = fly_toml::read(source, file, &mut diagnostics).ok();
        let app = reading.and_then(|reading| {
            let of_file = || options.tiers.iter().find(|(of, _)| *of == file).map(|(_, tier)| *tier);
            let tier = options.tier.or_else(of_file);
            lower::files::lower(reading.config, source, file, tier, facts, &mut diagnostics)
        });
        (app, diagnostics)
    });
    let mut diagnostics = Diagnostics::default();
    let mut apps = Vec::with_capacity(files.len());
    for (app, of_file) in read {
        apps.extend(app);
        diagnostics.append(of_file);
    }
    let mut model = lower::files::model(apps, &mut diagnostics);
    let texts: Vec<&Source> = sources.iter().collect();
    model.beside = read_beside(&model, &texts, beside);
    let judging = judging(&model, &texts, FILE, facts, options);
    rules::run_on_model(&judging, options.only_rule, &mut diagnostics);
    rules::waive(&judging, files, options.only_rule.is_none(), &mut diagnostics);
    rules::waive(&judging, beside.files, options.only_rule.is_none(), &mut diagnostics);
    let mut found = diagnostics.finish();
    // Edits are made of TOML.
    let toml = |d: &Diagnostic| {
        let name = sources.get(d.primary.span.file).name();
        beside::Kind::of(name).is_none() && fly_toml::Format::of(name) == fly_toml::Format::Toml
    };
    found.iter_mut().filter(|d| !toml(d)).for_each(|d| d.fix = None);
    Compilation { diagnostics: found, model: Some(model), ..Compilation::default() }
}

fn judging<'a>(
    model: &'a Model,
    sources: &'a [&'a Source],
    file: FileId,
    facts: &'a Facts,
    options: &'a Options,
) -> Judging<'a> {
    let Options { layout, today, levels, forbidden, .. } = options;
    let (calls, usages) = (Calls::of(model), rules::usages(model, sources, facts));
    Judging { facts, model, calls, usages, layout, sources, file, today: *today, levels, forbidden }
}

/// Renders what a spec says, whatever the rules would say of it. For the proof of an import: what lies there may break
/// rules, and is to be compared all the same.
fn render_unjudged(source: &Source, facts: &Facts, options: &Options) -> Compilation {
    run(&Texts::one(source), facts, options, Until::RenderedUnjudged)
}

/// Renders what takes down previews that live longer than `ttl`. Nothing where the spec says nothing that a preview
/// could be.
pub fn sweep(source: &Source, ttl: Duration<Seconds>, facts: &Facts, layout: &Layout) -> Option<ArtifactSet> {
    let (environment, preview) = (Some(resolve::PREVIEW.to_owned()), resolve::PREVIEW.parse().ok());
    let options = Options { environment, preview, ..Options::default() };
    let model = interpret(source, facts, &options).model?;
    Some(render::sweep(SweepCx { model: &model, ttl, layout, facts, source }))
}

/// How far a spec goes through the pipeline.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    Interpreted,
    Judged,
    Rendered,
    RenderedUnjudged,
}

fn run(texts: &Texts<'_>, facts: &Facts, options: &Options, until: Until) -> Compilation {
    let &Texts { spec: file, beside, .. } = texts;
    let source = texts.all[file.index()];
    let mut diagnostics = Diagnostics::default();
    let mut out = Compilation { diagnostics: Vec::new(), artifacts: None, model: None, schema_consulted: false };
    let environment = options.environment.as_deref();
    let rendered = matches!(until, Until::Rendered | Until::RenderedUnjudged);
    let mut resolved = rendered.then(String::new);
    let spec = understand(source, environment, file, &mut diagnostics, &mut out.schema_consulted, resolved.as_mut());
    if let Some(first) = spec.as_ref().ok().and_then(|spec| spec.include.first()).filter(|_| !source.is_joined()) {
        diagnostics.push(resolve::include::unread(Span { file, range: first.range() }));
    }
    out.model = spec.and_then(|spec| lower::lower(spec, options.preview.as_ref(), facts, file, &mut diagnostics)).ok();
    if let Some(project) = out.model.as_mut().and_then(|model| model.project.as_mut()) {
        project.is_preview |= environment == Some(resolve::PREVIEW);
    }
    if let Some(model) = out.model.as_mut().filter(|_| until != Until::Interpreted) {
        model.beside = read_beside(model, &texts.all, beside);
        let model = &*model;
        let layout = &options.layout;
        let judging = judging(model, &texts.all, file, facts, options);
        let judged = until != Until::RenderedUnjudged;
        let waivers = judged.then(|| rules::run_on_model(&judging, options.only_rule, &mut diagnostics));
        let plan = plan::plan(model);
        if judged && options.only_rule.is_none() {
            let others = || interpret_others(source, environment, facts);
            assertions::judge(&assertions::Cx::new(model, facts, environment, &others), file, &mut diagnostics);
        }
        if let Some(waivers) = waivers {
            rules::run_on_plan(&judging, &plan, waivers, options.only_rule, &mut diagnostics);
            rules::waive(&judging, beside.files, options.only_rule.is_none(), &mut diagnostics);
        }
        if let Some(resolved) = resolved.filter(|_| diagnostics.ok().is_ok()) {
            let checklist = Checklist::of(&judging, &plan);
            let mut files = render::render(RenderCx {
                model,
                plan: &plan,
                layout,
                facts,
                checklist: &checklist,
                environment,
                preview: options.preview.as_ref(),
                source,
            });
            files.insert(render::RESOLVED.to_owned(), render::resolved(source, &resolved));
            out.artifacts = Some(files);
        }
    }
    out.diagnostics = diag::located(diagnostics.finish(), file, source);
    out
}

/// What the other environments of a spec mean, by name. What cannot be understood is told where it is judged.
fn interpret_others(source: &Source, environment: Option<&str>, facts: &Facts) -> Vec<(String, Model)> {
    let Ok(root) = DeTable::parse(source.text()) else { return Vec::new() };
    let others = resolve::environments(root.get_ref()).into_iter().filter(|name| Some(name.as_str()) != environment);
    let models = others.filter_map(|name| {
        let options = Options { environment: Some(name.clone()), ..Options::default() };
        Some((name, interpret(source, facts, &options).model?))
    });
    models.collect()
}

/// Reads a spec for one of its environments. `asked` tells whether the schema was; `text` becomes what is read, with all
/// that is merged.
fn understand(
    source: &Source,
    environment: Option<&str>,
    file: FileId,
    diagnostics: &mut Diagnostics,
    asked: &mut bool,
    text: Option<&mut String>,
) -> Result<Spec, Reported> {
    let mut ask = |error: &toml::de::Error, diagnostics: &mut Diagnostics| {
        *asked = true;
        refuse(error, source, environment, file, diagnostics)
    };
    let root = DeTable::parse(source.text()).map_err(|error| ask(&error, diagnostics))?;
    let root = resolve::resolve(root, environment, file, diagnostics)?;
    if let Some(text) = text {
        *text = resolve::canonical(root.get_ref());
    }
    Spec::deserialize(toml::Deserializer::from(root)).map_err(|error| ask(&error, diagnostics))
}

/// Says all that is wrong with a text that the types refused. They decide, but only know the first mistake: syntax and
/// schema know them all.
fn refuse(
    error: &toml::de::Error,
    source: &Source,
    environment: Option<&str>,
    file: FileId,
    diagnostics: &mut Diagnostics,
) -> Reported {
    let tree = syntax::parse(source, file, diagnostics);
    let root = tree.map(Tree::into_document);
    let root = root.and_then(|root| resolve::resolve(root, environment, file, diagnostics).ok());
    if let Some(tree) = root.map(|root| Tree::from(root.into_inner()))
        && schema::validate(&tree, source, file, diagnostics) == 0
    {
        // The schema is looser than the types in a few places: a duration of centuries, say.
        let range = error.span().unwrap_or_default().into();
        let message = error.message().to_owned();
        diagnostics.push(Diagnostic::new(schema::INVALID_VALUE, Severity::Error, Span { file, range }, message));
    }
    match diagnostics.ok() {
        Err(reported) => reported,
        Ok(()) => unreachable!("a spec that cannot be read has been complained of"),
    }
}
