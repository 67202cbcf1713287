//! An architecture as a picture: who may reach what, where it runs, who uses which data and gets which secret.
//!
//! [`Graph`] is what is drawn, [`mermaid()`], [`dot()`] and [`svg()`] are how. Secrets are names here as everywhere.

mod dot;
mod mermaid;
mod svg;

pub use dot::dot;
pub use mermaid::mermaid;
pub use svg::svg;

use std::collections::{BTreeMap, BTreeSet};

use crate::kinds::app::{Access, SecretSource};
use crate::kinds::postgres::Engine;
use crate::model::{App, Calls, Model, ResourceId, Zone};
use crate::spec::Kind;

/// What is drawn.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// The name of the architecture.
    pub title: String,
    /// Boxes.
    pub nodes: Vec<Node>,
    /// Arrows between them. No two are alike but for their labels.
    pub edges: Vec<Edge>,
}

/// A box.
#[derive(Clone, Debug)]
pub struct Node {
    /// A word of letters, digits and underscores that no other box has.
    pub id: String,
    /// What it stands for.
    pub shape: Shape,
    /// Its name.
    pub title: String,
    /// What there is to say of it.
    pub lines: Vec<String>,
    /// Names of secrets: those that an app gets, or those that a box of secrets holds.
    pub secrets: Vec<String>,
}

/// What a box stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Everybody.
    Internet,
    /// Secrets that several apps get.
    Secrets,
    /// An app.
    App,
    /// A database or a bucket.
    Data,
    /// Something that is called, and no part of the architecture.
    Outside,
}

/// An arrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Where it begins, by place in [`Graph::nodes`].
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// What it says.
    pub kind: EdgeKind,
    /// The variables that hold the address, or other words.
    pub labels: Vec<String>,
}

/// What an arrow says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeKind {
    /// Reaches it over the internet.
    Public,
    /// Reaches it over the private network.
    Private,
    /// Keeps its data there.
    Data,
    /// Gives it secrets.
    Secret,
    /// Needs it before its own deploy.
    Order,
}

impl Graph {
    /// The picture of an architecture.
    pub fn of(model: &Model) -> Self {
        let mut graph = Builder::default();
        graph.graph.title = model.project.as_ref().map_or_else(String::new, |project| project.name.to_string());
        let is_public = |app: &App| app.access.value == Access::Public;
        let internet = model.apps.iter().any(is_public) || model.buckets.iter().any(|bucket| bucket.public.value);
        if internet {
            graph.node("internet".to_owned(), Shape::Internet, "internet".to_owned(), Vec::new());
        }
        let of_app = graph.graph.nodes.len();
        for app in &model.apps {
            let id = id_of("app", &app.key);
            let at = graph.node(id, Shape::App, app.name.to_string(), about_app(app));
            graph.graph.nodes[at].secrets = app.secrets.iter().map(|secret| secret.name.to_string()).collect();
        }
        let of_postgres = graph.graph.nodes.len();
        graph.databases(model);
        let place = Places { app: of_app, postgres: of_postgres, model };
        for (index, app) in model.apps.iter().enumerate() {
            let from = of_app + index;
            if is_public(app) {
                graph.edge(0, from, EdgeKind::Public, None);
            }
            for used in &app.uses {
                let target = used.target.value;
                let kind = match target.kind {
                    Kind::App => reach(model, target.index),
                    Kind::Postgres | Kind::Redis | Kind::Bucket => EdgeKind::Data,
                };
                graph.edge(from, place.of(target), kind, Some(&used.variable));
            }
            if let Some(image) = &app.image_from {
                graph.edge(from, of_app + image.value, EdgeKind::Order, Some("image of"));
            }
            for after in &app.after {
                graph.edge(from, place.of(after.value), EdgeKind::Order, Some("after"));
            }
        }
        for (index, bucket) in model.buckets.iter().enumerate() {
            let at = place.of(ResourceId { kind: Kind::Bucket, index });
            if bucket.public.value {
                graph.edge(0, at, EdgeKind::Public, None);
            }
            let owner = of_app + bucket.owner.value;
            if !graph.known.contains_key(&(owner, at, EdgeKind::Data)) {
                graph.edge(owner, at, EdgeKind::Data, Some("credentials"));
            }
        }
        graph.calls(model, place);
        graph.shared_secrets(model, of_app);
        graph.graph
    }
}

/// A picture that is being made.
#[derive(Default)]
struct Builder {
    graph: Graph,
    /// Places in its arrows, by what they are.
    known: BTreeMap<(usize, usize, EdgeKind), usize>,
    /// The labels that each arrow has.
    labels: BTreeSet<(usize, String)>,
}

impl Builder {
    fn node(&mut self, id: String, shape: Shape, title: String, lines: Vec<String>) -> usize {
        self.graph.nodes.push(Node { id, shape, title, lines, secrets: Vec::new() });
        self.graph.nodes.len() - 1
    }

    /// Adds an arrow, or a label to one that is there.
    fn edge(&mut self, from: usize, to: usize, kind: EdgeKind, label: Option<&str>) {
        let edges = &mut self.graph.edges;
        let at = *self.known.entry((from, to, kind)).or_insert_with(|| {
            edges.push(Edge { from, to, kind, labels: Vec::new() });
            edges.len() - 1
        });
        if let Some(label) = label.filter(|label| self.labels.insert((at, (*label).to_owned()))) {
            edges[at].labels.push(label.to_owned());
        }
    }

    /// Boxes for all data services: Postgres, Redis, buckets, in this order.
    fn databases(&mut self, model: &Model) {
        for cluster in &model.postgres {
            let managed = cluster.engine.value == Engine::Managed;
            let mut lines = vec![match &cluster.plan {
                Some(plan) if managed => format!("Managed Postgres, {}", plan.value),
                _ => "Postgres, unmanaged".to_owned(),
            }];
            let nodes = if managed { String::new() } else { format!(" ×{}", cluster.nodes.value) };
            lines.push(format!("primary {}{nodes}", cluster.region.value));
            let replicas = cluster.replicas.iter().map(|(region, count)| format!("{} ×{}", region.value, count.value));
            lines.extend(wrapped("replicas ", replicas));
            self.node(id_of("postgres", &cluster.key), Shape::Data, cluster.name.to_string(), lines);
        }
        for redis in &model.redis {
            let plan = redis.plan.as_ref().map_or("", |plan| plan.as_str());
            let gap = if plan.is_empty() { "" } else { ", " };
            let mut lines = vec![format!("Redis{gap}{plan}"), format!("primary {}", redis.region.value)];
            lines.extend(wrapped("replicas ", redis.replicas.iter().map(|region| region.to_string())));
            self.node(id_of("redis", &redis.key), Shape::Data, redis.name.to_string(), lines);
        }
        for bucket in &model.buckets {
            let mut lines = vec![if bucket.public.value { "bucket, public" } else { "bucket" }.to_owned()];
            lines.extend(bucket.custom_domain.iter().map(|domain| domain.to_string()));
            self.node(id_of("bucket", &bucket.key), Shape::Data, bucket.name.to_string(), lines);
        }
    }

    /// Arrows for addresses in variables: those that no reference has made already.
    fn calls(&mut self, model: &Model, place: Places<'_>) {
        let calls = Calls::of(model);
        let mut clusters: Vec<(&str, usize)> =
            model.postgres.iter().enumerate().map(|(index, cluster)| (cluster.name.as_str(), index)).collect();
        clusters.sort_unstable();
        let mut outside: BTreeMap<&str, usize> = BTreeMap::new();
        for caller in 0..model.apps.len() {
            let from = place.app + caller;
            for call in calls.from(caller) {
                let kind = if call.zone == Zone::Public { EdgeKind::Public } else { EdgeKind::Private };
                if let Some(called) = call.called {
                    if called != caller {
                        self.edge(from, place.app + called, kind, Some(call.variable));
                    }
                    continue;
                }
                // An unmanaged cluster is an app of its name.
                if let Ok(at) = clusters.binary_search_by_key(&call.name, |(name, _)| name) {
                    let id = ResourceId { kind: Kind::Postgres, index: clusters[at].1 };
                    self.edge(from, place.of(id), EdgeKind::Data, Some(call.variable));
                    continue;
                }
                // `_api.internal` and the like are the platform's.
                if call.name.is_empty() || call.name.starts_with('_') {
                    continue;
                }
                let number = outside.len();
                let at = *outside.entry(call.name).or_insert_with(|| {
                    let says = vec!["not of this spec".to_owned()];
                    self.node(format!("outside_{number}"), Shape::Outside, call.name.to_owned(), says)
                });
                self.edge(from, at, kind, Some(call.variable));
            }
        }
    }

    /// Boxes for secrets that come from one place and go to several apps, together where they go to the same ones.
    fn shared_secrets(&mut self, model: &Model, of_app: usize) {
        let mut all: Vec<(Shared<'_>, &str, usize)> = Vec::new();
        for (index, app) in model.apps.iter().enumerate() {
            let shared = app.secrets.iter().filter_map(|s| Some((Shared::of(&s.source)?, s.name.as_str(), index)));
            all.extend(shared);
        }
        all.sort();
        let mut groups: BTreeMap<Vec<usize>, Vec<String>> = BTreeMap::new();
        for same in all.chunk_by(|a, b| a.0 == b.0) {
            let mut apps: Vec<usize> = same.iter().map(|(.., app)| *app).collect();
            apps.dedup();
            if apps.len() < 2 {
                continue;
            }
            groups.entry(apps).or_default().push(same[0].1.to_owned());
        }
        for (number, (apps, names)) in groups.into_iter().enumerate() {
            let at = self.node(format!("secrets_{number}"), Shape::Secrets, "shared secrets".to_owned(), Vec::new());
            self.graph.nodes[at].secrets = names;
            for app in apps {
                self.edge(at, of_app + app, EdgeKind::Secret, None);
            }
        }
    }
}

/// Where boxes of declarations begin in the list of all.
#[derive(Clone, Copy)]
struct Places<'m> {
    app: usize,
    postgres: usize,
    model: &'m Model,
}

impl Places<'_> {
    fn of(self, id: ResourceId) -> usize {
        let redis = self.postgres + self.model.postgres.len();
        id.index
            + match id.kind {
                Kind::App => self.app,
                Kind::Postgres => self.postgres,
                Kind::Redis => redis,
                Kind::Bucket => redis + self.model.redis.len(),
            }
    }
}

/// Where a secret comes from, when that may be the same for two apps: what is generated or given by hand is not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shared<'m> {
    Variable(&'m str),
    File(&'m str),
}

impl<'m> Shared<'m> {
    fn of(source: &'m SecretSource) -> Option<Self> {
        match source {
            SecretSource::Env(name) => Some(Self::Variable(name)),
            SecretSource::File(path) => Some(Self::File(path)),
            SecretSource::Command(_) | SecretSource::Generate(_) | SecretSource::Token(_) | SecretSource::Manual(_) => {
                None
            }
        }
    }
}

/// How an app is reached by another one that has a reference to it.
fn reach(model: &Model, app: usize) -> EdgeKind {
    let app = &model.apps[app];
    // Machines that are stopped have no private address that wakes them (kinds/app/lower/wire.rs).
    if app.access.value == Access::Public && app.may_stop() { EdgeKind::Public } else { EdgeKind::Private }
}

/// No key has an underscore, so that no two keys become one.
fn id_of(kind: &str, key: &str) -> String {
    format!("{kind}_{}", key.replace('-', "_"))
}

/// How wide a line may get that can be broken.
const LINE: usize = 36;

/// Words with commas between them, in as many lines as it takes.
fn wrapped(before: &str, words: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() + 2 <= LINE => {
                line.push_str(", ");
                line.push_str(&word);
            }
            Some(line) => {
                line.push(',');
                lines.push(word);
            }
            None => lines.push(format!("{before}{word}")),
        }
    }
    lines
}

/// How many host names of an app are named.
const DOMAINS: usize = 2;

fn about_app(app: &App) -> Vec<String> {
    let mut lines = vec![
        match app.access.value {
            Access::Public => "public",
            Access::Private => "private, by Flycast",
            Access::Internal => "internal",
        }
        .to_owned(),
    ];
    lines.extend(app.domains.iter().take(DOMAINS).map(|domain| domain.to_string()));
    if app.domains.len() > DOMAINS {
        lines.push(format!("and {} more host names", app.domains.len() - DOMAINS));
    }
    for group in &app.groups {
        let name = if app.groups.len() > 1 { format!("{}: ", group.name.value) } else { String::new() };
        lines.extend(wrapped(&name, group.placement.iter().map(|(r, n)| format!("{} ×{}", r.value, n.value))));
    }
    lines.extend(wrapped("", app.jobs.iter().map(|job| format!("{} {}", job.key.value, job.every.as_str()))));
    lines
}
