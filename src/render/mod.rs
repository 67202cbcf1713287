//! From a model and its plan to files: paths and bytes, and nothing that touches a disk.
//!
//! Rendering cannot fail. What could go wrong has been refused before.

mod alerts_yml;
mod architecture;
mod deploy_yml;
mod engine;
mod fly_replay;
mod fly_toml;
mod litefs;
mod plan_json;
mod script;
mod secrets_example;
mod yaml;

pub use fly_toml::GENERATED;

use std::collections::BTreeMap;

use crate::checklist::Checklist;
use crate::facts::Facts;
use crate::kinds::app::AppStep;
use crate::model::{App, Model};
use crate::plan::{Action, Layout, Plan, Step, StepText};
use crate::source::{Cited, Source};
use crate::spread;
use crate::value::{Duration, Key, Seconds};

/// The path of the steps as data.
pub const PLAN: &str = "plan.json";

/// The path of the spec that a tree was built from.
pub const RESOLVED: &str = ".flyarch/resolved.toml";

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Its text: UTF-8, LF, a final line break.
    pub text: String,
    /// Whether it is run.
    pub executable: bool,
}

/// All files of an architecture, by path relative to the output folder, with `/` between names.
pub type ArtifactSet = BTreeMap<String, Artifact>;

/// What rendering needs beside the model.
#[derive(Clone, Copy)]
pub(crate) struct RenderCx<'a> {
    pub(crate) model: &'a Model,
    pub(crate) plan: &'a Plan,
    pub(crate) layout: &'a Layout,
    pub(crate) facts: &'a Facts,
    pub(crate) checklist: &'a Checklist,
    /// The environment that is meant, if the spec has several.
    pub(crate) environment: Option<&'a str>,
    /// The preview that is meant, if it is one.
    pub(crate) preview: Option<&'a Key>,
    /// The spec, for its name and the lines that comments cite.
    pub(crate) source: &'a Source,
}

/// What the sweeping of previews needs.
#[derive(Clone, Copy)]
pub(crate) struct SweepCx<'a> {
    /// A preview, whichever.
    pub(crate) model: &'a Model,
    /// How long one lives after its last deploy.
    pub(crate) ttl: Duration<Seconds>,
    pub(crate) layout: &'a Layout,
    pub(crate) facts: &'a Facts,
    pub(crate) source: &'a Source,
}

/// Renders what lies beside the trees of previews.
pub(crate) fn sweep(cx: SweepCx<'_>) -> ArtifactSet {
    let script = Artifact { text: script::sweep(cx), executable: true };
    ArtifactSet::from([("sweep.sh".to_owned(), script)])
}

impl<'a> RenderCx<'a> {
    /// The name of the spec without its folders: the same wherever the build runs.
    fn spec_name(self) -> &'a str {
        self.source.cite(0).name
    }

    /// Whether there is a workflow that deploys. Previews are set up and taken down, and not deployed again and again.
    fn has_workflow(self) -> bool {
        self.model.project().ci.is_some() && !self.model.project().is_preview
    }
}

/// Apps in the order in which they are deployed.
fn deployed(cx: RenderCx<'_>) -> impl Iterator<Item = &App> {
    let steps = cx.plan.steps.iter().filter(|step| step.action == Action::App(AppStep::Deploy));
    steps.map(|step| &cx.model.apps[step.resource.index])
}

/// A step, put into words once for both the script and `plan.json`.
struct StepCx<'a> {
    step: &'a Step,
    id: &'a str,
    text: &'a StepText<'a>,
    /// The line of the spec that it comes from.
    from: Cited<'a>,
}

/// The steps as lines of `setup.sh` and `verify.sh`, and as `plan.json`.
fn steps(cx: RenderCx<'_>) -> (String, script::Checks, String) {
    let mut script = script::Steps::new(cx);
    let mut checks = script::Checks::new(cx);
    let mut json = plan_json::Steps::new(cx);
    for step in &cx.plan.steps {
        let text = step.text(cx.model, cx.layout);
        let id = step.id(cx.model, &text);
        let step = StepCx { step, id: &id, text: &text, from: cx.source.cite(text.origin.range.start) };
        script.push(&step);
        checks.push(cx, &step);
        json.push(&step);
    }
    (script.finish(), checks, json.finish())
}

/// What is for the app itself, and lies beside its fly.toml.
fn companions(app: &App, cx: RenderCx<'_>) -> Vec<(String, String)> {
    let litefs = litefs::render(app, cx).into_iter().flatten();
    let litefs = litefs.map(|(name, text)| (format!("{}/{name}", app.key.value), text));
    let replay = fly_replay::render(app, cx);
    litefs.chain(replay.map(|(name, text)| (format!("{}/fly-replay/{name}", app.key.value), text))).collect()
}

/// Renders the spec that a tree is built from, as it is for that tree alone. `text` is what is merged. `built` reads it
/// back.
pub(crate) fn resolved(source: &Source, text: &str) -> Artifact {
    let name = engine::comment(source.cite(0).name);
    let heading = format!("{GENERATED}{name}: what it says here. Do not edit: `flyarch diff` reads it.\n\n");
    Artifact { text: heading + text, executable: false }
}

/// Renders everything.
pub(crate) fn render(cx: RenderCx<'_>) -> ArtifactSet {
    let plain = |text| Artifact { text, executable: false };
    let program = |text| Artifact { text, executable: true };
    let apps = &cx.model.apps;
    let fly_tomls = || {
        let file = |app: &App| (format!("{}/fly.toml", app.key.value), plain(fly_toml::render(app, cx)));
        let companions = apps.iter().flat_map(|app| companions(app, cx)).map(|(path, text)| (path, plain(text)));
        apps.iter().map(file).chain(companions).collect::<ArtifactSet>()
    };
    let ((steps, checks, json), mut files) = spread::both(apps.len() >= spread::MANY, || steps(cx), fly_tomls);
    files.insert("setup.sh".to_owned(), program(script::setup(cx, steps)));
    files.insert("verify.sh".to_owned(), program(script::verify(cx, checks)));
    files.insert("teardown.sh".to_owned(), program(script::teardown(cx)));
    files.insert("secrets.env.example".to_owned(), plain(secrets_example::render(cx)));
    files.insert(PLAN.to_owned(), plain(json));
    files.insert("ARCHITECTURE.md".to_owned(), plain(architecture::render(cx)));
    if cx.model.project().alerts {
        files.insert("alerts.yml".to_owned(), plain(alerts_yml::render(cx)));
    }
    if cx.has_workflow() {
        files.insert("deploy.yml".to_owned(), plain(deploy_yml::render(cx)));
    }
    files
}
