//! What is shown of the word under the pointer: what a key means, what a value stands for, what a declaration costs.

use serde_json::{Value, json};

use super::names::{self, KINDS, Name, TEMPLATE};
use super::position::Lines;
use super::words::{Role, Word};
use super::{Desk, complete, known, resolved};
use crate::diag::emit::page;
use crate::facts::Facts;
use crate::rules;
use crate::source::{Source, TextRange};

/// How many lines of a declaration are shown.
const LINES: usize = 12;

/// What is shown at a place, in the form of the protocol. `spec` is the spec with all that it includes, when there is one.
pub(crate) fn hover(
    desk: &Desk<'_>,
    offset: u32,
    spec: Option<&Source>,
    facts: &Facts,
    lines: &Lines<'_>,
) -> Option<Value> {
    let word = desk.text().words.at(offset)?;
    let mut parts = Vec::new();
    let mut range = word.range;
    let mention = names::at(desk, offset);
    if word.role == Role::Value {
        if let Some(mention) = &mention {
            range = mention.range;
            parts.extend(declaration(desk, &mention.name, spec, facts));
        } else {
            parts.extend(of_value(desk, word, facts));
        }
    } else if let Some(mention) = &mention {
        parts.push(title(&mention.name.text()));
        parts.extend(spec.and_then(|spec| resolved::behaviour(spec, &mention.name.kind, &mention.name.key, facts)));
    }
    if mention.is_none() {
        parts.extend(of_key(desk, word, facts));
        let base = desk.shape.base(&word.path);
        parts.extend(spec.and_then(|spec| resolved::values(spec, &word.path, &base)));
    }
    parts.retain(|part| !part.is_empty());
    (!parts.is_empty()).then(|| {
        let text: Vec<&str> = parts.iter().map(|part| part.trim_end()).collect();
        json!({ "contents": { "kind": "markdown", "value": text.join("\n\n") }, "range": lines.range(range) })
    })
}

fn title(name: &str) -> String {
    format!("**{name}**")
}

/// What a key means.
fn of_key(desk: &Desk<'_>, word: &Word<'_>, facts: &Facts) -> Vec<String> {
    let (shape, path) = (desk.shape, word.path.as_slice());
    let Some((last, table)) = path.split_last() else { return Vec::new() };
    if word.role != Role::Value
        && shape.has_regions(table)
        && let Some(region) = facts.region(last)
    {
        return vec![title(last), known::region(region)];
    }
    let is_rules = matches!(shape.base(table).as_slice(), ["app", _, "allow"] | ["policy", "levels"]);
    if let Some(rule) = rules::find(last).filter(|_| is_rules && !shape.is_plain) {
        return vec![title(last), rule.summary(), format!("[{}]({})", rule.id.code, page(rule.id))];
    }
    let Some(schema) = shape.at(path) else { return Vec::new() };
    let required = shape.keys(table).into_iter().any(|key| key.name == *last && key.required);
    let must = if required { " (must be there)" } else { "" };
    vec![format!("{}{must}", title(last)), shape.description(schema).to_owned()]
}

/// What a value stands for.
fn of_value(desk: &Desk<'_>, word: &Word<'_>, facts: &Facts) -> Option<String> {
    let shape = desk.shape;
    let schema = shape.at(&word.path)?;
    if let Some(region) = facts.region(word.text).filter(|_| shape.is(schema, "RegionCode")) {
        return Some(format!("`{}`: {}", region.code, known::region(region)));
    }
    if let Some(size) = facts.machine_size(word.text).filter(|_| shape.is(schema, "MachineSize")) {
        return Some(format!("`{}`: {}", size.name, known::size(size, complete::home(desk), facts)));
    }
    let is_plan = matches!(shape.base(&word.path).as_slice(), ["postgres", _, "plan"]);
    let plan = facts.postgres_plan(word.text).filter(|_| is_plan)?;
    Some(format!("`{}`: {}", plan.name, known::plan(plan)))
}

/// What a reference means: its declaration as it was written, and what it costs.
fn declaration(desk: &Desk<'_>, name: &Name, spec: Option<&Source>, facts: &Facts) -> Vec<String> {
    let Some((number, range)) = names::declaration(desk, name) else {
        let what = if name.kind == TEMPLATE { "template" } else { "declaration" };
        return vec![format!("There is no {what} `{}`.", name.text())];
    };
    let text = desk.texts[number].text;
    let start = text[..range.start as usize].rfind('\n').map_or(0, |newline| newline + 1);
    let block = text[start..].lines().enumerate();
    // To the next header, or to a gap.
    let block =
        block.take_while(|(at, line)| *at == 0 || !line.trim().is_empty() && !line.trim_start().starts_with('['));
    let block: Vec<&str> = block.take(LINES).map(|(_, line)| line).collect();
    let cost = || spec.and_then(|spec| resolved::behaviour(spec, &name.kind, &name.key, facts));
    let cost = if KINDS.contains(&name.kind.as_str()) { cost() } else { None };
    [format!("```toml\n{}\n```", block.join("\n"))].into_iter().chain(cost).collect()
}

/// Where what is spoken of at a place is declared: the number of the text, and the range.
pub(crate) fn definition(desk: &Desk<'_>, offset: u32) -> Option<(usize, TextRange)> {
    names::declaration(desk, &names::at(desk, offset)?.name)
}
