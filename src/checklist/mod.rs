//! The production checklist: what an architecture needs before it serves strangers, and how far this one is.
//!
//! Every line is decided here, from the model or from what rules find whatever the tier and the waivers say; what only a
//! person can know is left to a person, with the command that shows it. Rendering only prints.

mod items;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::model::Model;
use crate::plan::Plan;
use crate::rules::{self, Hit, Judging, Rule};
use crate::spec::Level;
use items::{Decided, ITEMS};

/// All lines that apply to an architecture, in order.
#[derive(Debug, Default)]
pub(crate) struct Checklist {
    /// The lines.
    pub(crate) lines: Vec<Line>,
}

/// One line.
#[derive(Debug)]
pub(crate) struct Line {
    /// What it is about.
    pub(crate) topic: &'static str,
    /// What should be true.
    pub(crate) claim: &'static str,
    /// How it stands.
    pub(crate) state: State,
    /// Where it is not true.
    pub(crate) open: Vec<Open>,
    /// Where somebody has decided that it need not be.
    pub(crate) waived: Vec<Waived>,
    /// How a person finds out, where nobody else can.
    pub(crate) look: Option<String>,
}

/// How a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// True.
    Met,
    /// Only a person can know.
    ByHand,
    /// Not true, and somebody said why.
    Waived,
    /// Not true.
    Open,
}

impl State {
    /// All states, the best first.
    pub(crate) const ALL: [Self; 4] = [Self::Met, Self::ByHand, Self::Waived, Self::Open];

    /// The word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::ByHand => "by hand",
            Self::Waived => "waived",
            Self::Open => "open",
        }
    }
}

/// Where a line is not true.
#[derive(Debug)]
pub(crate) struct Open {
    /// The rule that finds it, or what is missing, as Markdown; none where the claim says it all.
    pub(crate) what: Option<Cow<'static, str>>,
    /// The apps, by place; none when it is about what is no app.
    pub(crate) apps: Vec<usize>,
}

/// Where somebody has decided that a line need not be true.
#[derive(Debug)]
pub(crate) struct Waived {
    /// Why; or who says so.
    pub(crate) reason: Cow<'static, str>,
    /// The apps, by place; none when it is about what is no app.
    pub(crate) apps: Vec<usize>,
}

impl Checklist {
    /// Goes through the list.
    pub(crate) fn of(judging: &Judging<'_>, plan: &Plan) -> Self {
        let model = judging.model;
        let names = ITEMS.iter().flat_map(items::Item::rules);
        let rules: Vec<&'static Rule> = names.filter_map(|name| rules::find(name)).collect();
        let hits = rules::audit(judging, plan, &rules);
        let items = ITEMS.iter().filter(|item| (item.applies)(model));
        let lines = items.map(|item| {
            let (mut open, mut waived, mut look) = (Vec::new(), Vec::new(), None);
            match item.decided {
                Decided::Rules(names) => {
                    (open, waived) = judged(model, hits.iter().filter(|hit| names.contains(&hit.rule)));
                }
                Decided::Apps(fails, rule) => {
                    let failing = model.apps.iter().enumerate().filter(|(_, app)| fails(app));
                    let rule = rule.unwrap_or_default();
                    let hits: Vec<Hit> = failing.map(|(app, _)| Hit { app: Some(app), rule }).collect();
                    (open, waived) = judged(model, hits.iter());
                    for open in &mut open {
                        open.what = None;
                    }
                }
                Decided::Whole(holds, missing) => {
                    if !holds(model) {
                        open.push(Open { what: Some(missing.into()), apps: Vec::new() });
                    }
                }
                Decided::Look(command) => look = Some(command(model)),
                Decided::WholeOrLook(holds, command) => {
                    if !holds(model, judging.facts) {
                        look = Some(command(model));
                    }
                }
            }
            let state = match (&look, open.is_empty(), waived.is_empty()) {
                (Some(_), ..) => State::ByHand,
                (None, false, _) => State::Open,
                (None, true, false) => State::Waived,
                (None, true, true) => State::Met,
            };
            Line { topic: item.topic, claim: item.claim, state, open, waived, look }
        });
        Self { lines: lines.collect() }
    }
}

/// What is found, apart from what is waived, both in the order of the apps.
fn judged<'h>(model: &Model, hits: impl Iterator<Item = &'h Hit>) -> (Vec<Open>, Vec<Waived>) {
    let mut open: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
    let mut waived: BTreeMap<Cow<'static, str>, Vec<usize>> = BTreeMap::new();
    for &Hit { app, rule } in hits {
        match waiver(model, app, rule) {
            Some(reason) => waived.entry(reason).or_default().extend(app),
            None => open.entry(rule).or_default().extend(app),
        }
    }
    let open = open.into_iter().map(|(rule, apps)| Open { what: Some(format!("`{rule}`").into()), apps }).collect();
    (open, waived.into_iter().map(|(reason, apps)| Waived { reason, apps }).collect())
}

/// Why a rule does not count: what the app says, or the policy. A date does not matter here: after it the rule is an
/// error again, or the tier does not ask.
fn waiver(model: &Model, app: Option<usize>, name: &'static str) -> Option<Cow<'static, str>> {
    let rule = rules::find(name)?;
    let is = |written: &str| written == rule.id.name || written == rule.id.code;
    let of_app = app.and_then(|app| model.apps[app].allow.iter().find(|(name, _)| is(name.as_str())));
    if let Some((_, waiver)) = of_app {
        return Some(waiver.reason.value.to_string().into());
    }
    let off = model.levels.iter().any(|(name, level)| is(name.as_str()) && level.value == Level::Allow);
    off.then(|| format!("the policy turns {name} off").into())
}

#[cfg(test)]
mod tests {
    use crate::facts::FACTS;
    use crate::source::Source;
    use crate::{Options, compile};

    /// The state and the last cell of a line, of an architecture for development with these lines at its end.
    fn line(claim: &str, regions: &str, rest: &str) -> (String, String) {
        let spec = format!(
            "version = 1\n[project]\nname = \"shop\"\norg = \"acme\"\ntier = \"development\"\n[app.web]\n\
             regions = {regions}\n[app.web.http_service]\ninternal_port = 8080\nforce_https = true\n{rest}"
        );
        let compilation = compile(&Source::new("spec.toml", spec), &FACTS, &Options::default());
        let files = compilation.artifacts.unwrap_or_else(|| panic!("{:?}", compilation.diagnostics));
        let text = &files["ARCHITECTURE.md"].text;
        let row = text.lines().find(|row| row.contains(claim)).unwrap_or_else(|| panic!("no {claim} in {text}"));
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        (cells[3].to_owned(), cells[4].to_owned())
    }

    #[test]
    fn a_claim_is_judged_as_in_production_whatever_the_tier() {
        let (state, where_) = line("two regions or more", "[\"iad\"]", "");
        assert_eq!((state.as_str(), where_.as_str()), ("**open**", "web (`multi-region`)"));
        let (state, where_) = line("two regions or more", "[\"iad\", \"lhr\"]", "");
        assert_eq!((state.as_str(), where_.as_str()), ("met", ""));
    }

    #[test]
    fn who_waives_says_why() {
        let allow = "[app.web.allow]\nmulti-region = \"one office | uses it\"\n";
        let (state, why) = line("two regions or more", "[\"iad\"]", allow);
        assert_eq!((state.as_str(), why.as_str()), ("waived", "web: one office \\"));
        let policy = "[policy.levels]\nmulti-region = \"allow\"\n";
        let (state, why) = line("two regions or more", "[\"iad\"]", policy);
        assert_eq!((state.as_str(), why.as_str()), ("waived", "web: the policy turns multi-region off"));
    }

    #[test]
    fn what_nobody_can_tell_is_left_to_a_person() {
        let (state, how) = line("a rollback has been rehearsed", "[\"iad\"]", "");
        assert_eq!((state.as_str(), how.as_str()), ("by hand", "`fly releases --image -a shop-web`"));
        let (state, how) = line("a budget is set", "[\"iad\"]", "");
        assert_eq!((state.as_str(), how.as_str()), ("**open**", "no `budget_usd` in `[policy]`"));
    }
}
