use std::hash::{DefaultHasher, Hasher as _};

use crate::kinds::postgres::Engine;
use crate::model::{Call, Model};
use crate::rules::variables::{each_call, part_of};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that private addresses which name no app of the architecture are not one letter away from one that it
    /// has.
    ///
    /// ## Why
    ///
    /// A `.internal` or `.flycast` name of an app that does not exist cannot be resolved, and shows only when the
    /// caller first needs it. The rule compares names with those of the other apps, and speaks when one letter is
    /// missing, doubled, swapped or another one. Short words and digits are left alone: `my-db-2` is not a slip for
    /// `my-db-1`, nor `my-kb` for `my-db`.
    ///
    /// An app of the organisation that stands in no file given may have that name, so this is a warning.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// SEARCH_URL = "http://my-serch.internal:8080"
    ///
    /// [app.search.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// SEARCH_URL = "http://my-search.internal:8080"
    ///
    /// [app.search.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/private-networking
    static RULE = {
        name: "misspelt-app-name",
        code: "FA631",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

/// Of shorter words too many are one letter apart.
const SHORTEST: usize = 5;

fn check(model: &Model, cx: &mut Cx<'_>) {
    let mut names: Option<Names<'_>> = None;
    each_call(cx, |Call { app, value, address, zone, name, called, .. }, cx| {
        if called.is_some() || !zone.is_private() {
            return;
        }
        let names = names.get_or_insert_with(|| Names::of(model));
        let Some(near) = names.near(name, app.name.as_str()) else { return };
        let ending = zone.ending();
        let within = &value.as_str()[address.range.clone()];
        let Some(at) = within.find(&format!("{name}{ending}")) else { return };
        let start = address.range.start + at;
        let edit = part_of(value, start..start + name.len(), cx).map(|range| cx.edits().replace(range, near));
        let fix = cx.unsafe_fix(format!("write {near}"), edit);
        cx.report(value.origin, format!("there is no app `{name}` here, but `{near}`"))
            .label("one letter away")
            .help(format!("did you mean {near}{ending}?"))
            .fix(fix);
    });
}

/// The names that private addresses may have, with a way to those that are one letter away from another: two such names
/// have a text in common that is one of them, or is left when one letter is taken out. Comparing each with each would
/// take minutes in large architectures.
struct Names<'m> {
    /// Sorted.
    names: Vec<&'m str>,
    /// Hashes of what is left, sorted, each with the place of its name.
    left: Vec<(u64, usize)>,
}

impl<'m> Names<'m> {
    fn of(model: &'m Model) -> Self {
        let apps = model.apps.iter().map(|app| app.name.as_str());
        let clusters = model.postgres.iter().filter(|cluster| cluster.engine.value == Engine::Unmanaged);
        let mut names: Vec<&str> = apps.chain(clusters.map(|cluster| cluster.name.as_str())).collect();
        names.sort_unstable();
        let hashed = names.iter().enumerate().flat_map(|(at, name)| left(name).map(move |hash| (hash, at)));
        let mut left: Vec<(u64, usize)> = hashed.collect();
        left.sort_unstable();
        Self { names, left }
    }

    /// The first name for which another is a slip, and which is not the caller's own.
    fn near(&self, name: &str, own: &str) -> Option<&'m str> {
        if self.names.binary_search(&name).is_ok() {
            return None;
        }
        let alike = left(name).flat_map(|hash| {
            let from = self.left.partition_point(|(other, _)| *other < hash);
            self.left[from..].iter().take_while(move |(other, _)| *other == hash).map(|(_, at)| self.names[*at])
        });
        alike.filter(|other| *other != own && is_slip(name, other)).min()
    }
}

/// Hashes of a name, and of what is left of it without one of the letters: digits are never the slip.
fn left(name: &str) -> impl Iterator<Item = u64> {
    let letters = name.char_indices().filter(|(_, letter)| !letter.is_ascii_digit() && *letter != '-');
    let without = letters.map(|(at, letter)| hash(&name[..at], &name[at + letter.len_utf8()..]));
    std::iter::once(hash(name, "")).chain(without)
}

/// The hash of two texts one behind the other.
fn hash(start: &str, end: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(start.as_bytes());
    hasher.write(end.as_bytes());
    hasher.finish()
}

/// Whether one letter makes the difference, in one word of some length: `my-kb-dev` is not a slip for `my-db-dev`.
fn is_slip(name: &str, other: &str) -> bool {
    let mut differing = name.split('-').zip(other.split('-')).filter(|(a, b)| a != b);
    let (Some((a, b)), None) = (differing.next(), differing.next()) else { return false };
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).collect::<Vec<_>>();
    name.matches('-').count() == other.matches('-').count()
        && a.len().min(b.len()) >= SHORTEST
        && a.len().abs_diff(b.len()) <= 1
        && digits(a) == digits(b)
        && strsim::osa_distance(a, b) == 1
}
