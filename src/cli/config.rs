//! `.flyarch.toml`: how a repository wants its findings judged. Specs have a policy of their own, which comes first.

use std::fs;
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use serde::Deserialize;

use super::args::{FailLevel, Lint};
use super::{Failure, form, input};
use crate::diag::{Diagnostic, RuleId, Severity};
use crate::rules::{self, RULES, Rule};
use crate::schema::nearest;
use crate::spec::{Level, Tier};

/// The name of the file, here or in a folder above up to that of the repository.
const NAME: &str = ".flyarch.toml";

/// What stands in the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    fail_level: Option<FailLevel>,
    #[serde(default)]
    select: Vec<String>,
    #[serde(default)]
    ignore: Vec<String>,
    #[serde(default)]
    forbid_waivers: Vec<String>,
    baseline: Option<String>,
    #[serde(default)]
    levels: toml::map::Map<String, toml::Value>,
    #[serde(default)]
    path: Vec<WrittenPath>,
}

/// What is different for some paths.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPath {
    files: Vec<String>,
    #[serde(default)]
    ignore: Vec<String>,
    tier: Option<Tier>,
}

/// How findings are judged, by the file and by the command line.
#[derive(Default)]
pub(super) struct Config {
    /// From which severity on the exit code is 1.
    pub(super) fail_level: Option<FailLevel>,
    /// The file of findings that are known.
    pub(super) baseline: Option<PathBuf>,
    /// Levels of rules, whatever the tier.
    pub(super) levels: Vec<(&'static Rule, Level)>,
    /// Rules that nobody waives.
    pub(super) forbidden: Vec<&'static Rule>,
    select: Vec<Selector>,
    ignore: Vec<Selector>,
    paths: Vec<ForPath>,
}

struct ForPath {
    globs: Gitignore,
    ignore: Vec<Selector>,
    tier: Option<Tier>,
}

/// What a word means in a list of rules.
enum Selector {
    All,
    /// A rule, or a finding of form.
    One(&'static str),
    /// All of a group or topic.
    Many(String),
}

impl Selector {
    fn of(word: &str) -> Result<Self, String> {
        if word == "all" {
            return Ok(Self::All);
        }
        if let Some(rule) = rules::find(word) {
            return Ok(Self::One(rule.id.name));
        }
        if RULES.iter().any(|rule| rule.group.as_str() == word || rule.topic() == word) {
            return Ok(Self::Many(word.to_owned()));
        }
        if let Some(name) = form::names().find(|name| *name == word) {
            return Ok(Self::One(name));
        }
        let groups = RULES.iter().flat_map(|rule| [rule.id.name, rule.group.as_str(), rule.topic()]);
        Err(match nearest(word, groups) {
            Some(near) => format!("there is no rule, group or topic `{word}`; did you mean `{near}`?"),
            None => format!("there is no rule, group or topic `{word}`; `flyarch rules` lists them all"),
        })
    }

    fn has(&self, id: RuleId) -> bool {
        match self {
            Self::All => true,
            Self::One(name) => *name == id.name,
            Self::Many(word) => {
                rules::find(id.name).is_some_and(|rule| rule.group.as_str() == word || rule.topic() == word)
            }
        }
    }
}

impl Config {
    /// Reads the file that the command line names, or the one that is found, and adds what the command line says.
    pub(super) fn read(args: &Lint) -> Result<Self, Failure> {
        let mut config = match &args.config {
            Some(path) => Self::of_file(path)?,
            None if args.no_config => Self::default(),
            None => input::upwards(&[NAME])?.map_or_else(|| Ok(Self::default()), |path| Self::of_file(&path))?,
        };
        if !args.select.is_empty() {
            config.select = selectors(&args.select).map_err(|error| Failure::usage(format!("--select: {error}")))?;
        }
        let ignore = ignorable(&args.ignore).map_err(|error| Failure::usage(format!("--ignore: {error}")))?;
        config.ignore.extend(ignore);
        if args.baseline.is_some() {
            config.baseline.clone_from(&args.baseline);
        }
        Ok(config)
    }

    fn of_file(path: &Path) -> Result<Self, Failure> {
        let wrong = |error: &dyn std::fmt::Display| Failure::usage(format!("{}: {error}", path.display()));
        let text = fs::read_to_string(path).map_err(|error| wrong(&error))?;
        let written: Written = toml::from_str(&text).map_err(|error| wrong(&error.to_string().trim_end()))?;
        let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let mut config = Self {
            fail_level: written.fail_level,
            baseline: written.baseline.map(|baseline| folder.join(baseline)),
            select: selectors(&written.select).map_err(|error| wrong(&format!("select: {error}")))?,
            ignore: ignorable(&written.ignore).map_err(|error| wrong(&format!("ignore: {error}")))?,
            ..Self::default()
        };
        for (name, level) in written.levels {
            let rule = rule(&name).map_err(|error| wrong(&format!("levels: {error}")))?;
            let level =
                Level::deserialize(level).map_err(|error| wrong(&format!("levels.{name}: {}", error.message())))?;
            if !rule.waivable && level != Level::Error {
                return Err(wrong(&format!("levels.{name}: {}", cannot_be_lowered(rule))));
            }
            config.levels.push((rule, level));
        }
        for name in written.forbid_waivers {
            config.forbidden.push(rule(&name).map_err(|error| wrong(&format!("forbid-waivers: {error}")))?);
        }
        // Globs are about absolute paths: files may be given from anywhere.
        let root = fs::canonicalize(folder).map_err(|error| wrong(&error))?;
        for path in written.path {
            let mut globs = GitignoreBuilder::new(&root);
            for glob in &path.files {
                globs.add_line(None, glob).map_err(|error| wrong(&format!("path.files: {error}")))?;
            }
            config.paths.push(ForPath {
                globs: globs.build().map_err(|error| wrong(&format!("path.files: {error}")))?,
                ignore: ignorable(&path.ignore).map_err(|error| wrong(&format!("path.ignore: {error}")))?,
                tier: path.tier,
            });
        }
        Ok(config)
    }

    /// The tier of files at a path, when one is said.
    pub(super) fn tier(&self, path: &Path) -> Option<Tier> {
        self.of_path(path).filter_map(|of| of.tier).last()
    }

    /// Whether somebody wants to see a finding. `path` is where its text is from.
    pub(super) fn keeps(&self, d: &Diagnostic, path: &Path) -> bool {
        let named = |selectors: &[Selector]| selectors.iter().any(|selector| selector.has(d.rule));
        let ignored = || named(&self.ignore) || self.of_path(path).any(|of| named(&of.ignore));
        self.is_selected(d) && !(is_ignorable(d) && ignored())
    }

    fn is_selected(&self, d: &Diagnostic) -> bool {
        // What cannot be understood is no matter of taste.
        self.select.is_empty() || rules::find(d.rule.name).is_none() || self.select.iter().any(|s| s.has(d.rule))
    }

    fn of_path(&self, path: &Path) -> impl Iterator<Item = &ForPath> {
        let path = if self.paths.is_empty() { None } else { std::path::absolute(path).ok() };
        let matches = move |of: &&ForPath| {
            let path = path.as_deref().filter(|path| path.starts_with(of.globs.path()));
            path.is_some_and(|path| of.globs.matched_path_or_any_parents(path, false).is_ignore())
        };
        self.paths.iter().filter(matches)
    }
}

/// Whether a finding may be passed over: what flyctl or Fly.io refuse may not, nor what cannot be understood.
pub(super) fn is_ignorable(d: &Diagnostic) -> bool {
    rules::find(d.rule.name).map_or(d.severity < Severity::Error, |rule| rule.waivable)
}

fn rule(name: &str) -> Result<&'static Rule, String> {
    rules::find(name).ok_or_else(|| match nearest(name, RULES.iter().map(|rule| rule.id.name)) {
        Some(near) => format!("there is no rule `{name}`; did you mean `{near}`?"),
        None => format!("there is no rule `{name}`; `flyarch rules` lists them all"),
    })
}

fn selectors(words: &[String]) -> Result<Vec<Selector>, String> {
    words.iter().map(|word| Selector::of(word)).collect()
}

/// The same, for rules that are to be passed over.
fn ignorable(words: &[String]) -> Result<Vec<Selector>, String> {
    for word in words {
        if let Some(rule) = rules::find(word).filter(|rule| !rule.waivable) {
            return Err(cannot_be_lowered(rule));
        }
    }
    selectors(words)
}

fn cannot_be_lowered(rule: &Rule) -> String {
    format!("`{}` cannot be passed over: flyctl or Fly.io would refuse the result", rule.id.name)
}
