//! What an app will do, in plain sentences, from the resolved model: which machines there will be, what starts and stops
//! them, what gates a release, and what happens when nobody asks, when a process ends, during a deploy, and when a host
//! or a region is lost.
//!
//! It describes and does not judge: that is for the rules. Sentences hold for the numbers of this app, and say of each
//! default that it is one. They know nothing that no fact or value says.

mod failures;
mod jobs;
mod machines;
mod release;
mod traffic;

use serde::Serialize;

use crate::facts::Facts;
use crate::model::{App, Group, Model};
use crate::value::Sourced;

/// What is said about one matter.
#[derive(Debug, Serialize)]
pub struct Section {
    /// The matter.
    pub title: &'static str,
    /// Sentences, a few to a paragraph.
    pub paragraphs: Vec<String>,
}

/// An app that is explained.
struct Cx<'a> {
    model: &'a Model,
    facts: &'a Facts,
    app: &'a App,
}

/// Says what is to be said of a matter.
type Matter = fn(&Cx<'_>) -> Vec<String>;

/// What an app of the model will do; `app` is its place in [`Model::apps`].
pub fn explain(model: &Model, app: usize, facts: &Facts) -> Vec<Section> {
    let cx = Cx { model, facts, app: &model.apps[app] };
    let all: [(&'static str, Matter); 10] = [
        ("Machines", machines::machines),
        ("What starts and stops them", traffic::starts_and_stops),
        ("When nobody asks", traffic::quiet),
        ("What runs at intervals", jobs::jobs),
        ("What gates a release", release::gates),
        ("During a deploy", release::meanwhile),
        ("When a process fails", failures::crash),
        ("When a process ends well", failures::clean_exit),
        ("When a host is lost", failures::host),
        ("When a region is lost", failures::region),
    ];
    let sections = all.into_iter().map(|(title, say)| Section { title, paragraphs: say(&cx) });
    sections.filter(|section| !section.paragraphs.is_empty()).collect()
}

impl Cx<'_> {
    /// The machines of a group in a sentence: those of the app, where it has one group.
    fn machines_of(&self, group: &Group) -> String {
        if self.app.groups.len() == 1 {
            "Its machines".to_owned()
        } else {
            format!("Machines of `{}`", group.name.value)
        }
    }

    /// The groups, each with its place.
    fn groups(&self) -> impl Iterator<Item = (usize, &Group)> {
        self.app.groups.iter().enumerate()
    }

    /// The primary region in a sentence.
    fn primary(&self) -> String {
        self.app.primary_region.as_ref().map_or("the primary region".to_owned(), |region| region.to_string())
    }
}

/// Says of a value that nobody wrote it.
fn unless_written<T>(value: &Sourced<T>) -> &'static str {
    if value.origin.is_written() { "" } else { " (the default)" }
}

/// A time that is given in seconds, in words.
fn seconds(seconds: i64) -> String {
    match seconds {
        s if s >= 60 && s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}
