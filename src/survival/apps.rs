//! What is left of an app: its machines, what they take, and what is on their volumes.

use super::{Capacity, Carries, Copies, Cx, Data, Effect, Loss, Outcome, State, Successor};
use crate::fly_toml::{AutoStop, ConcurrencyType};
use crate::kinds::app::WriteRouting;
use crate::model::{App, ResourceId};

/// What of an app is lost.
struct Lost<'a> {
    /// Machines of each group, by place.
    machines: Vec<u32>,
    /// The region that is lost as a whole.
    region: Option<&'a str>,
}

impl Cx<'_> {
    pub(super) fn app(&self, of: ResourceId, loss: Loss<'_>) -> Outcome {
        let app = &self.model.apps[of.index];
        // A file does not say where its machines are.
        if app.is_plain() {
            return Outcome::unaffected(of);
        }
        let Some(region) = loss.region() else { return self.without_host(of, app) };
        let machines = app.groups.iter().map(|group| group.machines_in(region)).collect();
        self.without(of, app, &Lost { machines, region: Some(region) })
    }

    /// One host has a machine of each group, wherever that hurts most.
    fn without_host(&self, of: ResourceId, app: &App) -> Outcome {
        let one = app.groups.iter().map(|group| group.machines().min(1)).collect();
        let mut outcome = self.without(of, app, &Lost { machines: one, region: None });
        let shared = app.regions().into_iter().map(|region| {
            // Volumes of one name are put into different zones of a region where that is possible.
            let machines = app.groups.iter().map(|group| match group.mount {
                Some(_) => group.machines().min(1),
                None => group.machines_in(region).max(group.machines().min(1)),
            });
            self.without(of, app, &Lost { machines: machines.collect(), region: None }).own
        });
        outcome.shared_host = shared.max().unwrap_or(outcome.own).max(outcome.own);
        outcome
    }

    fn without(&self, of: ResourceId, app: &App, lost: &Lost<'_>) -> Outcome {
        let mut out = Outcome::unaffected(of);
        out.own = machines(app, lost, &mut out.effects);
        for capacity in self.capacities(app, lost) {
            if capacity.carries() == Carries::Short {
                out.own = out.own.max(State::Short);
            }
            out.effects.push(Effect::Capacity(capacity));
        }
        volumes(app, lost, &mut out);
        self.primary_region(app, lost, &mut out);
        for (job, declared) in app.jobs.iter().enumerate() {
            if lost.region.is_none_or(|region| declared.region.as_str() == region) {
                out.effects.push(Effect::Job { job });
                out.own = out.own.max(State::Reduced);
            }
        }
        if lost.region.is_some_and(|region| app.ips.egress.iter().any(|egress| egress.as_str() == region)) {
            out.effects.push(Effect::Egress);
            out.own = out.own.max(State::Reduced);
        }
        out.state = out.own;
        out.shared_host = out.own;
        out
    }

    /// What each service takes with what is left, where something of it is lost and something is left.
    fn capacities(&self, app: &App, lost: &Lost<'_>) -> Vec<Capacity> {
        let services = app.services.iter().enumerate().filter_map(|(index, service)| {
            let is_touched = service.groups.iter().any(|&group| lost.machines[group] > 0);
            let machines: u32 = service.groups.iter().map(|&group| usable(app, group, lost)).sum();
            if !is_touched || machines == 0 {
                return None;
            }
            let limits = service.concurrency.as_ref();
            let soft = limits.map_or(self.facts.soft_limit, |limits| limits.soft_limit.value);
            let hard = limits.and_then(|limits| limits.hard_limit).map(|hard| hard.value);
            let counts_requests = limits.is_some_and(|limits| limits.kind.value == ConcurrencyType::Requests);
            let peak = if counts_requests { app.requests_in_flight().map(|(_, peak)| peak) } else { None };
            let all = |each: u32| u64::from(each) * u64::from(machines);
            Some(Capacity { service: index, counts_requests, machines, soft: all(soft), hard: hard.map(all), peak })
        });
        services.collect()
    }

    /// What can no longer happen in the primary region.
    fn primary_region(&self, app: &App, lost: &Lost<'_>, out: &mut Outcome) {
        let Some(primary) = &app.primary_region else { return };
        let is_gone = match lost.region {
            Some(region) => primary.as_str() == region,
            None => is_emptied(app, primary, lost),
        };
        if !is_gone {
            return;
        }
        let replays = app.write_routing.as_ref().is_some_and(|way| way.value == WriteRouting::FlyReplay);
        if replays {
            out.own = out.own.max(State::ReadOnly);
        }
        let deploy = app.toml.deploy.as_ref();
        let release_command = deploy.is_some_and(|deploy| deploy.release_command.is_some());
        // Machines for releases are made on any host of the region.
        let release_command = release_command && lost.region.is_some();
        if lost.region.is_some() || replays {
            out.effects.push(Effect::PrimaryRegion { region: primary.to_string(), release_command, replays });
            out.own = out.own.max(State::Reduced);
        }
    }
}

/// Whether a host may have all machines of a region that take requests.
fn is_emptied(app: &App, region: &str, lost: &Lost<'_>) -> bool {
    let serving = app.groups.iter().zip(&lost.machines).filter(|(group, _)| group.serves);
    let mut there = serving.filter(|(group, _)| group.machines_in(region) > 0).peekable();
    there.peek().is_some() && there.all(|(group, lost)| group.machines_in(region) <= *lost)
}

/// What is lost and left of each group, and what that means for the app.
fn machines(app: &App, lost: &Lost<'_>, effects: &mut Vec<Effect>) -> State {
    let mut state = State::Unaffected;
    let (mut gone, mut left_serving, mut left_any) = (false, false, false);
    for (index, (group, &lost)) in app.groups.iter().zip(&lost.machines).enumerate() {
        let left = group.machines() - lost;
        if lost > 0 {
            state = State::Reduced;
            effects.push(Effect::Machines { group: index, lost, left });
        }
        gone |= lost > 0 && left == 0;
        left_serving |= group.serves && left > 0;
        left_any |= left > 0;
    }
    let serves = app.groups.iter().any(|group| group.serves);
    match gone {
        true if serves && left_serving => State::Part,
        true if !serves && left_any => State::Part,
        true => State::Down,
        false => state,
    }
}

/// How many machines of a group are left that run, or that the proxy starts when they are needed.
fn usable(app: &App, group: usize, lost: &Lost<'_>) -> u32 {
    let placed = &app.groups[group];
    let left = placed.machines() - lost.machines[group];
    let services = || app.services.iter().filter(|service| service.groups.contains(&group));
    if app.auto_stop(group) == AutoStop::Off || services().any(|service| service.auto_start.value) {
        return left;
    }
    // What the proxy has stopped, nobody starts: what is left is what it keeps running in the primary region.
    let least = services().map(|service| service.min_machines_running.value).max().unwrap_or(0);
    let primary = app.primary_region.as_ref().filter(|primary| lost.region != Some(primary.as_str()));
    primary.map_or(0, |primary| placed.machines_in(primary)).min(least).min(left)
}

/// What is on the volumes that are lost.
fn volumes(app: &App, lost: &Lost<'_>, out: &mut Outcome) {
    for (index, (group, &lost_here)) in app.groups.iter().zip(&lost.machines).enumerate() {
        if group.mount.is_none() || lost_here == 0 {
            continue;
        }
        let left = group.machines() - lost_here;
        let copies = if app.litefs.is_some() { Copies::LiteFs } else { Copies::Unknown };
        out.effects.push(Effect::Volumes { group: index, lost: lost_here, left, copies });
        let data = match copies {
            _ if left == 0 => Data::OnlyCopies,
            Copies::LiteFs | Copies::Declared => Data::Kept,
            Copies::Unknown => Data::AtRisk,
        };
        out.data = out.data.max(data);
    }
    let Some(litefs) = &app.litefs else { return };
    let candidate = litefs.candidate.as_str();
    let with_volume = || app.groups.iter().zip(&lost.machines).filter(|(group, _)| group.mount.is_some());
    let candidates: u32 = with_volume().map(|(group, _)| group.machines_in(candidate)).sum();
    let lost_candidates = match lost.region {
        Some(region) if region != candidate => 0,
        Some(_) => candidates,
        None => with_volume().map(|(group, lost)| group.machines_in(candidate).min(*lost)).sum(),
    };
    if lost_candidates == 0 {
        return;
    }
    let successor = if lost_candidates < candidates { Successor::Lease } else { Successor::Nothing };
    if successor == Successor::Nothing {
        out.own = out.own.max(State::ReadOnly);
    }
    out.effects.push(Effect::Primary { region: candidate.to_owned(), successor });
}
