//! For a pull request.

use std::fmt::Write as _;

use super::{Footing, by_declaration, day, label, range, verdict};
use crate::cost::Estimate;
use crate::facts::Confidence;
use crate::markdown::{inert, prose};

/// An estimate as Markdown.
pub fn markdown(estimate: &Estimate<'_>, footing: Footing<'_>) -> String {
    let mut out = format!("**{}**, US dollars a month\n\n", inert(&footing.title()));
    out.push_str("| item | floor | ceiling | prices of |\n| --- | ---: | ---: | --- |\n");
    for items in by_declaration(estimate) {
        let _ = writeln!(out, "| **{}** | | | |", inert(&footing.heading(items[0].of)));
        for item in items {
            let _ = writeln!(out, "| {} | {} | {} | {} |", prose(&label(item)), item.floor, item.ceiling, day(item));
        }
    }
    let (floor, ceiling) = (estimate.floor(), estimate.ceiling());
    let _ = writeln!(out, "| **total** | **{floor}** | **{ceiling}** | |");
    if let Some(budget) = footing.budget() {
        let _ = writeln!(out, "| budget | | {budget} | {} |", verdict(budget, ceiling));
    }
    let stays = estimate.outlives_apps();
    if !stays.is_empty() {
        out.push_str("\nWhen the apps are deleted, these go on costing until they are destroyed as well:\n\n");
        for (of, floor, ceiling) in stays {
            let _ = writeln!(out, "- {}: {}", inert(&footing.heading(Some(of))), range(floor, ceiling));
        }
    }
    if let Some((floor, ceiling)) = estimate.volumes_of_apps() {
        let _ = writeln!(
            out,
            "\nVolumes go with their app, and stay when only its machines do (`teardown.sh` without `--volumes`): {}.",
            range(floor, ceiling)
        );
    }
    let unsure = |confidence| if confidence == Confidence::Unconfirmed { " ?" } else { "" };
    let sources = estimate.sources().into_iter();
    let sources: Vec<String> =
        sources.map(|s| format!("{}{} {}", inert(s.date), unsure(s.confidence), inert(s.page))).collect();
    let _ = write!(
        out,
        "\nFloor: what may stop is stopped; ceiling: everything is on, volumes have grown. Not counted: {}. \
         Prices: {}; ? where nothing has confirmed them since.\n",
        footing.not_counted(),
        sources.join("; ")
    );
    out
}
