//! What becomes of a declaration, in sentences.

use super::{Capacity, Carries, Copies, Data, Effect, Loss, Outcome, State, Successor};
use crate::diag::form::{count, sentence};
use crate::model::{App, Model, ResourceId};
use crate::spec::Kind;

/// Everything that happens to a declaration, one sentence each.
pub fn sentences(model: &Model, loss: Loss<'_>, outcome: &Outcome) -> Vec<String> {
    let app = (outcome.of.kind == Kind::App).then(|| &model.apps[outcome.of.index]);
    let mut out: Vec<String> = outcome.effects.iter().map(|effect| one(model, app, outcome, effect)).collect();
    if loss == Loss::Host && outcome.shared_host > outcome.own.max(State::Reduced) {
        out.push(format!(
            "If the host has all machines of a group in one region, which Fly.io does not rule out, it is {}.",
            outcome.shared_host.as_str()
        ));
    }
    out
}

/// Why a declaration does not go on as a whole, one sentence for each reason.
pub fn reasons(model: &Model, outcome: &Outcome) -> Vec<String> {
    let app = (outcome.of.kind == Kind::App).then(|| &model.apps[outcome.of.index]);
    let decide = outcome.effects.iter().filter(|effect| match effect {
        Effect::Machines { left, .. } => *left == 0,
        Effect::Capacity(capacity) => capacity.carries() == Carries::Short,
        Effect::Volumes { left, copies, .. } => *left == 0 || *copies == Copies::Unknown,
        Effect::Primary { successor, .. } => *successor == Successor::Nothing,
        Effect::PrimaryRegion { replays, .. } => *replays,
        Effect::Quorum { .. } | Effect::Home { .. } | Effect::Depends { .. } => true,
        Effect::Nodes { .. } | Effect::Job { .. } | Effect::Egress => false,
    });
    let said = decide.map(|effect| {
        if let Effect::PrimaryRegion { region, .. } = effect {
            return format!("Writes are replayed in {region}, and fail.");
        }
        one(model, app, outcome, effect)
    });
    said.collect()
}

/// The name of a group where there are several.
fn of_group(app: Option<&App>, group: usize) -> String {
    match app {
        Some(app) if app.groups.len() > 1 => format!(" of `{}`", app.groups[group].name.value),
        _ => String::new(),
    }
}

fn one(model: &Model, app: Option<&App>, outcome: &Outcome, effect: &Effect) -> String {
    match effect {
        Effect::Machines { group, lost: 1, left: 0 } => {
            format!("The only machine{} is lost.", of_group(app, *group))
        }
        Effect::Machines { group, lost: 2, left: 0 } => format!("Both machines{} are lost.", of_group(app, *group)),
        Effect::Machines { group, lost, left: 0 } => format!("All {lost} machines{} are lost.", of_group(app, *group)),
        Effect::Machines { group, lost, left } => {
            let verb = if *left == 1 { "is" } else { "are" };
            format!("{left} of {} machines{} {verb} left.", lost + left, of_group(app, *group))
        }
        Effect::Nodes { lost, left } => {
            let verb = if *left == 1 { "is" } else { "are" };
            format!("{left} of {} nodes and replicas {verb} left.", lost + left)
        }
        Effect::Capacity(capacity) => carries(capacity),
        Effect::Volumes { group, lost, left, copies } => volumes(app, *group, (*lost, *left), *copies),
        Effect::Quorum { left, needs } => {
            format!("{} left, and it takes {needs} to decide: nothing is written until others are back.", count(*left, "member"))
        }
        Effect::Primary { region, successor } => primary(outcome.of.kind, region, *successor, outcome.own),
        Effect::Home { region } => {
            let backup = match outcome.of.kind {
                Kind::Redis => "no copy of it is anywhere else",
                Kind::App | Kind::Postgres | Kind::Bucket => "backups are Fly.io's: whether one can be restored meanwhile, nobody has promised",
            };
            format!("All of it is in {region}: it comes back with the region; {backup}.")
        }
        Effect::PrimaryRegion { region, release_command, replays } => {
            let replays = if *replays { ", writes are replayed there and fail" } else { "" };
            let deploy = if *release_command {
                "a deploy fails, because the release command runs there"
            } else {
                "a deploy that waits for machines there fails"
            };
            format!(
                "{region} is its primary region{replays}: {deploy}, and ./setup.sh with it, until the spec names another."
            )
        }
        Effect::Job { job } => {
            let job = app.map_or("", |app| app.jobs[*job].key.as_str());
            format!("The machine of the job `{job}` is lost: it does not run until that is back.")
        }
        Effect::Egress => {
            "Its fixed address for outgoing connections there is lost: who admits it by that address has to admit others."
                .to_owned()
        }
        Effect::Depends { chain, state } => depends(model, chain, *state),
    }
}

fn depends(model: &Model, chain: &[ResourceId], state: State) -> String {
    let mut path: Vec<String> = chain.iter().map(|id| model.reference(*id)).collect();
    let last = path.pop().unwrap_or_default();
    if path.is_empty() {
        return format!("It needs {last}, which is {}.", state.as_str());
    }
    let through = path.join(", which needs ");
    format!("It needs {through}, which needs {last}, which is {}.", state.as_str())
}

fn carries(capacity: &Capacity) -> String {
    let counted = if capacity.counts_requests { "requests" } else { "connections" };
    let Capacity { soft, hard, peak, .. } = *capacity;
    let least = hard.unwrap_or(soft);
    let takes = match hard {
        Some(hard) => format!("What is left takes {hard} {counted} at a time"),
        None => {
            format!("What is left takes {soft} {counted} at a time before it is called full, and has no hard limit")
        }
    };
    match (capacity.carries(), peak) {
        (Carries::Enough, Some(peak)) => format!("{takes}; the peak of {peak} is within the soft limits."),
        (Carries::Tight, Some(peak)) => format!("{takes}; the peak of {peak} is above the soft limits of {soft}."),
        (Carries::Short, Some(peak)) => {
            format!("{takes}: {} too few for the peak of {peak}.", peak.saturating_sub(least))
        }
        _ => {
            let keys = if capacity.counts_requests {
                "`peak_requests_per_second` and `p95_latency_ms`"
            } else {
                "`peak_connections`"
            };
            format!("{takes}; whether that is enough is not known, because `workload` has no {keys}.")
        }
    }
}

fn volumes(app: Option<&App>, group: usize, (lost, left): (u32, u32), copies: Copies) -> String {
    let mount = app.and_then(|app| Some(&app.toml.mounts[app.groups[group].mount?]));
    let name = mount.and_then(|mount| mount.source.as_ref()).map_or("", |source| source.as_str());
    let snapshots = match mount {
        Some(mount) if mount.scheduled_snapshots.is_some_and(|on| !on.value) => "there are no snapshots",
        _ => "the last snapshot is up to a day old",
    };
    match (left, copies) {
        (0, _) if lost == 1 => format!("The volume `{name}` is the only copy of its data, and {snapshots}."),
        (0, _) => format!("All {lost} volumes `{name}` are lost with their data, and {snapshots}."),
        (_, Copies::LiteFs) => {
            format!("{} `{name}` left: LiteFS has copied all but the last moment.", count(left, "volume"))
        }
        (_, Copies::Declared) => format!("{} `{name}` left, to which the app copies its data.", count(left, "volume")),
        (_, Copies::Unknown) => format!(
            "{} `{name}` {} lost, and {snapshots}. Fly.io does not copy volumes; if the app does, say how many it \
             needs: `workload = {{ quorum = … }}`.",
            count(lost, "volume"),
            if lost == 1 { "is" } else { "are" }
        ),
    }
}

fn primary(kind: Kind, region: &str, successor: Successor, state: State) -> String {
    let rest = if state == State::Down { "and there is no replica" } else { "and replicas can be read at best" };
    match (successor, kind) {
        (Successor::Provider, Kind::Redis) => "A copy in the same region takes over; Upstash sees to it.".to_owned(),
        (Successor::Provider, _) => "A copy in the same region takes over; Fly.io sees to it.".to_owned(),
        (Successor::Lease, _) => {
            format!("The primary of LiteFS is lost: another machine in {region} takes over when the lease has run out.")
        }
        (Successor::Election, _) => "The nodes that are left elect a leader among them.".to_owned(),
        (Successor::Nothing, Kind::App) => format!(
            "The primary of LiteFS may be in {region} alone: writes fail until the spec names another `candidate_region`."
        ),
        (Successor::Nothing, Kind::Redis) => format!("The primary is in {region}: writes fail, {rest}."),
        (Successor::Nothing, _) => {
            format!("The primary is lost, and nothing takes over by itself: writes fail, {rest}.")
        }
    }
}

/// How a declaration goes on, in as few words as a table has room for.
pub fn cell(outcome: &Outcome) -> String {
    let mark = if outcome.shared_host > outcome.own.max(State::Reduced) { " *" } else { "" };
    match outcome.data {
        Data::Kept => format!("{}{mark}", outcome.state.as_str()),
        data @ (Data::AtRisk | Data::OnlyCopies) => format!("{}, {}{mark}", outcome.state.as_str(), data.as_str()),
    }
}

/// What a row is about: one declaration, or several that are alike.
pub fn members(model: &Model, members: &[ResourceId]) -> String {
    match members {
        [] => String::new(),
        [one] => model.reference(*one),
        [first, second] => sentence(&[model.reference(*first), model.reference(*second)]),
        [first, rest @ ..] => format!("{} and {} alike", model.reference(*first), rest.len()),
    }
}
