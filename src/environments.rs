//! A spec with several environments: which are meant, what is found in all of them together, and what they must not
//! have in common.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::DeTable;

use crate::diag::{Diagnostic, Diagnostics, RuleId, Severity};
use crate::kinds::app::SecretSource;
use crate::kinds::postgres::Engine;
use crate::lower::DUPLICATE_NAME;
use crate::model::{App, Model, ResourceId};
use crate::resolve;
use crate::source::{FileId, Source, Span};
use crate::spec::{Kind, Tier};
use crate::value::{Duration, Seconds};

/// The environments that a spec declares, in its order. What is no TOML has none.
pub fn names(source: &Source) -> Vec<String> {
    // Reading a large spec twice is slow, and most have none.
    if !source.text().contains("environment") {
        return Vec::new();
    }
    let Ok(root) = DeTable::parse(source.text()) else { return Vec::new() };
    resolve::environments(root.get_ref())
}

/// The environments that are meant: the wanted one, or all; the base where there are none.
///
/// # Errors
///
/// When there is none of the wanted name: what there is, for a message.
pub fn meant(source: &Source, wanted: Option<&str>) -> Result<Vec<Option<String>>, Vec<String>> {
    let names = names(source);
    match wanted {
        Some(wanted) if names.iter().any(|name| name == wanted) => Ok(vec![Some(wanted.to_owned())]),
        Some(_) => Err(names),
        None if names.is_empty() => Ok(vec![None]),
        None => Ok(names.into_iter().map(Some).collect()),
    }
}

/// How long previews live after their last deploy, if that has an end.
pub fn ttl_of_previews(source: &Source) -> Option<Duration<Seconds>> {
    if !source.text().contains("ttl") {
        return None;
    }
    resolve::ttl_of_previews(DeTable::parse(source.text()).ok()?.get_ref())
}

/// What was found in several environments, each finding once. One that is not in all says in which.
pub fn united(found: Vec<(Option<String>, Vec<Diagnostic>)>) -> Vec<Diagnostic> {
    let all = found.len();
    if all == 1 {
        return found.into_iter().flat_map(|(_, found)| found).collect();
    }
    let mut seen: BTreeMap<_, (Diagnostic, Vec<String>)> = BTreeMap::new();
    for (environment, diagnostic) in
        found.into_iter().flat_map(|(name, list)| list.into_iter().map(move |d| (name.clone(), d)))
    {
        let Span { file, range } = diagnostic.primary.span;
        let key = (file, range.start, range.end, diagnostic.rule.name, diagnostic.message.clone());
        let entry = seen.entry(key).or_insert_with(|| (diagnostic, Vec::new()));
        entry.1.extend(environment);
    }
    let mut out = Diagnostics::default();
    for (mut diagnostic, environments) in seen.into_values() {
        if environments.len() < all {
            let only = format!("only in {}", environments.join(" and "));
            diagnostic.note = Some(diagnostic.note.map_or(only.clone(), |note| format!("{note}; {only}")));
        }
        out.push(diagnostic);
    }
    out.finish()
}

/// The environment that previews are made of. Nobody builds it by itself.
pub use crate::resolve::PREVIEW;

/// The rule of secrets that production shares with a rehearsal.
pub static SHARED_SECRET: RuleId = RuleId { name: "shared-secret", code: "FA028" };

/// What two environments must not share: names on Fly.io, because they would take each other's apps for their own, and
/// secrets of production.
pub fn clashes(models: &[(&str, &Model)], file: FileId) -> Vec<Diagnostic> {
    // A preview puts its own name behind all others.
    let named: Vec<_> = models.iter().copied().filter(|(name, _)| *name != PREVIEW).collect();
    let mut out = clashes_of(&named, |_, _| true, file);
    let is_production = |model: &Model| model.project.as_ref().is_some_and(|p| p.tier.value == Tier::Production);
    for (production, model) in models.iter().filter(|(_, model)| is_production(model)) {
        for (other, rehearsal) in models.iter().filter(|(_, model)| !is_production(model)) {
            out.extend(shared_secrets((production, model), (other, rehearsal), file));
        }
    }
    out
}

/// Secrets that an app has from one source in both environments.
fn shared_secrets(
    (production, model): (&str, &Model),
    (other, rehearsal): (&str, &Model),
    file: FileId,
) -> Vec<Diagnostic> {
    let apps: BTreeMap<&str, &App> = model.apps.iter().map(|app| (app.key.as_str(), app)).collect();
    let mut out = Vec::new();
    for app in &rehearsal.apps {
        let Some(twin) = apps.get(app.key.as_str()) else { continue };
        for secret in &app.secrets {
            let from = match &secret.source {
                SecretSource::Env(name) => format!("the variable {name}"),
                SecretSource::File(path) => format!("the file {}", path.value),
                SecretSource::Command(_) => "one command".to_owned(),
                SecretSource::Generate(_) | SecretSource::Token(_) | SecretSource::Manual(_) => continue,
            };
            if !twin.secrets.iter().any(|of_twin| of_twin.has_value_of(secret)) {
                continue;
            }
            let span = Span { file, range: secret.name.range() };
            let message =
                format!("`{}` of app.{} is the same in `{production}` and `{other}`", secret.name.value, app.key.value);
            let help = format!(
                "give it another source in [environment.{other}.app.{}]: `secrets = {{ {} = {{ env = \"…\" }} }}`",
                app.key.value, secret.name.value
            );
            let diagnostic = Diagnostic::new(SHARED_SECRET, Severity::Warning, span, message);
            out.push(diagnostic.label(format!("from {from} in both")).help(help));
        }
    }
    out
}

/// The same for a preview, which comes last: it may use data of others, and no app.
pub fn clashes_of_preview(models: &[(&str, &Model)], file: FileId) -> Vec<Diagnostic> {
    clashes_of(models, |later, kind| later + 1 == models.len() && kind == Kind::App, file)
}

fn clashes_of(models: &[(&str, &Model)], counts: impl Fn(usize, Kind) -> bool, file: FileId) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for (at, (later, model)) in models.iter().enumerate() {
        for (earlier, other) in &models[..at] {
            let taken: BTreeSet<_> = declared(other).map(|(space, name, _)| (space, name)).collect();
            let mut shared = declared(model)
                .filter(|(space, name, id)| counts(at, id.kind) && taken.contains(&(space.clone(), *name)));
            let Some((_, name, id)) = shared.next() else { continue };
            let others = shared.count();
            let more = match others {
                0 => String::new(),
                1 => ", as is another name".to_owned(),
                more => format!(", as are {more} other names"),
            };
            let span = Span { file, range: model.name(id).range() };
            let message = format!("`{name}` is in `{earlier}` and in `{later}`{more}");
            let help = format!(
                "write `suffix = \"-{later}\"` in [environment.{later}], or give what has a `name` another one there"
            );
            let diagnostic = Diagnostic::new(DUPLICATE_NAME, Severity::Error, span, message);
            out.push(diagnostic.label("one name on Fly.io for both").help(help));
        }
    }
    out
}

/// Names of declarations, each with what it must be unique in: all of Fly.io, or an organisation.
fn declared(model: &Model) -> impl Iterator<Item = (String, &str, ResourceId)> {
    let organisation = model.project.as_ref().map_or("", |project| project.org.as_str());
    model.declarations().map(move |id| {
        let space = match id.kind {
            Kind::App => "app".to_owned(),
            Kind::Postgres if model.postgres[id.index].engine.value == Engine::Unmanaged => "app".to_owned(),
            Kind::Bucket => "bucket".to_owned(),
            Kind::Postgres | Kind::Redis => format!("{} of {organisation}", id.kind),
        };
        (space, model.name(id).as_str(), id)
    })
}
