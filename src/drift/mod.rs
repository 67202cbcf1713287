//! What runs beside what a spec declares: where the two differ, and what becomes of it.
//!
//! A pure function of a model and of dumps ([`crate::live`]). What is expected is taken from the steps of the plan, so
//! that what is compared is what `setup.sh` looks at, and from the configuration that a deploy would make of the rendered
//! fly.toml (`machine`). A *plan* in this crate is the ordered steps of the script ([`crate::plan`]); this module is
//! what `flyarch plan` shows. What was not dumped is unknown, and never taken for equal. docs/plan.md has the classes.

mod app;
mod data;
mod deploy;
mod emit;
mod machine;
mod machines;
mod undeclared;
mod volumes;

use std::collections::BTreeSet;

pub use emit::{Footing, json, markdown, text};
pub use undeclared::names;

use crate::facts::{Facts, is_secret_name, masked_value, secret_in};
use crate::live::{Dump, Live, LiveApp};
use crate::model::{App, Model};
use crate::plan::{Action, Arg, Layout, StepText, plan};
use crate::source::{Source, TextRange};

/// What stands in the place of a value that may be a secret.
const HIDDEN: &str = "a value that is not shown";
/// The most characters of a value that are shown.
const MAX_SHOWN: usize = 200;

/// What a difference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// It was set by hand, and the next deploy silently sets it back.
    Overwritten,
    /// It is declared, and not there.
    Missing,
    /// It is there, and otherwise than declared.
    Changed,
    /// A secret is declared, and not set.
    SecretNotSet,
    /// A secret is set, and not declared.
    SecretNotDeclared,
    /// It is there, and not declared.
    Undeclared,
}

impl Class {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 6] = [
        Self::Overwritten,
        Self::Missing,
        Self::Changed,
        Self::SecretNotSet,
        Self::SecretNotDeclared,
        Self::Undeclared,
    ];

    /// The word for data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Overwritten => "overwritten",
            Self::Missing => "missing",
            Self::Changed => "changed",
            Self::SecretNotSet => "secret-not-set",
            Self::SecretNotDeclared => "secret-not-declared",
            Self::Undeclared => "undeclared",
        }
    }

    /// The words for people, as the head of a list.
    pub fn title(self) -> &'static str {
        match self {
            Self::Overwritten => "overwritten by the next deploy",
            Self::Missing => "declared, and not there",
            Self::Changed => "otherwise than declared",
            Self::SecretNotSet => "secrets declared, and not set",
            Self::SecretNotDeclared => "secrets set, and not declared",
            Self::Undeclared => "there, and not declared",
        }
    }
}

/// What the next run of `setup.sh` does about a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It adds what is missing.
    Adds,
    /// It puts it back.
    PutsBack,
    /// It sees it, says so, and changes nothing.
    Tells,
    /// It does not look at it.
    Nothing,
    /// It stops with an error.
    Stops,
    /// That depends on what is not known here.
    Unknown,
}

impl Next {
    /// The word for data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Adds => "adds",
            Self::PutsBack => "puts-back",
            Self::Tells => "tells",
            Self::Nothing => "nothing",
            Self::Stops => "stops",
            Self::Unknown => "unknown",
        }
    }
}

/// A place in the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// The file, as it was given; of an included one its path from the spec.
    pub file: String,
    /// The line, from one.
    pub line: u32,
    /// The column, from one.
    pub column: u32,
}

/// One difference.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What it is.
    pub class: Class,
    /// What it belongs to: `app.web`, `postgres.db`; nothing where nobody declared it.
    pub of: Option<String>,
    /// The name on Fly.io of the app, cluster, database or bucket.
    pub name: String,
    /// What differs, in a few words.
    pub what: String,
    /// What the spec says.
    pub expected: Option<String>,
    /// What runs.
    pub runs: Option<String>,
    /// Where the spec says so.
    pub at: Option<At>,
    /// What the next run of `setup.sh` does about it.
    pub next: Next,
    /// The same in a sentence.
    pub then: String,
    /// What a person can do, in a sentence.
    pub person: String,
}

impl Finding {
    fn new(class: Class, name: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            class,
            of: None,
            name: name.into(),
            what: what.into(),
            expected: None,
            runs: None,
            at: None,
            next: Next::Nothing,
            then: String::new(),
            person: String::new(),
        }
    }

    fn of(mut self, of: impl Into<String>) -> Self {
        self.of = Some(of.into());
        self
    }

    fn expected(mut self, text: impl Into<String>) -> Self {
        self.expected = Some(text.into());
        self
    }

    fn runs(mut self, text: impl Into<String>) -> Self {
        self.runs = Some(text.into());
        self
    }

    fn at(mut self, at: At) -> Self {
        self.at = Some(at);
        self
    }

    fn then(mut self, next: Next, text: impl Into<String>) -> Self {
        self.next = next;
        self.then = text.into();
        self
    }

    fn person(mut self, text: impl Into<String>) -> Self {
        self.person = text.into();
        self
    }
}

/// What could not be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// What is not known.
    pub what: String,
    /// Why, with the command whose output would tell.
    pub why: String,
}

/// All that was found.
#[derive(Clone, Debug, Default)]
pub struct Drift {
    /// The differences, by class.
    pub findings: Vec<Finding>,
    /// What a dump would tell that is not there.
    pub unknown: Vec<Unknown>,
    /// What no dump could tell, of what the spec declares.
    pub unseen: Vec<String>,
}

impl Drift {
    /// How many differences are of a class.
    pub fn count(&self, class: Class) -> usize {
        self.findings.iter().filter(|finding| finding.class == class).count()
    }
}

/// A spec in one environment.
#[derive(Clone, Copy, Debug)]
pub struct Declared<'a> {
    /// Its text.
    pub source: &'a Source,
    /// What it means.
    pub model: &'a Model,
    /// Names on Fly.io that other environments of the spec declare.
    pub elsewhere: &'a BTreeSet<String>,
}

/// What is compared, and what was found.
struct Cx<'a> {
    source: &'a Source,
    model: &'a Model,
    live: &'a Live,
    facts: &'a Facts,
    elsewhere: &'a BTreeSet<String>,
    found: Drift,
}

impl Cx<'_> {
    fn add(&mut self, finding: Finding) {
        self.found.findings.push(finding);
    }

    fn unknown(&mut self, what: impl Into<String>, why: impl Into<String>) {
        let unknown = Unknown { what: what.into(), why: why.into() };
        if !self.found.unknown.contains(&unknown) {
            self.found.unknown.push(unknown);
        }
    }

    /// Says that a dump is not there.
    fn not_dumped(&mut self, dump: Dump, of: &str, what: impl Into<String>) {
        self.unknown(what, format!("there is no output of `{}`", dump.line(of)));
    }

    fn at(&self, range: TextRange) -> At {
        let place = self.source.line_column(range.start);
        let (file, line) = if self.source.is_joined() {
            let cited = self.source.cite(range.start);
            (cited.name.to_owned(), cited.line)
        } else {
            (self.source.name().to_owned(), place.line)
        };
        At { file, line, column: place.column }
    }

    fn at_step(&self, text: &StepText<'_>) -> At {
        self.at(text.origin.range)
    }

    /// A value as it may be shown: `name` is that of its variable or key. Lists are as TOML and JSON write them.
    fn shown(&self, name: &str, value: &str) -> String {
        let is_quoted = value.starts_with(['[', '"', '\'']);
        let shown = if is_secret_name(self.facts, name) {
            HIDDEN.to_owned()
        } else if is_quoted {
            masked_value(self.facts, name, value)
        } else if secret_in(self.facts, name, value).is_some() {
            HIDDEN.to_owned()
        } else {
            value.to_owned()
        };
        match shown.char_indices().nth(MAX_SHOWN) {
            Some((at, _)) => format!("{}…", shown.get(..at).unwrap_or_default()),
            None => shown,
        }
    }

    /// A command that runs, as its list of words in JSON: the program alone, because any word may hold a secret.
    fn program(&self, list: &str) -> String {
        let words: Vec<String> = serde_json::from_str(list).unwrap_or_default();
        match words.as_slice() {
            [] => "nothing".to_owned(),
            [program] => self.shown("command", program),
            [program, ..] => format!("{} …, with other words", self.shown("command", program)),
        }
    }

    /// What is known of an app that is there, or may be.
    fn app(&self, name: &str) -> Option<&LiveApp> {
        self.live.app(name)
    }
}

/// The words of a call, as text.
fn words<'t>(call: &'t [Arg<'_>]) -> Vec<&'t str> {
    let text = |arg: &'t Arg<'_>| match arg {
        Arg::Word(word) | Arg::Here(word) => word.as_ref(),
        Arg::Found(word) => word,
    };
    call.iter().map(text).collect()
}

/// A command of flyctl in a sentence. Names of Fly.io's need no quotes; anything else gets them.
fn command<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    let quoted = |word: &str| {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:=,@+".contains(&b);
        if !word.is_empty() && word.bytes().all(is_plain) {
            word.to_owned()
        } else {
            format!("'{}'", word.replace('\'', "'\\''"))
        }
    };
    let words: Vec<String> = words.into_iter().map(quoted).collect();
    format!("`{}`", words.join(" "))
}

/// How a step alone is run again.
fn only(reference: &str, id: &str) -> String {
    format!("`setup.sh --only {reference}/{id}`")
}

/// Compares what a spec declares with what runs.
pub fn compare(declared: Declared<'_>, live: &Live, facts: &Facts) -> Drift {
    let Declared { source, model, elsewhere } = declared;
    let mut cx = Cx { source, model, live, facts, elsewhere, found: Drift::default() };
    if live.listed.is_none() {
        cx.not_dumped(Dump::Apps, "", "which apps there are");
    }
    let layout = Layout::default();
    for step in plan(model).steps {
        let text = step.text(model, &layout);
        let reference = model.reference(step.resource);
        match step.action {
            Action::App(action) => app::step(&mut cx, &model.apps[step.resource.index], action, &text),
            Action::Postgres(action) => {
                data::postgres(&mut cx, &model.postgres[step.resource.index], &reference, action, &text);
            }
            Action::Redis(_) => data::redis(&mut cx, &model.redis[step.resource.index], &reference, &text),
            Action::Bucket(action) => {
                data::bucket(&mut cx, &model.buckets[step.resource.index], &reference, action, &text);
            }
        }
    }
    for app in model.apps.iter().filter(|app| !live.lacks(&app.name)) {
        app::surplus(&mut cx, app);
        volumes::surplus(&mut cx, app);
        machines::surplus(&mut cx, app);
    }
    undeclared::look(&mut cx);
    let mut found = cx.found;
    found.findings.sort_by_key(|finding| finding.class);
    found
}

/// Whether an app is not there, so that nothing of it can be.
fn is_absent(cx: &Cx<'_>, app: &App) -> bool {
    cx.live.lacks(&app.name)
}
