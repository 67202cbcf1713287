//! Questions that a command would ask, and whether its flags answer them before they are asked.
//!
//! The catalogue words both for people. What is read out of the words is tested with the catalogue itself.

use std::borrow::Cow;

use serde::Deserialize;

use super::{Call, Flag};

#[derive(Deserialize)]
pub(super) struct Prompt<'c> {
    #[serde(borrow)]
    pub(super) asks: Cow<'c, str>,
    #[serde(borrow)]
    pub(super) avoid: Cow<'c, str>,
}

impl Prompt<'_> {
    /// Whether the question is not asked. `avoid` is written for people: it names flags of the command, or arguments.
    pub(super) fn avoided_by(&self, call: &Call, flags: &[Flag<'_>]) -> bool {
        if self.avoid == "none" || self.avoid.starts_with("none;") || self.asks.contains("always fails") {
            return false;
        }
        // What no flag answers depends on the state of the app: the command itself meets it.
        let of_state = self.asks.contains("no flag answers it") || self.asks.contains("skipped without a terminal");
        if of_state || !self.arises_with(call) {
            return true;
        }
        let named: Vec<&str> = flag_names(&self.avoid).collect();
        let answers: Vec<bool> = named
            .iter()
            .filter_map(|name| match name.strip_suffix('*') {
                Some(prefix) => Some(call.flags.keys().any(|flag| flag.starts_with(prefix))),
                None => flags.iter().any(|flag| flag.name == *name).then(|| call.has(name)),
            })
            .collect();
        let by_words = self.avoid.contains("positional");
        if answers.is_empty() {
            return !by_words || !call.words.is_empty();
        }
        if self.avoid.contains(" and ") {
            return answers.iter().all(|given| *given);
        }
        answers.contains(&true) || (by_words && !call.words.is_empty())
    }

    /// Whether the command line is one of those for which the question arises at all.
    fn arises_with(&self, call: &Call) -> bool {
        let asks = &self.asks;
        let only = asks.split_once("only with ").or_else(|| asks.split_once("when ")).map(|(_, condition)| condition);
        if let Some(flag) = only.filter(|rest| rest.starts_with("--")).and_then(|rest| flag_names(rest).next())
            && !call.has(flag)
        {
            return false;
        }
        if asks.contains("fixed plans only") && !call.has("plan") {
            return false;
        }
        if asks.contains("without an app") && call.has("app") {
            return false;
        }
        let not_with = asks.split_once("not asked with ").and_then(|(_, rest)| flag_names(rest).next());
        !not_with.is_some_and(|flag| call.on(flag))
    }
}

/// The names behind `--` in a text; a `*` at the end stands for any.
fn flag_names(text: &str) -> impl Iterator<Item = &str> {
    text.split("--").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '*').unwrap_or(rest.len());
        &rest[..end]
    })
}
