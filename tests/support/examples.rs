//! The examples of the rules' documentation, as whole specs.

use flyarch::rules::Rule;

/// What every example may leave out.
const PRELUDE: &str = "version = 1\n";
const PROJECT: &str = "[project]\nname = \"my\"\norg = \"personal\"\nregions = [\"iad\", \"lhr\"]\n";

/// The examples of a rule, `bad` or `good`.
pub(crate) fn of(rule: &Rule, kind: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut open: Option<String> = None;
    for line in rule.docs.lines() {
        let line = line.strip_prefix(' ').unwrap_or(line);
        match &mut open {
            None if line == format!("```toml,{kind}") => open = Some(String::new()),
            Some(text) if line == "```" => {
                let project = if text.contains("[project]") { "" } else { PROJECT };
                out.push(format!("{PRELUDE}{project}{text}"));
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
