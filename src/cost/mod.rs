//! What an architecture costs a month: a floor, with everything that may be stopped stopped, and a ceiling, with
//! everything on. docs/cost.md says how each is counted.
//!
//! Prices are facts with a date, or what a file says in their place. An amount that nobody knows is unknown, and never
//! nothing: a sum that has one in it says that it is a least.

mod apps;
mod emit;
mod prices;
mod services;
mod usage;

use std::fmt;
use std::iter::Sum;

pub use emit::{Footing, json, markdown, text};
pub use prices::{Basis, PriceFile, Prices};
pub use usage::Usage;

use crate::facts::{Facts, MachineSize, PriceSource};
use crate::guest::Guest;
use crate::model::{Model, ResourceId};
use crate::spec::Kind;
use crate::value::{Decimal, Usd};

/// An amount of money, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// What is known of it.
    pub usd: Usd,
    /// Whether there is more of it that nobody knows.
    pub open: bool,
}

impl Amount {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self { usd: Usd::from_micros(0), open: true };

    /// Nothing is to be paid.
    pub const NONE: Self = Self { usd: Usd::from_micros(0), open: false };

    /// So much, and no more.
    pub fn of(usd: Usd) -> Self {
        Self { usd, open: false }
    }

    /// Whether nothing is known of it.
    pub fn is_unknown(self) -> bool {
        self == Self::UNKNOWN
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::NONE, |sum, amount| Self { usd: sum.usd + amount.usd, open: sum.open || amount.open })
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_unknown() {
            f.pad("unknown")
        } else if self.open {
            f.pad(&format!("at least {}", self.usd))
        } else {
            self.usd.fmt(f)
        }
    }
}

/// What is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// Machines that run.
    Machines,
    /// Root file systems of machines that are stopped.
    StoppedMachines,
    /// Volumes.
    Volumes,
    /// Snapshots of volumes.
    Snapshots,
    /// Addresses of one's own.
    Addresses,
    /// Certificates.
    Certificates,
    /// Traffic.
    Transfer,
    /// A plan of a data service.
    Plan,
    /// What a data service stores.
    Storage,
    /// What a data service is asked.
    Requests,
}

impl ItemKind {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Machines => "machines",
            Self::StoppedMachines => "stopped-machines",
            Self::Volumes => "volumes",
            Self::Snapshots => "snapshots",
            Self::Addresses => "addresses",
            Self::Certificates => "certificates",
            Self::Transfer => "transfer",
            Self::Plan => "plan",
            Self::Storage => "storage",
            Self::Requests => "requests",
        }
    }
}

/// One thing that is paid for.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    /// The declaration that it belongs to; none for what is counted for the organisation.
    pub of: Option<ResourceId>,
    /// What it is.
    pub kind: ItemKind,
    /// The region, where it has one.
    pub region: Option<String>,
    /// What it is, in words.
    pub text: String,
    /// What it costs with everything at its least.
    pub floor: Amount,
    /// What it costs with everything on.
    pub ceiling: Amount,
    /// What is known of the prices.
    pub basis: Option<Basis<'a>>,
}

/// What an architecture costs a month.
#[derive(Debug)]
pub struct Estimate<'a> {
    /// Declaration by declaration, in the order of the spec.
    pub items: Vec<Item<'a>>,
}

impl<'a> Estimate<'a> {
    /// The least of all.
    pub fn floor(&self) -> Amount {
        self.items.iter().map(|item| item.floor).sum()
    }

    /// The most of all.
    pub fn ceiling(&self) -> Amount {
        self.items.iter().map(|item| item.ceiling).sum()
    }

    /// What goes on costing when the apps are deleted, each with its floor and ceiling: databases and buckets are none
    /// of their parts.
    pub fn outlives_apps(&self) -> Vec<(ResourceId, Amount, Amount)> {
        let mut found: Vec<(ResourceId, Amount, Amount)> = Vec::new();
        for item in &self.items {
            let Some(of) = item.of.filter(|of| of.kind != Kind::App) else { continue };
            match found.last_mut().filter(|(last, ..)| *last == of) {
                Some((_, floor, ceiling)) => {
                    *floor = [*floor, item.floor].into_iter().sum();
                    *ceiling = [*ceiling, item.ceiling].into_iter().sum();
                }
                None => found.push((of, item.floor, item.ceiling)),
            }
        }
        found
    }

    /// The pages that its prices are from, the newest first.
    pub fn sources(&self) -> Vec<PriceSource<'a>> {
        let all = self.items.iter().filter_map(|item| item.basis.as_ref()).flat_map(Basis::sources);
        let mut sources: Vec<_> = all.copied().collect();
        sources.sort_by(|a, b| b.date.cmp(a.date).then(a.page.cmp(b.page)).then(a.confidence.cmp(&b.confidence)));
        sources.dedup();
        sources
    }

    /// What the volumes of apps cost: they go with their app, and stay when only its machines do.
    pub fn volumes_of_apps(&self) -> Option<(Amount, Amount)> {
        let is_apps =
            |item: &&Item<'_>| item.kind == ItemKind::Volumes && item.of.is_some_and(|of| of.kind == Kind::App);
        let volumes: Vec<&Item<'_>> = self.items.iter().filter(is_apps).collect();
        let sum = |amount: fn(&Item<'_>) -> Amount| volumes.iter().map(|item| amount(item)).sum();
        (!volumes.is_empty()).then(|| (sum(|item| item.floor), sum(|item| item.ceiling)))
    }
}

/// What all that is counted with.
struct Cx<'a> {
    model: &'a Model,
    facts: &'a Facts,
    prices: Prices<'a>,
    usage: &'a Usage,
    items: Vec<Item<'a>>,
}

/// What an architecture costs a month.
pub fn estimate<'a>(model: &'a Model, facts: &'a Facts, prices: &Prices<'a>, usage: &'a Usage) -> Estimate<'a> {
    let mut cx = Cx { model, facts, prices: *prices, usage, items: Vec::new() };
    for index in 0..model.apps.len() {
        cx.app(index);
    }
    cx.services();
    cx.organisation();
    Estimate { items: cx.items }
}

impl<'a> Cx<'a> {
    /// Adds what costs the same, whatever runs.
    fn add(&mut self, of: Option<ResourceId>, kind: ItemKind, region: Option<&str>, text: String, priced: Priced<'a>) {
        let Priced { amount, basis } = priced;
        let region = region.map(str::to_owned);
        self.items.push(Item { of, kind, region, text, floor: amount, ceiling: amount, basis });
    }

    /// What machines of a size cost in a region while they run.
    fn machines(&self, guest: Option<Guest>, region: &str, count: u32) -> Priced<'a> {
        guest.map_or(Priced::UNKNOWN, |guest| machines(&self.prices, guest, region, count))
    }

    /// So many units at a price. Units that nobody knows cost what nobody knows.
    fn priced(&self, name: &str, units: Option<Decimal>) -> Priced<'a> {
        let price = self.prices.get(name);
        let usd = price.and_then(|price| price.usd);
        let amount = usd.zip(units).map_or(Amount::UNKNOWN, |(usd, units)| Amount::of(usd.times(units)));
        Priced { amount, basis: usd.and(price).and_then(|price| Basis::of([price.source])) }
    }
}

/// What machines cost in a region while they run.
fn machines<'a>(prices: &Prices<'a>, guest: Guest, region: &str, count: u32) -> Priced<'a> {
    let cpu = if guest.kind == "performance" { "machine.performance-cpu" } else { "machine.shared-cpu" };
    let (cpu, memory) = (prices.get(cpu), prices.get("machine.memory"));
    let region = prices.region(region);
    let sources = [cpu.map(|price| price.source), memory.map(|price| price.source), region.map(|r| r.source)];
    let basis = Basis::of(sources.into_iter().flatten());
    let amount = (|| {
        let (cpu, memory) = (i128::from(cpu?.usd?.micros()), i128::from(memory?.usd?.micros()));
        let times_1024 = cpu * i128::from(guest.cpus) * 1024 + memory * i128::from(guest.memory_mb);
        let micros = times_1024.saturating_mul(i128::from(count)).saturating_mul(region?.ratio.nano());
        Some(Amount::of(Usd::ratio(micros, 1024 * Decimal::whole(1).nano())))
    })();
    Priced { amount: amount.unwrap_or(Amount::UNKNOWN), basis }
}

/// What one machine of a preset costs a month in a region while it runs.
pub fn of_preset(preset: &MachineSize, region: &str, facts: &Facts) -> Amount {
    let guest = Guest { kind: preset.kind, cpus: preset.cpus, memory_mb: preset.memory_mb };
    machines(&Prices::known(facts), guest, region, 1).amount
}

/// An amount, and what it was made of.
struct Priced<'a> {
    amount: Amount,
    basis: Option<Basis<'a>>,
}

impl Priced<'_> {
    const UNKNOWN: Self = Self { amount: Amount::UNKNOWN, basis: None };

    /// Both together.
    fn and(self, other: Self) -> Self {
        let bases = [self.basis, other.basis];
        Self {
            amount: [self.amount, other.amount].into_iter().sum(),
            basis: bases.into_iter().flatten().reduce(Basis::and),
        }
    }
}

/// A size in words: `shared-cpu-1x, 512 MB`.
fn size(guest: Option<Guest>, facts: &Facts) -> String {
    let Some(Guest { kind, cpus, memory_mb }) = guest else { return "machines of a size that has no price".to_owned() };
    let preset = facts.machine_sizes.iter().find(|size| size.kind == kind && size.cpus == cpus);
    let name = preset.map_or_else(|| format!("{cpus} {kind} CPUs"), |preset| preset.name.to_owned());
    match memory_mb % 1024 {
        0 => format!("{name}, {} GB", memory_mb / 1024),
        _ => format!("{name}, {memory_mb} MB"),
    }
}

/// `1 volume`, `2 volumes`.
fn counted(count: u32, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
