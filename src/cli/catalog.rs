//! `flyarch explain`, `rules`, `schema` and `facts`: what the program knows, for people and programs.

use std::io::{self, Write as _};

use serde::Serialize;

use super::args::{Explain, ListFormat, Rules};
use super::{CLEAN, Failure};
use crate::facts::FACTS;
use crate::rules::{self, FixAvailability, RULES, Rule};
use crate::schema::{self, nearest};
use crate::spec::{Level, Tier};

pub(super) fn explain(args: &Explain) -> Result<i32, Failure> {
    let Some(rule) = rules::find(&args.rule) else {
        let near = nearest(&args.rule, RULES.iter().map(|rule| rule.id.name));
        let hint = near.map_or("`flyarch rules` lists them all".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(Failure::usage(format!("there is no rule `{}`; {hint}", args.rule)));
    };
    let mut out = io::stdout().lock();
    writeln!(out, "# {} ({})\n", rule.id.name, rule.id.code)?;
    let waive = if rule.waivable { "an app can waive it with a reason" } else { "it cannot be waived" };
    writeln!(out, "{}; {}; since {}; {waive}.\n", rule.group.as_str(), levels(rule), rule.since)?;
    for line in rule.docs.lines() {
        // Doc comments begin with a blank.
        writeln!(out, "{}", line.strip_prefix(' ').unwrap_or(line))?;
    }
    Ok(CLEAN)
}

fn levels(rule: &Rule) -> String {
    let word = |level| match level {
        Level::Error => "error",
        Level::Warn => "warning",
        Level::Allow => "not checked",
    };
    let of = |tier| word(rule.levels.of(tier));
    if rule.levels.production == rule.levels.staging && rule.levels.staging == rule.levels.development {
        return of(Tier::Production).to_owned();
    }
    format!(
        "{} in production, {} in staging, {} in development",
        of(Tier::Production),
        of(Tier::Staging),
        of(Tier::Development)
    )
}

#[derive(Serialize)]
struct JsonRule {
    name: &'static str,
    code: &'static str,
    group: &'static str,
    summary: String,
    levels: JsonLevels,
    fix: bool,
    waivable: bool,
    since: &'static str,
}

#[derive(Serialize)]
struct JsonLevels {
    production: Level,
    staging: Level,
    development: Level,
}

pub(super) fn rules(args: &Rules) -> Result<i32, Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    if args.format == ListFormat::Json {
        let list = RULES.iter().map(|rule| JsonRule {
            name: rule.id.name,
            code: rule.id.code,
            group: rule.group.as_str(),
            summary: summary(rule),
            levels: JsonLevels {
                production: rule.levels.production,
                staging: rule.levels.staging,
                development: rule.levels.development,
            },
            fix: rule.fix != FixAvailability::None,
            waivable: rule.waivable,
            since: rule.since,
        });
        let list: Vec<_> = list.collect();
        serde_json::to_writer_pretty(&mut out, &list).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        let width = RULES.iter().map(|rule| rule.id.name.len()).max().unwrap_or(0);
        for rule in RULES {
            let fix = if rule.fix == FixAvailability::None { "   " } else { "fix" };
            writeln!(
                out,
                "{}  {:width$}  {:11}  {fix}  {}",
                rule.id.code,
                rule.id.name,
                rule.group.as_str(),
                summary(rule)
            )?;
        }
    }
    out.flush()?;
    Ok(CLEAN)
}

/// The first paragraph of the documentation, on one line.
fn summary(rule: &Rule) -> String {
    let lines = rule.docs.lines().map(str::trim).take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

pub(super) fn schema() -> Result<i32, Failure> {
    io::stdout().lock().write_all(schema::SCHEMA.as_bytes())?;
    Ok(CLEAN)
}

pub(super) fn facts() -> Result<i32, Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for provenance in FACTS.provenance {
        writeln!(out, "{}  {}\n            {}", provenance.retrieved, provenance.file, provenance.source)?;
        if !provenance.live.is_empty() {
            writeln!(out, "            today: {}", provenance.live)?;
        }
    }
    let count = |n: usize, what: &str| format!("{n} {what}");
    let parts = [
        count(FACTS.regions.len(), "regions"),
        count(FACTS.removed_regions.len(), "withdrawn regions"),
        count(FACTS.machine_sizes.len(), "machine sizes"),
        count(FACTS.postgres.plans.len(), "Postgres plans"),
        count(FACTS.flyctl_commands.len(), "commands of flyctl"),
        count(FACTS.secret_shapes.len(), "formats of tokens"),
    ];
    writeln!(out, "\n{}", parts.join(", "))?;
    out.flush()?;
    Ok(CLEAN)
}
