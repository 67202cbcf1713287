//! Specs of several environments as one: what all have, and for each environment the rest.
//!
//! Works on the texts, so that comments stay. Whether the result means the same is not judged here: it is built and
//! compared with the files, as every import is ([`super::proof`]).

use toml_edit::{DocumentMut, Item, Table, TableLike, Value, value};

/// The name of the environment that files of none are for.
const PRODUCTION: &str = "production";
/// Keys of `[project]` that an environment may have too.
const OF_ENVIRONMENT: [&str; 6] = ["org", "tier", "regions", "primary_region", "network", "env"];
const ENABLED: &str = "enabled";

/// The name of an environment in a spec.
pub(super) fn name(label: Option<&str>) -> &str {
    label.unwrap_or(PRODUCTION)
}

/// One spec of several, each with the label of its environment. Nothing where they have too little in common: another
/// name of the architecture, or tables that no environment can change.
pub(super) fn factor(specs: &[(Option<&str>, &str)]) -> Option<String> {
    let mut documents: Vec<DocumentMut> = specs.iter().map(|(_, text)| text.parse().ok()).collect::<Option<_>>()?;
    let project = base_name(specs, &documents)?;
    for ((label, _), document) in specs.iter().zip(&mut documents) {
        let suffix = label.map(|label| format!("-{label}")).unwrap_or_default();
        rename(document, &project, &suffix)?;
    }
    let mut base = documents[0].clone();
    let others: Vec<&dyn TableLike> =
        documents[1..].iter().map(|document| document.as_table() as &dyn TableLike).collect();
    keep_common(base.as_table_mut(), &others);
    declare_all(&mut base, &documents)?;
    let mut text = base.to_string();
    for ((label, original), mut document) in specs.iter().zip(documents) {
        take_out(document.as_table_mut(), base.as_table());
        let missing = original.lines().filter(|line| line.starts_with(super::QUESTION) && !text.contains(line));
        let overlay = overlay(*label, document, &base)?;
        let questions: Vec<&str> = missing.filter(|line| !overlay.contains(line)).collect();
        text.push('\n');
        // Below the header: what is asked of one environment alone.
        let (header, rest) = overlay.split_once('\n')?;
        text.push_str(header);
        text.push('\n');
        for question in questions {
            text.extend([question, "\n"]);
        }
        text.push_str(rest);
    }
    Some(text)
}

/// The name of the architecture without that of an environment.
fn base_name(specs: &[(Option<&str>, &str)], documents: &[DocumentMut]) -> Option<String> {
    let names = specs.iter().zip(documents).map(|((label, _), document)| {
        let name = document.get("project")?.get("name")?.as_str()?;
        match label {
            Some(label) => name.strip_suffix(&format!("-{label}")).map(str::to_owned),
            None => Some(name.to_owned()),
        }
    });
    let names: Vec<String> = names.collect::<Option<_>>()?;
    names.iter().all(|name| *name == names[0]).then(|| names[0].clone())
}

/// Gives a spec the name that all have, and its apps theirs where project, key and suffix do not make it.
fn rename(document: &mut DocumentMut, project: &str, suffix: &str) -> Option<()> {
    let old = document["project"]["name"].as_str()?.to_owned();
    document["project"]["name"] = value(project);
    let apps = document.get_mut("app")?.as_table_like_mut()?;
    for (key, app) in apps.iter_mut() {
        let app = app.as_table_like_mut()?;
        let name = app.get("name").and_then(Item::as_str).map_or_else(|| format!("{old}-{key}"), str::to_owned);
        if name == format!("{project}-{key}{suffix}") {
            app.remove("name");
        } else {
            app.insert("name", value(name));
        }
    }
    Some(())
}

/// Leaves in `base` what all others have too.
fn keep_common(base: &mut dyn TableLike, others: &[&dyn TableLike]) {
    let keys: Vec<String> = base.iter().map(|(key, _)| key.to_owned()).collect();
    for key in keys {
        let theirs: Option<Vec<&Item>> = others.iter().map(|other| other.get(&key)).collect();
        let kept = match (base.get_mut(&key), theirs) {
            (Some(own), Some(theirs)) => {
                let tables: Option<Vec<&dyn TableLike>> = theirs.iter().map(|item| item.as_table_like()).collect();
                match (own.as_table_like_mut(), tables) {
                    (Some(own), Some(tables)) => {
                        let was_empty = own.is_empty();
                        keep_common(own, &tables);
                        was_empty || !own.is_empty()
                    }
                    _ => theirs.iter().all(|their| equal(own, their)),
                }
            }
            _ => false,
        };
        if !kept {
            base.remove(&key);
        }
    }
}

/// Takes out of a spec what the base has.
fn take_out(own: &mut dyn TableLike, base: &dyn TableLike) {
    let keys: Vec<String> = own.iter().map(|(key, _)| key.to_owned()).collect();
    for key in keys {
        let Some(common) = base.get(&key) else { continue };
        // A comment above a header stands in the base.
        if let (Some(Item::Table(own)), Item::Table(common)) = (own.get_mut(&key), common)
            && own.decor().prefix() == common.decor().prefix()
        {
            own.decor_mut().set_prefix("\n");
        }
        let gone = match (own.get_mut(&key).and_then(Item::as_table_like_mut), common.as_table_like()) {
            (Some(own), Some(common)) => {
                take_out(own, common);
                own.is_empty()
            }
            _ => true,
        };
        if gone {
            own.remove(&key);
        }
    }
}

/// Has the base list every app that there is: one that not all environments have is switched off there.
fn declare_all(base: &mut DocumentMut, documents: &[DocumentMut]) -> Option<()> {
    if base.get("app").is_none() {
        let mut apps = Table::new();
        apps.set_implicit(true);
        base.insert("app", Item::Table(apps));
    }
    let apps = base.get_mut("app")?.as_table_like_mut()?;
    for document in documents {
        for (key, _) in document.get("app")?.as_table_like()?.iter() {
            if apps.get(key).is_some() {
                continue;
            }
            let mut table = Table::new();
            if !documents.iter().all(|other| other.get("app").is_some_and(|apps| apps.get(key).is_some())) {
                table.insert(ENABLED, value(false));
            }
            apps.insert(key, Item::Table(table));
        }
    }
    Some(())
}

/// What is left of a spec as the text of an environment.
fn overlay(label: Option<&str>, mut document: DocumentMut, base: &DocumentMut) -> Option<String> {
    let mut own = Table::new();
    if let Some(label) = label {
        own.insert("suffix", value(format!("-{label}")));
    }
    if let Some(project) = document.remove("project") {
        for (key, item) in project.into_table().ok()? {
            if !OF_ENVIRONMENT.contains(&key.as_str()) {
                return None;
            }
            own.insert(&key, item);
        }
    }
    let mut apps = Table::new();
    for (key, mut item) in document.remove("app").map(Item::into_table).transpose().ok()?.unwrap_or_default() {
        let switched_off = base["app"][&key].get(ENABLED).is_some();
        if switched_off {
            item.as_table_like_mut()?.insert(ENABLED, value(true));
        }
        apps.insert(&key, item);
    }
    if !document.is_empty() {
        return None;
    }
    if !apps.is_empty() {
        own.insert("app", Item::Table(apps));
    }
    settle(&mut own);
    own.set_implicit(false);
    let mut environments = Table::new();
    environments.set_implicit(true);
    environments.insert(name(label), Item::Table(own));
    let mut whole = DocumentMut::new();
    whole.insert("environment", Item::Table(environments));
    Some(whole.to_string().trim_start().to_owned())
}

/// Forgets where tables stood in another text, and the headers of those without values of their own.
fn settle(table: &mut Table) {
    table.set_position(None);
    let has_values = table.iter().any(|(_, item)| item.is_value());
    table.set_implicit(!has_values && !table.is_empty());
    for (_, item) in table.iter_mut() {
        match item {
            Item::Table(inner) => settle(inner),
            Item::ArrayOfTables(list) => list.iter_mut().for_each(|inner| {
                settle(inner);
                inner.set_implicit(false);
            }),
            Item::Value(_) | Item::None => {}
        }
    }
}

/// Whether two items say the same, whatever stands around them.
fn equal(a: &Item, b: &Item) -> bool {
    match (a, b) {
        (Item::Value(a), Item::Value(b)) => equal_values(a, b),
        (Item::ArrayOfTables(a), Item::ArrayOfTables(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal_tables(a, b))
        }
        _ => match (a.as_table_like(), b.as_table_like()) {
            (Some(a), Some(b)) => equal_tables(a, b),
            _ => false,
        },
    }
}

fn equal_tables(a: &dyn TableLike, b: &dyn TableLike) -> bool {
    a.len() == b.len() && a.iter().all(|(key, item)| b.get(key).is_some_and(|other| equal(item, other)))
}

fn equal_values(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a.value() == b.value(),
        (Value::Integer(a), Value::Integer(b)) => a.value() == b.value(),
        (Value::Float(a), Value::Float(b)) => a.value().to_bits() == b.value().to_bits(),
        (Value::Boolean(a), Value::Boolean(b)) => a.value() == b.value(),
        (Value::Datetime(a), Value::Datetime(b)) => a.value() == b.value(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal_values(a, b))
        }
        (Value::InlineTable(a), Value::InlineTable(b)) => equal_tables(a, b),
        _ => false,
    }
}
