//! The steps that set up a Redis database.

use crate::model::{Model, Redis};
use crate::plan::{Arg, Phase, StepText, word};
use crate::value::Origin;

/// One step for a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedisStep {
    /// The database itself.
    Create,
}

/// The steps of one phase.
pub(crate) fn steps(phase: Phase, mut add: impl FnMut(RedisStep)) {
    if phase == Phase::Data {
        add(RedisStep::Create);
    }
}

/// A step in words. Every flag that `fly redis create` would ask for is given.
pub(crate) fn text<'m>(step: RedisStep, model: &'m Model, redis: &'m Redis) -> StepText<'m> {
    let RedisStep::Create = step;
    let name = word(redis.name.as_str());
    let mut command: Vec<Arg<'m>> = vec![
        "fly".into(),
        "redis".into(),
        "create".into(),
        "--name".into(),
        name.clone(),
        "--org".into(),
        word(model.project().org.as_str()),
        "--region".into(),
        word(redis.region.as_str()),
    ];
    if redis.replicas.is_empty() {
        command.push("--no-replicas".into());
    } else {
        let regions: Vec<&str> = redis.replicas.iter().map(|region| region.as_str()).collect();
        command.extend(["--replica-regions".into(), regions.join(",").into()]);
    }
    command.push(if redis.eviction.value { "--enable-eviction" } else { "--disable-eviction" }.into());
    command.push(if redis.prodpack.value { "--enable-prodpack=true" } else { "--enable-prodpack=false" }.into());
    if let Some(plan) = &redis.plan {
        command.extend(["--plan".into(), word(plan.as_str()), "--enable-auto-upgrade=false".into()]);
    }
    StepText {
        id: "create".to_owned(),
        call: vec!["redis".into(), name],
        command,
        origin: Origin::written(redis.header),
    }
}

/// The step that takes a database away.
pub(crate) fn teardown(redis: &Redis) -> StepText<'_> {
    let name = word(redis.name.as_str());
    let command = vec!["fly".into(), "redis".into(), "destroy".into(), name.clone(), "--yes".into()];
    let header = Origin::written(redis.header);
    StepText { id: "destroy".to_owned(), call: vec!["remove_redis".into(), name], command, origin: header }
}
