//! The outline of a text, references, and new names.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Desk;
use super::names::{self, Name, TEMPLATE};
use super::position::{Encoding, Lines};
use super::words::{Role, Words};
use crate::source::TextRange;
use crate::value::Key;

/// A table, as the protocol numbers kinds of symbols.
const NAMESPACE: u32 = 3;

/// The tables of a text, by their headers.
pub(crate) fn outline(words: &Words<'_>, text: &str, lines: &Lines<'_>) -> Vec<Value> {
    let headers: Vec<_> = words.list.iter().enumerate().filter(|(_, word)| word.role == Role::Header).collect();
    // The last word of each header, and the first.
    let is_last = |at: usize| {
        let next = words.list.get(at + 1);
        next.is_none_or(|next| next.role != Role::Header || next.path.len() == 1)
    };
    let ends: Vec<(usize, u32)> = headers
        .iter()
        .filter(|(at, _)| is_last(*at))
        .map(|(at, word)| (*at, words.list[at + 1 - word.path.len().min(at + 1)].range.start))
        .collect();
    let symbols = ends.iter().enumerate().map(|(number, (at, start))| {
        let word = &words.list[*at];
        let end = ends.get(number + 1).map_or(text.len(), |(_, next)| *next as usize);
        let body = text.get(word.range.end as usize..end).unwrap_or_default();
        // Without the brackets of the next header, and the lines before it.
        let used = body.trim_end_matches(|c: char| c == '[' || c.is_whitespace()).len();
        let own = TextRange { start: *start, end: word.range.end };
        let whole = TextRange::new(*start as usize, word.range.end as usize + used);
        json!({
            "name": word.path.join("."),
            "kind": NAMESPACE,
            "range": lines.range(whole),
            "selectionRange": lines.range(own),
        })
    });
    symbols.collect()
}

/// Every place that speaks of what is spoken of at a place.
pub(crate) fn references(
    desk: &Desk<'_>,
    offset: u32,
    with_declaration: bool,
    encoding: Encoding,
) -> Option<Vec<Value>> {
    let name = names::at(desk, offset)?.name;
    let all = names::of_name(desk, &name).into_iter().filter(|(_, mention)| with_declaration || !mention.declares);
    let all = all.map(|(number, mention)| location(desk, number, mention.range, encoding));
    Some(all.collect())
}

/// A place in one of the texts, in the form of the protocol.
pub(crate) fn location(desk: &Desk<'_>, number: usize, range: TextRange, encoding: Encoding) -> Value {
    let text = &desk.texts[number];
    json!({ "uri": text.uri, "range": Lines::new(text.text, encoding).range(range) })
}

/// What would be renamed at a place.
///
/// # Errors
///
/// When it cannot be: why.
pub(crate) fn renamed(desk: &Desk<'_>, offset: u32) -> Result<(Name, TextRange), String> {
    let mention =
        names::at(desk, offset).ok_or("only declarations, templates and references to them have other names")?;
    let name = mention.name;
    if names::declaration(desk, &name).is_none() {
        return Err(format!("`{}` is not declared", name.text()));
    }
    // Its name on Fly.io is made of the key, unless there is one.
    if name.kind != TEMPLATE && !names::keys_at(desk, &[&name.kind, &name.key]).contains(&"name") {
        return Err(format!(
            "`{0}` has no `name`, so that its name on Fly.io is made of its key: with another key it would be another one, \
             and what runs would be left behind. Write `name` in [{0}] first",
            name.text()
        ));
    }
    Ok((name, mention.range))
}

/// The edits that give something another key, by text.
///
/// # Errors
///
/// When it cannot have that key: why.
pub(crate) fn rename(desk: &Desk<'_>, offset: u32, new: &str, encoding: Encoding) -> Result<Value, String> {
    let (name, _) = renamed(desk, offset)?;
    new.parse::<Key>().map_err(|_| format!("`{new}` is no key: {}", Key::EXPECTED))?;
    let other = Name { kind: name.kind.clone(), key: new.to_owned() };
    if other != name && names::declared(desk).contains(&other) {
        return Err(format!("`{}` is declared already", other.text()));
    }
    let mut edits: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for (number, mention) in names::of_name(desk, &name) {
        let text = &desk.texts[number];
        let range = Lines::new(text.text, encoding).range(mention.range);
        edits.entry(&text.uri).or_default().push(json!({ "range": range, "newText": new }));
    }
    Ok(json!({ "changes": edits }))
}
