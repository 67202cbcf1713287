//! `flyarch cost`

use std::io::{self, Read as _};
use std::path::Path;

use super::args::{Cost, CostFormat};
use super::include::{self, Meant};
use super::{CLEAN, Failure, input, print, refused};
use crate::cost::{self, Estimate, Footing, PriceFile, Prices, Usage, estimate};
use crate::facts::FACTS;
use crate::source::{MAX_BYTES, Source};

pub(super) fn run(args: &Cost) -> Result<i32, Failure> {
    let own = args.prices.as_deref().map(|path| parsed(path, |text| PriceFile::parse(text, &FACTS))).transpose()?;
    let usage = args.usage.as_deref().map(|path| parsed(path, |text| Usage::parse(text, &FACTS))).transpose()?;
    let models = match models(args.spec.as_deref(), |source| input::environments(source, args.env.as_deref()))? {
        Ok(models) => models,
        Err(code) => return Ok(code),
    };
    if let Some((path, usage)) = args.usage.as_ref().zip(usage.as_ref()) {
        // One file is for all environments.
        let unknown: Option<Vec<String>> = models.iter().map(|(_, model)| usage.unknown(model)).collect();
        if let Some(unknown) = unknown.and_then(|unknown| unknown.into_iter().next()) {
            return Err(Failure::usage(format!("{}: the spec has no `{unknown}`", path.display())));
        }
    }
    let prices = own.as_ref().map_or(Prices::known(&FACTS), |own| Prices::with(&FACTS, own));
    let is_used = usage.is_some();
    let usage = usage.unwrap_or_default();
    let estimates = models.iter().map(|(environment, model)| {
        let footing = Footing { model, environment: environment.as_deref(), usage: is_used };
        (estimate(model, &FACTS, &prices, &usage), footing)
    });
    let estimates: Vec<_> = estimates.collect();
    let each = |show: fn(&Estimate<'_>, Footing<'_>) -> String| {
        let texts = estimates.iter().map(|(estimate, footing)| show(estimate, *footing));
        texts.collect::<Vec<_>>().join("\n")
    };
    let text = match args.format {
        CostFormat::Text => each(cost::text),
        CostFormat::Json => cost::json(&estimates),
        CostFormat::Markdown => each(cost::markdown),
    };
    print(&mut io::stdout().lock(), |out| out.write_all(text.as_bytes()))?;
    Ok(CLEAN)
}

/// What the spec means that is given or found, in the environments that are meant; or, where it means nothing, the exit
/// code, when that has been said.
pub(super) fn models(
    given: Option<&Path>,
    environments: impl FnOnce(&Source) -> Result<Vec<Option<String>>, Failure>,
) -> Result<Result<Vec<Meant>, i32>, Failure> {
    let models = match include::read(&input::find(given)?)? {
        Ok(spec) => spec.models(environments(spec.source())?),
        Err(report) => Err(report),
    };
    match models {
        Ok(models) => Ok(Ok(models)),
        Err(report) => refused(&report).map(Err),
    }
}

/// A file of prices or usage.
fn parsed<T>(path: &Path, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<T, Failure> {
    let failed = |error: io::Error| Failure::input(format!("cannot read {}: {error}", path.display()));
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(MAX_BYTES as u64).read_to_string(&mut text).map_err(failed)?;
    parse(&text).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}
