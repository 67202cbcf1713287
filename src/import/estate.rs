//! What belongs together: which files are for one environment, which of them are one app in several, and how the whole
//! is called.

use std::collections::BTreeSet;

use super::Read;
use crate::lower::files::{environment, tier_word};
use crate::spec::Tier;
use crate::value::{AppName, Key};

/// The apps of one environment.
pub(super) struct Environment {
    /// Its name; none for production.
    pub(super) label: Option<String>,
    pub(super) tier: Tier,
    /// The name of the architecture.
    pub(super) project: AppName,
    pub(super) members: Vec<Member>,
}

/// One app of an environment.
pub(super) struct Member {
    /// Its place among the files.
    pub(super) index: usize,
    pub(super) key: Key,
    pub(super) name: AppName,
    /// Whether the file does not say the name.
    pub(super) unnamed: bool,
}

/// The environments that files are for, production first. An app has one key in all of them.
pub(super) fn environments(read: &[Read<'_>], tier: Option<Tier>) -> Vec<Environment> {
    let labels: Vec<Option<String>> = read.iter().map(label).collect();
    let bases: Vec<String> = (0..read.len()).map(|index| base_of(read, index)).collect();
    let (project, keys) = keys(read, &bases);
    let all: BTreeSet<&Option<String>> = labels.iter().collect();
    let environments = all.into_iter().map(|label| {
        let of_label = |index: &usize| labels[*index] == *label;
        let mut taken = BTreeSet::new();
        let members = (0..read.len()).filter(of_label).map(|index| {
            let written = &read[index].app.name;
            let unnamed = !written.origin.is_written();
            let own = |name: String| name.parse().unwrap_or_else(|_| written.value.clone());
            let name = match label {
                _ if !unnamed => written.value.clone(),
                Some(label) => own(format!("{}-{label}", bases[index])),
                None => own(bases[index].clone()),
            };
            Member { index, key: free(&keys[index], &mut taken), name, unnamed }
        });
        let members = members.collect();
        let of_names = label.as_deref().map_or(Some(Tier::Production), tier_word).unwrap_or_default();
        let suffixed = label.as_ref().and_then(|label| format!("{project}-{label}").parse().ok());
        let project = suffixed.unwrap_or_else(|| project.clone());
        Environment { label: label.clone(), tier: tier.unwrap_or(of_names), project, members }
    });
    environments.collect()
}

/// The environment of a file. Staging has one name, whatever it is called; those of development are told apart.
fn label(read: &Read<'_>) -> Option<String> {
    let word = environment(read.source.name(), &read.app.name)?;
    match tier_word(word)? {
        Tier::Production => None,
        Tier::Staging => Some("staging".to_owned()),
        Tier::Development => Some(word.to_owned()),
    }
}

/// What an app is called in every environment: its name without the environment's. A file without a name is for the
/// app of another file in its folder, if there is one.
fn base_of(read: &[Read<'_>], index: usize) -> String {
    let without = |name: &str| match name.rsplit_once('-') {
        Some((base, word)) if tier_word(word).is_some() && !base.is_empty() => base.trim_end_matches('-').to_owned(),
        _ => name.to_owned(),
    };
    let own = &read[index];
    let beside = read.iter().find(|other| other.file.folder == own.file.folder && other.app.name.origin.is_written());
    let named = if own.app.name.origin.is_written() { own } else { beside.unwrap_or(own) };
    without(&named.app.name)
}

/// The name of the architecture, and the key of every file: what is left of its name.
fn keys(read: &[Read<'_>], bases: &[String]) -> (AppName, Vec<Key>) {
    let words: Vec<Vec<&str>> = bases.iter().map(|base| base.split('-').collect()).collect();
    let first = words.first().map_or(&[][..], Vec::as_slice);
    let alone = words.iter().all(|other| other == first);
    let common = |other: &Vec<&str>| first.iter().zip(other).take_while(|(a, b)| a == b).count();
    let shared = if alone { first.len() } else { words.iter().map(common).min().unwrap_or(0) };
    let project = first[..shared].join("-").parse().or_else(|_| bases[0].parse());
    let project = project.unwrap_or_else(|_| read[0].app.name.value.clone());
    let keys = words.iter().zip(read).map(|(words, read)| {
        let rest = words[shared..].join("-");
        let role = if read.app.services.is_empty() { "worker" } else { "web" };
        let rest = if rest.is_empty() { role.to_owned() } else { rest };
        rest.parse().or_else(|_| format!("app-{rest}").parse()).ok()
    });
    let keys = keys.map(|key| key.unwrap_or_else(|| unreachable!("the parts of an app's name make a key")));
    (project, keys.collect())
}

/// The key, or one with a number when it is taken.
fn free(key: &Key, taken: &mut BTreeSet<String>) -> Key {
    let mut free = key.clone();
    for number in 2.. {
        if taken.insert(free.to_string()) {
            break;
        }
        let suffix = format!("-{number}");
        let stem = &key[..key.len().min(63 - suffix.len())];
        free = format!("{stem}{suffix}").parse().unwrap_or(free);
    }
    free
}
