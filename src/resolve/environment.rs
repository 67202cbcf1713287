//! `[environment.<name>]`: what one environment has that others have not.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::merge::{into_table, merge};
use super::{Cx, UNKNOWN_OVERLAY, did_you_mean};
use crate::diag::form::{INVALID_VALUE, UNKNOWN_KEY};
use crate::value::{Duration, Key, ParseDurationError, Seconds};

pub(super) const KEY: &str = "environment";

/// Keys of an environment that are those of `[project]`.
const OF_PROJECT: [&str; 7] = ["org", "suffix", "tier", "regions", "primary_region", "network", "env"];
/// Those that are tables of declarations, which must be in the base.
const DECLARATIONS: [&str; 4] = ["app", "postgres", "redis", "bucket"];
const POLICY: &str = "policy";
/// The environment that previews are made of, and the key that it alone has.
pub const PREVIEW: &str = "preview";
const TTL: &str = "ttl";

/// How many environments a spec may have: each is judged and built as a spec of its own.
pub(super) const MOST: usize = 100;

/// Puts an environment over the rest, and takes all of them out. What is wrong with the others is said too.
pub(super) fn overlay(root: &mut DeTable<'_>, wanted: Option<&str>, cx: &mut Cx<'_>) {
    let Some(mut value) = root.remove(KEY) else { return };
    if cx.table("`environment`", &mut value).is_none() {
        return;
    }
    let range = value.span();
    let environments = into_table(value);
    if environments.len() > MOST {
        let at = environments.keys().nth(MOST).map_or(range, Spanned::span);
        cx.error(INVALID_VALUE, at, format!("more than {MOST} environments"))
            .help("environments are few; what there is many of are apps, from a template, or previews");
        return;
    }
    for (key, mut value) in environments {
        let name = key.get_ref().to_string();
        if name.parse::<Key>().is_err() {
            cx.error(INVALID_VALUE, key.span(), format!("`{name}` cannot be the name of an environment"))
                .help("begin with a letter; then letters, digits and dashes: it is the name of a folder");
        }
        let Some(table) = cx.table(&format!("`environment.{name}`"), &mut value) else { continue };
        let table = std::mem::take(table);
        let over = checked(table, &name, root, cx);
        if wanted == Some(name.as_str()) {
            merge(root, over);
        }
    }
}

/// An environment as what is merged over the root: its keys for the project below `project`.
fn checked<'s>(table: DeTable<'s>, name: &str, root: &DeTable<'s>, cx: &mut Cx<'_>) -> DeTable<'s> {
    let mut project = DeTable::new();
    let mut over = DeTable::new();
    for (key, mut value) in table {
        let word = key.get_ref().to_string();
        if OF_PROJECT.contains(&word.as_str()) {
            project.insert(key, value);
        } else if word == POLICY {
            over.insert(key, value);
        } else if word == TTL {
            // It is about previews that are there already, and changes nothing of what one is.
            if name != PREVIEW {
                cx.error(UNKNOWN_KEY, key.span(), format!("[environment.{name}] has no end"))
                    .label("only previews have a time to live")
                    .help("write it in [environment.preview], or remove it");
            } else if let Err(expected) = ttl(value.get_ref()) {
                cx.error(INVALID_VALUE, value.span(), "`ttl` is no time to live".to_owned()).help(expected);
            }
        } else if DECLARATIONS.contains(&word.as_str()) {
            if let Some(declared) = cx.table(&format!("`environment.{name}.{word}`"), &mut value) {
                exist(declared, &word, name, root, cx);
            }
            over.insert(key, value);
        } else {
            let own = (name == PREVIEW).then_some(TTL);
            let known = OF_PROJECT.into_iter().chain(DECLARATIONS).chain([POLICY]).chain(own);
            let all = known.clone().collect::<Vec<_>>().join(", ");
            let help = did_you_mean(&word, known, &format!("it has {all}"));
            let message = format!("unknown key `{word}` in [environment.{name}]");
            cx.error(UNKNOWN_KEY, key.span(), message).help(help);
        }
    }
    if !project.is_empty()
        && let Some((key, value)) = root.get_key_value("project")
    {
        over.insert(key.clone(), Spanned::new(value.span(), DeValue::Table(project)));
    }
    over
}

/// The time to live of previews, if they have one.
pub(super) fn ttl_of_previews(root: &DeTable<'_>) -> Option<Duration<Seconds>> {
    let environments = root.get(KEY)?.get_ref().as_table()?;
    let preview = environments.get(PREVIEW)?.get_ref().as_table()?;
    ttl(preview.get(TTL)?.get_ref()).ok()
}

/// Reads a time to live. A set-up takes minutes: what could end during one is none.
fn ttl(value: &DeValue<'_>) -> Result<Duration<Seconds>, String> {
    const EXPECTED: &str = "expected an hour or more with its unit, such as \"72h\"";
    let text = value.as_str().ok_or(EXPECTED)?;
    let ttl: Duration<Seconds> = text.parse().map_err(|error: ParseDurationError| error.to_string())?;
    if ttl.seconds() < 3600 { Err(EXPECTED.to_owned()) } else { Ok(ttl) }
}

/// Whether the base has what is overlaid.
fn exist(overlaid: &DeTable<'_>, kind: &str, environment: &str, root: &DeTable<'_>, cx: &mut Cx<'_>) {
    let declared = root.get(kind).and_then(|value| value.get_ref().as_table());
    for key in overlaid.keys() {
        let name = key.get_ref().as_ref();
        if declared.is_some_and(|declared| declared.contains_key(name)) {
            continue;
        }
        let keys = declared.into_iter().flat_map(DeTable::keys).map(|key| key.get_ref().as_ref());
        let otherwise = format!(
            "declare it: [{kind}.{name}]; with `enabled = false` there, and true here, an app is in this environment alone"
        );
        let help = did_you_mean(name, keys, &otherwise);
        cx.error(UNKNOWN_OVERLAY, key.span(), format!("`{environment}` changes {kind}.{name}, which is not declared"))
            .label("an overlay of nothing")
            .help(help);
    }
}
