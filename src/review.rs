//! The change of a spec for those who review it, as one page of Markdown: what it does to what runs, what the rules find,
//! what it costs, and a picture.
//!
//! The page becomes a comment: it is bounded, each part of it as well, and what has no room is left out and said.

use std::fmt::Write as _;

use crate::cost::{self, Estimate, Footing};
use crate::diag::Report;
use crate::diag::emit;
use crate::diff::{Between, Diff, markdown_within};
use crate::graph::{Graph, mermaid};
use crate::markdown::{code, inert};

/// What is on the page.
pub struct Review<'a> {
    /// The name of the spec.
    pub spec: &'a str,
    /// What it is compared with.
    pub base: &'a str,
    /// What the change does.
    pub changes: Changes<'a>,
    /// What is found in the spec.
    pub findings: &'a Report,
    /// What it costs, for each environment. Empty where the spec cannot be understood.
    pub costs: &'a [(Estimate<'a>, Footing<'a>)],
    /// What is drawn, and of which environment.
    pub picture: Option<(&'a Graph, Option<&'a str>)>,
}

/// What a change does.
pub enum Changes<'a> {
    /// What differs, in each environment.
    Known(&'a [(&'a Diff, Between)]),
    /// There was no such spec.
    New,
    /// The base cannot be understood: nothing can be compared with it.
    OldIsBroken,
    /// The spec cannot be understood. The findings say why.
    NewIsBroken,
}

/// The most bytes of all changes.
const CHANGES: usize = 24_000;
/// The most bytes of the findings.
const FINDINGS: usize = 16_000;
/// The most bytes of the tables of costs.
const COSTS: usize = 8_000;
/// The most environments whose sums are in a title.
const ENVIRONMENTS: usize = 8;
/// The most bytes of the picture. GitHub draws none of more than 50,000 characters.
const PICTURE: usize = 10_000;

/// The page. It has less than 62,000 bytes: GitHub takes 65,536 characters of a comment.
pub fn markdown(review: &Review<'_>) -> String {
    let spec = code(review.spec);
    let mut out = format!("## flyarch: what the change of {spec} does\n\n");
    match &review.changes {
        Changes::Known(all) => {
            let each = CHANGES / all.len().max(1);
            for (diff, between) in *all {
                // Where there are so many environments that not even their titles have room.
                if out.len() > CHANGES {
                    let _ = writeln!(out, "More environments than have room: `flyarch diff` shows all.\n");
                    break;
                }
                let _ = writeln!(out, "{}", markdown_within(diff, between, each));
            }
        }
        Changes::New => {
            let _ = writeln!(out, "The spec is new: {} has no {spec}.\n", code(review.base));
        }
        Changes::OldIsBroken => {
            let base = code(review.base);
            let _ = writeln!(out, "What changes cannot be said: the spec of {base} cannot be understood.\n");
        }
        Changes::NewIsBroken => {
            let _ =
                writeln!(out, "What changes cannot be said: the spec cannot be understood. The findings say why.\n");
        }
    }
    let _ = writeln!(out, "{}", emit::markdown(review.findings, "Findings", FINDINGS));
    costs(review.costs, &mut out);
    if let Some((graph, environment)) = review.picture {
        let of = environment.map_or(String::new(), |name| format!(" in {}", inert(name)));
        let drawn = mermaid(graph);
        if drawn.len() > PICTURE {
            out.push_str("The picture has no room here: `flyarch graph` draws it.\n");
        } else {
            let _ = writeln!(
                out,
                "<details><summary>The architecture{of}</summary>\n\n```mermaid\n{drawn}```\n\n</details>"
            );
        }
    }
    out
}

/// Tables of costs, folded below their sums.
fn costs(all: &[(Estimate<'_>, Footing<'_>)], out: &mut String) {
    if all.is_empty() {
        return;
    }
    let sums = all.iter().map(|(estimate, footing)| {
        let of = footing.environment.map_or(String::new(), |name| format!(" in {}", inert(name)));
        let (floor, ceiling) = (estimate.floor(), estimate.ceiling());
        if floor == ceiling { format!("{floor}{of}") } else { format!("{floor} to {ceiling}{of}") }
    });
    let sums = sums.take(ENVIRONMENTS).collect::<Vec<_>>().join("; ");
    let more = if all.len() > ENVIRONMENTS { "; and more environments" } else { "" };
    let title = format!("What it costs, in US dollars a month: {sums}{more}");
    let tables: Vec<String> = all.iter().map(|(estimate, footing)| cost::markdown(estimate, *footing)).collect();
    let tables = tables.join("\n");
    let _ = if tables.len() > COSTS {
        writeln!(out, "{title}. The table has no room here: `flyarch cost` shows it.\n")
    } else {
        writeln!(out, "<details><summary>{title}</summary>\n\n{tables}\n</details>\n")
    };
}
