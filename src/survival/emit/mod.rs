//! How it is shown: for a terminal, for programs, for a pull request.

mod json;
mod markdown;
mod text;

pub use json::json;
pub use markdown::markdown;
pub use text::text;

use super::{Advice, Change, Difference, Loss, Outcome, Retirement, Survival};
use crate::model::{Model, ResourceId};
use crate::value::Usd;

/// What a loss does, with what can be done about it.
#[derive(Debug)]
pub struct Found<'m> {
    /// What is lost.
    pub loss: Loss<'m>,
    /// What that does to each declaration; those that are alike are put together where there are many.
    pub outcomes: Vec<(Vec<ResourceId>, Outcome, Option<Advice>)>,
    /// Of a region that is given up: what has to move, and how.
    pub retirement: Option<Retirement>,
}

/// What is shown of one environment.
#[derive(Debug)]
pub struct Shown<'m> {
    /// What the spec means.
    pub model: &'m Model,
    /// The environment, where there is one.
    pub environment: Option<&'m str>,
    /// The name of the spec's text.
    pub spec: &'m str,
    /// The text itself, where it is that of one file.
    pub source: Option<&'m str>,
    /// Every loss, when nobody chose one.
    pub matrix: Option<&'m Survival<'m>>,
    /// The losses that were asked for, or all.
    pub found: Vec<Found<'m>>,
}

impl Shown<'_> {
    fn title(&self) -> String {
        let project = self.model.project.as_ref().map_or("", |project| project.name.as_str());
        match self.environment {
            Some(environment) => format!("{project} ({environment})"),
            None => project.to_owned(),
        }
    }

    /// Whether everything goes on as a whole, whatever is lost of what was asked for.
    pub fn survives(&self) -> bool {
        self.found.iter().all(|found| found.outcomes.iter().all(|(_, outcome, _)| outcome.survives()))
    }
}

impl Found<'_> {
    /// What happens, in one line.
    fn summary(&self) -> String {
        let number = |outcomes: &mut dyn Iterator<Item = &(Vec<ResourceId>, Outcome, Option<Advice>)>| {
            outcomes.map(|(members, ..)| members.len()).sum::<usize>()
        };
        let all = number(&mut self.outcomes.iter());
        let fails = number(&mut self.outcomes.iter().filter(|(_, outcome, _)| !outcome.survives()));
        match fails {
            0 => "everything goes on".to_owned(),
            _ if fails == all => format!("none of {all} goes on as a whole"),
            _ => format!("{fails} of {all} {} not go on as a whole", if fails == 1 { "does" } else { "do" }),
        }
    }
}

/// An amount with its sign.
fn signed(difference: Difference) -> String {
    let sign = if difference.micros < 0 { "-" } else { "+" };
    let usd = Usd::from_micros(difference.micros.saturating_abs());
    format!("{}{sign}{usd}", if difference.open { "at least " } else { "" })
}

/// What a change costs.
fn price(change: &Change) -> String {
    if change.floor == change.ceiling {
        return format!("{} USD a month", signed(change.floor));
    }
    format!("{} to {} USD a month", signed(change.floor), signed(change.ceiling))
}

/// How it goes on with a change.
fn then(change: &Change) -> String {
    let state = change.state.as_str();
    match (change.survives, change.survives_by_itself) {
        (true, _) => format!("then it is {state}"),
        (false, true) => format!("then it goes on by itself, and is {state} until what it needs survives as well"),
        (false, false) => format!("then it is {state}; no small change is known that survives"),
    }
}

/// Nothing that moves the cursor of a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
