//! Faults at calls: what comes of each, when the script is run again until it ends.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::course::Course;
use super::run::{Begin, Run};
use super::stage::Stage;
use super::view::{difference, left_behind, things};
use crate::sim::faults::{Fault, free_names};
use crate::sim::state::{Record, State};

/// The most runs that it may take to get to the end after a fault.
const MOST: usize = 6;

/// A fault at a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    /// The run of the course.
    pub leg: usize,
    /// The number of the call.
    pub call: u64,
    /// What goes wrong.
    pub fault: Fault,
}

/// What came of a case.
#[derive(Clone, Debug)]
pub struct Disturbed {
    /// The exit code of the run with the fault; none when it was killed.
    pub code: Option<i32>,
    /// How many runs it took from there to the end.
    pub runs: usize,
    /// Whether a person had to clear away what the script may not: the app of a cluster without machines.
    pub cleared: bool,
    /// Whether a person had to make a key for a bucket.
    pub keys: bool,
    /// Whether an empty volume of a cluster is left, which the script names.
    pub left: bool,
    /// What is wrong with it, if anything is.
    pub failure: Option<String>,
}

/// A way to the end from some state: what is known of all states that are equal to it.
#[derive(Clone, Debug)]
pub(super) struct Settled {
    runs: usize,
    cleared: bool,
    keys: bool,
    left: bool,
    /// The calls of the first run.
    pub(super) calls: u64,
    ids: BTreeSet<String>,
}

/// A script, how it goes undisturbed, and what is known already.
pub struct Trial {
    pub(super) stage: Stage,
    /// How it goes when nothing happens.
    pub course: Course,
    settled: Mutex<BTreeMap<String, Arc<Result<Settled, String>>>>,
}

impl Trial {
    /// Runs the course.
    ///
    /// # Errors
    ///
    /// When bash cannot be run; within, when the script does not get to its end undisturbed.
    pub fn new(stage: Stage) -> io::Result<Result<Self, String>> {
        let course = Course::run(&stage)?;
        Ok(course.map(|course| Self { stage, course, settled: Mutex::default() }))
    }

    /// Every fault at every call that it concerns.
    pub fn cases(&self) -> Vec<Case> {
        let calls = self.course.legs.iter().enumerate().flat_map(|(leg, at)| at.calls.iter().map(move |c| (leg, c)));
        // Only an app that has volumes can miss one.
        let mounts = |call: &Record| {
            self.course.end.apps.iter().any(|(name, app)| !app.volumes.is_empty() && call.argv.contains(name))
        };
        calls
            .flat_map(|(leg, call)| {
                let faults = Fault::ALL.into_iter();
                let faults = faults.filter(|fault| fault.concerns(call));
                let faults = faults.filter(|fault| *fault != Fault::VolumeElsewhere || mounts(call));
                faults.map(move |fault| Case { leg, call: call.number, fault })
            })
            .collect()
    }

    /// Has a fault happen, and runs the script until it ends.
    ///
    /// # Errors
    ///
    /// When bash cannot be run.
    pub fn disturb(&self, case: Case) -> io::Result<Disturbed> {
        self.outcome(case, self.run(case, false)?)
    }

    /// How a run from its beginning takes a fault differently from one that takes up before the step of the call. There
    /// should be no such thing.
    ///
    /// # Errors
    ///
    /// When bash cannot be run.
    pub fn short_cut_differs(&self, case: Case) -> io::Result<Option<String>> {
        let seen = |run: Run| {
            let calls: Vec<_> = run
                .calls
                .into_iter()
                .filter(|call| call.number >= case.call)
                .map(|c| (c.argv, c.exit, c.made))
                .collect();
            (run.code, run.stderr, calls, equal(&run.state))
        };
        let (short, whole) = (seen(self.run(case, false)?), seen(self.run(case, true)?));
        Ok((short != whole).then(|| format!("{short:#?}\n{whole:#?}")))
    }

    /// Runs the script with a fault.
    pub(super) fn run(&self, case: Case, whole: bool) -> io::Result<Run> {
        let Some(leg) = self.course.legs.get(case.leg) else { return Err(io::Error::other("there is no such run")) };
        Course::disturbed(&self.stage, leg, case.call, case.fault, whole)
    }

    /// Tells what comes of a run with a fault.
    pub(super) fn outcome(&self, case: Case, run: Run) -> io::Result<Disturbed> {
        let failure = run.offence.clone().or_else(|| reaction(case, &run));
        self.end_of(case, run, failure)
    }

    /// What comes of a run that was disturbed.
    pub(super) fn end_of(&self, case: Case, run: Run, failure: Option<String>) -> io::Result<Disturbed> {
        let mut disturbed = Disturbed { code: run.code, runs: 0, cleared: false, keys: false, left: false, failure };
        if disturbed.failure.is_some() {
            return Ok(disturbed);
        }
        let end = run.end();
        let mut state = run.state;
        free_names(&mut state);
        match self.settle(&state)?.as_ref() {
            Ok(settled) => {
                (disturbed.runs, disturbed.cleared) = (settled.runs, settled.cleared);
                (disturbed.keys, disturbed.left) = (settled.keys, settled.left);
                disturbed.failure = self.lost(case, &state, settled);
            }
            Err(why) => disturbed.failure = Some(format!("{why}\nthe run with the fault: {end}")),
        }
        Ok(disturbed)
    }

    /// What existed after the fault, or before it, and is not there at the end.
    fn lost(&self, case: Case, state: &State, settled: &Settled) -> Option<String> {
        let before = self.course.legs.get(case.leg).map(|leg| leg.start.ids()).unwrap_or_default();
        // A token whose value was lost on the way is revoked: nobody has it, and nobody can.
        let lost: Vec<String> = state
            .ids()
            .into_iter()
            .chain(before)
            .filter(|id| !settled.ids.contains(id) && !id.starts_with("token_"))
            .collect();
        (!lost.is_empty() && !settled.cleared).then(|| format!("destroyed on the way: {}", lost.join(", ")))
    }

    /// Runs the script from a state until it ends. What was shown for one state holds for all that are equal.
    pub(super) fn settle(&self, state: &State) -> io::Result<Arc<Result<Settled, String>>> {
        let key = serde_json::to_string(&equal(state))?;
        let known = |settled: &Mutex<BTreeMap<_, Arc<_>>>| {
            settled.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
        };
        if let Some(known) = known(&self.settled) {
            return Ok(known);
        }
        let settled = Arc::new(self.settle_anew(state.clone())?);
        self.settled.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&settled));
        Ok(settled)
    }

    fn settle_anew(&self, mut state: State) -> io::Result<Result<Settled, String>> {
        let secrets = digests(&state);
        let mut settled = Settled { runs: 0, cleared: false, keys: false, left: false, calls: 0, ids: BTreeSet::new() };
        let said = loop {
            let run = self.stage.run(Begin::From(&state), None)?;
            settled.runs += 1;
            if settled.runs == 1 {
                settled.calls = u64::try_from(run.calls.len()).unwrap_or(u64::MAX);
            }
            if let Some(offence) = run.offence {
                return Ok(Err(offence));
            }
            let end = run.end();
            let interrupted = interrupted_cluster(&run);
            let idle = run.changes().next().is_none();
            let said_keys = run.stdout.contains("has no credentials for bucket");
            state = run.state;
            match (run.code, interrupted) {
                (Some(0), _) => break run.stdout,
                (Some(10), _) if said_keys && Stage::make_keys(&mut state) => settled.keys = true,
                (Some(10), _) if self.stage.lend_a_hand(&mut state) => {}
                (Some(10), _) if idle => break run.stdout,
                (Some(10), _) => {}
                (Some(23), Some(name)) => {
                    // What the script says that a person is to do.
                    state.apps.remove(&name);
                    settled.cleared = true;
                }
                _ => return Ok(Err(format!("a run without a fault fails\n{end}"))),
            }
            if settled.runs == MOST {
                return Ok(Err(format!("not at the end after {MOST} runs\n{end}")));
            }
        };
        let there = things(&state);
        if there != self.course.things {
            let difference = difference(&self.course.things, &there);
            return Ok(Err(format!("the end is another than without a fault\n{difference}")));
        }
        let left = left_behind(&state);
        settled.left = !left.is_empty();
        if let Some(id) = left.into_iter().find(|id| !said.contains(id)) {
            return Ok(Err(format!("volume {id} is left behind, and not named at the end\n{said}")));
        }
        let after = digests(&state);
        if let Some((of, _)) = secrets.iter().find(|(of, digest)| after.get(*of) != Some(digest) && !settled.cleared) {
            return Ok(Err(format!("secret {} of {} has another value than before", of.1, of.0)));
        }
        settled.ids = state.ids();
        Ok(Ok(settled))
    }
}

/// A state without what makes no difference to a script: how many calls were made, and the values that it made itself,
/// which differ from run to run, and which no run can read.
fn equal(state: &State) -> State {
    let mut equal = State { calls: 0, ..state.clone() };
    equal.apps.values_mut().flat_map(|app| app.secrets.values_mut()).for_each(|secret| secret.digest.clear());
    equal
}

/// Secrets by app and name, with the digest of the value.
fn digests(state: &State) -> BTreeMap<(String, String), String> {
    let of = |(app, found): (&String, &crate::sim::state::App)| {
        let app = app.clone();
        let secrets = found.secrets.iter().map(|(name, secret)| (name.clone(), secret.digest.clone()));
        secrets.map(|(name, digest)| ((app.clone(), name), digest)).collect::<Vec<_>>()
    };
    state.apps.iter().flat_map(of).collect()
}

/// The cluster of unmanaged Postgres that a run asks a person to clear away: an app without machines, which the same
/// command cannot complete (flyctl-commands 1.8).
fn interrupted_cluster(run: &Run) -> Option<String> {
    let (_, advice) = run.stderr.split_once("its creation was interrupted")?;
    let name = advice.split_once(" apps destroy ")?.1.split_whitespace().next()?.to_owned();
    run.state.apps.get(&name).filter(|app| app.postgres && app.machines.is_empty()).map(|_| name)
}

/// What is wrong with the way in which a run took a fault.
fn reaction(case: Case, run: &Run) -> Option<String> {
    let at = run.calls.iter().position(|call| call.number == case.call);
    let Some(at) = at else { return Some(format!("the call was not made again\n{}", run.end())) };
    let (hit, after): (&Record, &[Record]) = (run.calls.get(at)?, run.calls.get(at + 1..)?);
    let unanswered = [
        Fault::ServerError,
        Fault::TooManyRequests,
        Fault::Timeout,
        Fault::EmptyReply,
        Fault::NotJson,
        Fault::SeesLess,
    ];
    // Of the organisation only the exit code is asked; what is said about a change is not read.
    let asked = !hit.changed && !["orgs show", "storage update"].contains(&hit.command.as_str());
    let acted = after.iter().find(|call| call.changed);
    if case.fault == Fault::NameTaken && run.code != Some(22) {
        return Some(format!("a name that belongs to somebody else is not told\n{}", run.end()));
    }
    if unanswered.contains(&case.fault)
        && asked
        && is_listing(&hit.command)
        && let Some(acted) = acted
    {
        let acted = acted.argv.join(" ");
        return Some(format!(
            "without an answer from `fly {}` the script ran `fly {acted}`\n{}",
            hit.command,
            run.end()
        ));
    }
    None
}

/// Whether a command only looks.
fn is_listing(command: &str) -> bool {
    command.split(' ').any(|word| ["list", "show", "status", "check", "releases"].contains(&word))
}
