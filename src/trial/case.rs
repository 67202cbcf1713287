//! Faults at calls: what comes of each, when the script is run again until it ends.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::course::Course;
use super::run::{Begin, Run};
use super::stage::Stage;
use super::view::{difference, things};
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
    /// What is wrong with it, if anything is.
    pub failure: Option<String>,
}

/// A way to the end from some state: what is known of all states that are equal to it.
#[derive(Clone, Debug)]
struct Settled {
    runs: usize,
    cleared: bool,
    calls: u64,
    ids: BTreeSet<String>,
}

/// A script, how it goes undisturbed, and what is known already.
pub struct Trial {
    stage: Stage,
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
        calls
            .flat_map(|(leg, call)| {
                let faults = Fault::ALL.into_iter().filter(|fault| fault.concerns(call));
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
        self.disturb_from(case, false)
    }

    /// The same without a short cut: the run with the fault begins at its beginning. The outcome must be equal.
    ///
    /// # Errors
    ///
    /// When bash cannot be run.
    pub fn disturb_whole(&self, case: Case) -> io::Result<Disturbed> {
        self.disturb_from(case, true)
    }

    fn disturb_from(&self, case: Case, whole: bool) -> io::Result<Disturbed> {
        let Some(leg) = self.course.legs.get(case.leg) else { return Err(io::Error::other("there is no such run")) };
        let run = self.course.disturbed(&self.stage, leg, case.call, case.fault, whole)?;
        let failure = run.offence.clone().or_else(|| reaction(case, &run));
        self.end_of(case, run, failure)
    }

    /// What comes of a run that was disturbed.
    fn end_of(&self, case: Case, run: Run, failure: Option<String>) -> io::Result<Disturbed> {
        let mut disturbed = Disturbed { code: run.code, runs: 0, cleared: false, failure };
        if disturbed.failure.is_some() {
            return Ok(disturbed);
        }
        let end = run.end();
        let mut state = run.state;
        free_names(&mut state);
        match self.settle(&state)?.as_ref() {
            Ok(settled) => {
                (disturbed.runs, disturbed.cleared) = (settled.runs, settled.cleared);
                disturbed.failure = self.lost(case, &state, settled);
            }
            Err(why) => disturbed.failure = Some(format!("{why}\nthe run with the fault: {end}")),
        }
        Ok(disturbed)
    }

    /// What existed after the fault, or before it, and is not there at the end.
    fn lost(&self, case: Case, state: &State, settled: &Settled) -> Option<String> {
        let before = self.course.legs.get(case.leg).map(|leg| leg.start.ids()).unwrap_or_default();
        let lost: Vec<String> = state.ids().into_iter().chain(before).filter(|id| !settled.ids.contains(id)).collect();
        (!lost.is_empty() && !settled.cleared).then(|| format!("destroyed on the way: {}", lost.join(", ")))
    }

    /// Runs the script from a state until it ends. What was shown for one state holds for all that are equal.
    fn settle(&self, state: &State) -> io::Result<Arc<Result<Settled, String>>> {
        let mut equal = State { calls: 0, ..state.clone() };
        // Values that a script makes differ from run to run, and no run can read them.
        equal.apps.values_mut().flat_map(|app| app.secrets.values_mut()).for_each(|secret| secret.digest.clear());
        let key = serde_json::to_string(&equal)?;
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
        let mut settled = Settled { runs: 0, cleared: false, calls: 0, ids: BTreeSet::new() };
        loop {
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
            state = run.state;
            match (run.code, interrupted) {
                (Some(0), _) => break,
                (Some(10), _) if self.stage.lend_a_hand(&mut state) => {}
                (Some(10), _) if idle => break,
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
        }
        let there = things(&state);
        if there != self.course.things {
            let difference = difference(&self.course.things, &there);
            return Ok(Err(format!("the end is another than without a fault\n{difference}")));
        }
        let after = digests(&state);
        if let Some((of, _)) = secrets.iter().find(|(of, digest)| after.get(*of) != Some(digest) && !settled.cleared) {
            return Ok(Err(format!("secret {} of {} has another value than before", of.1, of.0)));
        }
        settled.ids = state.ids();
        Ok(Ok(settled))
    }
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
    let (_, name) = run.stderr.split_once("run: ").filter(|_| run.stderr.contains("its creation was interrupted"))?;
    let name = name.split_whitespace().last()?.to_owned();
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
    match case.fault {
        Fault::NameTaken if run.code != Some(22) => {
            Some(format!("a name that belongs to somebody else is not told\n{}", run.end()))
        }
        fault if unanswered.contains(&fault) && asked && is_listing(&hit.command) && acted.is_some() => {
            let acted = acted.map(|call| call.argv.join(" ")).unwrap_or_default();
            Some(format!("without an answer from `fly {}` the script ran `fly {acted}`\n{}", hit.command, run.end()))
        }
        _ => None,
    }
}

/// Whether a command only looks.
fn is_listing(command: &str) -> bool {
    command.split(' ').any(|word| ["list", "show", "status", "check", "releases"].contains(&word))
}

/// Numbers that look random, and are the same for the same seed (splitmix64, by Steele, Lea and Flood).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The numbers of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of the numbers below a bound, which is not 0.
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// One of some items.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let at = self.below(u64::try_from(items.len()).unwrap_or(u64::MAX));
        items.get(usize::try_from(at).unwrap_or(0))
    }
}

impl Trial {
    /// Two faults in a row: one of all cases, and then any fault at any call of the run after it.
    ///
    /// # Errors
    ///
    /// When bash cannot be run.
    pub fn disturb_twice(
        &self,
        cases: &[Case],
        random: &mut Random,
    ) -> io::Result<(Case, Option<(u64, Fault)>, Disturbed)> {
        let Some(&case) = random.pick(cases) else { return Err(io::Error::other("there is no call")) };
        let (call, fault) = (random.next(), *random.pick(&Fault::ALL).unwrap_or(&Fault::Killed));
        let first = self.disturb_from(case, false)?;
        let Some(leg) = self.course.legs.get(case.leg).filter(|_| first.failure.is_none()) else {
            return Ok((case, None, first));
        };
        let run = self.course.disturbed(&self.stage, leg, case.call, case.fault, false)?;
        let mut state = run.state;
        free_names(&mut state);
        let calls = match self.settle(&state)?.as_ref() {
            Ok(settled) => settled.calls,
            Err(_) => 1,
        };
        let second = state.calls + 1 + call % calls.max(1);
        let run = self.stage.run(Begin::From(&state), Some((second, fault)))?;
        let failure = run.offence.clone();
        Ok((case, Some((second, fault)), self.end_of(case, run, failure)?))
    }
}

/// Does something with every item on all cores, and returns what came of it in the order of the items.
pub(super) fn parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(items.len())));
    std::thread::scope(|scope| {
        for _ in 0..threads.min(items.len()) {
            scope.spawn(|| {
                while let at = next.fetch_add(1, Ordering::Relaxed)
                    && let Some(item) = items.get(at)
                {
                    let result = work(item);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

impl Trial {
    /// Has each of some faults happen, on all cores.
    ///
    /// # Errors
    ///
    /// When bash cannot be run.
    pub fn disturb_all(&self, cases: &[Case]) -> io::Result<Vec<Disturbed>> {
        parallel(cases, |case| self.disturb(*case)).into_iter().collect()
    }

    /// As many double faults as asked for, on all cores. Each has a seed of its own, made of the one that is given.
    ///
    /// # Errors
    ///
    /// When bash cannot be run.
    pub fn disturb_randomly(&self, seed: u64, runs: usize) -> io::Result<Vec<(Case, Option<(u64, Fault)>, Disturbed)>> {
        let cases = self.cases();
        let mut seeds = Random::new(seed);
        let seeds: Vec<u64> = (0..runs).map(|_| seeds.next()).collect();
        parallel(&seeds, |seed| self.disturb_twice(&cases, &mut Random::new(*seed))).into_iter().collect()
    }
}
