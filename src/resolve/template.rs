//! `[template.<key>]`, and `extends`.

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::merge::{into_table, merge};
use super::{Cx, TEMPLATE_CYCLE, UNKNOWN_TEMPLATE, UNUSED_TEMPLATE, did_you_mean};
use crate::diag::form::WRONG_TYPE;
use crate::source::TextRange;

pub(super) const KEY: &str = "template";
const EXTENDS: &str = "extends";
const APP: &str = "app";

/// How many templates may stand behind each other: what is above is a cycle, or a riddle.
const DEEPEST: usize = 16;

/// Puts templates under the apps that extend them, and takes them out.
pub(super) fn extend(root: &mut DeTable<'_>, cx: &mut Cx<'_>) {
    let mut templates = DeTable::new();
    if let Some(mut value) = root.remove(KEY)
        && cx.table("`template`", &mut value).is_some()
    {
        templates = into_table(value);
    }
    for (key, value) in &mut templates {
        let name = format!("`template.{}`", key.get_ref());
        cx.table(&name, value);
    }
    // Each by itself first: what is wrong with one is said once, and not for each app.
    let names: Vec<String> = templates.keys().map(|key| key.get_ref().to_string()).collect();
    for name in &names {
        let mut path = vec![name.as_str()];
        check(&templates, name, &mut path, cx);
    }
    if cx.diagnostics.ok().is_err() {
        return;
    }
    let no_apps = &mut DeTable::new();
    let apps = match root.get_mut(APP).map(Spanned::get_mut) {
        Some(DeValue::Table(apps)) => apps,
        _ => no_apps,
    };
    unused(&templates, apps, cx);
    for (_, value) in apps.iter_mut() {
        if let DeValue::Table(app) = value.get_mut()
            && app.contains_key(EXTENDS)
        {
            let own = std::mem::take(app);
            *app = complete(own, &templates, cx);
        }
    }
}

/// Says which templates nothing extends: a change there has no effect.
fn unused(templates: &DeTable<'_>, apps: &DeTable<'_>, cx: &mut Cx<'_>) {
    let users = apps.iter().chain(templates).filter_map(|(_, value)| value.get_ref().as_table()?.get(EXTENDS));
    let used: BTreeSet<String> = users.flat_map(|extends| names(extends, cx)).map(|(name, _)| name).collect();
    for key in templates.keys().filter(|key| !used.contains(key.get_ref().as_ref())) {
        let name = key.get_ref();
        cx.warning(UNUSED_TEMPLATE, key.span(), format!("nothing extends the template `{name}`"))
            .help(format!("write `extends = \"{name}\"` in an app, or remove the template"));
    }
}

/// A table over the templates that it extends.
fn complete<'s>(mut own: DeTable<'s>, templates: &DeTable<'s>, cx: &mut Cx<'_>) -> DeTable<'s> {
    let Some(extends) = own.remove(EXTENDS) else { return own };
    let mut base = DeTable::new();
    for (name, at) in names(&extends, cx) {
        match templates.get(name.as_str()).map(Spanned::get_ref) {
            Some(DeValue::Table(template)) => {
                let template = complete(template.clone(), templates, cx);
                merge(&mut base, template);
            }
            _ => unknown(&name, at, templates, cx),
        }
    }
    merge(&mut base, own);
    base
}

/// The templates that `extends` names.
fn names(extends: &Spanned<DeValue<'_>>, cx: &mut Cx<'_>) -> Vec<(String, TextRange)> {
    let text = |value: &Spanned<DeValue<'_>>| {
        value.get_ref().as_str().map(|name| (name.to_owned(), TextRange::from(value.span())))
    };
    let found = if let DeValue::Array(list) = extends.get_ref() {
        list.iter().map(text).collect()
    } else {
        text(extends).map(|one| vec![one])
    };
    found.unwrap_or_else(|| {
        cx.error(WRONG_TYPE, extends.span(), "`extends` is the name of a template, or a list of them".to_owned());
        Vec::new()
    })
}

fn unknown(name: &str, at: TextRange, templates: &DeTable<'_>, cx: &mut Cx<'_>) {
    let keys = templates.keys().map(|key| key.get_ref().as_ref());
    let help = did_you_mean(name, keys, &format!("declare it: [template.{name}]"));
    cx.error(UNKNOWN_TEMPLATE, at, format!("there is no template `{name}`")).help(help);
}

/// Follows a template to all that it extends.
fn check<'t>(templates: &'t DeTable<'_>, name: &'t str, path: &mut Vec<&'t str>, cx: &mut Cx<'_>) {
    let Some(DeValue::Table(template)) = templates.get(name).map(Spanned::get_ref) else { return };
    let Some(extends) = template.get(EXTENDS) else { return };
    for (next, at) in names(extends, cx) {
        let Some((key, _)) = templates.get_key_value(next.as_str()) else {
            if path.len() == 1 {
                unknown(&next, at, templates, cx);
            }
            continue;
        };
        let next: &str = key.get_ref().as_ref();
        if path[0] == next {
            let ring = path.join(" extends ");
            cx.error(TEMPLATE_CYCLE, at, format!("the template `{next}` extends itself"))
                .label(format!("{ring} extends {next}"))
                .help("take what they have in common into a template of its own");
        } else if path.len() >= DEEPEST && !path.contains(&next) {
            cx.error(TEMPLATE_CYCLE, at, format!("more than {DEEPEST} templates stand behind each other"));
        } else if !path.contains(&next) {
            path.push(next);
            check(templates, next, path, cx);
            path.pop();
        }
    }
}
