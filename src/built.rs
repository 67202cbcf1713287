//! What was built, read back: from the files of a tree to the spec that they were built from.
//!
//! Every tree has that spec, merged for the tree alone ([`RESOLVED`]), and its `plan.json` says for what. So two trees are
//! compared by what was meant, and nothing has to be guessed from fly.toml files and commands. Whether the configurations
//! beside it are what it gives is looked at and not taken for granted: [`Tree::strays`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;

use crate::facts::Facts;
use crate::plan::Layout;
use crate::render::{PLAN, RESOLVED};
use crate::source::{MAX_BYTES, Source};
use crate::value::Key;
use crate::{Options, render_unjudged};

/// The version of `plan.json` that is read.
const VERSION: u32 = 1;

/// A tree.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The spec that it was built from, merged.
    pub spec: Source,
    /// What it was built for.
    pub options: Options,
    /// Its other files, by path.
    pub files: BTreeMap<String, String>,
    /// What the spec was called.
    name: String,
}

/// Why files are no tree that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TreeError {
    /// It has no steps as data.
    NoPlan,
    /// It has no spec.
    NoSpec,
    /// The spec is larger than any may be.
    TooLarge,
    /// `plan.json` is none: why.
    Plan(String),
    /// `plan.json` has a later version.
    Newer,
}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPlan => write!(f, "has no {PLAN}"),
            Self::NoSpec => {
                f.write_str("was built by an earlier flyarch, which left no spec in it: run `flyarch build` once more")
            }
            Self::TooLarge => write!(f, "has a {RESOLVED} of more than {} MB", MAX_BYTES / 1024 / 1024),
            Self::Plan(why) => write!(f, "has a {PLAN} that cannot be read: {why}"),
            Self::Newer => f.write_str("was built by a newer flyarch"),
        }
    }
}

impl std::error::Error for TreeError {}

/// What `plan.json` says of the whole. Steps are made again from the spec.
#[derive(Deserialize)]
struct Head {
    version: u32,
    spec: String,
    #[serde(default)]
    folder: String,
    environment: Option<Key>,
    preview: Option<Key>,
}

impl Tree {
    /// Reads a tree from its files. `name` is the folder, for the places that are named in it.
    ///
    /// # Errors
    ///
    /// When the spec is not among the files, or what it was built for cannot be read. Whether the spec means something is
    /// told by whoever compiles it.
    pub fn read(name: &str, mut files: BTreeMap<String, String>) -> Result<Self, TreeError> {
        let plan = files.get(PLAN).ok_or(TreeError::NoPlan)?;
        let head: Head = serde_json::from_str(plan).map_err(|error| TreeError::Plan(error.to_string()))?;
        if head.version > VERSION {
            return Err(TreeError::Newer);
        }
        let text = files.remove(RESOLVED).ok_or(TreeError::NoSpec)?;
        if text.len() > MAX_BYTES {
            return Err(TreeError::TooLarge);
        }
        let options = Options {
            layout: Layout::new(&head.folder),
            environment: head.environment.map(|environment| environment.to_string()),
            preview: head.preview,
            ..Options::default()
        };
        let at = format!("{}/{RESOLVED}", name.trim_end_matches('/'));
        Ok(Self { spec: Source::new(at, text), options, name: head.spec, files })
    }

    /// The environment that it was built for, of a spec that has several.
    pub fn environment(&self) -> Option<&str> {
        self.options.environment.as_deref()
    }

    /// Files of apps that are not what the spec of the tree gives, by path: after `flyarch build --only`, which leaves the
    /// spec of the others, and of trees that another version of flyarch has built.
    pub fn strays(&self, facts: &Facts) -> Vec<String> {
        let spec = Source::new(self.name.as_str(), self.spec.text());
        let Some(given) = render_unjudged(&spec, facts, &self.options).artifacts else { return Vec::new() };
        let is_of_app = |path: &&String| path.contains('/') && path.as_str() != RESOLVED;
        let differs = |path: &&String| self.files.get(*path) != given.get(*path).map(|file| &file.text);
        let paths: BTreeSet<&String> = self.files.keys().chain(given.keys()).filter(is_of_app).collect();
        paths.into_iter().filter(differs).cloned().collect()
    }
}
