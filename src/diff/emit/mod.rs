//! Differences as text: for a terminal, for a pull request, for programs.

mod json;
mod markdown;
mod text;

pub use json::json;
pub use markdown::{markdown, markdown_within};
pub use text::text;

use super::{At, Class, CostRange, Diff, StepChangeKind};
use crate::diag::form::count;

/// What is compared, for a head line.
#[derive(Clone, Debug)]
pub struct Between {
    /// The name of the architecture, as the new spec has it.
    pub project: String,
    /// The environment, where there is one.
    pub environment: Option<String>,
    /// The name of the old text.
    pub old: String,
    /// The name of the new text.
    pub new: String,
}

impl Between {
    fn title(&self) -> String {
        let environment = self.environment.as_ref().map_or(String::new(), |name| format!(", {name}"));
        format!("{}{environment}", self.project)
    }
}

/// `3 changes, the worst is downtime`.
fn summary(diff: &Diff) -> String {
    match diff.changes.len() {
        0 => "no effect".to_owned(),
        _ if diff.effective() == 0 => "nothing that runs is touched".to_owned(),
        _ => {
            let changes = count(u32::try_from(diff.changes.len()).unwrap_or(u32::MAX), "change");
            format!("{changes}, the worst is {}", diff.leading().words())
        }
    }
}

fn place(at: &At) -> String {
    format!("{}:{}", at.file, at.line)
}

/// A floor and a ceiling that may be one.
fn range(cost: CostRange) -> String {
    if cost.floor == cost.ceiling { cost.floor.to_string() } else { format!("{} to {}", cost.floor, cost.ceiling) }
}

/// What it costs, before and after.
fn cost(diff: &Diff) -> String {
    let figures = if diff.cost_before == diff.cost_after {
        format!("US dollars a month: {}, as before", range(diff.cost_after))
    } else {
        format!("US dollars a month: {} → {}", range(diff.cost_before), range(diff.cost_after))
    };
    let is_left = |class: &Class| matches!(class, Class::Replacement | Class::DataLoss);
    let leaves = diff.changes.iter().any(|change| change.classes.iter().any(is_left))
        || diff.steps.iter().any(|step| step.kind == StepChangeKind::Removed && step.command.is_some());
    if leaves { format!("{figures}; what stays until a person removes it is not counted") } else { figures }
}
