//! Workflows of GitHub Actions, as far as they deploy.
//!
//! Source: GitHub's reference of the workflow syntax. Expressions are not evaluated.

use super::litefs::{At, find, scalar};
use crate::fly_toml::tree::{Node, Table, Value};
use crate::fly_toml::yaml;
use crate::source::{FileId, Source, TextRange};

/// A workflow.
#[derive(Debug)]
pub struct Workflow {
    /// The file.
    pub file: FileId,
    /// Its path.
    pub path: String,
    /// The names of the events that start it, with their places.
    pub events: Vec<At>,
    /// What has to happen to a pull request to start it. None where it does not say so.
    pub pull_request_types: Option<Vec<At>>,
    /// When it is started by the clock, as cron writes it.
    pub schedules: Vec<At>,
    /// Whether it has a `concurrency` of its own.
    pub concurrency: bool,
    /// Its variables.
    pub env: Vec<(String, At)>,
    /// Its jobs.
    pub jobs: Vec<Job>,
}

/// A job.
#[derive(Debug)]
pub struct Job {
    /// Its key.
    pub key: At,
    /// Whether it has a `concurrency` of its own.
    pub concurrency: bool,
    /// The jobs that it waits for.
    pub needs: Vec<String>,
    /// Its variables.
    pub env: Vec<(String, At)>,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// A step.
#[derive(Debug)]
pub struct Step {
    /// The action that it uses.
    pub uses: Option<At>,
    /// The script that it runs.
    pub run: Option<At>,
    /// Its variables.
    pub env: Vec<(String, At)>,
    /// What it gives to the action.
    pub with: Vec<(String, At)>,
}

impl Job {
    /// Whether one of its steps runs what stands on these lines.
    pub fn runs(&self, lines: TextRange) -> bool {
        let overlap = |run: TextRange| run.start < lines.end && lines.start < run.end;
        self.steps.iter().filter_map(|step| step.run.as_ref()).any(|(_, run)| overlap(*run))
    }
}

impl Workflow {
    /// Whether one of these events starts it.
    pub fn event(&self, names: &[&str]) -> Option<&At> {
        self.events.iter().find(|(name, _)| names.contains(&name.as_str()))
    }
}

pub(super) fn read(source: &Source, file: FileId) -> Option<Workflow> {
    let root = yaml::parse(source).ok()?;
    // YAML 1.1 takes the bare word `on` for a boolean.
    let on = root.get("on").or_else(|| root.get("true"));
    let jobs = find(&root, &["jobs"]).and_then(|(node, _)| table(node));
    Some(Workflow {
        file,
        path: source.name().to_owned(),
        pull_request_types: find(&root, &["on", "pull_request", "types"])
            .or_else(|| find(&root, &["true", "pull_request", "types"]))
            .map(|(node, _)| names(node)),
        schedules: on.map(|entry| schedules(&entry.node)).unwrap_or_default(),
        events: on.map(|entry| names(&entry.node)).unwrap_or_default(),
        concurrency: root.get("concurrency").is_some(),
        env: pairs(&root, "env"),
        jobs: jobs.map(|jobs| {
            jobs.0.iter().filter_map(|entry| job(entry.key.as_ref(), entry.key_range, &entry.node)).collect()
        })?,
    })
}

fn schedules(on: &Node<'_>) -> Vec<At> {
    match table(on).and_then(|on| on.get("schedule")).map(|entry| &entry.node.value) {
        Some(Value::List(items)) => {
            let cron = |item| table(item).and_then(|item| item.get("cron")).and_then(|entry| scalar(&entry.node));
            items.iter().filter_map(cron).collect()
        }
        _ => Vec::new(),
    }
}

fn job(key: &str, at: TextRange, node: &Node<'_>) -> Option<Job> {
    let job = table(node)?;
    let steps = match job.get("steps").map(|entry| &entry.node.value) {
        Some(Value::List(steps)) => steps.iter().filter_map(table).map(step).collect(),
        _ => Vec::new(),
    };
    Some(Job {
        key: (key.to_owned(), at),
        concurrency: job.get("concurrency").is_some(),
        needs: job
            .get("needs")
            .map(|entry| names(&entry.node))
            .unwrap_or_default()
            .into_iter()
            .map(|(name, _)| name)
            .collect(),
        env: pairs(job, "env"),
        steps,
    })
}

fn step(step: &Table<'_>) -> Step {
    let text = |key: &str| step.get(key).and_then(|entry| scalar(&entry.node));
    Step { uses: text("uses"), run: text("run"), env: pairs(step, "env"), with: pairs(step, "with") }
}

fn table<'t, 's>(node: &'t Node<'s>) -> Option<&'t Table<'s>> {
    if let Value::Table(table) = &node.value { Some(table) } else { None }
}

/// One name, a list of names, or the keys of a table.
fn names(node: &Node<'_>) -> Vec<At> {
    match &node.value {
        Value::List(items) => items.iter().filter_map(scalar).collect(),
        Value::Table(table) => table.0.iter().map(|entry| (entry.key.to_string(), entry.key_range)).collect(),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Datetime(_)
        | Value::Duration(_) => scalar(node).into_iter().collect(),
    }
}

fn pairs(parent: &Table<'_>, key: &str) -> Vec<(String, At)> {
    let Some(table) = parent.get(key).and_then(|entry| table(&entry.node)) else { return Vec::new() };
    let pair =
        |entry: &crate::fly_toml::tree::Entry<'_>| scalar(&entry.node).map(|value| (entry.key.to_string(), value));
    table.0.iter().filter_map(pair).collect()
}
