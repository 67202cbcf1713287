use crate::kinds::postgres::Engine;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Kind;
use crate::spec::Level;

declare_rule! {
    /// Checks that no app uses one unmanaged Postgres cluster by two variables.
    ///
    /// ## Why
    ///
    /// `fly postgres attach` makes a user with the name of the app. The second time there is one already, and flyctl
    /// ends with "database user already exists": the set-up stops there, and stops again every time that it is run.
    ///
    /// One variable is enough: what reads another name can be given that name, or read this one.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// uses = { DATABASE_URL = "postgres.db", QUEUE_DATABASE_URL = "postgres.db" }
    ///
    /// [postgres.db]
    /// engine = "unmanaged"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// uses = { DATABASE_URL = "postgres.db" }
    ///
    /// [postgres.db]
    /// engine = "unmanaged"
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/command/postgres/attach.go
    static RULE = {
        name: "postgres-attached-twice",
        code: "FA534",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: false,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (index, app) in model.apps.iter().enumerate() {
        for (at, used) in app.uses.iter().enumerate().filter(|(_, used)| used.target.kind == Kind::Postgres) {
            let cluster = &model.postgres[used.target.index];
            let first = app.uses[..at].iter().find(|earlier| earlier.target == used.target);
            let Some(first) = first.filter(|_| cluster.engine.value == Engine::Unmanaged) else { continue };
            let key = &cluster.key.value;
            let cx = cx.about(index);
            let edit = cx.edits().remove_entry(used.variable.range(), used.target.range());
            let fix = cx.unsafe_fix("remove the second", edit);
            cx.report(used.variable.origin, format!("`{}` cannot be attached to postgres.{key} twice", app.name.value))
                .label("its user exists by then")
                .related(first.variable.origin, "attached here")
                .help(format!("remove one of them, and let the app read `{}`", first.variable.value))
                .fix(fix);
        }
    }
}
