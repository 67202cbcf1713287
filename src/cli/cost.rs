//! `flyarch cost`

use std::io::{self, Read as _};
use std::path::Path;

use super::args::{Color, Cost, CostFormat, Show};
use super::{CLEAN, Failure, Stream, include, input, print, show};
use crate::cost::{self, Estimate, Footing, PriceFile, Prices, Usage, estimate};
use crate::diag::Report;
use crate::environments::united;
use crate::facts::FACTS;
use crate::model::Model;
use crate::source::{MAX_BYTES, Source};
use crate::{Compilation, Options, interpret};

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

/// An environment, where the spec has any, and what the spec means there.
type Meant = (Option<String>, Model);

/// What the spec means that is given or found, in the environments that are meant; or, where it means nothing, the exit
/// code, when that has been said.
pub(super) fn models(
    given: Option<&Path>,
    environments: impl FnOnce(&Source) -> Result<Vec<Option<String>>, Failure>,
) -> Result<Result<Vec<Meant>, i32>, Failure> {
    let report = match include::read(&input::find(given)?)? {
        Ok(spec) => {
            let source = spec.source();
            let (mut models, mut found) = (Vec::new(), Vec::new());
            for environment in environments(source)? {
                let options = Options { environment: environment.clone(), ..Options::default() };
                let Compilation { diagnostics, model, .. } = interpret(source, &FACTS, &options);
                models.extend(model.map(|model| (environment.clone(), model)));
                found.push((environment, diagnostics));
            }
            if models.len() == found.len() {
                return Ok(Ok(models));
            }
            Report { diagnostics: united(found), sources: spec.sources }
        }
        Err(report) => report,
    };
    let how = Show::full(Color::Auto);
    // Standard output is for what was asked for.
    show(&report, &how, Stream::Err).map(Err)
}

/// A file of prices or usage.
fn parsed<T>(path: &Path, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<T, Failure> {
    let failed = |error: io::Error| Failure::input(format!("cannot read {}: {error}", path.display()));
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(MAX_BYTES as u64).read_to_string(&mut text).map_err(failed)?;
    parse(&text).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}
