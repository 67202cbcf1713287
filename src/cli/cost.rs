//! `flyarch cost`

use std::io::{self, Read as _};
use std::path::Path;

use super::args::{Color, Cost, CostFormat, OutputFormat, Show};
use super::input::{self, Input};
use super::{CLEAN, Failure, Stream, print, show};
use crate::cost::{self, Footing, PriceFile, Prices, Usage, estimate};
use crate::diag::{Report, Severity};
use crate::facts::FACTS;
use crate::model::Model;
use crate::source::MAX_BYTES;
use crate::understand;

pub(super) fn run(args: &Cost) -> Result<i32, Failure> {
    let own = args.prices.as_deref().map(|path| parsed(path, |text| PriceFile::parse(text, &FACTS))).transpose()?;
    let usage = args.usage.as_deref().map(|path| parsed(path, |text| Usage::parse(text, &FACTS))).transpose()?;
    let model = match model(args.spec.as_deref())? {
        Ok(model) => model,
        Err(code) => return Ok(code),
    };
    if let Some((path, unknown)) = args.usage.as_ref().zip(usage.as_ref().and_then(|usage| usage.unknown(&model))) {
        return Err(Failure::usage(format!("{}: the spec has no `{unknown}`", path.display())));
    }
    let prices = own.as_ref().map_or(Prices::known(&FACTS), |own| Prices::with(&FACTS, own));
    let footing = Footing { model: &model, usage: usage.is_some() };
    let usage = usage.unwrap_or_default();
    let estimate = estimate(&model, &FACTS, &prices, &usage);
    let text = match args.format {
        CostFormat::Text => cost::text(&estimate, footing),
        CostFormat::Json => cost::json(&estimate, footing),
        CostFormat::Markdown => cost::markdown(&estimate, footing),
    };
    print(&mut io::stdout().lock(), |out| out.write_all(text.as_bytes()))?;
    Ok(CLEAN)
}

/// What the spec means that is given or found; or, where it means nothing, the exit code, when that has been said.
pub(super) fn model(given: Option<&Path>) -> Result<Result<Model, i32>, Failure> {
    let report = match input::read(&input::find(given)?, "spec.toml")? {
        Input::Text(source) => {
            let compilation = understand(&source, &FACTS);
            if let Some(model) = compilation.model {
                return Ok(Ok(model));
            }
            let mut report = Report::default();
            report.sources.add(source);
            report.diagnostics = compilation.diagnostics;
            report
        }
        Input::Refused(report) => report,
    };
    debug_assert!(report.count(Severity::Error) > 0);
    let how = Show { format: OutputFormat::Full, fail_level: None, color: Color::Auto, today: None };
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
