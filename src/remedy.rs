//! The smallest change of a spec that survives a loss: small changes are written into its text one after the other, each
//! text is compiled, and the same loss looked at again. What is proposed has been tried.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use crate::cost::{Amount, Item as CostItem, Prices, Usage, estimate};
use crate::facts::Facts;
use crate::model::{App, Group, Model, ResourceId};
use crate::source::Source;
use crate::spec::Kind;
use crate::survival::{
    Advice, Carries, Change, Data, Difference, Effect, Loss, Outcome, State, Successor, lose, place, regions,
};
use crate::{Options, interpret};

/// The most machines that a small change adds to a group.
const MOST: u32 = 4;
/// The most regions that are tried.
const REGIONS: usize = 4;

/// A spec, and what it means.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The spec, with what it includes.
    pub source: &'a Source,
    /// The environment that is meant.
    pub environment: Option<&'a str>,
    /// What it means there.
    pub model: &'a Model,
    /// What is known of the platform.
    pub facts: &'a Facts,
}

/// One key with another value.
struct Edit {
    /// The table, from the root: `app`, `web`.
    table: Vec<String>,
    key: &'static str,
    value: Value,
}

/// What can be done about a loss that a declaration does not survive.
pub fn advise(subject: Subject<'_>, loss: Loss<'_>, outcome: &Outcome) -> Advice {
    let candidates = subject.candidates(loss, outcome);
    let mut better: Option<Change> = None;
    for edits in &candidates {
        let Some((change, after)) = subject.tried(edits, loss, outcome.of) else { continue };
        if change.survives {
            return Advice::Change(Box::new(change));
        }
        let rank = |state: State, data: Data| (data, state);
        let is_better = after.own <= outcome.own && rank(after.own, after.data) < rank(outcome.own, outcome.data);
        let best = better.as_ref().is_none_or(|best| change.state < best.state);
        if is_better && best {
            better = Some(change);
        }
    }
    better.map_or_else(|| Advice::Nothing(subject.why_nothing(outcome)), |change| Advice::Change(Box::new(change)))
}

impl Subject<'_> {
    /// Small changes that may help, the smaller ones first. Each may be of several keys.
    fn candidates(&self, loss: Loss<'_>, outcome: &Outcome) -> Vec<Vec<Edit>> {
        let index = outcome.of.index;
        match outcome.of.kind {
            Kind::App => self.machines(&self.model.apps[index], loss, outcome),
            Kind::Postgres => {
                let cluster = &self.model.postgres[index];
                if cluster.is_managed() {
                    return Vec::new();
                }
                let table = vec!["postgres".to_owned(), cluster.key.to_string()];
                match loss.region() {
                    None => (cluster.nodes.get() + 1..=self.facts.postgres.quorum)
                        .map(|nodes| vec![Edit { table: table.clone(), key: "nodes", value: i64::from(nodes).into() }])
                        .collect(),
                    Some(_) => self
                        .elsewhere(loss, cluster.region.as_str())
                        .into_iter()
                        .map(|region| {
                            let had = cluster.replicas.iter().map(|(region, count)| (region.to_string(), count.get()));
                            let value = placement(had.chain([(region.to_owned(), 1)]));
                            vec![Edit { table: table.clone(), key: "replicas", value }]
                        })
                        .collect(),
                }
            }
            Kind::Redis => {
                let database = &self.model.redis[index];
                let table = vec!["redis".to_owned(), database.key.to_string()];
                let elsewhere = self.elsewhere(loss, database.region.as_str()).into_iter();
                let with = elsewhere.map(|region| {
                    let had = database.replicas.iter().map(|region| region.as_str());
                    let value: Array = had.chain([region]).collect();
                    vec![Edit { table: table.clone(), key: "replicas", value: value.into() }]
                });
                with.collect()
            }
            Kind::Bucket => Vec::new(),
        }
    }

    /// Regions to add machines in: those that the spec has, the nearest first, and the nearest that it has not.
    fn elsewhere(&self, loss: Loss<'_>, from: &str) -> Vec<&str> {
        let distance = |code: &str| {
            let both = self.facts.region(from).zip(self.facts.region(code));
            both.map_or(f64::MAX, |(from, to)| from.distance(to))
        };
        let without = loss.region().unwrap_or_default();
        let mut own: Vec<&str> = regions(self.model).into_iter().filter(|region| *region != without).collect();
        own.retain(|region| self.facts.region(region).is_some());
        own.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
        own.truncate(REGIONS - 1);
        let known = self.facts.regions.iter().filter(|region| !region.high_demand).map(|region| region.code);
        let nearest = known.filter(|code| *code != without && *code != from && !own.contains(code));
        let nearest = nearest.min_by(|a, b| distance(a).total_cmp(&distance(b)));
        own.into_iter().chain(nearest).collect()
    }

    /// More machines of the groups that are gone or too small.
    fn machines(&self, app: &App, loss: Loss<'_>, outcome: &Outcome) -> Vec<Vec<Edit>> {
        // Data that nobody copies is not saved by a second, empty volume.
        if outcome.data != Data::Kept && app.litefs.is_none() && app.workload.quorum.is_none() {
            return Vec::new();
        }
        let grows: Vec<bool> = (0..app.groups.len()).map(|group| needs_more(app, group, loss, outcome)).collect();
        let Some(first) = grows.iter().position(|grows| *grows) else { return Vec::new() };
        let home = outcome.effects.iter().find_map(|effect| {
            if let Effect::Primary { region, successor: Successor::Nothing }
            | Effect::PrimaryRegion { region, replays: true, .. } = effect
            {
                return Some(region.as_str());
            }
            None
        });
        let home = home.or(app.primary_region.as_ref().map(|primary| primary.as_str()));
        let first = app.groups[first].placement.first().map(|(region, _)| region.as_str());
        let Some(home) = home.or(first) else { return Vec::new() };
        let places = match loss {
            // Another host of the same region is nearest.
            Loss::Host => vec![home],
            Loss::Region(_) | Loss::Retire(_) => self.elsewhere(loss, home),
        };
        let mut all = Vec::new();
        for more in 1..=MOST {
            for region in &places {
                all.push(more_machines(app, &grows, region, more));
            }
        }
        all
    }

    /// The spec with a change, if it means something and the loss can be looked at again.
    fn tried(&self, edits: &[Edit], loss: Loss<'_>, of: ResourceId) -> Option<(Change, Outcome)> {
        let roots: Vec<Vec<String>> = match self.environment {
            Some(environment) => vec![vec!["environment".to_owned(), environment.to_owned()], Vec::new()],
            None => vec![Vec::new()],
        };
        roots.iter().find_map(|root| {
            let mut document: DocumentMut = self.source.text().parse().ok()?;
            for edit in edits {
                // An environment changes what the base has: its table may be new, that of the base may not.
                let path: Vec<&str> = root.iter().chain(&edit.table).map(String::as_str).collect();
                write(document.as_table_mut(), &path, edit, !root.is_empty() || edit.table.len() > 2)?;
            }
            let text = document.to_string();
            // What is included stands in the text already.
            document.remove("include");
            let source = Source::new(self.source.name(), document.to_string());
            let options = Options { environment: self.environment.map(str::to_owned), ..Options::default() };
            let model = interpret(&source, self.facts, &options).model?;
            let after = lose(&model, self.facts, loss).into_iter().find(|outcome| outcome.of == of)?;
            if model.reference(of) != self.model.reference(of) {
                return None;
            }
            let (floor, ceiling) = self.price(&model, of);
            let table = root.iter().chain(&edits.first()?.table).map(String::as_str).collect::<Vec<_>>().join(".");
            let lines = edits.iter().map(|edit| {
                let below: Vec<&str> = edit.table.iter().skip(2).map(String::as_str).chain([edit.key]).collect();
                format!("{} = {}", below.join("."), edit.value.to_string().trim())
            });
            let table = if edits.iter().any(|edit| edit.table.len() > 2) {
                format!("{}.{}", edits[0].table[0], edits[0].table[1])
            } else {
                table
            };
            let change = Change {
                table,
                lines: lines.collect(),
                at: place(self.source, self.model.header(of).range),
                text,
                survives: after.survives(),
                survives_by_itself: after.survives_by_itself(),
                state: after.state,
                floor,
                ceiling,
            };
            Some((change, after))
        })
    }

    /// What the change costs: floor and ceiling.
    fn price(&self, changed: &Model, of: ResourceId) -> (Difference, Difference) {
        let (prices, usage) = (Prices::known(self.facts), Usage::default());
        let before = estimate(self.model, self.facts, &prices, &usage);
        let after = estimate(changed, self.facts, &prices, &usage);
        // Of what is unknown before and after, the difference is unknown too.
        let open = |amount: fn(&CostItem<'_>) -> Amount| {
            after.items.iter().any(|item| item.of == Some(of) && amount(item).open)
        };
        (
            Difference::between(before.floor(), after.floor(), open(|item| item.floor)),
            Difference::between(before.ceiling(), after.ceiling(), open(|item| item.ceiling)),
        )
    }

    /// Why no small change is known.
    fn why_nothing(&self, outcome: &Outcome) -> String {
        let managed = outcome.of.kind == Kind::Postgres && self.model.postgres[outcome.of.index].is_managed();
        if managed {
            return "a managed cluster is in one region, and has no copy in another: a dump in a bucket, or a cluster of \
                    your own with replicas, is what there is"
                .to_owned();
        }
        if outcome.own <= State::Reduced && outcome.data == Data::Kept {
            let of = outcome.effects.iter().find_map(|effect| {
                let Effect::Depends { chain, .. } = effect else { return None };
                chain.last().map(|last| self.model.reference(*last))
            });
            return format!("by itself it goes on; it takes {} to survive as well", of.unwrap_or_default());
        }
        if outcome.data != Data::Kept && outcome.of.kind == Kind::App {
            return "machines alone do not save what is on volumes. LiteFS copies SQLite, a cluster of its own copies what it \
                    holds (then say `quorum` in `workload`), Postgres and a bucket keep data outside of the app"
                .to_owned();
        }
        let writes = outcome
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Primary { .. } | Effect::PrimaryRegion { replays: true, .. }));
        if writes {
            return "what takes writes is in that region alone, and nothing takes its place by itself: a person names \
                    another region in the spec, and runs ./setup.sh"
                .to_owned();
        }
        format!("none of up to {MOST} more machines in another region was enough")
    }
}

/// Whether a group needs more machines to survive.
fn needs_more(app: &App, group: usize, loss: Loss<'_>, outcome: &Outcome) -> bool {
    // What takes writes is in one region: machines in others do not, however many.
    let may_take_over = loss == Loss::Host;
    outcome.effects.iter().any(|effect| match effect {
        Effect::Machines { group: gone, left: 0, .. } => *gone == group,
        Effect::Capacity(capacity) => {
            capacity.carries() == Carries::Short && app.services[capacity.service].groups.contains(&group)
        }
        Effect::Quorum { .. } => app.groups[group].mount.is_some(),
        Effect::Primary { successor: Successor::Nothing, .. } => may_take_over && app.groups[group].mount.is_some(),
        Effect::PrimaryRegion { replays: true, .. } => may_take_over && app.groups[group].serves,
        Effect::Machines { .. }
        | Effect::Nodes { .. }
        | Effect::Volumes { .. }
        | Effect::Primary { .. }
        | Effect::Home { .. }
        | Effect::PrimaryRegion { .. }
        | Effect::Job { .. }
        | Effect::Egress
        | Effect::Depends { .. } => false,
    })
}

/// The placement of an app with more machines in a region: one line where all groups are alike.
fn more_machines(app: &App, grows: &[bool], region: &str, more: u32) -> Vec<Edit> {
    let placed = |group: &Group, grows: bool| {
        let mut all: Vec<(String, u32)> =
            group.placement.iter().map(|(region, count)| (region.to_string(), count.get())).collect();
        if grows {
            match all.iter_mut().find(|(other, _)| other == region) {
                Some((_, count)) => *count += more,
                None => all.push((region.to_owned(), more)),
            }
        }
        all
    };
    let table = vec!["app".to_owned(), app.key.to_string()];
    let all: Vec<Vec<(String, u32)>> =
        app.groups.iter().zip(grows).map(|(group, grows)| placed(group, *grows)).collect();
    let are_alike = all.iter().all(|one| *one == all[0]);
    // What a group says for itself comes before what the app says.
    if app.groups.len() == 1 || (are_alike && grows.iter().all(|grows| *grows)) {
        let value = placement(all.into_iter().take(1).flatten());
        return vec![Edit { table, key: "regions", value }];
    }
    let changed = app.groups.iter().zip(grows).zip(all).filter(|((_, grows), _)| **grows);
    let edits = changed.map(|((group, _), placed)| {
        let table = table.iter().cloned().chain(["group".to_owned(), group.name.to_string()]).collect();
        Edit { table, key: "regions", value: placement(placed.into_iter()) }
    });
    edits.collect()
}

/// `{ iad = 2, lhr = 1 }`
fn placement(all: impl Iterator<Item = (String, u32)>) -> Value {
    let mut table = InlineTable::new();
    for (region, count) in all {
        table.insert(region, i64::from(count).into());
    }
    Value::InlineTable(table)
}

/// Writes a value into a document; a table below the first that is there may be made.
fn write(root: &mut Table, path: &[&str], edit: &Edit, may_create: bool) -> Option<()> {
    let mut table: &mut dyn TableLike = root;
    for step in path {
        if table.get(step).is_none() {
            if !may_create {
                return None;
            }
            let mut new = Table::new();
            new.set_implicit(true);
            table.insert(step, Item::Table(new));
        }
        table = table.get_mut(step)?.as_table_like_mut()?;
    }
    let mut value = edit.value.clone();
    match table.get_mut(edit.key) {
        Some(item) => {
            if let Some(old) = item.as_value() {
                *value.decor_mut() = old.decor().clone();
            }
            *item = Item::Value(value);
        }
        None => {
            table.insert(edit.key, Item::Value(value));
        }
    }
    Some(())
}
