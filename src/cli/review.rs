//! `flyarch review`

use std::io;
use std::path::Path;

use super::args::Review as Args;
use super::diff::{Broken, compared};
use super::{Failure, exit_code, git, include, input, lint, place, print};
use crate::cost::{Footing, Prices, Usage, estimate};
use crate::diff::Between;
use crate::environments;
use crate::facts::FACTS;
use crate::graph::Graph;
use crate::model::Model;
use crate::review::{Changes, Review, markdown};
use crate::source::Source;
use crate::{Options, interpret};

pub(super) fn run(args: &Args) -> Result<i32, Failure> {
    let path = input::find(args.spec.as_deref())?;
    if path == Path::new("-") {
        return Err(Failure::usage("--git needs the path of the spec: standard input has none"));
    }
    let today = input::today(args.today.as_deref())?;
    let is_new = !git::has(&args.git, &path)?;
    let old = if is_new { None } else { Some(git::read(&args.git, &path)?) };
    let new = include::read(&path)?;
    let name = place::shown(&path);
    let (report, fail_level) = lint::findings(&path, args.env.as_deref(), today)?;

    let mut found = Vec::new();
    let mut between: Vec<Between> = Vec::new();
    let changes = match (&old, &new) {
        (_, Err(_)) => Err(Changes::NewIsBroken),
        (None, Ok(_)) => Err(Changes::New),
        (Some(Err(_)), Ok(_)) => Err(Changes::OldIsBroken),
        (Some(Ok(old)), Ok(new)) => match compared(old, new, args.env.as_deref(), false)? {
            Err(Broken::Old(_)) => Err(Changes::OldIsBroken),
            Err(Broken::New(_)) => Err(Changes::NewIsBroken),
            Ok(all) => {
                between = all.iter().map(|found| found.between(old, new)).collect();
                found = all;
                Ok(())
            }
        },
    };
    let known: Vec<_> = found.iter().map(|found| &found.difference).zip(between).collect();
    let changes = changes.err().unwrap_or(Changes::Known(&known));

    let models = new.as_ref().map_or_else(|_| Vec::new(), |spec| models(spec.source(), args.env.as_deref()));
    let (prices, usage) = (Prices::known(&FACTS), Usage::default());
    let costs: Vec<_> = models
        .iter()
        .map(|(environment, model)| {
            let footing = Footing { model, environment: environment.as_deref(), usage: false };
            (estimate(model, &FACTS, &prices, &usage), footing)
        })
        .collect();
    let graph = models.first().map(|(environment, model)| (Graph::of(model), environment.as_deref()));
    let review = Review {
        spec: &name,
        base: &args.git,
        changes,
        findings: &report,
        costs: &costs,
        picture: graph.as_ref().map(|(graph, environment)| (graph, *environment)),
    };
    let text = markdown(&review);
    print(&mut io::stdout().lock(), |out| out.write_all(text.as_bytes()))?;
    Ok(exit_code(&report, args.fail_level.or(fail_level)))
}

/// What a spec means in each environment that is meant; what cannot be understood means nothing.
fn models(source: &Source, wanted: Option<&str>) -> Vec<(Option<String>, Model)> {
    let meant = environments::meant(source, wanted).unwrap_or_default();
    let models = meant.into_iter().filter_map(|environment| {
        let options = Options { environment: environment.clone(), ..Options::default() };
        Some((environment, interpret(source, &FACTS, &options).model?))
    });
    models.collect()
}
