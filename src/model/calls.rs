//! Calls of apps by their names: the addresses in the variables of all apps, each with the app that answers to it.
//!
//! Found once for everybody who asks, in one walk over the variables: an architecture of ten thousand apps has tens of
//! thousands of them.

use super::{App, Model};
use crate::value::{Address, Scalar, Sourced, addresses};

/// The zones whose names Fly.io gives to apps.
///
/// Source: Fly.io, networking/private-networking, networking/flycast and networking/app-services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// Machines that run, on the private network.
    Internal,
    /// The proxy, on the private network.
    Flycast,
    /// The proxy, on the internet.
    Public,
}

impl Zone {
    /// Every zone.
    pub const ALL: [Self; 3] = [Self::Internal, Self::Flycast, Self::Public];

    /// How names in it end.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Internal => ".internal",
            Self::Flycast => ".flycast",
            Self::Public => ".fly.dev",
        }
    }

    /// Whether it is reached from within the organisation alone.
    pub const fn is_private(self) -> bool {
        !matches!(self, Self::Public)
    }
}

/// An address in a variable of an app.
#[derive(Clone, Debug)]
pub struct Call<'m> {
    /// The app whose variable it is, by place in [`Model::apps`].
    pub caller: usize,
    /// The same.
    pub app: &'m App,
    /// The variable.
    pub variable: &'m Sourced<String>,
    /// Its value.
    pub value: &'m Sourced<Scalar>,
    /// The address in it.
    pub address: Address<'m>,
    /// The zone of the address.
    pub zone: Zone,
    /// The name that is called: the last part before the zone.
    pub name: &'m str,
    /// The app of that name, by place in [`Model::apps`].
    pub called: Option<usize>,
}

/// All calls of a model.
#[derive(Debug)]
pub struct Calls<'m> {
    /// In the order of the apps, their variables and the text.
    calls: Vec<Call<'m>>,
    /// Places in `calls`, by the name that is called and then in order.
    by_name: Vec<usize>,
}

impl<'m> Calls<'m> {
    /// Looks for them.
    pub fn of(model: &'m Model) -> Self {
        let mut calls = Vec::new();
        for (caller, app) in model.apps.iter().enumerate() {
            for (variable, value) in &app.toml.env {
                let text = value.as_str();
                for zone in Zone::ALL.into_iter().filter(|zone| text.contains(zone.ending())) {
                    calls.extend(addresses(text, zone.ending()).map(|address| {
                        let name = address.name.rsplit('.').next().unwrap_or(address.name);
                        Call { caller, app, variable, value, address, zone, name, called: None }
                    }));
                }
            }
        }
        if !calls.is_empty() {
            let names = model.app_names();
            for call in &mut calls {
                let at = names.partition_point(|(name, _)| *name < call.name);
                call.called = names.get(at).filter(|(name, _)| *name == call.name).map(|(_, app)| *app);
            }
        }
        let mut by_name: Vec<usize> = (0..calls.len()).collect();
        by_name.sort_by_key(|at| calls[*at].name);
        Self { calls, by_name }
    }

    /// All calls.
    pub fn iter(&self) -> impl Iterator<Item = &Call<'m>> {
        self.calls.iter()
    }

    /// The calls of an app.
    pub fn from(&self, app: usize) -> &[Call<'m>] {
        let start = self.calls.partition_point(|call| call.caller < app);
        let length = self.calls[start..].partition_point(|call| call.caller == app);
        &self.calls[start..start + length]
    }

    /// The calls of a name, in the order of the callers.
    pub fn to(&self, name: &str) -> impl Iterator<Item = &Call<'m>> {
        let start = self.by_name.partition_point(|at| self.calls[*at].name < name);
        let length = self.by_name[start..].partition_point(|at| self.calls[*at].name == name);
        self.by_name[start..start + length].iter().map(|at| &self.calls[*at])
    }
}
