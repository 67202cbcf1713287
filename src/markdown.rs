//! Text of the user's in Markdown that is posted: a comment on a pull request, a job summary.
//!
//! Whoever can write a spec can have this posted in another's name: nothing in it may become a link, a picture, a mention
//! or another row of a table.

use std::borrow::Cow;

use crate::source::one_line;

/// The most characters of one text.
const LONG: usize = 800;

/// Text of messages, in which names stand between backquotes. What is between them stays code; the rest is only text.
pub(crate) fn prose(text: &str) -> String {
    let text = short(text);
    let pieces: Vec<&str> = text.split('`').collect();
    // One that opens nothing is a character like others.
    let paired = pieces.len() % 2 == 1;
    let pieces = pieces.iter().enumerate().map(|(i, piece)| match i % 2 {
        _ if !paired => (if i == 0 { "" } else { "\\`" }).to_owned() + &inert(piece),
        1 => code(piece),
        _ => inert(piece),
    });
    pieces.collect()
}

/// A span of code in a cell of a table. Nothing is active there but a line between two cells.
pub(crate) fn code(text: &str) -> String {
    let text = short(text).replace('|', "\\|");
    if text.trim().is_empty() {
        return inert(&text);
    }
    // More backquotes than there are in a row inside; blanks, where one is at an end.
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// Text without anything that means more than itself, in Markdown or to GitHub. Addresses, mentions and references are
/// recognised in the text after all escapes: a character without width stands between their parts.
pub(crate) fn inert(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '|' | '!' | '$' => out.extend(['\\', c]),
            '@' | '#' | ':' | '/' if rest.peek().is_some_and(|next| !next.is_whitespace()) => {
                out.extend([c, '\u{200b}']);
            }
            c => out.push(c),
        }
    }
    // Addresses are recognised without a scheme as well.
    out.replace("www.", "www\u{200b}.")
}

/// One line of bounded length, without what a terminal would obey.
fn short(text: &str) -> Cow<'_, str> {
    let text = one_line(text);
    match text.char_indices().nth(LONG) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_code_and_the_rest_is_text() {
        assert_eq!(prose("the key `kil_timeout` is unknown"), "the key `kil_timeout` is unknown");
        assert_eq!(prose("`a|b` or `c`"), "`a\\|b` or `c`");
        assert_eq!(prose("a ` b <i>"), "a \\` b &lt;i&gt;");
        assert_eq!(
            prose("![x](http://e.example) @me #1"),
            "\\!\\[x\\](http:\u{200b}/\u{200b}/\u{200b}e.example) @\u{200b}me #\u{200b}1"
        );
        assert_eq!(prose("so: www.e.example"), "so: www\u{200b}.e.example");
        assert_eq!(prose("a\n| b | c |"), "a\u{fffd}\\| b \\| c \\|");
    }

    #[test]
    fn names_are_no_code() {
        assert_eq!(inert("a`b`|c"), "a\\`b\\`\\|c");
        assert_eq!(inert("iad: 2 x 512 MB"), "iad: 2 x 512 MB");
    }

    #[test]
    fn a_path_cannot_end_its_span() {
        assert_eq!(code("a.toml:1:2"), "`a.toml:1:2`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`a"), "`` `a ``");
    }
}
