//! `flyarch simulate`

use std::io;

use super::args::{CostFormat, Simulate};
use super::{CLEAN, FINDINGS, Failure, include, input, print, refused};
use crate::facts::FACTS;
use crate::model::{Model, ResourceId};
use crate::remedy::{Subject, advise};
use crate::schema::nearest;
use crate::survival::{self, AnyOne, Found, Loss, Outcome, Shown, Survival, lose, regions, retire};

pub(super) fn run(args: &Simulate) -> Result<i32, Failure> {
    let spec = match include::read(&input::find(args.spec.as_deref())?)? {
        Ok(spec) => spec,
        Err(report) => return refused(&report),
    };
    let source = spec.source();
    let models = match spec.models(input::environments(source, args.env.as_deref())?) {
        Ok(models) => models,
        Err(report) => return refused(&report),
    };
    known_regions(args, &models)?;
    let asked = args.lose_host || !args.lose_region.is_empty() || !args.retire.is_empty();
    let survivals: Vec<Option<Survival<'_>>> =
        models.iter().map(|(_, model)| (!asked).then(|| Survival::of(model, &FACTS))).collect();
    let shown: Vec<Shown<'_>> = models
        .iter()
        .zip(&survivals)
        .map(|((environment, model), matrix)| {
            let subject = Subject { source, environment: environment.as_deref(), model, facts: &FACTS };
            Shown {
                model,
                environment: environment.as_deref(),
                spec: source.name(),
                source: (!source.is_joined()).then(|| source.text()),
                matrix: matrix.as_ref(),
                found: match matrix {
                    Some(matrix) => of_matrix(subject, matrix),
                    None => of_choice(subject, args),
                },
            }
        })
        .collect();
    let each = |show: fn(&Shown<'_>) -> String| shown.iter().map(show).collect::<Vec<_>>().join("\n");
    let text = match args.format {
        CostFormat::Text => each(survival::text),
        CostFormat::Markdown => each(survival::markdown),
        CostFormat::Json => survival::json(&shown),
    };
    print(&mut io::stdout().lock(), |out| out.write_all(text.as_bytes()))?;
    let fails = shown.iter().any(|shown| !shown.survives());
    Ok(if args.exit_code && fails { FINDINGS } else { CLEAN })
}

/// Refuses regions that are neither Fly.io's nor in the spec.
fn known_regions(args: &Simulate, models: &[(Option<String>, Model)]) -> Result<(), Failure> {
    for region in args.lose_region.iter().chain(&args.retire) {
        let is_known = FACTS.region(region).is_some() || FACTS.removed_regions.iter().any(|gone| gone.code == *region);
        if is_known || models.iter().any(|(_, model)| regions(model).contains(&region.as_str())) {
            continue;
        }
        let near = nearest(region, FACTS.regions.iter().map(|region| region.code));
        let hint = near.map_or_else(
            || "; `flyarch facts` says where they are listed".to_owned(),
            |near| format!("; did you mean {near}?"),
        );
        return Err(Failure::usage(format!("there is no region `{region}`{hint}")));
    }
    Ok(())
}

/// Every region of the spec, and a host.
fn of_matrix<'m>(subject: Subject<'m>, matrix: &Survival<'m>) -> Vec<Found<'m>> {
    let rows = matrix.rows();
    let losses = [AnyOne::Region, AnyOne::Host].into_iter().flat_map(|any| matrix.losses(any));
    let found = losses.enumerate().map(|(column, (loss, _))| {
        let outcomes = rows.iter().map(|row| (row.members.clone(), row.outcomes[column].clone()));
        advised(subject, loss, outcomes.collect())
    });
    found.collect()
}

/// What was asked for.
fn of_choice<'m>(subject: Subject<'m>, args: &'m Simulate) -> Vec<Found<'m>> {
    let regions = args.lose_region.iter().map(|region| Loss::Region(region));
    let host = args.lose_host.then_some(Loss::Host);
    let retired = args.retire.iter().map(|region| Loss::Retire(region));
    let found = regions.chain(host).chain(retired).map(|loss| {
        let outcomes = survival::alike(&lose(subject.model, &FACTS, loss));
        let mut found = advised(subject, loss, outcomes);
        if let Loss::Retire(region) = loss {
            found.retirement = Some(retire(subject.model, &FACTS, subject.source, region));
        }
        found
    });
    found.collect()
}

/// With what can be done about each that does not survive. A region that is given up leaves time to move.
fn advised<'m>(subject: Subject<'_>, loss: Loss<'m>, outcomes: Vec<(Vec<ResourceId>, Outcome)>) -> Found<'m> {
    let has_time = matches!(loss, Loss::Retire(_));
    let outcomes = outcomes.into_iter().map(|(members, outcome)| {
        let advice = (!outcome.survives() && !has_time).then(|| advise(subject, loss, &outcome));
        (members, outcome, advice)
    });
    Found { loss, outcomes: outcomes.collect(), retirement: None }
}
