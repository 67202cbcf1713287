//! What the texts of a spec declare, and where they speak of it.

use super::words::{Role, Word};
use super::{Desk, Sheet};
use crate::source::TextRange;

/// Tables whose keys are names that others speak of.
pub(crate) const KINDS: [&str; 4] = ["app", "postgres", "redis", "bucket"];
/// The tables of templates.
pub(crate) const TEMPLATE: &str = "template";

/// A declaration: `app.web`, `template.base`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    pub(crate) kind: String,
    pub(crate) key: String,
}

impl Name {
    fn new(kind: &str, key: &str) -> Self {
        Self { kind: kind.to_owned(), key: key.to_owned() }
    }

    /// As references have it.
    pub(crate) fn text(&self) -> String {
        format!("{}.{}", self.kind, self.key)
    }
}

/// A place that speaks of a declaration: the key in it.
#[derive(Clone, Debug)]
pub(crate) struct Mention {
    pub(crate) name: Name,
    /// The range of the key.
    pub(crate) range: TextRange,
    /// The range of all that means it.
    pub(crate) whole: TextRange,
    /// Whether it is (a part of) the declaration, and not a reference.
    pub(crate) declares: bool,
}

/// The declarations, each once, in their order.
pub(crate) fn declared(desk: &Desk<'_>) -> Vec<Name> {
    let mut found = Vec::new();
    for word in desk.texts.iter().flat_map(|text| &text.words.list) {
        if let Some(name) = declares(word)
            && found.last() != Some(&name)
        {
            found.push(name);
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|name| seen.insert(name.clone()));
    found
}

/// The declaration that a word is the key of.
fn declares(word: &Word<'_>) -> Option<Name> {
    match word.path.as_slice() {
        [kind, key] if word.role != Role::Value && (KINDS.contains(kind) || *kind == TEMPLATE) => {
            Some(Name::new(kind, key))
        }
        _ => None,
    }
}

/// What a word speaks of.
pub(crate) fn mentions(desk: &Desk<'_>, text: &Sheet<'_>, word: &Word<'_>) -> Vec<Mention> {
    if desk.shape.is_plain {
        return Vec::new();
    }
    let inner = word.inner(text.text);
    if let Some(name) = declares(word) {
        return vec![Mention { name, range: inner, whole: inner, declares: true }];
    }
    if word.role != Role::Value {
        return match word.path.as_slice() {
            ["environment", _, kind, key] if KINDS.contains(kind) => {
                vec![Mention { name: Name::new(kind, key), range: inner, whole: inner, declares: false }]
            }
            _ => Vec::new(),
        };
    }
    let part = |from: usize, len: usize| {
        let start = inner.start as usize + from;
        TextRange::new(start, start + len)
    };
    if word.path.last() == Some(&"extends") {
        return vec![Mention {
            name: Name::new(TEMPLATE, word.text),
            range: inner,
            whole: word.range,
            declares: false,
        }];
    }
    let whole = word.text.split_once('.').filter(|(kind, _)| KINDS.contains(kind));
    if let Some((kind, key)) = whole
        && desk.shape.at(&word.path).is_some_and(|schema| desk.shape.is(schema, "Reference"))
    {
        let range = part(kind.len() + 1, key.len());
        return vec![Mention { name: Name::new(kind, key), range, whole: word.range, declares: false }];
    }
    let within = word.text.match_indices("${").filter_map(|(at, open)| {
        let inside = word.text[at + open.len()..].split('}').next()?;
        let mut steps = inside.split('.');
        let (kind, key) = (steps.next()?, steps.next()?);
        let name = KINDS.contains(&kind).then(|| Name::new(kind, key))?;
        let whole = part(at, open.len() + inside.len() + 1);
        Some(Mention { name, range: part(at + open.len() + kind.len() + 1, key.len()), whole, declares: false })
    });
    within.collect()
}

/// What is spoken of at a place.
pub(crate) fn at(desk: &Desk<'_>, offset: u32) -> Option<Mention> {
    let text = desk.text();
    let word = text.words.at(offset)?;
    let is_here = |mention: &Mention| (mention.whole.start..=mention.whole.end).contains(&offset);
    mentions(desk, text, word).into_iter().find(is_here)
}

/// Every place that speaks of a declaration, with the number of its text.
pub(crate) fn of_name(desk: &Desk<'_>, name: &Name) -> Vec<(usize, Mention)> {
    let mut found = Vec::new();
    for (number, text) in desk.texts.iter().enumerate() {
        let about = text.words.list.iter().filter(|word| word.text.contains(name.key.as_str()));
        let all = about.flat_map(|word| mentions(desk, text, word));
        found.extend(all.filter(|mention| mention.name == *name).map(|mention| (number, mention)));
    }
    found
}

/// Where something is declared: its header, or what comes nearest to one.
pub(crate) fn declaration(desk: &Desk<'_>, name: &Name) -> Option<(usize, TextRange)> {
    let all = of_name(desk, name);
    let header = all.iter().find(|(number, mention)| {
        let words = &desk.texts[*number].words;
        let at = words.list.partition_point(|word| word.range.start <= mention.range.start);
        // Of `[app.web]` the key is the last word, of `[app.web.env]` it is not.
        let is_last = words.list.get(at).is_none_or(|next| next.role != Role::Header || next.path.len() <= 2);
        mention.declares && is_last
    });
    let first = || all.iter().find(|(_, mention)| mention.declares);
    header.or_else(first).map(|(number, mention)| (*number, mention.range))
}

/// The process groups of an app.
pub(crate) fn groups<'t>(desk: &Desk<'t>, app: &[&str]) -> Vec<&'t str> {
    let path: Vec<&str> = app.iter().copied().chain(["processes"]).collect();
    keys_at(desk, &path)
}

/// The keys of a table that are there.
pub(crate) fn keys_at<'t>(desk: &Desk<'t>, path: &[&str]) -> Vec<&'t str> {
    let mut found: Vec<&'t str> = Vec::new();
    for word in desk.texts.iter().flat_map(|text| &text.words.list) {
        let is_key = word.role != Role::Value && word.path.len() == path.len() + 1 && word.path.starts_with(path);
        if is_key && !found.contains(&word.text) {
            found.push(word.text);
        }
    }
    found
}
