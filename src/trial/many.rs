//! Many cases, on all cores, and pairs of faults.

use std::io;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::case::{Case, Disturbed, Trial};
use super::random::Random;
use super::run::Begin;
use crate::sim::faults::{Fault, free_names};

/// A fault, the one after it by the number of its call, and what came of both.
pub type Pair = (Case, Option<(u64, Fault)>, Disturbed);

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
    pub fn disturb_randomly(&self, seed: u64, runs: usize) -> io::Result<Vec<Pair>> {
        let cases = self.cases();
        let mut seeds = Random::new(seed);
        let seeds: Vec<u64> = (0..runs).map(|_| seeds.next()).collect();
        parallel(&seeds, |seed| self.disturb_twice(&cases, &mut Random::new(*seed))).into_iter().collect()
    }

    /// Two faults in a row: one of all cases, and then any fault at any call of the run after it.
    ///
    /// # Errors
    ///
    /// When bash cannot be run.
    pub fn disturb_twice(&self, cases: &[Case], random: &mut Random) -> io::Result<Pair> {
        let Some(&case) = random.pick(cases) else { return Err(io::Error::other("there is no call")) };
        let (call, fault) = (random.next(), *random.pick(&Fault::ALL).unwrap_or(&Fault::Killed));
        let run = self.run(case, false)?;
        let state = run.state.clone();
        let first = self.outcome(case, run)?;
        if first.failure.is_some() {
            return Ok((case, None, first));
        }
        let mut state = state;
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
