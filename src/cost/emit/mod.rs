//! Estimates as text: for a terminal, for a pull request, for programs.

mod json;
mod markdown;
mod text;

pub use json::json;
pub use markdown::markdown;
pub use text::text;

use super::{Amount, Estimate, Item};
use crate::facts::Confidence;
use crate::model::{Model, ResourceId};
use crate::value::Usd;

/// What is shown beside an estimate.
#[derive(Clone, Copy, Debug)]
pub struct Footing<'a> {
    /// What is estimated.
    pub model: &'a Model,
    /// Which of its environments, where it has any.
    pub environment: Option<&'a str>,
    /// Whether somebody said what it is used for.
    pub usage: bool,
}

/// What no estimate has in it.
const NOT_COUNTED: &str = "machines of builds and release commands, support plans, reservations, taxes";

impl<'a> Footing<'a> {
    fn project(&self) -> &'a str {
        self.model.project.as_ref().map_or("", |project| project.name.as_str())
    }

    fn title(&self) -> String {
        let environment = self.environment.map_or(String::new(), |name| format!(", {name}"));
        format!("{}{environment}", self.project())
    }

    /// A declaration and its name on Fly.io.
    fn heading(&self, of: Option<ResourceId>) -> String {
        match of {
            Some(of) => format!("{} ({})", self.model.reference(of), self.model.name(of).value),
            None => "the organisation".to_owned(),
        }
    }

    fn traffic(&self) -> &'static str {
        if self.usage { "traffic that the usage does not name" } else { "traffic (--usage says it)" }
    }

    fn not_counted(&self) -> String {
        format!("{}, {NOT_COUNTED}", self.traffic())
    }

    fn budget(&self) -> Option<Usd> {
        self.model.budget.map(|budget| budget.value)
    }
}

/// What a budget says of a sum.
fn verdict(budget: Usd, ceiling: Amount) -> String {
    match ceiling.usd.less(budget) {
        over if over.micros() > 0 => format!("exceeded by {over}"),
        _ if ceiling.open => "not exceeded by what is known".to_owned(),
        _ => "not exceeded".to_owned(),
    }
}

/// The items of each declaration, in their order.
fn by_declaration<'e, 'a>(estimate: &'e Estimate<'a>) -> impl Iterator<Item = &'e [Item<'a>]> {
    estimate.items.chunk_by(|a, b| a.of == b.of)
}

/// An item with its region.
fn label(item: &Item<'_>) -> String {
    match &item.region {
        Some(region) => format!("{region}: {}", item.text),
        None => item.text.clone(),
    }
}

/// The day of an item's prices, marked where nothing has confirmed them since.
fn day(item: &Item<'_>) -> String {
    let Some(basis) = &item.basis else { return String::new() };
    let mark = if basis.confidence() == Confidence::Unconfirmed { " ?" } else { "" };
    format!("{}{mark}", basis.date())
}

/// A floor and a ceiling that may be one.
fn range(floor: Amount, ceiling: Amount) -> String {
    if floor == ceiling { floor.to_string() } else { format!("{floor} to {ceiling}") }
}
