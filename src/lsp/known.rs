//! Facts in words: what an editor shows of a region, a size, a plan.

use crate::cost::of_preset;
use crate::facts::{Facts, MachineSize, PostgresPlan, Region};

/// `Ashburn, Virginia (US)`.
pub(crate) fn region(region: &Region) -> String {
    let mut text = format!("{}, {}", region.city, region.country);
    if region.high_demand {
        text.push_str("; often short of capacity");
    }
    if !region.mpg {
        text.push_str("; no Managed Postgres");
    }
    text
}

/// `1 shared CPU, 256 MB; 1.94 USD a month in iad while it runs`.
pub(crate) fn size(size: &MachineSize, region: &str, facts: &Facts) -> String {
    let cpus = if size.cpus == 1 { "CPU" } else { "CPUs" };
    let memory = match size.memory_mb % 1024 {
        0 => format!("{} GB", size.memory_mb / 1024),
        _ => format!("{} MB", size.memory_mb),
    };
    let price = of_preset(size, region, facts);
    format!("{} {} {cpus}, {memory}; {price} USD a month in {region} while it runs", size.cpus, size.kind)
}

/// `shared-2x, 1 GB; 38 USD a month without storage`.
pub(crate) fn plan(plan: &PostgresPlan) -> String {
    let cpus = if plan.cpus == 1 { "CPU" } else { "CPUs" };
    format!("{} {} {cpus}, {} GB; {} USD a month without storage", plan.cpus, plan.cpu_kind, plan.memory_gb, plan.usd)
}
