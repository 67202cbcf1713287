//! For a terminal.

use std::fmt::Write as _;

use super::{Footing, NOT_COUNTED, by_declaration, day, label, range, verdict};
use crate::cost::{Amount, Estimate};
use crate::facts::Confidence;

/// A line of the table.
struct Row {
    label: String,
    cells: Option<[String; 3]>,
}

/// An estimate as a table.
pub fn text(estimate: &Estimate<'_>, footing: Footing<'_>) -> String {
    let mut rows = Vec::new();
    for items in by_declaration(estimate) {
        rows.push(Row { label: footing.heading(items[0].of), cells: None });
        rows.extend(items.iter().map(|item| Row {
            label: format!("  {}", label(item)),
            cells: Some([item.floor.to_string(), item.ceiling.to_string(), day(item)]),
        }));
    }
    let (floor, ceiling) = (estimate.floor(), estimate.ceiling());
    rows.push(Row { label: "total".to_owned(), cells: Some([floor.to_string(), ceiling.to_string(), String::new()]) });
    if let Some(budget) = footing.budget() {
        let says = verdict(budget, ceiling);
        rows.push(Row { label: "budget".to_owned(), cells: Some([String::new(), budget.to_string(), says]) });
    }
    let head = ["floor", "ceiling", "prices of"].map(str::to_owned);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.cells.as_ref()).chain([&head]);
        cells.map(|cells| cells[column].chars().count()).max().unwrap_or(0)
    };
    let widths = [rows.iter().map(|row| row.label.chars().count()).max().unwrap_or(0), width(0), width(1)];
    let mut out = format!("{}, US dollars a month\n\n", plain(&footing.title()));
    let mut line = |label: &str, cells: &[String; 3]| {
        let [label_width, floor, ceiling] = widths;
        let line = format!("{label:label_width$}  {:>floor$}  {:>ceiling$}  {}", cells[0], cells[1], cells[2]);
        out.push_str(&plain(line.trim_end()));
        out.push('\n');
    };
    line("", &head);
    for row in &rows {
        line(&row.label, row.cells.as_ref().unwrap_or(&[const { String::new() }; 3]));
    }
    out.push_str("\nfloor: what may stop is stopped; ceiling: everything is on, volumes have grown\n");
    after_apps(&mut out, estimate, footing);
    let _ = writeln!(out, "\nnot counted: {},\n  {NOT_COUNTED}", footing.traffic());
    if !estimate.sources().is_empty() {
        out.push_str("prices are of\n");
    }
    for source in estimate.sources() {
        let mark = if source.confidence == Confidence::Unconfirmed { "?" } else { " " };
        let _ = writeln!(out, "  {} {mark} {}", source.date, plain(source.page));
    }
    if estimate.sources().iter().any(|source| source.confidence == Confidence::Unconfirmed) {
        out.push_str("  ? nothing has confirmed them since\n");
    }
    out
}

/// What goes on costing.
fn after_apps(out: &mut String, estimate: &Estimate<'_>, footing: Footing<'_>) {
    let stays = estimate.outlives_apps();
    if !stays.is_empty() {
        out.push_str("\nwhen the apps are deleted, these go on costing until they are destroyed as well\n");
        for &(of, floor, ceiling) in &stays {
            let _ = writeln!(out, "  {}: {}", plain(&footing.heading(Some(of))), range(floor, ceiling));
        }
        let sum = |amounts: &mut dyn Iterator<Item = Amount>| amounts.sum::<Amount>();
        let (floor, ceiling) = (sum(&mut stays.iter().map(|s| s.1)), sum(&mut stays.iter().map(|s| s.2)));
        if stays.len() > 1 {
            let _ = writeln!(out, "  together: {}", range(floor, ceiling));
        }
    }
    if let Some((floor, ceiling)) = estimate.volumes_of_apps() {
        let _ = writeln!(
            out,
            "\nvolumes go with their app, and stay when only its machines do\n  (teardown.sh without --volumes): {}",
            range(floor, ceiling)
        );
    }
}

/// Nothing that moves the cursor of a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
