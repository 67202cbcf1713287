//! What a spec says in the end: values with templates and environments merged, and what a declaration costs.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cost::{Amount, Prices, Usage, estimate};
use crate::diag::Diagnostics;
use crate::environments;
use crate::facts::Facts;
use crate::model::{Model, ResourceId};
use crate::resolve;
use crate::source::{FileId, Source, TextRange};
use crate::spec::Kind;
use crate::{Options, interpret};

/// How many apps of a template are told of.
const MOST: usize = 5;

/// The environments to look at; the base where there are none.
fn meant(source: &Source) -> Vec<Option<String>> {
    environments::meant(source, None).unwrap_or_else(|_| vec![None])
}

#[expect(clippy::wildcard_enum_match_arm, reason = "only tables have keys")]
fn find<'t, 's>(root: &'t DeTable<'s>, path: &[&str]) -> Option<&'t Spanned<DeValue<'s>>> {
    let (first, rest) = path.split_first()?;
    let mut at = root.get(*first)?;
    for step in rest {
        at = match at.get_ref() {
            DeValue::Table(table) => table.get(*step)?,
            _ => return None,
        };
    }
    Some(at)
}

/// Those of the tables of a kind that extend one of some templates.
#[expect(clippy::wildcard_enum_match_arm, reason = "a name or a list of them")]
fn extending<'t>(root: &'t DeTable<'_>, kind: &str, templates: &BTreeSet<&str>) -> Vec<&'t str> {
    let tables = root.get(kind).and_then(|tables| tables.get_ref().as_table());
    let extends = |table: &Spanned<DeValue<'_>>| {
        let value = table.get_ref().as_table().and_then(|table| table.get("extends"));
        value.is_some_and(|value| match value.get_ref() {
            DeValue::String(name) => templates.contains(name.as_ref()),
            DeValue::Array(names) => {
                names.iter().any(|name| name.get_ref().as_str().is_some_and(|name| templates.contains(name)))
            }
            _ => false,
        })
    };
    let all = tables.into_iter().flat_map(DeTable::iter).filter(|(_, table)| extends(table));
    all.map(|(key, _)| key.get_ref().as_ref()).collect()
}

/// Apps that extend a template, be it through others.
fn users<'t>(root: &'t DeTable<'_>, template: &'t str) -> Vec<&'t str> {
    let mut templates = BTreeSet::from([template]);
    loop {
        let before = templates.len();
        let more = extending(root, "template", &templates);
        templates.extend(more);
        if templates.len() == before {
            return extending(root, "app", &templates);
        }
    }
}

/// The values at a path in each environment, as a list in Markdown; nothing where the text says all there is to say.
/// `path` is as it was written: below a template or an environment too.
pub(crate) fn values(source: &Source, path: &[&str], base: &[&str]) -> Option<String> {
    let environments = meant(source);
    let parsed = DeTable::parse(source.text()).ok()?;
    let paths: Vec<Vec<&str>> = match path {
        ["template", template, rest @ ..] => {
            let users = users(parsed.get_ref(), template).into_iter().take(MOST);
            users.map(|app| ["app", app].into_iter().chain(rest.iter().copied()).collect()).collect()
        }
        _ => vec![base.to_vec()],
    };
    let is_plain = environments.len() == 1 && path == base;
    let mut lines: Vec<(String, Option<String>, String)> = Vec::new();
    for environment in &environments {
        let root = DeTable::parse(source.text()).ok()?;
        let root = resolve::resolve(root, environment.as_deref(), FileId(0), &mut Diagnostics::default()).ok()?;
        for path in &paths {
            let Some(value) = find(root.get_ref(), path) else { continue };
            let range = TextRange::from(value.span());
            let text = source.slice(range);
            if matches!(value.get_ref(), DeValue::Table(_)) && !text.starts_with('{') || text.contains('\n') {
                continue;
            }
            let of_other = paths.len() > 1 || path.as_slice() != base;
            let of = if of_other { path[..2].join(".") } else { String::new() };
            lines.push((of, environment.clone(), format!("`{text}` ({})", source.cite(range.start))));
        }
    }
    if is_plain || lines.is_empty() {
        return None;
    }
    lines.sort_by(|a, b| a.0.cmp(&b.0));
    let mut out = "Resolved:\n".to_owned();
    for alike in lines.chunk_by(|a, b| a.0 == b.0) {
        let (of, _, value) = &alike[0];
        if alike.len() == environments.len() && alike.iter().all(|(.., other)| other == value) {
            let of = if of.is_empty() { "everywhere" } else { of };
            let _ = write!(out, "\n- {of}: {value}");
            continue;
        }
        for (of, environment, value) in alike {
            let place = environment.as_ref().map(|name| format!("in {name}")).unwrap_or_default();
            let _ = write!(out, "\n- {}: {value}", format!("{of} {place}").trim());
        }
    }
    Some(out)
}

/// What a declaration is on Fly.io and costs a month, by environment, in Markdown.
pub(crate) fn behaviour(source: &Source, kind: &str, key: &str, facts: &Facts) -> Option<String> {
    let kind = Kind::ALL.into_iter().find(|of| of.as_str() == kind)?;
    let mut out = String::new();
    for environment in meant(source) {
        let options = Options { environment: environment.clone(), ..Options::default() };
        let Some(model) = interpret(source, facts, &options).model else { continue };
        let Some(id) = find_id(&model, kind, key) else { continue };
        let (prices, usage) = (Prices::known(facts), Usage::default());
        let estimate = estimate(&model, facts, &prices, &usage);
        let items = || estimate.items.iter().filter(|item| item.of == Some(id));
        let floor: Amount = items().map(|item| item.floor).sum();
        let ceiling: Amount = items().map(|item| item.ceiling).sum();
        let cost = match (floor, ceiling) {
            _ if ceiling.is_unknown() => "what it costs is not known".to_owned(),
            _ if floor == ceiling => format!("{ceiling} USD a month"),
            _ => format!("{floor} USD a month when all that may stop is stopped, {ceiling} with everything on"),
        };
        let place = environment.map(|name| format!("In {name}: ")).unwrap_or_default();
        let machines = machines(&model, id).map(|text| format!(", {text}")).unwrap_or_default();
        let _ = write!(out, "{place}`{}`{machines}; {cost}.\n\n", model.name(id).value);
    }
    (!out.is_empty()).then_some(out)
}

fn find_id(model: &Model, kind: Kind, key: &str) -> Option<ResourceId> {
    model.declarations().find(|&id| id.kind == kind && model.key(id).as_str() == key)
}

/// `3 machines in iad and lhr`.
fn machines(model: &Model, id: ResourceId) -> Option<String> {
    let app = model.apps.get(id.index).filter(|_| id.kind == Kind::App)?;
    let count: u32 = app.groups.iter().map(crate::model::Group::machines).sum();
    let regions: Vec<&str> = app.regions().into_iter().map(|region| region.as_str()).collect();
    let plural = if count == 1 { "" } else { "s" };
    Some(format!("{count} machine{plural} in {}", regions.join(", ")))
}
