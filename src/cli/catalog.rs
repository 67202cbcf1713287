//! `flyarch explain RULE`, `rules`, `schema` and `facts`: what the program knows, for people and programs.

use std::io::{self, Write};

use serde::Serialize;

use super::args::{Explain, ListFormat, Rules, Schema, SchemaOf};
use super::fill::{fill, markdown};
use super::{CLEAN, Failure, Stream, behaviour, colors, form, print};
use crate::diag::emit::{About, REPORT_SCHEMA, page as page_of};
use crate::diag::{RuleId, Severity};
use crate::facts::FACTS;
use crate::rules::{self, FixAvailability, Group, Needs, RULES, Rule};
use crate::schema;
use crate::spec::{Level, Tier};

pub(super) fn explain(args: &Explain) -> Result<i32, Failure> {
    let color = colors(args.color, Stream::Out);
    if let Some((id, page)) = form::find(&args.what) {
        print(&mut io::stdout().lock(), |out| {
            let facts = "Of the language itself; it cannot be waived in a spec.";
            let page = format!("# {} ({})\n\n{facts}\n\n{page}\n", id.name, id.code);
            write!(out, "{}", markdown(&page, color))
        })?;
        return Ok(CLEAN);
    }
    let Some(rule) = rules::find(&args.what) else {
        return behaviour::explain(args);
    };
    print(&mut io::stdout().lock(), |out| write!(out, "{}", markdown(&page(rule), color)))?;
    Ok(CLEAN)
}

/// The page of a rule.
fn page(rule: &Rule) -> String {
    let waive = if rule.waivable { "an app can waive it with a reason" } else { "it cannot be waived" };
    let needs = match rule.needs {
        Needs::FlyToml => "on plain fly.toml files too",
        Needs::Architecture => "on specs alone",
    };
    let (name, code, group, topic) = (rule.id.name, rule.id.code, rule.group.as_str(), rule.topic());
    let (levels, since, page) = (levels(rule), rule.since, rule.page());
    format!("# {name} ({code})\n\nOf {topic}, about {group}; {needs}; {levels}; since {since}; {waive}.\n\n{page}")
}

/// What outputs carry along of whatever has found something.
pub(super) fn about(id: RuleId) -> Option<About> {
    if let Some(rule) = rules::find(id.name) {
        let severity = match rule.levels.production {
            Level::Error => Severity::Error,
            Level::Warn | Level::Allow => Severity::Warning,
        };
        let group = rule.group.as_str();
        let mut tags = vec![group, rule.topic()];
        tags.dedup();
        let security = rule.group == Group::Security;
        return Some(About { summary: rule.summary(), docs: rule.page(), severity, security, tags });
    }
    let (_, page) = form::find(id.name)?;
    let summary = page.split_inclusive(". ").next().unwrap_or(page).trim().to_owned();
    let (severity, security, tags) = (Severity::Error, false, vec!["form"]);
    Some(About { summary, docs: page.to_owned(), severity, security, tags })
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
    topic: &'static str,
    summary: String,
    page: String,
    levels: JsonLevels,
    needs: &'static str,
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
    let list = if args.format == ListFormat::Json { rules_as_json } else { rules_as_text };
    print(&mut io::stdout().lock(), list)?;
    Ok(CLEAN)
}

fn rules_as_json(out: &mut dyn Write) -> io::Result<()> {
    let list = RULES.iter().map(|rule| JsonRule {
        name: rule.id.name,
        code: rule.id.code,
        group: rule.group.as_str(),
        topic: rule.topic(),
        summary: rule.summary(),
        page: page_of(rule.id),
        levels: JsonLevels {
            production: rule.levels.production,
            staging: rule.levels.staging,
            development: rule.levels.development,
        },
        needs: rule.needs.as_str(),
        fix: rule.fix != FixAvailability::None,
        waivable: rule.waivable,
        since: rule.since,
    });
    serde_json::to_writer_pretty(&mut *out, &list.collect::<Vec<_>>())?;
    writeln!(out)
}

/// By topic, one line for each: for `grep` as well.
fn rules_as_text(out: &mut dyn Write) -> io::Result<()> {
    let width = RULES.iter().map(|rule| rule.id.name.len()).max().unwrap_or(0);
    let mut rules = RULES.to_vec();
    rules.sort_by_key(|rule| rule.topic());
    for (i, rule) in rules.iter().enumerate() {
        if i == 0 || rules[i - 1].topic() != rule.topic() {
            let gap = if i == 0 { "" } else { "\n" };
            writeln!(out, "{gap}{}", rule.topic())?;
        }
        let fix = if rule.fix == FixAvailability::None { "   " } else { "fix" };
        let (name, group, needs) = (rule.id.name, rule.group.as_str(), rule.needs.as_str());
        writeln!(out, "  {}  {name:width$}  {group:11}  {needs:8}  {fix}  {}", rule.id.code, rule.summary())?;
    }
    Ok(())
}

pub(super) fn schema(args: &Schema) -> Result<i32, Failure> {
    let text = match args.of {
        SchemaOf::Spec => schema::SCHEMA,
        SchemaOf::Report => REPORT_SCHEMA,
    };
    print(&mut io::stdout().lock(), |out| out.write_all(text.as_bytes()))?;
    Ok(CLEAN)
}

pub(super) fn facts() -> Result<i32, Failure> {
    print(&mut io::stdout().lock(), provenance)?;
    Ok(CLEAN)
}

/// Where the facts come from, and how many there are.
fn provenance(out: &mut dyn Write) -> io::Result<()> {
    const INDENT: &str = "            ";
    for provenance in FACTS.provenance {
        writeln!(out, "{}  {}", provenance.retrieved, provenance.file)?;
        writeln!(out, "{}", fill(provenance.source, INDENT, INDENT))?;
        if !provenance.live.is_empty() {
            writeln!(out, "{INDENT}today: {}", provenance.live)?;
        }
    }
    let parts = [
        (FACTS.regions.len(), "regions"),
        (FACTS.removed_regions.len(), "withdrawn regions"),
        (FACTS.machine_sizes.len(), "machine sizes"),
        (FACTS.postgres.plans.len(), "Postgres plans"),
        (FACTS.flyctl_commands.len(), "commands of flyctl"),
        (FACTS.secret_shapes.len(), "formats of tokens"),
    ];
    writeln!(out, "\n{}", fill(&parts.map(|(n, what)| format!("{n} {what}")).join(", "), "", ""))
}
