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

/// Markdown whose paragraphs and list items are wrapped anew. Doc comments are wrapped for the source.
pub(super) fn markdown(text: &str) -> String {
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
            out.push_str(line);
            out.push('\n');
            fenced ^= fence;
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
        let wrapped = markdown(&text);
        let mut lines = wrapped.lines();
        assert_eq!(lines.next(), Some("# A"));
        let widest = wrapped.lines().filter(|line| *line != long).map(str::len).max();
        assert_eq!(widest, Some(79));
        assert_eq!(wrapped.matches("word").count(), 4 * 30);
        assert!(wrapped.contains("\n  word") && wrapped.contains("\n- b\n\n```toml\nword"), "{wrapped}");
    }

    #[test]
    fn a_long_word_is_not_cut() {
        let word = "x".repeat(100);
        assert_eq!(fill(&format!("a {word} b"), "> ", "  "), format!("> a\n  {word}\n  b"));
    }
}
