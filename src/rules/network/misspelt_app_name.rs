use crate::kinds::postgres::Engine;
use crate::model::Model;
use crate::rules::variables::{each_variable, part_of};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::addresses;

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

const ENDINGS: [&str; 2] = [".internal", ".flycast"];

/// Of shorter words too many are one letter apart.
const SHORTEST: usize = 5;

fn check(model: &Model, cx: &mut Cx<'_>) {
    let mut names: Option<Vec<&str>> = None;
    each_variable(model, cx, |(_, caller), _, value, cx| {
        for ending in ENDINGS.into_iter().filter(|ending| value.as_str().contains(ending)) {
            for address in addresses(value.as_str(), ending) {
                let name = address.name.rsplit('.').next().unwrap_or(address.name);
                let names = names.get_or_insert_with(|| known(model));
                if names.binary_search(&name).is_ok() {
                    continue;
                }
                let others = names.iter().filter(|other| **other != caller.name.as_str());
                let Some(near) = { others }.find(|other| is_slip(name, other)) else { continue };
                let within = &value.as_str()[address.range.clone()];
                let Some(at) = within.find(&format!("{name}{ending}")) else { continue };
                let start = address.range.start + at;
                let edit = part_of(value, start..start + name.len(), cx).map(|range| cx.edits().replace(range, *near));
                let fix = cx.unsafe_fix(format!("write {near}"), edit);
                let finding = cx.report(value.origin, format!("there is no app `{name}` here, but `{near}`"));
                let seen = !finding.is_silent();
                finding.label("one letter away").help(format!("did you mean {near}{ending}?")).fix(fix);
                return seen;
            }
        }
        false
    });
}

/// All names that private addresses may have, sorted.
fn known(model: &Model) -> Vec<&str> {
    let apps = model.apps.iter().map(|app| app.name.as_str());
    let clusters = model.postgres.iter().filter(|cluster| cluster.engine.value == Engine::Unmanaged);
    let mut names: Vec<&str> = apps.chain(clusters.map(|cluster| cluster.name.as_str())).collect();
    names.sort_unstable();
    names
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
