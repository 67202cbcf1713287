//! What a smallest change is; `remedy` looks for it.

use crate::cost::Amount;

use super::State;

/// How much more something costs a month; less where it is below nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Millionths of a US dollar, as far as they are known.
    pub micros: i64,
    /// Whether there is more that nobody knows.
    pub open: bool,
}

impl Difference {
    /// What comes between two amounts.
    pub fn between(before: Amount, after: Amount, unknown: bool) -> Self {
        Self { micros: after.usd.micros().saturating_sub(before.usd.micros()), open: unknown }
    }
}

/// A change of the spec that was tried: the spec with it has been compiled, and the same loss looked at again.
#[derive(Clone, Debug)]
pub struct Change {
    /// The table that it is in: `app.web`.
    pub table: String,
    /// The lines: `regions = { iad = 1, lhr = 1 }`.
    pub lines: Vec<String>,
    /// Where the declaration begins: file and line.
    pub at: String,
    /// The whole text with it.
    pub text: String,
    /// Whether the declaration survives the loss then.
    pub survives: bool,
    /// Whether it does by itself, so that what it needs has to survive as well.
    pub survives_by_itself: bool,
    /// How it goes on then.
    pub state: State,
    /// How much more the least costs.
    pub floor: Difference,
    /// How much more the most costs.
    pub ceiling: Difference,
}

/// What can be said to somebody whose declaration does not survive.
#[derive(Clone, Debug)]
pub enum Advice {
    /// This change.
    Change(Box<Change>),
    /// No small change is known, and why.
    Nothing(String),
}
