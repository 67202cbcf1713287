//! How the set-up goes when nothing happens: from nothing, after a person has done their part, and once more.

use std::io;

use serde_json::Value as Json;

use super::point::{self, Point};
use super::run::{Begin, Run};
use super::stage::Stage;
use super::view::things;
use crate::sim::faults::Fault;
use crate::sim::state::{Record, State};

/// The most runs that a set-up may take when nothing goes wrong.
const MOST: usize = 8;

/// One run of the course.
#[derive(Debug)]
pub struct Leg {
    /// What exists when it begins.
    pub start: State,
    /// The calls of `fly`.
    pub calls: Vec<Record>,
    /// The exit code.
    pub code: i32,
    pub(super) points: Vec<Point>,
}

/// How it goes when nothing happens.
#[derive(Debug)]
pub struct Course {
    /// The runs; the last changes nothing.
    pub legs: Vec<Leg>,
    /// What exists at the end.
    pub end: State,
    pub(super) things: Json,
}

impl Course {
    /// Runs the script until it has nothing to do, with the help of a person where it asks for one.
    ///
    /// # Errors
    ///
    /// When bash cannot be run; within, when the script does not get there.
    #[expect(clippy::similar_names, reason = "a stage has states")]
    pub fn run(stage: &Stage) -> io::Result<Result<Self, String>> {
        let mut state = stage.account();
        let mut legs: Vec<Leg> = Vec::new();
        while legs.len() < MOST {
            let notes = stage.points(legs.len());
            let run = stage.run(Begin::Noting(&state, &notes), None)?;
            if let Some(offence) = run.offence {
                return Ok(Err(offence));
            }
            let Some(code @ (0 | 10)) = run.code else {
                return Ok(Err(format!("an undisturbed run fails\n{}", run.end())));
            };
            let idle = run.changes().next().is_none();
            let before = std::mem::replace(&mut state, run.state);
            legs.push(Leg { start: before, calls: run.calls, code, points: point::read(&notes)? });
            let helped = code == 10 && stage.lend_a_hand(&mut state);
            if idle && !helped {
                let things = things(&state);
                return Ok(Ok(Self { legs, end: state, things }));
            }
        }
        Ok(Err(format!("after {MOST} runs without a fault the script still has something to change")))
    }

    /// The exit code at the end.
    pub fn code(&self) -> i32 {
        self.legs.last().map_or(0, |leg| leg.code)
    }

    /// The step that a call belongs to; empty before the first.
    pub fn step(&self, leg: usize, call: u64) -> &str {
        self.legs.get(leg).and_then(|leg| leg.point(call)).map_or("", |point| point.step.as_str())
    }

    /// Runs a leg with a fault at one of its calls. What comes before the step of the call is taken up where it was
    /// noted, unless `whole` says otherwise.
    pub(super) fn disturbed(stage: &Stage, at: &Leg, call: u64, fault: Fault, whole: bool) -> io::Result<Run> {
        let begin = match at.point(call).filter(|_| !whole) {
            Some(point) => {
                let first = at.points.first().map_or(at.start.calls, |point| point.account.calls);
                Begin::At(point, first - at.start.calls)
            }
            None => Begin::From(&at.start),
        };
        stage.run(begin, Some((call, fault)))
    }
}

impl Leg {
    /// The last point before a call.
    fn point(&self, call: u64) -> Option<&Point> {
        self.points.iter().rev().find(|point| point.account.calls < call)
    }
}
