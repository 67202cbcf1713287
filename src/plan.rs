//! What must be done to bring an organisation from any state to that of the model, and in which order.
//!
//! A step is data: which declaration it is for and what it does. Its command is made of that on demand
//! ([`Step::text`]), for the script, for `plan.json`, and for rules, so that a plan of a hundred thousand steps stays
//! small. Each kind knows its own steps (`kinds/*/plan.rs`); this module knows phases and order.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::kinds::{app, bucket, postgres, redis};
use crate::model::{Model, ResourceId};
use crate::spec::Kind;
use crate::value::Origin;

/// A part of the work. Everything of one phase is done before the next begins (flyctl-commands, "order of work").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Apps, and with them custom networks: everything else takes an app's name.
    Apps,
    /// Addresses, before the first deploy chooses others.
    Addresses,
    /// Clusters, databases and buckets.
    Data,
    /// What the data services and people know and apps need: staged, so that nothing restarts yet.
    Secrets,
    /// Volumes, before the deploys and scales that would make them with other settings.
    Volumes,
    /// Deploys: one machine of each group, in the primary region.
    Deploys,
    /// Exact numbers of machines.
    Counts,
    /// Machines that run at intervals: the image that they run is deployed by then.
    Jobs,
    /// Certificates, whose DNS records name the addresses.
    Certificates,
    /// A look at the result.
    Verification,
}

impl Phase {
    /// All phases in their order.
    pub const ALL: [Self; 10] = [
        Self::Apps,
        Self::Addresses,
        Self::Data,
        Self::Secrets,
        Self::Volumes,
        Self::Deploys,
        Self::Counts,
        Self::Jobs,
        Self::Certificates,
        Self::Verification,
    ];

    /// The word for people and data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Apps => "apps",
            Self::Addresses => "addresses",
            Self::Data => "data services",
            Self::Secrets => "secrets",
            Self::Volumes => "volumes",
            Self::Deploys => "deploys",
            Self::Counts => "machine counts",
            Self::Jobs => "scheduled jobs",
            Self::Certificates => "certificates",
            Self::Verification => "verification",
        }
    }
}

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is for.
    pub resource: ResourceId,
    /// What it does.
    pub action: Action,
}

/// What a step does, by kind of declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// For an app.
    App(app::AppStep),
    /// For a Postgres cluster.
    Postgres(postgres::PostgresStep),
    /// For a Redis database.
    Redis(redis::RedisStep),
    /// For a bucket.
    Bucket(bucket::BucketStep),
}

/// One word of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg<'m> {
    /// The word itself. A value of a secret is never one: nothing that a step is made of holds any.
    Word(Cow<'m, str>),
    /// A path from the folder of the script.
    Here(Cow<'m, str>),
    /// What only the running script can find out: the id of a cluster, an image.
    Found(&'static str),
}

impl From<&'static str> for Arg<'_> {
    fn from(word: &'static str) -> Self {
        Self::Word(Cow::Borrowed(word))
    }
}

impl From<String> for Arg<'_> {
    fn from(word: String) -> Self {
        Self::Word(Cow::Owned(word))
    }
}

/// A word that borrows from the model.
pub(crate) fn word(text: &(impl AsRef<str> + ?Sized)) -> Arg<'_> {
    Arg::Word(Cow::Borrowed(text.as_ref()))
}

/// A step in words: what the script and `plan.json` are made of.
#[derive(Debug)]
pub struct StepText<'m> {
    /// What comes behind `kind.key/` in its id.
    pub id: String,
    /// The shell function that carries it out, with its arguments.
    pub call: Vec<Arg<'m>>,
    /// The command that changes something, if it is one and the same every time. The function decides whether it is
    /// needed.
    pub command: Vec<Arg<'m>>,
    /// What it comes from.
    pub origin: Origin,
}

/// Where the result will lie, as far as the plan depends on it.
#[derive(Clone, Debug)]
pub struct Layout {
    spec_folder: String,
    output: String,
}

impl Layout {
    /// `spec_folder` is the folder of the spec, relative to the output folder, with `/` between names.
    pub fn new(spec_folder: &str) -> Self {
        Self { spec_folder: join_path(".", spec_folder), output: "out".to_owned() }
    }

    /// The same with the output folder, relative to that of the spec, where it is not `out`.
    #[must_use]
    pub fn with_output(self, output: &str) -> Self {
        Self { output: join_path(".", output), ..self }
    }

    /// The folder of the spec, relative to the output folder.
    pub(crate) fn spec_folder(&self) -> &str {
        &self.spec_folder
    }

    /// The output folder, relative to that of the spec.
    pub(crate) fn output(&self) -> &str {
        &self.output
    }

    /// A path that is relative to the spec, from the output folder.
    pub(crate) fn path_to(&self, path: &str) -> Cow<'_, str> {
        if path == "." { Cow::Borrowed(&self.spec_folder) } else { Cow::Owned(join_path(&self.spec_folder, path)) }
    }
}

impl Default for Layout {
    /// The output folder `out` beside the spec.
    fn default() -> Self {
        Self::new("..")
    }
}

/// All steps in their order.
#[derive(Debug)]
pub struct Plan {
    /// The steps, phase by phase.
    pub steps: Vec<Step>,
}

/// Plans a model.
pub fn plan(model: &Model) -> Plan {
    let mut steps = Vec::with_capacity(model.apps.len() * 10 + model.postgres.len() + model.redis.len());
    let deploys = deploy_order(model);
    for phase in Phase::ALL {
        let mut add = |kind, index, action| steps.push(Step { resource: ResourceId { kind, index }, action });
        for (i, postgres) in model.postgres.iter().enumerate() {
            postgres::steps(phase, postgres, |step| add(Kind::Postgres, i, Action::Postgres(step)));
        }
        for i in 0..model.redis.len() {
            redis::steps(phase, |step| add(Kind::Redis, i, Action::Redis(step)));
        }
        for (i, bucket) in model.buckets.iter().enumerate() {
            bucket::steps(phase, bucket, |step| add(Kind::Bucket, i, Action::Bucket(step)));
        }
        for (at, &deployed) in deploys.iter().enumerate() {
            let i = if phase == Phase::Deploys { deployed } else { at };
            app::steps(phase, &model.apps[i], |step| add(Kind::App, i, Action::App(step)));
        }
    }
    Plan { steps }
}

/// What is taken away when the architecture is, in the reverse order: apps before what they need. What others have a
/// share in is not in it, so that no option of `teardown.sh` can mean it.
pub fn teardown(model: &Model) -> Vec<ResourceId> {
    let apps = deploy_order(model).into_iter().rev().map(|index| ResourceId { kind: Kind::App, index });
    let data = model.declarations().rev().filter(|id| id.kind != Kind::App);
    apps.chain(data).filter(|id| !model.is_shared(*id)).collect()
}

/// The step that takes something away, in words.
pub fn teardown_text(resource: ResourceId, model: &Model) -> StepText<'_> {
    match resource.kind {
        Kind::App => app::teardown(model, &model.apps[resource.index]),
        Kind::Postgres => postgres::teardown(&model.postgres[resource.index]),
        Kind::Redis => redis::teardown(&model.redis[resource.index]),
        Kind::Bucket => bucket::teardown(&model.buckets[resource.index]),
    }
}

/// Apps in the order of their deploys: what an app needs first, then those that own data, then the order of the spec.
/// References do not lead back: lowering has refused such a spec.
fn deploy_order(model: &Model) -> Vec<usize> {
    let count = model.apps.len();
    let mut waiting = vec![0_usize; count];
    let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (i, app) in model.apps.iter().enumerate() {
        for needed in app::needs(app) {
            waiting[i] += 1;
            dependents[needed].push(i);
        }
    }
    let rank = |i: usize| Reverse((model.apps[i].toml.mounts.is_empty(), i));
    let mut ready: BinaryHeap<_> = (0..count).filter(|&i| waiting[i] == 0).map(rank).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(Reverse((_, i))) = ready.pop() {
        order.push(i);
        for &dependent in &dependents[i] {
            waiting[dependent] -= 1;
            if waiting[dependent] == 0 {
                ready.push(rank(dependent));
            }
        }
    }
    order
}

impl Step {
    /// The phase that it belongs to.
    pub fn phase(&self) -> Phase {
        match self.action {
            Action::App(step) => step.phase(),
            Action::Postgres(_) | Action::Redis(_) | Action::Bucket(_) => Phase::Data,
        }
    }

    /// The step in words.
    pub fn text<'m>(&self, model: &'m Model, layout: &'m Layout) -> StepText<'m> {
        let index = self.resource.index;
        match self.action {
            Action::App(step) => app::text(step, model, &model.apps[index], layout),
            Action::Postgres(step) => postgres::text(step, model, &model.postgres[index]),
            Action::Redis(step) => redis::text(step, model, &model.redis[index]),
            Action::Bucket(step) => bucket::text(step, model, &model.buckets[index]),
        }
    }

    /// Its id, which is unique in a plan: `app.web/deploy`.
    pub fn id(&self, model: &Model, text: &StepText<'_>) -> String {
        step_id(self.resource, model, text)
    }
}

/// The id of a step: what it is for, and what it does.
pub(crate) fn step_id(resource: ResourceId, model: &Model, text: &StepText<'_>) -> String {
    [resource.kind.as_str(), ".", model.key(resource).as_str(), "/", &text.id].concat()
}

/// A path with `.` and `..` worked out where that needs no file system: `a/./b/../c` is `a/c`.
pub(crate) fn join_path(base: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    use super::join_path;

    #[test]
    fn paths() {
        assert_eq!(join_path("..", "web"), "../web");
        assert_eq!(join_path("../specs", "./a/../b"), "../specs/b");
        assert_eq!(join_path(".", "."), ".");
        assert_eq!(join_path("a", "../../b"), "../b");
    }
}
