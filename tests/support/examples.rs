//! The examples of the rules' documentation, as whole specs or as they are written.

use flyarch::rules::Rule;

/// What every example may leave out.
const PRELUDE: &str = "version = 1\n";
const PROJECT: &str = "[project]\nname = \"my\"\norg = \"personal\"\nregions = [\"iad\", \"lhr\"]\n";

/// The examples of a rule, `bad` or `good`, as specs.
pub(crate) fn of(rule: &Rule, kind: &str) -> Vec<String> {
    let complete = |text: String| {
        let project = if text.contains("[project]") { "" } else { PROJECT };
        format!("{PRELUDE}{project}{text}")
    };
    written(rule, kind).into_iter().map(complete).collect()
}

/// The examples of a kind, as they are written. Those of plain files are `files,bad` and `files,good`.
pub(crate) fn written(rule: &Rule, kind: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut open: Option<String> = None;
    for line in rule.docs.lines() {
        let line = line.strip_prefix(' ').unwrap_or(line);
        match &mut open {
            None if line == format!("```toml,{kind}") => open = Some(String::new()),
            Some(text) if line == "```" => {
                out.push(std::mem::take(text));
                open = None;
            }
            Some(text) => {
                text.push_str(line);
                text.push('\n');
            }
            None => {}
        }
    }
    out
}
