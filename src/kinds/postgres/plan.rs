//! The steps that set up a Postgres cluster.

use super::Engine;
use crate::model::{Model, Postgres};
use crate::plan::{Arg, Phase, StepText, word};
use crate::value::Origin;

/// One step for a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostgresStep {
    /// The cluster itself.
    Create,
    /// A further database of a managed cluster, by place in `databases`.
    Database(usize),
    /// A further user of a managed cluster, by place in `users`.
    User(usize),
    /// An extension of a managed cluster, by place in `extensions`.
    Extension(usize),
    /// Read replicas of an unmanaged cluster in one region, by place in `replicas`.
    Replicas(usize),
}

/// The steps of one phase.
pub(crate) fn steps(phase: Phase, postgres: &Postgres, mut add: impl FnMut(PostgresStep)) {
    if phase == Phase::Data {
        add(PostgresStep::Create);
        (0..postgres.databases.len()).for_each(|i| add(PostgresStep::Database(i)));
        (0..postgres.users.len()).for_each(|i| add(PostgresStep::User(i)));
        (0..postgres.extensions.len()).for_each(|i| add(PostgresStep::Extension(i)));
        (0..postgres.replicas.len()).for_each(|i| add(PostgresStep::Replicas(i)));
    }
}

/// A step in words.
pub(crate) fn text<'m>(step: PostgresStep, model: &'m Model, postgres: &'m Postgres) -> StepText<'m> {
    let name = word(postgres.name.as_str());
    let org = word(model.project().org.as_str());
    let region = word(postgres.region.as_str());
    let storage = postgres.storage_gb.value.to_string();
    let header = Origin::written(postgres.header);
    match (step, postgres.engine.value) {
        (PostgresStep::Create, Engine::Managed) => {
            let plan = word(postgres.plan.as_ref().map_or("", |plan| plan.as_str()));
            let mut command: Vec<Arg<'m>> = vec![
                "fly".into(),
                "mpg".into(),
                "create".into(),
                "--name".into(),
                name.clone(),
                "--org".into(),
                org,
                "--region".into(),
                region.clone(),
                "--plan".into(),
                plan.clone(),
                "--volume-size".into(),
                storage.into(),
                "--pg-major-version".into(),
                postgres.version.value.to_string().into(),
            ];
            if postgres.postgis.value {
                command.push("--enable-postgis-support".into());
            }
            StepText { id: "create".to_owned(), call: vec!["mpg".into(), name, region, plan], command, origin: header }
        }
        (PostgresStep::Create, Engine::Unmanaged) => {
            let mut command: Vec<Arg<'m>> = vec![
                "fly".into(),
                "postgres".into(),
                "create".into(),
                "--name".into(),
                name.clone(),
                "--org".into(),
                org,
                "--region".into(),
                region.clone(),
                "--initial-cluster-size".into(),
                postgres.nodes.value.to_string().into(),
                "--vm-size".into(),
                word(postgres.size.as_str()),
                "--volume-size".into(),
                storage.into(),
            ];
            if let Some(memory) = &postgres.memory_mb {
                command.extend(["--vm-memory".into(), memory.value.to_string().into()]);
            }
            let nodes = postgres.nodes.value.to_string();
            StepText {
                id: "create".to_owned(),
                call: vec!["postgres".into(), name, region, nodes.into()],
                command,
                origin: header,
            }
        }
        (PostgresStep::Database(i), _) => {
            let database = &postgres.databases[i];
            let id = format!("database-{}", database.value);
            let mut command: Vec<Arg<'m>> = ["fly", "mpg", "databases", "create"].map(Arg::from).to_vec();
            command.extend([Arg::Found("CLUSTER_ID"), "--name".into(), word(database.as_str())]);
            let call = vec!["mpg_database".into(), name, word(database.as_str())];
            StepText { id, call, command, origin: database.origin }
        }
        (PostgresStep::User(i), _) => {
            let (user, role) = &postgres.users[i];
            let role = Arg::from(role.as_str());
            let mut command: Vec<Arg<'m>> = ["fly", "mpg", "users", "create"].map(Arg::from).to_vec();
            command.extend([Arg::Found("CLUSTER_ID"), "--username".into(), word(user.as_str())]);
            command.extend(["--role".into(), role.clone()]);
            let call = vec!["mpg_user".into(), name, word(user.as_str()), role];
            StepText { id: format!("user-{}", user.value), call, command, origin: user.origin }
        }
        (PostgresStep::Extension(i), _) => {
            let (database, extension) = &postgres.extensions[i];
            let mut command: Vec<Arg<'m>> = ["fly", "mpg", "databases", "extensions", "enable"].map(Arg::from).to_vec();
            command.extend([word(extension.as_str()), "--cluster".into(), Arg::Found("CLUSTER_ID")]);
            command.extend(["--database".into(), word(database.as_str())]);
            let call = vec!["mpg_extension".into(), name, word(database.as_str()), word(extension.as_str())];
            let id = format!("extension-{database}.{}", extension.value);
            StepText { id, call, command, origin: extension.origin }
        }
        (PostgresStep::Replicas(i), _) => {
            let (replica, count) = &postgres.replicas[i];
            StepText {
                id: format!("replicas-{}", replica.value),
                call: vec![
                    "postgres_replicas".into(),
                    name.clone(),
                    region,
                    word(replica.as_str()),
                    count.value.to_string().into(),
                ],
                command: vec![
                    "fly".into(),
                    "machine".into(),
                    "clone".into(),
                    Arg::Found("MACHINE_ID"),
                    "--region".into(),
                    word(replica.as_str()),
                    "-a".into(),
                    name,
                ],
                origin: replica.origin,
            }
        }
    }
}

/// The step that takes a cluster away.
pub(crate) fn teardown(postgres: &Postgres) -> StepText<'_> {
    let name = word(postgres.name.as_str());
    let (function, command): (&'static str, Vec<Arg<'_>>) = match postgres.engine.value {
        Engine::Managed => {
            let id = Arg::Found("CLUSTER_ID");
            ("remove_mpg", vec!["fly".into(), "mpg".into(), "destroy".into(), id, "--yes".into()])
        }
        Engine::Unmanaged => {
            ("remove_postgres", vec!["fly".into(), "apps".into(), "destroy".into(), name.clone(), "--yes".into()])
        }
    };
    let header = Origin::written(postgres.header);
    StepText { id: "destroy".to_owned(), call: vec![function.into(), name], command, origin: header }
}
