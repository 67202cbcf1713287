//! Lines of a terminal that hold text of somebody else's.

use std::fmt::Write as _;

/// The most columns of a line of prose.
const WIDTH: usize = 100;

/// Adds a line, with nothing that moves the cursor of a terminal.
pub(crate) fn line(out: &mut String, text: &str) {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let _ = writeln!(out, "{}", plain.trim_end());
}

/// Adds a sentence behind `indent`, wrapped at its blanks.
pub(crate) fn wrapped(out: &mut String, indent: &str, text: &str) {
    let hanging = " ".repeat(indent.chars().count());
    let mut current = indent.to_owned();
    let mut is_empty = true;
    for word in text.split(' ') {
        if !is_empty && current.chars().count() + 1 + word.chars().count() > WIDTH {
            line(out, &current);
            current.clone_from(&hanging);
            is_empty = true;
        }
        if !is_empty {
            current.push(' ');
        }
        current.push_str(word);
        is_empty = false;
    }
    line(out, &current);
}
