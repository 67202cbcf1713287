//! What is left of an architecture when a region or a host is lost: for every declaration whether it goes on, with how
//! much, and what goes with it. docs/simulate.md says what is counted, and what nobody knows.
//!
//! [`lose`] looks at one loss, [`Survival`] at every one that can be. Nothing here judges or proposes: what is known of
//! the platform is compared with what the spec declares, and what neither says stays unknown.
//!
//! Source: Fly.io, apps/app-availability, blueprints/resilient-apps-multiple-machines, volumes/overview, mpg/index,
//! upstash/redis, postgres/advanced-guides/high-availability-and-global-replication, litefs/how-it-works.

mod advice;
mod apps;
mod chain;
mod emit;
mod retire;
mod services;
mod words;

use std::collections::BTreeMap;
use std::fmt;

pub use advice::{Advice, Change, Difference};
pub use emit::{Found, Shown, json, markdown, text};
pub(crate) use retire::place;
pub use retire::{Move, Retirement, retire};
pub use words::{cell, members, reasons, sentences};

use chain::Graph;

use crate::facts::Facts;
use crate::model::{Calls, Model, ResourceId};
use crate::spec::Kind;

/// What is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss<'a> {
    /// A region, without notice: everything in it, for nobody knows how long.
    Region(&'a str),
    /// Any one host, wherever it hurts most.
    Host,
    /// A region that Fly.io gives up: with notice, and for good.
    Retire(&'a str),
}

impl<'a> Loss<'a> {
    /// The region that is lost, if it is one.
    pub fn region(self) -> Option<&'a str> {
        match self {
            Self::Region(region) | Self::Retire(region) => Some(region),
            Self::Host => None,
        }
    }
}

impl fmt::Display for Loss<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Region(region) => write!(f, "the loss of {region}"),
            Self::Retire(region) => write!(f, "the end of {region}"),
            Self::Host => f.write_str("the loss of one host"),
        }
    }
}

/// How a declaration goes on, from the best to the worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It has nothing there.
    #[default]
    Unaffected,
    /// It goes on with less.
    Reduced,
    /// It goes on, and what is left cannot carry the declared peak.
    Short,
    /// It can be read; writes fail.
    ReadOnly,
    /// It runs, and what it needs does not.
    CutOff,
    /// A process group of it is gone, and those that answer requests are not.
    Part,
    /// Nothing of it answers.
    Down,
}

impl State {
    /// Every state, from the best to the worst.
    pub const ALL: [Self; 7] =
        [Self::Unaffected, Self::Reduced, Self::Short, Self::ReadOnly, Self::CutOff, Self::Part, Self::Down];

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unaffected => "unaffected",
            Self::Reduced => "reduced",
            Self::Short => "too small",
            Self::ReadOnly => "read-only",
            Self::CutOff => "cut off",
            Self::Part => "partly down",
            Self::Down => "down",
        }
    }
}

/// What becomes of data, from the best to the worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Data {
    /// There is none, or it is elsewhere too.
    #[default]
    Kept,
    /// Some of it is lost with its volume, and whether it is elsewhere too only the app knows.
    AtRisk,
    /// Every copy that runs is in what is lost. What is left are snapshots and backups.
    OnlyCopies,
}

impl Data {
    /// The words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::AtRisk => "data at risk",
            Self::OnlyCopies => "only copy lost",
        }
    }
}

/// How the volumes of several machines are related.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Copies {
    /// The spec does not say it, and Fly.io does not copy volumes.
    Unknown,
    /// LiteFS copies from its primary to all.
    LiteFs,
    /// The spec declares a quorum: the app copies.
    Declared,
}

/// What takes the place of a primary that is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Successor {
    /// Nothing by itself.
    Nothing,
    /// Another machine in the candidate region takes the lease of LiteFS.
    Lease,
    /// The nodes that are left elect one.
    Election,
    /// Fly.io, or who runs it for Fly.io, has a copy in the same region take over.
    Provider,
}

/// Whether what is left carries the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    /// The spec declares no peak that could be compared.
    Unknown,
    /// Within the soft limits.
    Enough,
    /// Above the soft limits, and not above the hard ones.
    Tight,
    /// Above the hard limits: requests wait, and fail in the end.
    Short,
}

/// How much a service takes with what is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Capacity {
    /// The service, by place in the app's.
    pub service: usize,
    /// What is counted: requests, or connections.
    pub counts_requests: bool,
    /// Machines that are left and that run or can be started by the proxy.
    pub machines: u32,
    /// The soft limits of those.
    pub soft: u64,
    /// The hard limits of those, where there are any.
    pub hard: Option<u64>,
    /// What is in flight at the busiest time, as far as the spec says.
    pub peak: Option<u64>,
}

impl Capacity {
    /// Whether it is enough.
    pub fn carries(&self) -> Carries {
        match self.peak {
            None => Carries::Unknown,
            Some(peak) if peak <= self.soft => Carries::Enough,
            Some(peak) if self.hard.is_none_or(|hard| peak <= hard) => Carries::Tight,
            Some(_) => Carries::Short,
        }
    }
}

/// One thing that happens to a declaration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Machines of a process group are lost.
    Machines {
        /// The group, by place in the app's.
        group: usize,
        /// How many are lost.
        lost: u32,
        /// How many are left.
        left: u32,
    },
    /// Nodes or replicas of a cluster are lost.
    Nodes {
        /// How many are lost.
        lost: u32,
        /// How many are left, wherever.
        left: u32,
    },
    /// What is left takes so much.
    Capacity(Capacity),
    /// Volumes are lost with their machines.
    Volumes {
        /// The group, by place in the app's.
        group: usize,
        /// How many are lost.
        lost: u32,
        /// How many are left.
        left: u32,
        /// What those hold.
        copies: Copies,
    },
    /// Fewer members are left than decide.
    Quorum {
        /// How many are left.
        left: u32,
        /// How many it takes.
        needs: u32,
    },
    /// The primary of data is lost.
    Primary {
        /// Where it was.
        region: String,
        /// What takes its place.
        successor: Successor,
    },
    /// All of a data service is in the region that is lost.
    Home {
        /// The region.
        region: String,
    },
    /// The primary region of an app has no machine left that takes requests, and nothing can be made in it.
    PrimaryRegion {
        /// The region.
        region: String,
        /// Whether deploys run a command there before anything else.
        release_command: bool,
        /// Whether writes are replayed there.
        replays: bool,
    },
    /// The machine of a job is lost.
    Job {
        /// The job, by place in the app's.
        job: usize,
    },
    /// The fixed address for outgoing connections of a region is lost with it.
    Egress,
    /// What it calls or uses is down, or cannot be written.
    Depends {
        /// From what it calls itself to what is lost.
        chain: Vec<ResourceId>,
        /// How the last of the chain is.
        state: State,
    },
}

/// What a loss does to a declaration.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The declaration.
    pub of: ResourceId,
    /// How it goes on by itself, whatever becomes of what it depends on.
    pub own: State,
    /// How it goes on.
    pub state: State,
    /// What becomes of its data.
    pub data: Data,
    /// How it goes on by itself if a host has all machines without volumes of a group in one region: Fly.io promises
    /// nobody that it has not. Of other losses the same as `own`.
    pub shared_host: State,
    /// What happens, one by one.
    pub effects: Vec<Effect>,
}

impl Outcome {
    fn unaffected(of: ResourceId) -> Self {
        Self {
            of,
            own: State::Unaffected,
            state: State::Unaffected,
            data: Data::Kept,
            shared_host: State::Unaffected,
            effects: Vec::new(),
        }
    }

    /// Whether it goes on as a whole: it answers, can be written, has what it needs, loses no data, and is not known to
    /// be too small.
    pub fn survives(&self) -> bool {
        self.state <= State::Reduced && self.data == Data::Kept
    }

    /// What is the same for declarations to which the same happens.
    fn likeness(&self) -> Likeness<'_> {
        (self.of.kind, self.state, self.own, self.data, self.shared_host, &self.effects)
    }

    /// The same by itself, whatever becomes of what it depends on.
    pub fn survives_by_itself(&self) -> bool {
        self.own <= State::Reduced && self.data == Data::Kept
    }
}

/// What all is looked at with.
struct Cx<'a> {
    model: &'a Model,
    facts: &'a Facts,
}

/// Every region in which the spec has something that can be lost, each once, in the order of the spec.
pub fn regions(model: &Model) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    let lists = model.apps.iter().flat_map(|app| {
        let placed = app.groups.iter().flat_map(|group| &group.placement).filter(|(_, count)| count.get() > 0);
        let jobs = app.jobs.iter().map(|job| job.region.as_str());
        placed.map(|(region, _)| region.as_str()).chain(jobs).chain(app.ips.egress.iter().map(|region| region.as_str()))
    });
    let postgres = model.postgres.iter().flat_map(|cluster| {
        std::iter::once(cluster.region.as_str()).chain(cluster.replicas.iter().map(|(region, _)| region.as_str()))
    });
    let redis = model.redis.iter().flat_map(|database| {
        std::iter::once(database.region.as_str()).chain(database.replicas.iter().map(|region| region.as_str()))
    });
    for region in lists.chain(postgres).chain(redis) {
        if !found.contains(&region) {
            found.push(region);
        }
    }
    found
}

/// What a loss does, for every declaration in the order of [`Model::declarations`].
pub fn lose(model: &Model, facts: &Facts, loss: Loss<'_>) -> Vec<Outcome> {
    lose_with(&Cx { model, facts }, &Graph::of(model, &Calls::of(model)), loss)
}

fn lose_with(cx: &Cx<'_>, graph: &Graph<'_>, loss: Loss<'_>) -> Vec<Outcome> {
    let own = cx.model.declarations().map(|of| match of.kind {
        Kind::App => cx.app(of, loss),
        Kind::Postgres => cx.postgres(of, loss),
        Kind::Redis => cx.redis(of, loss),
        // A bucket of Tigris belongs to no region.
        Kind::Bucket => Outcome::unaffected(of),
    });
    let mut outcomes: Vec<Outcome> = own.collect();
    chain::follow(cx, graph, loss, &mut outcomes);
    outcomes
}

/// Declarations beyond which those that are alike are put together.
const MANY: usize = 12;

/// Declarations to which the same happens.
#[derive(Debug)]
pub struct Row<'s> {
    /// Which; at least one.
    pub members: Vec<ResourceId>,
    /// What every loss does to the first of them.
    pub outcomes: Vec<&'s Outcome>,
}

type Likeness<'o> = (Kind, State, State, Data, State, &'o [Effect]);

/// Outcomes, with those that are alike put together where there are many.
pub fn alike(outcomes: &[Outcome]) -> Vec<(Vec<ResourceId>, Outcome)> {
    let mut all: Vec<(Vec<ResourceId>, Outcome)> = Vec::new();
    let mut seen: BTreeMap<Likeness<'_>, usize> = BTreeMap::new();
    for outcome in outcomes {
        let next = all.len();
        let at = *seen.entry(outcome.likeness()).or_insert(next);
        if at < next && outcomes.len() > MANY {
            all[at].0.push(outcome.of);
        } else {
            all.push((vec![outcome.of], outcome.clone()));
        }
    }
    all
}

/// Any one of its sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyOne {
    /// Any one region.
    Region,
    /// Any one host.
    Host,
}

/// Every loss of one region, and that of one host.
#[derive(Debug)]
pub struct Survival<'m> {
    /// The regions of the spec, each with what its loss does to every declaration.
    pub regions: Vec<(&'m str, Vec<Outcome>)>,
    /// What the loss of one host does to every declaration.
    pub host: Vec<Outcome>,
}

impl<'m> Survival<'m> {
    /// Looks at all of them.
    pub fn of(model: &'m Model, facts: &Facts) -> Self {
        let (cx, graph) = (Cx { model, facts }, Graph::of(model, &Calls::of(model)));
        let regions = regions(model).into_iter();
        Self {
            regions: regions.map(|region| (region, lose_with(&cx, &graph, Loss::Region(region)))).collect(),
            host: lose_with(&cx, &graph, Loss::Host),
        }
    }

    /// The worst loss that a declaration does not survive; none when it survives every one of them.
    pub fn threat(&self, of: ResourceId, any: AnyOne) -> Option<(Loss<'m>, &Outcome)> {
        let threats = self.losses(any).filter_map(|(loss, outcomes)| {
            let outcome = outcomes.iter().find(|outcome| outcome.of == of)?;
            (!outcome.survives()).then_some((loss, outcome))
        });
        // Of two that are as bad the first counts: that of the spec's first region.
        threats.reduce(|worst, next| {
            let rank = |outcome: &Outcome| (outcome.state, outcome.data);
            if rank(next.1) > rank(worst.1) { next } else { worst }
        })
    }

    /// Declarations with what every loss does to each, region by region and one host at last. Where there are many,
    /// those to which all the same happens are one row.
    pub fn rows(&self) -> Vec<Row<'_>> {
        let all = self.regions.iter().map(|(_, outcomes)| outcomes).chain([&self.host]);
        let all: Vec<&Vec<Outcome>> = all.collect();
        let mut rows: Vec<Row<'_>> = Vec::new();
        let mut seen: BTreeMap<Vec<Likeness<'_>>, usize> = BTreeMap::new();
        for (index, outcome) in self.host.iter().enumerate() {
            let outcomes: Vec<&Outcome> = all.iter().map(|outcomes| &outcomes[index]).collect();
            let key = outcomes.iter().map(|outcome| outcome.likeness()).collect();
            let next = rows.len();
            let row = *seen.entry(key).or_insert(next);
            if row < next && self.host.len() > MANY {
                rows[row].members.push(outcome.of);
            } else {
                rows.push(Row { members: vec![outcome.of], outcomes });
            }
        }
        rows
    }

    /// The losses of a sort, each with what it does.
    pub fn losses(&self, any: AnyOne) -> impl Iterator<Item = (Loss<'m>, &[Outcome])> {
        let regions = self.regions.iter().filter(move |_| any == AnyOne::Region);
        let host = (any == AnyOne::Host).then_some((Loss::Host, self.host.as_slice()));
        regions.map(|(region, outcomes)| (Loss::Region(region), outcomes.as_slice())).chain(host)
    }
}
