//! What Fly.io and its partners charge, as far as it is known.

use crate::value::{Decimal, Usd};

/// Prices, each with its source.
#[derive(Debug)]
pub struct PriceList {
    /// Prices, by name.
    pub prices: &'static [Price<'static>],
    /// What machines cost by region, by code.
    pub regions: &'static [RegionPrice<'static>],
    /// How many hours a month has.
    pub hours: u32,
}

/// The price of one thing.
#[derive(Clone, Copy, Debug)]
pub struct Price<'a> {
    /// What is paid for, such as `volume`.
    pub name: &'a str,
    /// The amount; `None` where nobody knows it here.
    pub usd: Option<Usd>,
    /// For how much of it, such as "GB and month".
    pub per: &'a str,
    /// How many units an organisation gets for nothing.
    pub free: u32,
    /// Who says so.
    pub source: PriceSource<'a>,
}

/// What a machine costs in a region, to what it costs where the ratio is one.
#[derive(Clone, Copy, Debug)]
pub struct RegionPrice<'a> {
    /// The code of the region.
    pub code: &'a str,
    /// The ratio.
    pub ratio: Decimal,
    /// The group of regions whose price of transfer holds.
    pub transfer: &'a str,
    /// Who says so.
    pub source: PriceSource<'a>,
}

/// Who says what something costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceSource<'a> {
    /// The page.
    pub page: &'a str,
    /// Its day, as YYYY-MM-DD.
    pub date: &'a str,
    /// How sure it is.
    pub confidence: Confidence,
}

/// How sure a price is. The weakest comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// An older figure, which nothing has confirmed since.
    Unconfirmed,
    /// A page of the vendor has the figure.
    Listed,
    /// Worked examples of the vendor come to the cent.
    Confirmed,
}

impl Confidence {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unconfirmed => "unconfirmed",
            Self::Listed => "listed",
            Self::Confirmed => "confirmed",
        }
    }
}
