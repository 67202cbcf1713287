//! The steps that give an app the URL of a Postgres cluster or Redis database.

use crate::kinds::postgres::Engine;
use crate::model::{App, Model};
use crate::plan::{Arg, StepText, word};
use crate::spec::Kind;

/// The step that connects an app with what it uses, by place in `uses`.
pub(super) fn attach_text<'m>(i: usize, model: &'m Model, app: &'m App, name: Arg<'m>) -> StepText<'m> {
    let used = &app.uses[i];
    let variable = word(used.variable.as_str());
    let id = format!("attach-{}", used.variable.value);
    let origin = used.variable.origin;
    if used.target.kind == Kind::Redis {
        let redis = word(model.redis[used.target.index].name.as_str());
        return StepText { id, call: vec!["attach_redis".into(), name, variable, redis], command: Vec::new(), origin };
    }
    let postgres = &model.postgres[used.target.index];
    let cluster = word(postgres.name.as_str());
    if used.is_direct() {
        // No command sets it: the script makes it of what `fly mpg status` shows.
        let database = word(used.database.as_ref().map_or("", |database| database.as_str()));
        let call = vec!["attach_mpg_direct".into(), name, variable, cluster, database];
        return StepText { id, call, command: Vec::new(), origin };
    }
    let (function, command): (&'static str, Vec<Arg<'m>>) = match postgres.engine.value {
        Engine::Managed => {
            let id = Arg::Found("CLUSTER_ID");
            let mut command = vec![
                "fly".into(),
                "mpg".into(),
                "attach".into(),
                id,
                "-a".into(),
                name.clone(),
                "--variable-name".into(),
                variable.clone(),
            ];
            for (flag, value) in [("--database", &used.database), ("--username", &used.username)] {
                if let Some(value) = value {
                    command.extend([flag.into(), word(value.as_str())]);
                }
            }
            ("attach_mpg", command)
        }
        Engine::Unmanaged => (
            "attach_postgres",
            vec![
                "fly".into(),
                "postgres".into(),
                "attach".into(),
                cluster.clone(),
                "-a".into(),
                name.clone(),
                "--variable-name".into(),
                variable.clone(),
                "--superuser=false".into(),
                "--yes".into(),
            ],
        ),
    };
    StepText { id, call: vec![function.into(), name, variable, cluster], command, origin }
}
