//! What every reader says alike: the rules of form, and the words of a suggestion.

use std::fmt::Display;

use super::RuleId;

/// The rule of keys that nothing reads.
pub static UNKNOWN_KEY: RuleId = RuleId { name: "unknown-key", code: "FA002" };
/// The rule of keys that must be there.
pub static MISSING_KEY: RuleId = RuleId { name: "missing-key", code: "FA003" };
/// The rule of values of another type.
pub static WRONG_TYPE: RuleId = RuleId { name: "wrong-type", code: "FA004" };
/// The rule of values of the right type that cannot be.
pub static INVALID_VALUE: RuleId = RuleId { name: "invalid-value", code: "FA005" };

/// "`a`, `b` and `c`".
pub(crate) fn list(words: &[&str], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [init @ .., end] => {
            let init: Vec<String> = init.iter().map(|word| format!("`{word}`")).collect();
            format!("{} {last} `{end}`", init.join(", "))
        }
    }
}

/// "a, b and c".
pub(crate) fn sentence(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// A number with its noun: "1 machine", "3 machines".
pub(crate) fn count<N: Copy + Display + PartialEq + From<u8>>(number: N, noun: &str) -> String {
    if number == N::from(1) { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// The word that was probably meant: at most a third of it mistyped, or spelled with other dashes or capitals.
pub(crate) fn nearest<'w>(word: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let plain = |text: &str| text.to_ascii_lowercase().replace('-', "_");
    let target = plain(word);
    let distance = |candidate: &str| strsim::osa_distance(&target, &plain(candidate));
    let best = words.map(|candidate| (distance(candidate), candidate)).min_by_key(|&(distance, _)| distance)?;
    let limit = target.chars().count().max(best.1.chars().count()) / 3;
    (best.0 <= limit).then_some(best.1)
}
