//! What depends on what is lost: apps that use it, or call it by its name, and those that depend on them.

use std::collections::VecDeque;

use super::{Cx, Effect, Loss, Outcome, State};
use crate::model::{Call, Calls, Model, ResourceId, Zone};
use crate::spec::Kind;

/// What an app depends on, and the region whose machines alone it calls, where it names one.
struct Edge<'m> {
    from: usize,
    to: ResourceId,
    region: Option<&'m str>,
}

/// Who depends on what, whatever is lost.
pub(super) struct Graph<'m> {
    /// In the order of the apps.
    edges: Vec<Edge<'m>>,
    /// Places in `edges`, by what they lead to and then in order.
    by_target: Vec<usize>,
}

impl<'m> Graph<'m> {
    pub(super) fn of(model: &'m Model, calls: &Calls<'m>) -> Self {
        let mut edges = Vec::new();
        for (from, app) in model.apps.iter().enumerate() {
            let first = edges.len();
            let mut add = |to: ResourceId, region: Option<&'m str>| {
                let is_known = |edge: &Edge<'_>| edge.to == to && edge.region == region;
                if !edges[first..].iter().any(is_known) {
                    edges.push(Edge { from, to, region });
                }
            };
            app.uses.iter().for_each(|used| add(used.target.value, None));
            for call in calls.from(from) {
                if let Some(index) = call.called.filter(|called| *called != from) {
                    add(ResourceId { kind: Kind::App, index }, region_of(call));
                }
            }
        }
        let mut by_target: Vec<usize> = (0..edges.len()).collect();
        by_target.sort_by_key(|at| edges[*at].to);
        Self { edges, by_target }
    }

    fn to(&self, id: ResourceId) -> impl Iterator<Item = &Edge<'m>> {
        let start = self.by_target.partition_point(|at| self.edges[*at].to < id);
        let length = self.by_target[start..].partition_point(|at| self.edges[*at].to == id);
        self.by_target[start..start + length].iter().map(|at| &self.edges[*at])
    }
}

/// How far something that others depend on is broken for them.
fn broken(state: State) -> Option<State> {
    match state {
        State::Unaffected | State::Reduced | State::Short | State::Part => None,
        State::ReadOnly => Some(State::ReadOnly),
        State::CutOff | State::Down => Some(State::CutOff),
    }
}

/// Follows the chains from what is lost to everything that depends on it.
pub(super) fn follow(cx: &Cx<'_>, graph: &Graph<'_>, loss: Loss<'_>, outcomes: &mut [Outcome]) {
    let at = |id: ResourceId| position(cx, id);
    // The worse first, so that an app that both reach is as badly off as it gets.
    for kind in [State::CutOff, State::ReadOnly] {
        let mut reached: Vec<Option<Vec<ResourceId>>> = vec![None; outcomes.len()];
        let mut queue = VecDeque::new();
        for index in 0..outcomes.len() {
            if broken(outcomes[index].own) == Some(kind) {
                reached[index] = Some(Vec::new());
                queue.push_back(index);
            }
        }
        if kind == State::CutOff {
            let region = loss.region();
            for Edge { from, to, .. } in graph.edges.iter().filter(|edge| region.is_some() && edge.region == region) {
                depend(&mut outcomes[*from], vec![*to], State::CutOff, State::Down);
                if reached[*from].is_none() && outcomes[*from].own != State::Down {
                    reached[*from] = Some(vec![*to]);
                    queue.push_back(*from);
                }
            }
        }
        while let Some(index) = queue.pop_front() {
            let id = outcomes[index].of;
            let chain: Vec<ResourceId> = std::iter::once(id).chain(reached[index].iter().flatten().copied()).collect();
            // Of what is called by the name of a region, that region is what is down.
            let end = outcomes[at(chain[chain.len() - 1])].own;
            let end = broken(end).map_or(State::Down, |_| end);
            for caller in graph.to(id).map(|edge| edge.from) {
                // One that is down calls nobody.
                if outcomes[caller].own == State::Down || chain.contains(&outcomes[caller].of) {
                    continue;
                }
                let is_new = reached[caller].is_none();
                // What is broken itself says what else it needs, and not what needs that.
                let is_shortest = reached[caller].as_ref().is_none_or(|known| known.len().max(1) >= chain.len());
                if is_shortest {
                    depend(&mut outcomes[caller], chain.clone(), kind, end);
                }
                if is_new {
                    reached[caller] = Some(chain.clone());
                    queue.push_back(caller);
                }
            }
        }
    }
}

/// Says of an app that it depends on what is at the end of a chain; once for each thing that it calls itself.
fn depend(outcome: &mut Outcome, chain: Vec<ResourceId>, state: State, end: State) {
    let is_known = outcome
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::Depends { chain: known, .. } if known.first() == chain.first()));
    if !is_known {
        outcome.effects.push(Effect::Depends { chain, state: end });
    }
    outcome.state = outcome.state.max(state);
}

fn position(cx: &Cx<'_>, id: ResourceId) -> usize {
    let model = cx.model;
    let before = match id.kind {
        Kind::App => 0,
        Kind::Postgres => model.apps.len(),
        Kind::Redis => model.apps.len() + model.postgres.len(),
        Kind::Bucket => model.apps.len() + model.postgres.len() + model.redis.len(),
    };
    before + id.index
}

/// The region whose machines a call names: `iad.db.internal`.
fn region_of<'m>(call: &Call<'m>) -> Option<&'m str> {
    let first = call.address.name.strip_suffix(call.name).and_then(|rest| rest.strip_suffix('.'));
    first.filter(|_| call.zone == Zone::Internal)
}
