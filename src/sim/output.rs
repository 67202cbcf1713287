//! How flyctl prints: JSON with four blanks, and tables with `│` between columns.

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

/// A value as flyctl's `render.JSON` prints it (flyctl internal/render/render.go).
pub(super) fn json(value: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut out, PrettyFormatter::with_indent(b"    "));
    // A value of the state is always JSON, and a vector takes every byte.
    let _ = value.serialize(&mut serializer);
    out.push(b'\n');
    out
}

/// A table. The head is there even when there are no rows (flyctl-commands 0.3).
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|cell| cell.to_uppercase()).collect();
    lines(std::iter::once(&head).chain(rows)) + "\n"
}

/// A table that stands on its side, below a bold title.
pub(super) fn vertical(title: &str, cells: &[(&str, String)]) -> String {
    let rows: Vec<Vec<String>> = cells.iter().map(|(name, value)| vec![(*name).to_owned(), value.clone()]).collect();
    // The title is bold whatever the output is.
    format!("\u{1b}[1m{title}\u{1b}[0m\n{}\n", lines(rows.iter()))
}

fn lines<'a>(rows: impl Iterator<Item = &'a Vec<String>> + Clone) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows.clone() {
        for (i, cell) in row.iter().enumerate() {
            let width = cell.chars().count();
            match widths.get_mut(i) {
                Some(widest) => *widest = width.max(*widest),
                None => widths.push(width),
            }
        }
    }
    let mut out = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!(" {cell:<width$} ")).collect();
        out.push_str(&cells.join("│"));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{table, vertical};

    #[test]
    fn tables() {
        assert_eq!(table(&["Name", "Org"], &[]), " NAME │ ORG \n\n");
        let rows = [vec!["assets".to_owned(), "o".to_owned()]];
        assert_eq!(table(&["Name", "Org"], &rows), " NAME   │ ORG \n assets │ o   \n\n");
        assert_eq!(
            vertical("T", &[("ID", "x".to_owned()), ("Name", String::new())]),
            "\u{1b}[1mT\u{1b}[0m\n ID   │ x \n Name │   \n\n"
        );
    }
}
