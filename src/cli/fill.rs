//! Text for a terminal of 80 columns.

/// Columns that text is wrapped at.
pub(super) const WIDTH: usize = 80;

/// Words in lines of at most [`WIDTH`] columns, as far as they have blanks: the first behind `first`, the others behind
/// `indent`.
pub(super) fn fill(text: &str, first: &str, indent: &str) -> String {
    let mut out = first.to_owned();
    let mut column = first.chars().count();
    for (i, word) in text.split_whitespace().enumerate() {
        let width = word.chars().count();
        if i > 0 && column + 1 + width > WIDTH {
            out.push('\n');
            out.push_str(indent);
            column = indent.chars().count();
        } else if i > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
    }
    out
}

/// Markdown as it is read in a terminal: paragraphs and list items are wrapped anew, because doc comments are wrapped for
/// the source; code is indented instead of fenced, and headings are bold where there are colours. It is still Markdown.
pub(super) fn markdown(text: &str, color: bool) -> String {
    let mut out = String::new();
    let mut paragraph = String::new();
    let flush = |paragraph: &mut String, out: &mut String| {
        if !paragraph.is_empty() {
            let indent = if paragraph.starts_with("- ") { "  " } else { "" };
            out.push_str(&fill(paragraph, "", indent));
            out.push('\n');
            paragraph.clear();
        }
    };
    let mut fenced = false;
    for line in text.lines() {
        let fence = line.starts_with("```");
        if fenced || fence || line.is_empty() || line.starts_with(['#', '|']) {
            flush(&mut paragraph, &mut out);
            fenced ^= fence;
            match line {
                _ if fence => continue,
                code if fenced && !code.is_empty() => out.extend(["    ", code]),
                heading if color && heading.starts_with('#') => out.extend(["\u{1b}[1m", heading, "\u{1b}[0m"]),
                line => out.push_str(line),
            }
            out.push('\n');
            continue;
        }
        if line.starts_with("- ") {
            flush(&mut paragraph, &mut out);
        }
        paragraph.push_str(line);
        paragraph.push(' ');
    }
    flush(&mut paragraph, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_wrapped_and_examples_are_not() {
        let long = "word ".repeat(30);
        let text = format!("# A\n\n{long}\n{long}\n\n- {long}\n- b\n\n```toml\n{long}\n```\n");
        let wrapped = markdown(&text, false);
        let mut lines = wrapped.lines();
        assert_eq!(lines.next(), Some("# A"));
        let widest = wrapped.lines().filter(|line| line.trim_start() != long).map(str::len).max();
        assert_eq!(widest, Some(79));
        assert_eq!(wrapped.matches("word").count(), 4 * 30);
        assert!(wrapped.contains("\n  word") && wrapped.contains("\n- b\n\n    word"), "{wrapped}");
        assert!(!wrapped.contains("```"), "{wrapped}");
    }

    #[test]
    fn headings_stand_out() {
        let text = "# A\n\n```sh\n# no heading\n```\n";
        assert_eq!(markdown(text, true), "\u{1b}[1m# A\u{1b}[0m\n\n    # no heading\n");
    }

    #[test]
    fn a_long_word_is_not_cut() {
        let word = "x".repeat(100);
        assert_eq!(fill(&format!("a {word} b"), "> ", "  "), format!("> a\n  {word}\n  b"));
    }
}
