//! `[template.<key>]`, and `extends`.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::merge::{into_table, merge};
use super::{Cx, TEMPLATE_CYCLE, TEMPLATES_TOO_LARGE, UNKNOWN_TEMPLATE, UNUSED_TEMPLATE, did_you_mean};
use crate::diag::form::WRONG_TYPE;
use crate::source::TextRange;

pub(super) const KEY: &str = "template";
const EXTENDS: &str = "extends";
const APP: &str = "app";

/// How many templates may stand behind each other: what is above is a cycle, or a riddle.
const DEEPEST: usize = 16;

/// How many entries may come from templates: many times what ten thousand apps need, and a bound on memory like that of
/// the text itself (`source::MAX_BYTES`).
const MOST: usize = 2_000_000;

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
    // Each once, and not for each app: what is wrong with one is said once, and what many extend is not merged anew.
    let mut merged = Merged { templates: &templates, done: BTreeMap::new(), copied: 0 };
    for key in templates.keys() {
        merged.settle(key.get_ref(), &mut Vec::new(), cx);
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
            *app = merged.under(own, &[], cx);
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

/// Templates with all that they extend.
struct Merged<'t, 's> {
    templates: &'t DeTable<'s>,
    done: BTreeMap<String, DeTable<'s>>,
    /// How many entries have been copied from one table to another.
    copied: usize,
}

impl<'s> Merged<'_, 's> {
    /// Merges a template with what it extends. `path` are those that are under way.
    fn settle(&mut self, name: &str, path: &mut Vec<String>, cx: &mut Cx<'_>) {
        let Some(DeValue::Table(own)) = self.templates.get(name).map(Spanned::get_ref) else { return };
        if self.done.contains_key(name) {
            return;
        }
        path.push(name.to_owned());
        let extends = own.get(EXTENDS).map(|extends| names(extends, cx)).unwrap_or_default();
        for (next, at) in &extends {
            if let Some(ring) = path.iter().position(|open| open == next) {
                let ring = path[ring..].join(" extends ");
                cx.error(TEMPLATE_CYCLE, *at, format!("the template `{next}` extends itself"))
                    .label(format!("{ring} extends {next}"))
                    .help("take what they have in common into a template of its own");
            } else if path.len() >= DEEPEST {
                cx.error(TEMPLATE_CYCLE, *at, format!("more than {DEEPEST} templates stand behind each other"));
            } else {
                self.settle(next, path, cx);
            }
        }
        let whole = self.under(own.clone(), path, cx);
        self.done.insert(name.to_owned(), whole);
        path.pop();
    }

    /// A table over the templates that it extends, but for those of `path`.
    fn under(&mut self, mut own: DeTable<'s>, path: &[String], cx: &mut Cx<'_>) -> DeTable<'s> {
        let Some(extends) = own.remove(EXTENDS) else { return own };
        let mut base = DeTable::new();
        for (name, at) in names(&extends, cx) {
            if !self.templates.contains_key(name.as_str()) {
                unknown(&name, at, self.templates, cx);
                continue;
            }
            let Some(template) = self.done.get(&name).filter(|_| !path.contains(&name)) else { continue };
            let more = entries(template);
            if self.copied <= MOST && self.copied + more > MOST {
                cx.error(TEMPLATES_TOO_LARGE, at, format!("templates make a spec of more than {MOST} entries"))
                    .help("let fewer apps extend large templates");
            }
            self.copied += more;
            if self.copied <= MOST {
                merge(&mut base, template.clone());
            }
        }
        merge(&mut base, own);
        base
    }
}

/// How many keys a table has, with those of the tables in it.
fn entries(table: &DeTable<'_>) -> usize {
    table.iter().map(|(_, value)| 1 + value.get_ref().as_table().map_or(0, entries)).sum()
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
