//! Differences as text: for a terminal, for a comment, for programs.

mod json;
mod markdown;
mod text;

pub use json::json;
pub use markdown::markdown;
pub use text::text;

use super::{At, Drift, Finding};
use crate::diag::form::count;

/// What is compared, for a head line.
#[derive(Clone, Debug)]
pub struct Footing {
    /// The name of the architecture.
    pub project: String,
    /// The environment, where the spec has any.
    pub environment: Option<String>,
}

impl Footing {
    fn title(&self) -> String {
        let environment = self.environment.as_ref().map_or(String::new(), |name| format!(", {name}"));
        format!("{}{environment}", self.project)
    }
}

/// `12 differences; 1 thing is not known`.
fn summary(drift: &Drift) -> String {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let unknown = match drift.unknown.len() {
        0 => String::new(),
        1 => "; 1 thing is not known".to_owned(),
        n => format!("; {n} things are not known"),
    };
    match (drift.findings.len(), drift.unknown.is_empty()) {
        (0, true) => "nothing differs".to_owned(),
        (0, false) => format!("nothing differs in what was looked at{unknown}"),
        (n, _) => format!("{}{unknown}", count(number(n), "difference")),
    }
}

fn place(At { file, line, column }: &At) -> String {
    format!("{file}:{line}:{column}")
}

/// `app.web (shop-web)`, or the name of what nobody declared.
fn subject(finding: &Finding) -> String {
    match &finding.of {
        Some(of) => format!("{of} ({})", finding.name),
        None => finding.name.clone(),
    }
}
