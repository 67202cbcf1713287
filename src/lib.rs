//! flyarch compiles one typed `spec.toml` into the `fly.toml` of every app of a Fly.io architecture and one ordered,
//! re-runnable set-up script.
//!
//! ```text
//! Source ─ read ─▶ Spec ─ lower ─▶ Model ─ plan ─▶ Plan ─ render ─▶ ArtifactSet
//!                                    │               │
//!                                    └──── rules ────┘──▶ Diagnostics
//! ```
//!
//! [`compile`] is all of it: a pure function of the source, facts and options. It reads no file, no clock and no
//! environment, and prints nothing; `cli` and `sink` are the two ends that do. docs/architecture.md tells why it is
//! built this way, and `tests/layers.rs` keeps it so.

pub mod cli;
pub mod diag;
pub mod facts;
pub mod fly_toml;
pub mod kinds;
pub mod lower;
pub mod model;
pub mod plan;
pub mod render;
pub mod rules;
pub mod schema;
pub mod sim;
pub mod sink;
pub mod source;
pub mod spec;
mod spread;
pub mod syntax;
pub mod value;

use diag::{Diagnostic, Diagnostics, Reported, Severity};
use facts::Facts;
use model::Model;
use plan::Layout;
use render::{ArtifactSet, RenderCx};
use rules::{Judging, Rule};
use source::{FileId, Source, Span};
use spec::{Date, Spec};

/// What a compilation depends on beside the source and facts.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where the result will lie.
    pub layout: Layout,
    /// Today, for waivers that end. Without it they never do.
    pub today: Option<Date>,
    /// Judge by this rule alone. For its tests.
    pub only_rule: Option<&'static Rule>,
}

/// What came of a compilation.
#[derive(Debug)]
pub struct Compilation {
    /// Findings, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// The files; none when a finding is an error.
    pub artifacts: Option<ArtifactSet>,
    /// The model; none when the spec could not be understood.
    pub model: Option<Model>,
}

/// A compilation has one source.
const FILE: FileId = FileId(0);

/// Compiles a spec.
pub fn compile(source: &Source, facts: &Facts, options: &Options) -> Compilation {
    let mut diagnostics = Diagnostics::default();
    let model = understand(source, facts, &mut diagnostics).ok();
    let artifacts =
        model.as_ref().and_then(|model| judge_and_render(source, facts, options, model, &mut diagnostics).ok());
    Compilation { diagnostics: diagnostics.finish(), artifacts, model }
}

fn understand(source: &Source, facts: &Facts, diagnostics: &mut Diagnostics) -> Result<Model, Reported> {
    let spec = read(source, FILE, diagnostics)?;
    lower::lower(spec, facts, FILE, diagnostics)
}

fn judge_and_render(
    source: &Source,
    facts: &Facts,
    options: &Options,
    model: &Model,
    diagnostics: &mut Diagnostics,
) -> Result<ArtifactSet, Reported> {
    let layout = &options.layout;
    let judging = Judging { facts, model, layout, source, file: FILE, today: options.today };
    let waivers = rules::run_on_model(&judging, options.only_rule, diagnostics);
    let plan = plan::plan(model);
    rules::run_on_plan(&judging, &plan, waivers, options.only_rule, diagnostics);
    diagnostics.ok()?;
    Ok(render::render(RenderCx { model, plan: &plan, layout, facts, source }))
}

/// Reads the text into the types of the language. They decide; when they refuse, syntax and schema say all that is
/// wrong, because the types only know the first mistake.
fn read(source: &Source, file: FileId, diagnostics: &mut Diagnostics) -> Result<Spec, Reported> {
    let error = match toml::from_str::<Spec>(source.text()) {
        Ok(spec) => return Ok(spec),
        Err(error) => error,
    };
    if let Some(tree) = syntax::parse(source, file, diagnostics)
        && schema::validate(&tree, source, file, diagnostics) == 0
    {
        // The schema is looser than the types in a few places: a duration of centuries, say.
        let range = error.span().unwrap_or_default().into();
        let message = error.message().to_owned();
        diagnostics.push(Diagnostic::new(schema::INVALID_VALUE, Severity::Error, Span { file, range }, message));
    }
    match diagnostics.ok() {
        Err(reported) => Err(reported),
        Ok(()) => unreachable!("a spec that cannot be read has been complained of"),
    }
}
