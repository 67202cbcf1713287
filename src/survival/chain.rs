//! What depends on what is lost: apps that use it, or call it by its name, and those that depend on them.

use std::collections::VecDeque;

use super::{Cx, Effect, Loss, Outcome, State};
use crate::model::{Call, Calls, ResourceId, Zone};
use crate::spec::Kind;

/// What an app depends on, and whether it is lost for this app although it is not lost as a whole.
struct Edge {
    to: ResourceId,
    is_cut: bool,
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
pub(super) fn follow(cx: &Cx<'_>, calls: &Calls<'_>, loss: Loss<'_>, outcomes: &mut [Outcome]) {
    let at = |id: ResourceId| position(cx, id);
    let edges: Vec<Vec<Edge>> = (0..cx.model.apps.len()).map(|app| edges(cx, calls, loss, app)).collect();
    let mut callers: Vec<Vec<usize>> = vec![Vec::new(); outcomes.len()];
    for (app, edges) in edges.iter().enumerate() {
        for edge in edges {
            callers[at(edge.to)].push(app);
        }
    }
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
            for (app, edges) in edges.iter().enumerate() {
                for edge in edges.iter().filter(|edge| edge.is_cut) {
                    depend(&mut outcomes[app], vec![edge.to], State::CutOff, State::Down);
                    if reached[app].is_none() && outcomes[app].own != State::Down {
                        reached[app] = Some(vec![edge.to]);
                        queue.push_back(app);
                    }
                }
            }
        }
        while let Some(index) = queue.pop_front() {
            let id = outcomes[index].of;
            let chain: Vec<ResourceId> = std::iter::once(id).chain(reached[index].iter().flatten().copied()).collect();
            let end = outcomes[at(chain[chain.len() - 1])].own;
            for &caller in &callers[index] {
                // One that is down calls nobody.
                if outcomes[caller].own == State::Down || chain.contains(&outcomes[caller].of) {
                    continue;
                }
                let is_new = reached[caller].is_none();
                let is_shortest = reached[caller].as_ref().is_none_or(|known| known.len() >= chain.len());
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

/// What an app uses or calls, each once.
fn edges(cx: &Cx<'_>, calls: &Calls<'_>, loss: Loss<'_>, app: usize) -> Vec<Edge> {
    let mut found: Vec<Edge> = Vec::new();
    let mut add = |to: ResourceId, is_cut: bool| match found.iter_mut().find(|edge| edge.to == to) {
        Some(edge) => edge.is_cut |= is_cut,
        None => found.push(Edge { to, is_cut }),
    };
    for used in &cx.model.apps[app].uses {
        add(used.target.value, false);
    }
    for call in calls.from(app) {
        let Some(called) = call.called.filter(|called| *called != app) else { continue };
        add(ResourceId { kind: Kind::App, index: called }, is_regional(call, loss));
    }
    found
}

/// Whether a call names the machines of the very region that is lost: `iad.db.internal`.
fn is_regional(call: &Call<'_>, loss: Loss<'_>) -> bool {
    let first = call.address.name.strip_suffix(call.name).and_then(|rest| rest.strip_suffix('.'));
    call.zone == Zone::Internal && first.is_some_and(|first| loss.region() == Some(first))
}
