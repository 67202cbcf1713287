//! Writes a fly.toml in flyctl's canonical form: its order, its indentation, its quotes, its spelling of durations.
//!
//! Sections are written straight into one string: a document tree would cost ten times as much per app
//! (docs/performance.md). Quoting is `toml_writer`'s. `golden/fly_toml` holds one file for each section, and
//! `tests/fly_toml.rs` shows that real flyctl prints the same.

mod free;
mod put;
mod sections;
mod services;

use std::collections::{BTreeMap, BTreeSet};

use toml::de::DeValue;

pub(super) use self::put::{Put, put_float, put_key};
use super::{Build, FlyToml};
use crate::value::{Entries, Sourced};

/// The text of a fly.toml behind `header`. `build` stands for the section of that name, whose paths depend on where
/// the file will lie.
///
/// It says all that the configuration says: `false` and zero too, which flyctl leaves out.
pub fn write(header: &str, config: &FlyToml, build: Option<&Sourced<Box<Build>>>) -> String {
    Writer::new(header, Form::Stated).file(config, build)
}

/// What `fly config show --local --toml` prints for a configuration, without its header.
///
/// Two configurations are one to flyctl when their normal forms are one, but for sizes that are spelled differently:
/// see [`meaning`].
pub fn normal_form(config: &FlyToml) -> String {
    Writer::new("", Form::Flyctl).file(config, config.build.as_ref())
}

/// The normal form with a unit behind every size, and without what says nothing: two configurations mean the same to
/// flyctl when this is the same.
pub fn meaning(config: &FlyToml) -> String {
    Writer::new("", Form::Meaning).file(config, config.build.as_ref())
}

/// A key on which two configurations differ, and what each has there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The path, such as `http_service.internal_port` or `services.0.ports.1.port`.
    pub path: String,
    /// What the first has, as TOML.
    pub left: Option<String>,
    /// What the second has, as TOML.
    pub right: Option<String>,
}

/// Where two configurations do not mean the same to flyctl, in the order of the paths. Empty when they do.
pub fn differences(left: &FlyToml, right: &FlyToml) -> Vec<Difference> {
    let (left, right) = (meaning(left), meaning(right));
    if left == right {
        return Vec::new();
    }
    let (left, right) = (leaves(&left), leaves(&right));
    let paths: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    let differ = |path: &&String| left.get(*path) != right.get(*path);
    let difference = |path: &String| Difference {
        path: path.clone(),
        left: left.get(path).cloned(),
        right: right.get(path).cloned(),
    };
    paths.into_iter().filter(differ).map(difference).collect()
}

/// The values of a text by their paths. A table is one too, because flyctl tells an empty one from none.
fn leaves(text: &str) -> BTreeMap<String, String> {
    fn walk(path: &str, value: &DeValue<'_>, all: &mut BTreeMap<String, String>) {
        let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match value {
            DeValue::Table(table) => {
                all.insert(path.to_owned(), "{}".to_owned());
                table.iter().for_each(|(key, value)| walk(&below(key.get_ref()), value.get_ref(), all));
            }
            DeValue::Array(items) if items.iter().any(|item| item.get_ref().is_table()) => {
                let items = items.iter().enumerate();
                items.for_each(|(i, item)| walk(&below(&i.to_string()), item.get_ref(), all));
            }
            DeValue::Array(items) => {
                let items: Vec<String> = items.iter().map(|item| scalar(item.get_ref())).collect();
                all.insert(path.to_owned(), format!("[{}]", items.join(", ")));
            }
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => drop(all.insert(path.to_owned(), scalar(value))),
        }
    }
    fn scalar(value: &DeValue<'_>) -> String {
        let mut out = String::new();
        match value {
            DeValue::String(text) => text.put(&mut out),
            DeValue::Integer(number) => out.push_str(&number.to_string()),
            DeValue::Float(number) => out.push_str(number.as_str()),
            DeValue::Boolean(value) => value.put(&mut out),
            DeValue::Datetime(datetime) => out.push_str(&datetime.to_string()),
            DeValue::Array(items) => {
                out = format!("[{}]", items.iter().map(|i| scalar(i.get_ref())).collect::<Vec<_>>().join(", "));
            }
            DeValue::Table(table) => {
                let entries =
                    table.iter().map(|(key, value)| format!("{} = {}", key.get_ref(), scalar(value.get_ref())));
                out = format!("{{{}}}", entries.collect::<Vec<_>>().join(", "));
            }
        }
        out
    }
    let mut all = BTreeMap::new();
    if let Ok(root) = toml::de::DeTable::parse(text) {
        walk("", &DeValue::Table(root.into_inner()), &mut all);
    }
    all.remove("");
    all
}

/// How much is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// All that is stated.
    Stated,
    /// What flyctl prints.
    Flyctl,
    /// What flyctl prints, units behind sizes, and nothing empty.
    Meaning,
}

struct Writer {
    out: String,
    form: Form,
    /// Nesting of the table that is being written.
    depth: usize,
    /// Whether the last line was a header: the next header follows without an empty line.
    after_header: bool,
}

impl Writer {
    fn new(header: &str, form: Form) -> Self {
        let mut out = String::with_capacity(1536);
        out.push_str(header);
        Self { out, form, depth: 0, after_header: true }
    }

    fn indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.out.push_str("  ");
        }
    }

    fn header(&mut self, path: &[&str], open: &str, close: &str) {
        if !self.after_header {
            self.out.push('\n');
        }
        self.indent(path.len() - 1);
        self.out.push_str(open);
        for (i, key) in path.iter().enumerate() {
            if i > 0 {
                self.out.push('.');
            }
            put_key(key, &mut self.out);
        }
        self.out.push_str(close);
        self.depth = path.len();
        self.after_header = true;
    }

    fn table(&mut self, path: &[&str]) {
        self.header(path, "[", "]\n");
    }

    fn array(&mut self, path: &[&str]) {
        self.header(path, "[[", "]]\n");
    }

    /// An entry whose key the user chose.
    fn user_entry(&mut self, key: &str, value: &(impl Put + ?Sized)) {
        self.indent(self.depth);
        put_key(key, &mut self.out);
        self.value(value);
    }

    /// An entry of fly.toml: its keys are bare.
    fn entry(&mut self, key: &'static str, value: &(impl Put + ?Sized)) {
        self.indent(self.depth);
        self.out.push_str(key);
        self.value(value);
    }

    fn value(&mut self, value: &(impl Put + ?Sized)) {
        self.out.push_str(" = ");
        value.put(&mut self.out);
        self.out.push('\n');
        self.after_header = false;
    }

    /// What flyctl holds by value: it takes nothing for unset.
    fn opt<T: Put>(&mut self, key: &'static str, value: Option<&Sourced<T>>) {
        if let Some(value) = value
            && (self.form == Form::Stated || !value.is_zero())
        {
            self.entry(key, &value.value);
        }
    }

    /// What flyctl holds by a pointer: it tells nothing from unset.
    fn pointer<T: Put>(&mut self, key: &'static str, value: Option<&Sourced<T>>) {
        if let Some(value) = value {
            self.entry(key, &value.value);
        }
    }

    /// What flyctl writes even where it is unset.
    fn always<T: Put, Z: Put + ?Sized>(&mut self, key: &'static str, value: Option<&Sourced<T>>, zero: &Z) {
        match value {
            Some(value) if self.form != Form::Meaning || !value.is_zero() => self.entry(key, &value.value),
            None if self.form == Form::Flyctl => self.entry(key, zero),
            Some(_) | None => {}
        }
    }

    /// Writes a section that flyctl drops where it is empty, which means nothing to it: only its own form has the header.
    fn section(&mut self, write: impl FnOnce(&mut Self)) {
        let (before, after_header) = (self.out.len(), self.after_header);
        write(self);
        if self.form != Form::Flyctl && self.out[before..].trim_start().lines().count() == 1 {
            self.out.truncate(before);
            self.after_header = after_header;
        }
    }

    /// A size without a unit, which flyctl keeps as it is written.
    fn bare_size(&mut self, key: &'static str, whole: u32) {
        self.entry(key, whole.to_string().as_str());
    }

    /// A table of the user's keys, in byte order as Go's encoder has it.
    fn map<T: Put>(&mut self, path: &[&str], entries: &Entries<String, Sourced<T>>) {
        if entries.is_empty() {
            return;
        }
        self.table(path);
        let mut sorted: Vec<_> = entries.iter().collect();
        sorted.sort_by_key(|(key, _)| key.value.as_str());
        for (key, value) in sorted {
            self.user_entry(key, &value.value);
        }
    }
}
