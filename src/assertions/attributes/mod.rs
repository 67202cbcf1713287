//! What can be asked: subjects, their items, and the attributes of each.
//!
//! An attribute has a value for every item: what a spec leaves open has the value of its default, an empty text or list,
//! or 0. The table is the documentation too: a test compares docs/policy.md with it.

mod app;
mod data;

use std::fmt;

use super::Cx;
use super::check::{Type, Value};
use crate::model::{Model, ResourceId};
use crate::source::TextRange;
use crate::spec::{Kind, Subject, Tier};
use crate::value::Sourced;

/// Something that can be asked of every item of a subject.
pub struct Attribute {
    /// Its name in expressions.
    pub name: &'static str,
    /// What is had for an answer.
    pub kind: Type,
    /// What it is, for people.
    pub says: &'static str,
    pub(super) get: fn(&Cx<'_>, Item) -> Value,
}

impl Attribute {
    /// The attribute that says why this one is what it is.
    pub(super) fn explained_by(&self) -> Option<&'static str> {
        (self.name == "survives_region").then_some("fatal_regions")
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.kind)
    }
}

/// One of what an assertion is about.
#[derive(Clone, Copy, Debug)]
pub(in crate::assertions) enum Item {
    /// The whole.
    Project,
    /// An app or a data service.
    Declaration(ResourceId),
    /// A process group, by app and place.
    Group(usize, usize),
    /// A mount, by app and place.
    Volume(usize, usize),
    /// A secret, by app and place.
    Secret(usize, usize),
}

/// All items of a subject, in the order of the spec.
pub(super) fn items(subject: Subject, model: &Model) -> Vec<Item> {
    let all = |kind: Kind| -> Vec<Item> {
        model.declarations().filter(|id| id.kind == kind).map(Item::Declaration).collect()
    };
    let of_apps = |count: fn(&crate::model::App) -> usize, item: fn(usize, usize) -> Item| -> Vec<Item> {
        let apps = model.apps.iter().enumerate();
        apps.flat_map(|(app, declared)| (0..count(declared)).map(move |place| item(app, place))).collect()
    };
    match subject {
        Subject::Project => vec![Item::Project],
        Subject::App => all(Kind::App),
        Subject::Postgres => all(Kind::Postgres),
        Subject::Redis => all(Kind::Redis),
        Subject::Bucket => all(Kind::Bucket),
        Subject::Group => of_apps(|app| app.groups.len(), Item::Group),
        Subject::Volume => of_apps(|app| app.toml.mounts.len(), Item::Volume),
        Subject::Secret => of_apps(|app| app.secrets.len(), Item::Secret),
    }
}

/// What can be asked of every item of a subject.
pub fn attributes(subject: Subject) -> impl Iterator<Item = &'static Attribute> {
    let own: &[Attribute] = match subject {
        Subject::Project => data::PROJECT,
        Subject::App => app::APP,
        Subject::Group => app::GROUP,
        Subject::Volume => app::VOLUME,
        Subject::Secret => app::SECRET,
        Subject::Postgres => data::POSTGRES,
        Subject::Redis => data::REDIS,
        Subject::Bucket => data::BUCKET,
    };
    let losable: &[Attribute] = match subject {
        Subject::App | Subject::Postgres | Subject::Redis => data::LOSABLE,
        Subject::Project | Subject::Group | Subject::Volume | Subject::Secret | Subject::Bucket => &[],
    };
    own.iter().chain(losable).chain(COMMON)
}

/// What every item has.
const COMMON: &[Attribute] = &[
    Attribute {
        name: "environment",
        kind: Type::Text(&[]),
        says: "the environment that is judged; empty in a spec without any",
        get: |cx, _| Value::text(cx.environment.unwrap_or_default()),
    },
    Attribute {
        name: "tier",
        kind: Type::Text(&TIERS),
        says: "how strictly it is judged",
        get: |cx, _| Value::text(cx.model.project().tier.as_str()),
    },
    Attribute {
        name: "org",
        kind: Type::Text(&[]),
        says: "the organisation",
        get: |cx, _| Value::text(cx.model.project().org.as_str()),
    },
];

const TIERS: [&str; 3] = [Tier::Development.as_str(), Tier::Staging.as_str(), Tier::Production.as_str()];

impl Item {
    /// What it is an item of.
    pub(super) fn subject(self) -> Subject {
        match self {
            Self::Project => Subject::Project,
            Self::Declaration(id) => match id.kind {
                Kind::App => Subject::App,
                Kind::Postgres => Subject::Postgres,
                Kind::Redis => Subject::Redis,
                Kind::Bucket => Subject::Bucket,
            },
            Self::Group(..) => Subject::Group,
            Self::Volume(..) => Subject::Volume,
            Self::Secret(..) => Subject::Secret,
        }
    }

    /// How it is called in a message.
    pub(super) fn reference(self, model: &Model) -> String {
        let app = |index: usize| model.apps[index].reference();
        match self {
            Self::Project => "the project".to_owned(),
            Self::Declaration(id) => model.reference(id),
            Self::Group(index, place) => {
                format!("group `{}` of {}", model.apps[index].groups[place].name.value, app(index))
            }
            Self::Volume(index, place) => {
                let name = app::mount(model, index, place).and_then(|mount| mount.source.as_ref());
                format!("volume `{}` of {}", name.map_or("", |name| name.as_str()), app(index))
            }
            Self::Secret(index, place) => {
                format!("secret `{}` of {}", model.apps[index].secrets[place].name.value, app(index))
            }
        }
    }

    /// Where it is declared.
    pub(super) fn place(self, model: &Model) -> TextRange {
        match self {
            Self::Project => model.project().name.range(),
            Self::Declaration(id) => model.header(id).range,
            Self::Group(index, place) => model.apps[index].groups[place].name.range(),
            Self::Volume(index, place) => {
                model.apps[index].toml.mounts.get(place).map_or(model.apps[index].header, Sourced::range)
            }
            Self::Secret(index, place) => model.apps[index].secrets[place].name.range(),
        }
    }
}

/// The place of an item in its list. Attributes are asked of the items of their own subject alone.
fn index(item: Item) -> usize {
    match item {
        Item::Declaration(id) => id.index,
        Item::Group(index, _) | Item::Volume(index, _) | Item::Secret(index, _) => index,
        Item::Project => 0,
    }
}

/// The place of an item in its app.
fn place(item: Item) -> usize {
    match item {
        Item::Group(_, place) | Item::Volume(_, place) | Item::Secret(_, place) => place,
        Item::Declaration(_) | Item::Project => 0,
    }
}
