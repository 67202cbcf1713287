//! `[[policy.assert]]`: what a team says of its own architecture, in expressions over the resolved model.
//!
//! An assertion is about every item of a subject, all apps for example. `syntax` reads its expressions, `check`
//! compares their types, `attributes` is the table of what can be asked, and nothing else can be: no loops, no
//! functions, no text of the world outside. docs/policy.md describes the language.

mod attributes;
mod check;
mod syntax;

pub use attributes::{Attribute, attributes};
pub use check::Type;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::cost::{Prices, Usage, estimate};
use crate::diag::{Diagnostic, Diagnostics, RuleId, Severity};
use crate::facts::Facts;
use crate::model::{Calls, Model, ResourceId};
use crate::source::{FileId, Span, TextRange};
use crate::spec::{Assertion, Level, Subject};
use crate::survival::{AnyOne, Survival};
use crate::value::Sourced;

use attributes::{Item, items};
use check::Checked;

/// The rule of assertions that do not hold.
pub static FAILED: RuleId = RuleId { name: "failed-assertion", code: "FA041" };
/// The rule of assertions that mean nothing.
pub static INVALID: RuleId = RuleId { name: "invalid-assertion", code: "FA042" };

/// How many findings an assertion makes, each about another item.
const MOST: usize = 20;

/// What an expression is looked up in. What is dear is worked out when the first attribute asks for it.
pub(crate) struct Cx<'a> {
    model: &'a Model,
    facts: &'a Facts,
    environment: Option<&'a str>,
    /// The models of the other environments of the spec, by name.
    others: &'a dyn Fn() -> Vec<(String, Model)>,
    lazy: Lazy<'a>,
}

#[derive(Default)]
struct Lazy<'a> {
    others: OnceCell<Vec<(String, Model)>>,
    losses: OnceCell<BTreeMap<ResourceId, Losses>>,
    calls: OnceCell<Calls<'a>>,
    costs: OnceCell<BTreeMap<Option<ResourceId>, Cost>>,
}

/// What a declaration does not survive.
#[derive(Debug, Default)]
struct Losses {
    /// The regions whose loss it does not survive.
    regions: Vec<String>,
    /// Whether the loss of one host is too much.
    host: bool,
}

/// What something costs a month, of what is known, in millionths of a US dollar.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    floor: i64,
    ceiling: i64,
}

impl<'a> Cx<'a> {
    pub(crate) fn new(
        model: &'a Model,
        facts: &'a Facts,
        environment: Option<&'a str>,
        others: &'a dyn Fn() -> Vec<(String, Model)>,
    ) -> Self {
        Self { model, facts, environment, others, lazy: Lazy::default() }
    }

    fn others(&self) -> &[(String, Model)] {
        self.lazy.others.get_or_init(|| (self.others)())
    }

    fn losses(&self, of: ResourceId) -> Option<&Losses> {
        let all = self.lazy.losses.get_or_init(|| {
            let survival = Survival::of(self.model, self.facts);
            let mut all: BTreeMap<ResourceId, Losses> = BTreeMap::new();
            for any in [AnyOne::Region, AnyOne::Host] {
                for (loss, outcomes) in survival.losses(any) {
                    for outcome in outcomes.iter().filter(|outcome| !outcome.survives()) {
                        let losses = all.entry(outcome.of).or_default();
                        match loss.region() {
                            Some(region) => losses.regions.push(region.to_owned()),
                            None => losses.host = true,
                        }
                    }
                }
            }
            all
        });
        all.get(&of)
    }

    fn calls(&self) -> &Calls<'a> {
        self.lazy.calls.get_or_init(|| Calls::of(self.model))
    }

    /// What a declaration costs; without one, what belongs to none.
    fn cost(&self, of: Option<ResourceId>) -> Cost {
        self.costs().get(&of).copied().unwrap_or_default()
    }

    fn costs(&self) -> &BTreeMap<Option<ResourceId>, Cost> {
        self.lazy.costs.get_or_init(|| {
            let usage = Usage::default();
            let mut all: BTreeMap<Option<ResourceId>, Cost> = BTreeMap::new();
            for item in estimate(self.model, self.facts, &Prices::known(self.facts), &usage).items {
                let cost = all.entry(item.of).or_default();
                cost.floor += item.floor.usd.micros();
                cost.ceiling += item.ceiling.usd.micros();
            }
            all
        })
    }
}

/// Says which assertions of the policy mean nothing, and which do not hold.
pub(crate) fn judge(cx: &Cx<'_>, file: FileId, diagnostics: &mut Diagnostics) {
    for assertion in &cx.model.assertions {
        let Some(read) = Read::of(&assertion.value, assertion.range(), file, diagnostics) else { continue };
        let severity = match assertion.level.as_ref().map_or(Level::Error, |level| level.value) {
            Level::Allow => continue,
            Level::Warn => Severity::Warning,
            Level::Error => Severity::Error,
        };
        let meant = items(read.subject, cx.model).into_iter().filter(|item| match &read.filter {
            Some(filter) => filter.holds(*item, cx),
            None => true,
        });
        let broken: Vec<Item> = meant.filter(|item| read.is.holds(*item, cx) != read.wanted).collect();
        for (at, item) in broken.iter().take(MOST).enumerate() {
            let message = format!("{}: {}", item.reference(cx.model), assertion.because.value);
            let values = read.is.values_that_decide(*item, read.wanted, cx);
            let values: Vec<String> = values.iter().map(|(name, value)| format!("`{name}` is {value}")).collect();
            let span = Span { file, range: item.place(cx.model) };
            let said = if read.wanted { "does not hold here" } else { "holds here, and must not" };
            let mut found = Diagnostic::new(FAILED, severity, span, message)
                .label(values.join(", "))
                .related_in(Span { file, range: assertion.is.range() }, said)
                .help("mend the declaration, or leave it out of the assertion: `where` says what it is about");
            if at + 1 == MOST && broken.len() > MOST {
                found = found.note(format!("and {} more do not keep to it", broken.len() - MOST));
            }
            diagnostics.push(found);
        }
    }
}

/// An assertion whose expressions mean something.
struct Read {
    subject: Subject,
    /// What the expression has to be.
    wanted: bool,
    filter: Option<Checked>,
    is: Checked,
}

impl Read {
    fn of(assertion: &Assertion, range: TextRange, file: FileId, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut refuse = |range: TextRange, message: String, label: String, help: String| {
            let found = Diagnostic::new(INVALID, Severity::Error, Span { file, range }, message);
            diagnostics.push(found.label(label).help(help));
        };
        let (subject, wanted) = match (&assertion.every, &assertion.no) {
            (Some(subject), None) => (subject.value, true),
            (None, Some(subject)) => (subject.value, false),
            (first, _) => {
                let two = first.is_some();
                refuse(
                    range,
                    format!("an assertion is about {} `every` and `no`", if two { "one of" } else { "either of" }),
                    if two { "it has both" } else { "it has none" }.to_owned(),
                    "write `every = \"app\"` for what all apps must be, `no = \"app\"` for what none may be".to_owned(),
                );
                return None;
            }
        };
        let mut read = |text: &Sourced<String>| {
            let read = syntax::parse(&text.value).and_then(|expression| check::check(expression, subject));
            read.map_err(|error| {
                let at = inside(text, error.at.clone());
                refuse(at, error.message, error.label, error.help);
            })
        };
        // Both are read, so that both mistakes are told.
        let (filter, is) = (assertion.filter.as_ref().map(&mut read).transpose(), read(&assertion.is));
        Some(Self { subject, wanted, filter: filter.ok()?, is: is.ok()? })
    }
}

/// A place in an expression as a place in the spec. Where the string has escapes, the whole string.
fn inside(text: &Sourced<String>, at: std::ops::Range<usize>) -> TextRange {
    let range = text.range();
    let quotes = (range.end - range.start) as usize;
    let before: u32 = match quotes.checked_sub(text.value.len()) {
        Some(2) => 1,
        Some(6) => 3,
        _ => return range,
    };
    let place = |at: usize| range.start + before + u32::try_from(at).unwrap_or(0);
    TextRange { start: place(at.start), end: place(at.end) }
}

/// Why an expression means nothing.
#[derive(Debug)]
struct Error {
    /// Where in it.
    at: std::ops::Range<usize>,
    message: String,
    label: String,
    help: String,
}
