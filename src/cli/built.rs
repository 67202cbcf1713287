//! Output folders as one side of a comparison: a tree, or one for every environment.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::include::Spec;
use super::{Failure, place};
use crate::built::Tree;
use crate::diff::Side;
use crate::facts::FACTS;
use crate::model::Model;
use crate::render::{PLAN, RESOLVED};
use crate::sink;
use crate::source::Sources;
use crate::{Options, environments, render_unjudged};

/// One side of a comparison: a spec with its environments, or what was built of one.
pub(super) trait Given {
    /// What it is called.
    fn name(&self) -> &str;

    /// Its environments.
    fn environments(&self) -> Vec<String>;

    /// What it says for one of its environments, or for none.
    fn part(&self, environment: Option<&str>) -> Option<Part<'_>>;

    /// What it says, where that is for one environment whatever the name.
    fn only(&self) -> Option<Part<'_>> {
        None
    }
}

/// What one side says for one environment.
#[derive(Clone)]
pub(super) struct Part<'a> {
    /// What is compiled, with all texts for reports.
    pub(super) spec: &'a Spec,
    /// What it is compiled for.
    pub(super) options: Options,
    /// The tree, where it has been built.
    pub(super) tree: Option<&'a Tree>,
}

impl<'a> Part<'a> {
    /// The two as what they are compared as: a spec beside the tree of a preview stands for the same preview.
    pub(super) fn alike(mut old: Self, mut new: Self) -> [Self; 2] {
        match (old.tree, new.tree) {
            (Some(tree), None) => new.options.preview.clone_from(&tree.options.preview),
            (None, Some(tree)) => old.options.preview.clone_from(&tree.options.preview),
            _ => {}
        }
        [old, new]
    }

    /// With what it means.
    pub(super) fn side(&'a self, model: &'a Model) -> Side<'a> {
        Side { source: self.spec.source(), environment: self.environment(), model }
    }

    /// The environment that is meant.
    pub(super) fn environment(&self) -> Option<&str> {
        self.options.environment.as_deref()
    }

    /// Its files; of a spec as they would be where another tree of it lies.
    pub(super) fn files(&self, beside: Option<&Tree>) -> BTreeMap<String, String> {
        if let Some(tree) = self.tree {
            return tree.files.clone();
        }
        let layout = beside.map(|tree| tree.options.layout.clone()).unwrap_or_default();
        let options = Options { layout, ..self.options.clone() };
        let mut files = render_unjudged(self.spec.source(), &FACTS, &options).artifacts.unwrap_or_default();
        files.remove(RESOLVED);
        files.into_iter().map(|(path, file)| (path, file.text)).collect()
    }
}

impl Given for Spec {
    fn name(&self) -> &str {
        self.source().name()
    }

    fn environments(&self) -> Vec<String> {
        environments::names(self.source())
    }

    fn part(&self, environment: Option<&str>) -> Option<Part<'_>> {
        let options = Options { environment: environment.map(str::to_owned), ..Options::default() };
        Some(Part { spec: self, options, tree: None })
    }
}

/// An output folder that was read.
pub(super) struct Built {
    name: String,
    trees: Vec<(Tree, Spec)>,
    /// Whether the folder itself is a tree, and not each of its folders.
    is_one: bool,
}

impl Given for Built {
    fn name(&self) -> &str {
        &self.name
    }

    fn environments(&self) -> Vec<String> {
        self.trees.iter().filter_map(|(tree, _)| tree.environment()).map(str::to_owned).collect()
    }

    fn part(&self, environment: Option<&str>) -> Option<Part<'_>> {
        self.trees.iter().find(|(tree, _)| tree.environment() == environment).map(part)
    }

    fn only(&self) -> Option<Part<'_>> {
        self.trees.first().filter(|_| self.is_one).map(part)
    }
}

fn part((tree, spec): &(Tree, Spec)) -> Part<'_> {
    Part { spec, options: tree.options.clone(), tree: Some(tree) }
}

/// Reads an output folder.
pub(super) fn read(folder: &Path) -> Result<Built, Failure> {
    let name = place::shown(folder);
    let is_tree = |folder: &Path| folder.join(sink::MANIFEST).is_file();
    let mut below: Vec<_> = fs::read_dir(folder)
        .map_err(|error| Failure::input(format!("cannot read {name}: {error}")))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| is_tree(path))
        .collect();
    below.sort();
    let listed = || below.iter().map(|path| place::shown(path)).collect::<Vec<_>>().join(", ");
    let is_one = is_tree(folder);
    if is_one && !below.is_empty() {
        return Err(Failure::input(format!(
            "{name} is an output folder, and has others in it: {}\ngive one of them, or remove what is left over",
            listed()
        )));
    }
    let mut trees = Vec::new();
    if is_one {
        trees.extend(tree(folder, &name)?);
    }
    for folder in &below {
        trees.extend(tree(folder, &place::shown(folder))?);
    }
    if trees.is_empty() {
        let why = if is_one || !below.is_empty() {
            "what flyarch built there is no architecture: those of previews lie one folder deeper".to_owned()
        } else {
            format!("it has no {}: flyarch has built nothing there", sink::MANIFEST)
        };
        let way_out = "give a spec, or the folder that a spec was built into";
        return Err(Failure::input(format!("{name} cannot be compared: {why}\n{way_out}")));
    }
    let environments: BTreeSet<Option<&str>> = trees.iter().map(Tree::environment).collect();
    if environments.len() < trees.len() {
        return Err(Failure::input(format!(
            "{name} has several trees of one environment: {}\ngive one of them",
            listed()
        )));
    }
    let with_spec = |tree: Tree| {
        let mut sources = Sources::default();
        let file = sources.add(tree.spec.clone());
        (tree, Spec { sources, file })
    };
    Ok(Built { name, trees: trees.into_iter().map(with_spec).collect(), is_one })
}

/// Reads a tree; or nothing, where there is only what lies beside the trees of previews.
fn tree(folder: &Path, name: &str) -> Result<Option<Tree>, Failure> {
    let files = sink::read_tree(folder).map_err(|error| Failure::input(error.to_string()))?;
    if !files.contains_key(PLAN) {
        return Ok(None);
    }
    let tree = Tree::read(name, files);
    tree.map(Some).map_err(|error| Failure::input(format!("{name} {error}")))
}
