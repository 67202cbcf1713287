//! What rules are given, and where their findings go: levels and waivers are decided here, once.

use std::collections::BTreeSet;

use super::{CANNOT_ALLOW, Check, Levels, Needs, RULES, Rule, UNKNOWN_RULE, UNUSED_ALLOW, Usage, find};
use crate::beside::Kind;
use crate::diag::fix::Edits;
use crate::diag::{Applicability, Diagnostic, DiagnosticBuilder, Diagnostics, Edit, Fix, Severity};
use crate::facts::Facts;
use crate::model::{App, Calls, Model};
use crate::plan::{Layout, Plan};
use crate::schema::nearest;
use crate::source::{FileId, Source, Span, TextRange};
use crate::spec::{Date, Level, Tier};
use crate::spread;
use crate::value::{Origin, Sourced};

/// What a rule reads, and its way to the findings.
pub struct Cx<'a> {
    /// What is known of the platform.
    pub facts: &'a Facts,
    /// The architecture.
    pub model: &'a Model,
    /// Where the result will lie.
    pub layout: &'a Layout,
    /// Calls of apps by their names.
    pub calls: &'a Calls<'a>,
    /// Commands of flyctl in the files beside the apps, in the order of the files.
    pub(crate) usages: &'a [Usage<'a>],
    sources: &'a [&'a Source],
    file: FileId,
    diagnostics: &'a mut Diagnostics,
    rule: &'static Rule,
    levels: Levels,
    /// Whether an app may waive the rule.
    waivable: bool,
    /// The app that is looked at: its waivers count.
    app: Option<usize>,
    /// A file beside it that is looked at.
    beside: Option<FileId>,
    waivers: &'a mut Waivers,
}

/// What rules need beside what they judge.
pub(crate) struct Judging<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) model: &'a Model,
    pub(crate) calls: Calls<'a>,
    pub(crate) usages: Vec<Usage<'a>>,
    pub(crate) layout: &'a Layout,
    /// The texts, by their number.
    pub(crate) sources: &'a [&'a Source],
    /// The text that what is no app's stands in.
    pub(crate) file: FileId,
    pub(crate) today: Option<Date>,
    /// Levels that somebody has set.
    pub(crate) levels: &'a [(&'static Rule, Level)],
    /// Rules that somebody forbids to waive.
    pub(crate) forbidden: &'a [&'static Rule],
}

impl Judging<'_> {
    /// Whether nobody may waive a rule: flyctl or Fly.io would refuse the result, or the policy says so.
    pub(crate) fn is_forbidden(&self, rule: &Rule) -> bool {
        let of_policy =
            self.model.forbidden.iter().any(|name| name.as_str() == rule.id.name || name.as_str() == rule.id.code);
        !rule.waivable || of_policy || self.forbidden.iter().any(|other| other.id == rule.id)
    }

    /// Why, for a message.
    pub(crate) fn why_forbidden(rule: &Rule) -> &'static str {
        if rule.waivable {
            "the policy forbids it, whatever the reason: mend the cause"
        } else {
            "flyctl or Fly.io would refuse the result, whatever the reason: mend the cause"
        }
    }
}

/// Waivers of all apps, and which of them have waived something.
#[derive(Debug, Default)]
pub(crate) struct Waivers {
    today: Option<Date>,
    /// App and place in its `allow`.
    used: BTreeSet<(usize, usize)>,
    /// What is reported about, if nobody may waive and somebody wants to know.
    heard: Option<BTreeSet<Option<usize>>>,
}

impl Waivers {
    /// None at all: every report counts.
    pub(super) fn that_hear() -> Self {
        Self { heard: Some(BTreeSet::new()), ..Self::default() }
    }

    /// The apps that something was reported about; none for what is no app.
    pub(super) fn heard(self) -> impl Iterator<Item = Option<usize>> {
        self.heard.into_iter().flatten()
    }

    /// The place of an app's waiver of a rule, when it holds today.
    fn find(&self, model: &Model, app: usize, rule: &Rule) -> Option<usize> {
        let allow = &model.apps[app].allow;
        let at = allow.iter().position(|(name, _)| name.as_str() == rule.id.name || name.as_str() == rule.id.code)?;
        let until = allow[at].1.until.as_ref();
        let expired = until.zip(self.today).is_some_and(|(until, today)| until.value < today);
        (!expired).then_some(at)
    }
}

impl Cx<'_> {
    /// The tier of the app that is looked at, or of the project.
    fn tier(&self) -> Tier {
        tier(self.model, self.app)
    }

    fn level(&self) -> Level {
        self.levels.of(self.tier())
    }

    /// A finding of the rule's own level about what has this origin.
    pub fn report(&mut self, at: Origin, message: impl Into<String>) -> DiagnosticBuilder<'_> {
        let severity = match self.level() {
            Level::Error => Severity::Error,
            Level::Warn | Level::Allow => Severity::Warning,
        };
        self.report_as(severity, at, message)
    }

    /// A finding of a lower level: part of a rule may be less than the rule.
    pub fn warn(&mut self, at: Origin, message: impl Into<String>) -> DiagnosticBuilder<'_> {
        self.report_as(Severity::Warning, at, message)
    }

    fn report_as(&mut self, severity: Severity, at: Origin, message: impl Into<String>) -> DiagnosticBuilder<'_> {
        if let Some(heard) = &mut self.waivers.heard {
            heard.insert(self.app);
        } else if let Some(app) = self.app
            && self.waivable
            && let Some(waiver) = self.waivers.find(self.model, app, self.rule)
        {
            self.waivers.used.insert((app, waiver));
            return DiagnosticBuilder::silent(self.diagnostics);
        }
        if self.level() == Level::Allow {
            return DiagnosticBuilder::silent(self.diagnostics);
        }
        let span = Span { file: self.file(), range: at.range };
        let diagnostic = Diagnostic::new(self.rule.id, severity, span, message);
        DiagnosticBuilder::new(diagnostic, self.diagnostics)
    }

    /// Whether `judge` finds something that somebody sees.
    pub fn finds(&mut self, judge: impl FnOnce(&mut Self)) -> bool {
        let before = self.diagnostics.len();
        judge(self);
        self.diagnostics.len() > before
    }

    /// Looks at an app: its waivers count for what is reported next. For rules that compare apps.
    pub fn about(&mut self, app: usize) -> &mut Self {
        self.app = Some(app);
        self.beside = None;
        self
    }

    /// Looks at a file beside the app, or beside them all: what is reported next is a place in it.
    pub fn within(&mut self, file: FileId) -> &mut Self {
        self.beside = Some(file);
        self
    }

    /// Looks at the app again, or at what is no app's.
    pub fn back(&mut self) -> &mut Self {
        self.beside = None;
        self
    }

    /// The path of a text, with `/`.
    pub fn path(&self, file: FileId) -> std::borrow::Cow<'_, str> {
        let path = self.sources[file.index()].name();
        if path.contains('\\') { path.replace('\\', "/").into() } else { path.into() }
    }

    /// Whether a file beside the apps is a workflow: nobody is there to answer.
    pub fn is_workflow(&self, file: FileId) -> bool {
        Kind::of(self.sources[file.index()].name()) == Some(Kind::Workflow)
    }

    /// Whether a file beside the apps is a page: what it shows is an example.
    pub fn is_page(&self, file: FileId) -> bool {
        Kind::of(self.sources[file.index()].name()) == Some(Kind::Page)
    }

    /// The whole text of a file.
    pub fn source_of(&self, file: FileId) -> &str {
        self.sources[file.index()].text()
    }

    /// What stands between two commands of one file, the earlier one first.
    pub(crate) fn between(&self, first: &Usage<'_>, next: &Usage<'_>) -> &str {
        let (from, to) = (first.line.range.end as usize, next.line.range.start as usize);
        if first.line.file == next.line.file { self.source_of(first.line.file).get(from..to).unwrap_or("") } else { "" }
    }

    /// Whether a command follows another one, whenever that is run.
    pub(crate) fn is_next(&self, first: &Usage<'_>, next: &Usage<'_>) -> bool {
        if first.line.range == next.line.range {
            let line = self.sources[first.line.file.index()].slice(first.line.range);
            return first.line.file == next.line.file && line.contains("&&") && !line.contains("||");
        }
        first.line.file == next.line.file && self.between(first, next).trim().is_empty()
    }

    /// The text that is looked at: that of the app, or of what is no app's.
    fn file(&self) -> FileId {
        self.beside.or_else(|| self.app.map(|app| self.model.apps[app].file)).unwrap_or(self.file)
    }

    /// Whether the app that is looked at stands in a plain file.
    pub fn is_plain(&self) -> bool {
        self.app.is_some_and(|app| self.model.apps[app].is_plain())
    }

    /// The name of the text that is looked at.
    pub fn file_name(&self) -> &str {
        self.sources[self.file().index()].name()
    }

    /// Makes edits of the text that is looked at.
    pub fn edits(&self) -> Edits<'_> {
        let file = self.file();
        Edits::new(self.sources[file.index()], file)
    }

    /// Entries at the beginning of the app that is looked at: a table of a spec, or a whole file.
    pub fn insert_in_app(&self, app: &App, entries: &[(&str, &str)]) -> Option<Edit> {
        if app.is_plain() {
            self.edits().insert_at_root(app.header, entries)
        } else {
            self.edits().insert_entries(app.header, entries)
        }
    }

    /// What is written at a place of the text that is looked at.
    pub fn text(&self, at: Origin) -> &str {
        self.sources[self.file().index()].slice(at.range)
    }

    /// Where a part of a text stands within what is written at a place. None when it stands there in another spelling, with
    /// escapes.
    pub fn part_of(&self, at: Origin, part: &str) -> Option<TextRange> {
        let start = self.text(at).find(part).filter(|_| !part.is_empty())?;
        let range = TextRange::new(start, start + part.len());
        Some(TextRange { start: at.range.start + range.start, end: at.range.start + range.end })
    }

    /// A fix of one edit that means what was meant.
    pub fn safe_fix(&self, title: impl Into<String>, edit: Option<Edit>) -> Option<Fix> {
        edit.map(|edit| Fix { title: title.into(), applicability: Applicability::Safe, edits: vec![edit] })
    }

    /// A fix of one edit that chooses a value.
    pub fn unsafe_fix(&self, title: impl Into<String>, edit: Option<Edit>) -> Option<Fix> {
        edit.map(|edit| Fix { title: title.into(), applicability: Applicability::Unsafe, edits: vec![edit] })
    }
}

impl<'a> Cx<'a> {
    /// The commands of flyctl in a file beside the apps.
    pub(crate) fn usages_in(&self, file: FileId) -> &'a [Usage<'a>] {
        let start = self.usages.partition_point(|usage| usage.line.file < file);
        let length = self.usages[start..].partition_point(|usage| usage.line.file == file);
        &self.usages[start..start + length]
    }

    /// Whether a file makes apps: what is new has no machines yet.
    pub(crate) fn creates_apps(&self, file: FileId) -> bool {
        self.usages_in(file).iter().any(|usage| usage.is(&["apps create", "launch"]))
    }
}

/// Runs the rules that judge the model. `only` restricts them, for tests of one rule.
pub(crate) fn run_on_model(judging: &Judging<'_>, only: Option<&Rule>, diagnostics: &mut Diagnostics) -> Waivers {
    let mut waivers = Waivers { today: judging.today, ..Waivers::default() };
    let levels = levels(judging, diagnostics);
    let plain = judging.model.project.is_none();
    let rules = RULES.iter().zip(&levels).filter(|(rule, _)| only.is_none_or(|only| only.id == rule.id));
    let rules = rules.filter(|(rule, _)| !plain || rule.needs == Needs::FlyToml);
    let (mut by_app, mut whole) = (Vec::new(), Vec::new());
    for (&rule, &levels) in rules {
        match rule.check {
            Check::App(check) => by_app.push((rule, levels, check)),
            Check::Model(check) => whole.push((rule, levels, check)),
            Check::Both(app, model) => {
                by_app.push((rule, levels, app));
                whole.push((rule, levels, model));
            }
            Check::Plan(_) => {}
        }
    }
    // App by app, not rule by rule: an app is read while it is warm. A rule that is off still looks for what a waiver
    // waives, so that the waiver is not called useless.
    let places: Vec<usize> = (0..judging.model.apps.len()).collect();
    let found = spread::map(&places, |&index| {
        let app = &judging.model.apps[index];
        let (mut diagnostics, mut waivers) =
            (Diagnostics::default(), Waivers { today: judging.today, ..Waivers::default() });
        for &(rule, levels, check) in &by_app {
            if levels.of(app.tier) == Level::Allow && app.allow.is_empty() {
                continue;
            }
            check(app, &mut cx(judging, rule, levels, Some(index), &mut waivers, &mut diagnostics));
        }
        (diagnostics, waivers.used)
    });
    for (of_app, used) in found {
        diagnostics.append(of_app);
        waivers.used.extend(used);
    }
    let any_waiver = judging.model.apps.iter().any(|app| !app.allow.is_empty());
    for &(rule, levels, check) in &whole {
        let off = judging.model.project.as_ref().is_some_and(|project| levels.of(project.tier.value) == Level::Allow);
        if off && !any_waiver {
            continue;
        }
        check(judging.model, &mut cx(judging, rule, levels, None, &mut waivers, diagnostics));
    }
    waivers
}

/// Says which rules that the policy forbids to waive do not exist.
fn judge_policy(judging: &Judging<'_>, diagnostics: &mut Diagnostics) {
    for name in judging.model.forbidden.iter().filter(|name| find(name.as_str()).is_none()) {
        unknown_rule(name, judging.file, diagnostics);
    }
}

/// Runs the rules that judge the plan, and then says which waivers were for nothing.
pub(crate) fn run_on_plan(
    judging: &Judging<'_>,
    plan: &Plan,
    mut waivers: Waivers,
    only: Option<&Rule>,
    diagnostics: &mut Diagnostics,
) {
    // What is wrong with levels has been said already.
    let levels = levels(judging, &mut Diagnostics::default());
    for (&rule, &levels) in RULES.iter().zip(&levels) {
        if let Check::Plan(check) = rule.check
            && only.is_none_or(|only| only.id == rule.id)
        {
            check(plan, &mut cx(judging, rule, levels, None, &mut waivers, diagnostics));
        }
    }
    if only.is_none() {
        judge_policy(judging, diagnostics);
        judge_waivers(judging, &waivers, diagnostics);
    }
}

pub(super) fn cx<'a>(
    judging: &'a Judging<'a>,
    rule: &'static Rule,
    levels: Levels,
    app: Option<usize>,
    waivers: &'a mut Waivers,
    diagnostics: &'a mut Diagnostics,
) -> Cx<'a> {
    let Judging { facts, model, layout, ref calls, ref usages, sources, file, .. } = *judging;
    // What no waiver names need not be asked about.
    let waivable = app.is_none_or(|app| !model.apps[app].allow.is_empty()) && !judging.is_forbidden(rule);
    Cx {
        facts,
        model,
        layout,
        calls,
        usages,
        sources,
        file,
        diagnostics,
        rule,
        waivable,
        levels,
        app,
        beside: None,
        waivers,
    }
}

/// The tier of an app, or of the project.
fn tier(model: &Model, app: Option<usize>) -> Tier {
    let of_app = app.map(|app| model.apps[app].tier);
    of_app.or_else(|| model.project.as_ref().map(|project| project.tier.value)).unwrap_or_default()
}

/// The levels of every rule: the policy's, or those of the tiers.
fn levels(judging: &Judging<'_>, diagnostics: &mut Diagnostics) -> Vec<Levels> {
    let model = judging.model;
    let mut levels: Vec<Levels> = RULES.iter().map(|rule| rule.levels).collect();
    for (rule, level) in judging.levels {
        if let Some(at) = RULES.iter().position(|other| other.id == rule.id) {
            levels[at] = Levels::always(*level);
        }
    }
    for (name, level) in &model.levels {
        let Some(at) = RULES.iter().position(|rule| rule.id.name == name.as_str() || rule.id.code == name.as_str())
        else {
            unknown_rule(name, judging.file, diagnostics);
            continue;
        };
        if RULES[at].waivable || level.value >= levels[at].of(tier(model, None)) {
            levels[at] = Levels::always(level.value);
        } else {
            let span = Span { file: judging.file, range: level.range() };
            let message = format!("`{}` cannot be lowered", RULES[at].id.name);
            let help = "flyctl or Fly.io would refuse the result: remove the entry";
            diagnostics.push(Diagnostic::new(CANNOT_ALLOW, Severity::Error, span, message).help(help));
        }
    }
    levels
}

fn unknown_rule(name: &Sourced<String>, file: FileId, diagnostics: &mut Diagnostics) {
    let span = Span { file, range: name.range() };
    let help = match nearest(name, RULES.iter().map(|rule| rule.id.name)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`flyarch rules` lists them all".to_owned(),
    };
    diagnostics.push(
        Diagnostic::new(UNKNOWN_RULE, Severity::Error, span, format!("there is no rule `{}`", name.value)).help(help),
    );
}

fn judge_waivers(judging: &Judging<'_>, waivers: &Waivers, diagnostics: &mut Diagnostics) {
    for (index, app) in judging.model.apps.iter().enumerate() {
        for (at, (name, waiver)) in app.allow.iter().enumerate() {
            let span = Span { file: app.file, range: name.range() };
            let Some(rule) = find(name) else {
                unknown_rule(name, app.file, diagnostics);
                continue;
            };
            let name = rule.id.name;
            if judging.is_forbidden(rule) {
                let help = Judging::why_forbidden(rule);
                diagnostics.push(
                    Diagnostic::new(CANNOT_ALLOW, Severity::Error, span, format!("`{name}` cannot be waived"))
                        .help(help),
                );
                continue;
            }
            if waivers.used.contains(&(index, at)) {
                continue;
            }
            let until = waiver.until.as_ref().zip(judging.today).filter(|(until, today)| until.value < *today);
            let message = match until {
                Some((until, _)) => format!("the waiver of `{name}` ended on {}", until.value),
                None => format!("`{name}` finds nothing here to waive"),
            };
            let source = judging.sources[app.file.index()];
            let fix = Edits::new(source, app.file).remove_entry(span.range, waiver.range());
            let fix = fix.map(|edit| Fix {
                title: "remove the waiver".to_owned(),
                applicability: Applicability::Safe,
                edits: vec![edit],
            });
            let help = if until.is_some() {
                "mend the cause, or agree on another date"
            } else {
                "remove the waiver: it would hide a later finding"
            };
            let fix = if until.is_some() { None } else { fix };
            diagnostics.push(Diagnostic::new(UNUSED_ALLOW, Severity::Warning, span, message).help(help).fix(fix));
        }
    }
}
