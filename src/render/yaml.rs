//! Text of the user's in YAML, and in workflows of GitHub Actions, where `${{` begins an expression.

use std::fmt::Write as _;

/// A text as a scalar in quotes, on one line: single ones where it has nothing that needs an escape.
pub(super) fn quoted(text: &str) -> String {
    if text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'\'') {
        return format!("'{text}'");
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            ' '..='~' => out.push(c),
            c if u32::from(c) <= 0xffff => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}

/// A text that a workflow takes as it is, whatever stands in it.
pub(super) fn no_expression(text: &str) -> String {
    text.replace("${{", "${{ '${{' }}")
}

#[cfg(test)]
mod tests {
    use super::{no_expression, quoted};

    #[test]
    fn texts_stay_texts() {
        assert_eq!(quoted("true"), "'true'");
        assert_eq!(quoted("a \"b\" \\ # c: d"), "'a \"b\" \\ # c: d'");
        assert_eq!(quoted("it's \"b\" \\"), "\"it's \\\"b\\\" \\\\\"");
        assert_eq!(quoted("\u{1f600}\u{85}\n"), "\"\\U0001f600\\u0085\\u000a\"");
    }

    #[test]
    fn what_looks_like_an_expression_is_none() {
        assert_eq!(no_expression("a${{ secrets.X }}"), "a${{ '${{' }} secrets.X }}");
    }
}
