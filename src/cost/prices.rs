//! Prices: those that are known, and a file that says otherwise.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::facts::{Confidence, Facts, Price, PriceSource, RegionPrice};
use crate::spec::Date;
use crate::value::{Decimal, RegionCode, Usd};

/// The sources of the prices that an amount was made of; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis<'a>(Vec<PriceSource<'a>>);

impl<'a> Basis<'a> {
    /// What is known of amounts from these sources.
    pub(super) fn of(sources: impl IntoIterator<Item = PriceSource<'a>>) -> Option<Self> {
        let mut sources: Vec<_> = sources.into_iter().collect();
        sources.dedup();
        (!sources.is_empty()).then_some(Self(sources))
    }

    /// Of two amounts together.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The sources.
    pub fn sources(&self) -> &[PriceSource<'a>] {
        &self.0
    }

    /// The oldest of their days.
    pub fn date(&self) -> &'a str {
        self.0.iter().map(|source| source.date).min().unwrap_or_default()
    }

    /// The weakest of them.
    pub fn confidence(&self) -> Confidence {
        self.0.iter().map(|source| source.confidence).min().unwrap_or(Confidence::Unconfirmed)
    }
}

/// Prices by name: a file's, or those that are known.
#[derive(Clone, Copy, Debug)]
pub struct Prices<'a> {
    facts: &'a Facts,
    own: Option<&'a PriceFile>,
}

impl<'a> Prices<'a> {
    /// Those that are known.
    pub fn known(facts: &'a Facts) -> Self {
        Self { facts, own: None }
    }

    /// Those of a file, and what it does not say as it is known.
    pub fn with(facts: &'a Facts, file: &'a PriceFile) -> Self {
        Self { facts, own: Some(file) }
    }

    /// The price of this name.
    pub(super) fn get(&self, name: &str) -> Option<Price<'a>> {
        let known = self.facts.price_list.prices.iter().find(|price| price.name == name).copied();
        let Some((name, price, source)) = self.own.and_then(|own| own.price(name)) else { return known };
        let per = price.per.as_deref().or(known.map(|known| known.per)).unwrap_or_default();
        let free = price.free.or(known.map(|known| known.free)).unwrap_or_default();
        Some(Price { name, usd: price.usd.map(Usd::from), per, free, source })
    }

    /// What machines cost in a region.
    pub(super) fn region(&self, code: &str) -> Option<RegionPrice<'a>> {
        let known = self.facts.price_list.regions.iter().find(|region| region.code == code).copied();
        let Some((code, region, source)) = self.own.and_then(|own| own.region(code)) else { return known };
        let ratio = region.ratio.or(known.map(|known| known.ratio))?;
        let transfer = region.transfer.as_deref().or(known.map(|known| known.transfer)).unwrap_or_default();
        Some(RegionPrice { code, ratio, transfer, source })
    }

    /// How many hours a month has.
    pub(super) fn hours(&self) -> u32 {
        let own = self.own.and_then(|own| own.hours.as_ref());
        own.map_or(self.facts.price_list.hours, |hours| hours.month)
    }
}

/// A file of prices, in the format of src/facts/data/prices.toml.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceFile {
    /// Of the whole file, for readers.
    #[serde(rename = "provenance")]
    _provenance: Option<toml::Table>,
    #[serde(default)]
    source: BTreeMap<String, WrittenSource>,
    #[serde(default)]
    price: BTreeMap<String, WrittenPrice>,
    #[serde(default)]
    region: BTreeMap<RegionCode, WrittenRegion>,
    hours: Option<Hours>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSource {
    page: String,
    date: String,
    confidence: WrittenConfidence,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WrittenConfidence {
    Unconfirmed,
    Listed,
    Confirmed,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPrice {
    usd: Option<Decimal>,
    per: Option<String>,
    free: Option<u32>,
    source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRegion {
    ratio: Option<Decimal>,
    transfer: Option<String>,
    source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hours {
    month: u32,
}

impl PriceFile {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// When it is none, in words for whoever wrote it.
    pub fn parse(text: &str, facts: &Facts) -> Result<Self, String> {
        let file: Self = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        let known = |name: &str| facts.price_list.prices.iter().any(|price| price.name == name);
        if let Some(name) = file.price.keys().find(|name| !known(name)) {
            return Err(format!("there is no price `{name}`"));
        }
        for (name, source) in &file.source {
            source.date.parse::<Date>().map_err(|error| format!("the date of `source.{name}`: {error}"))?;
        }
        let prices = file.price.iter().map(|(name, price)| (format!("price.{name}"), &price.source));
        let regions = file.region.iter().map(|(code, region)| (format!("region.{code}"), &region.source));
        for (what, source) in prices.chain(regions) {
            if !file.source.contains_key(source) {
                return Err(format!("`{what}` names the source `{source}`, which is not there: add [source.{source}]"));
            }
        }
        Ok(file)
    }

    fn price(&self, name: &str) -> Option<(&str, &WrittenPrice, PriceSource<'_>)> {
        let (name, price) = self.price.get_key_value(name)?;
        Some((name, price, self.source(&price.source)?))
    }

    fn region(&self, code: &str) -> Option<(&str, &WrittenRegion, PriceSource<'_>)> {
        let (code, region) = self.region.iter().find(|(known, _)| known.as_str() == code)?;
        Some((code.as_str(), region, self.source(&region.source)?))
    }

    fn source(&self, name: &str) -> Option<PriceSource<'_>> {
        let source = self.source.get(name)?;
        let confidence = match source.confidence {
            WrittenConfidence::Unconfirmed => Confidence::Unconfirmed,
            WrittenConfidence::Listed => Confidence::Listed,
            WrittenConfidence::Confirmed => Confidence::Confirmed,
        };
        Some(PriceSource { page: &source.page, date: &source.date, confidence })
    }
}
