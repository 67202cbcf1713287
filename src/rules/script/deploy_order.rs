use crate::beside::Command;
use crate::model::{App, Model, ResourceId};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Kind;
use crate::value::Origin;

declare_rule! {
    /// Checks that a workflow deploys an app after those that it calls.
    ///
    /// ## Why
    ///
    /// When the caller comes first, it talks for a while to an older version of what it calls: to one that does not know yet what
    /// the new caller asks for. Deployed the other way round, both sides work at every moment.
    ///
    /// A deploy is understood by its `-a` or its `-c`; which app calls which is known by `uses` and by `.internal` and `.flycast`
    /// addresses in `[env]`. Only commands in one job are compared.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- web/fly.toml
    /// app = "my-web"
    ///
    /// [env]
    /// API_URL = "http://my-api.flycast"
    ///
    /// # --- api/fly.toml
    /// app = "my-api"
    ///
    /// [http_service]
    /// internal_port = 8080
    ///
    /// # --- .github/workflows/deploy.yml
    /// name: Deploy
    /// on: push
    /// concurrency: deploy
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - run: flyctl deploy -c web/fly.toml
    ///       - run: flyctl deploy -c api/fly.toml
    /// ```
    ///
    /// ```toml,files,good
    /// # --- web/fly.toml
    /// app = "my-web"
    ///
    /// [env]
    /// API_URL = "http://my-api.flycast"
    ///
    /// # --- api/fly.toml
    /// app = "my-api"
    ///
    /// [http_service]
    /// internal_port = 8080
    ///
    /// # --- .github/workflows/deploy.yml
    /// name: Deploy
    /// on: push
    /// concurrency: deploy
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - run: flyctl deploy -c api/fly.toml
    ///       - run: flyctl deploy -c web/fly.toml
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, launch/monorepo
    /// - Fly.io, launch/continuous-deployment-with-github-actions
    static RULE = {
        name: "deploy-order",
        code: "FA829",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for workflow in &model.beside.workflows {
        for job in &workflow.jobs {
            let of_job = model.beside.commands.iter().filter(|c| c.file == workflow.file && job.runs(c.range));
            let deploys: Vec<(&Command, usize)> = of_job
                .filter(|command| command.is(&["deploy"]))
                .filter_map(|command| target(model, command, cx).map(|app| (command, app)))
                .collect();
            for (i, (caller, app)) in deploys.iter().enumerate() {
                let later = deploys[i + 1..].iter().find(|(_, other)| other != app && calls(model, *app, *other, cx));
                let earlier = |other: usize| deploys[..i].iter().any(|(_, app)| *app == other);
                let Some((called, other)) = later.filter(|(_, other)| !earlier(*other)) else { continue };
                let (name, other) = (&model.apps[*app].name.value, &model.apps[*other].name.value);
                cx.within(workflow.file)
                    .report(
                        Origin::written(caller.range),
                        format!("`{name}` is deployed before `{other}`, which it calls"),
                    )
                    .related_in(workflow.file, Origin::written(called.range), "comes later")
                    .help(format!("deploy `{other}` first"));
            }
        }
    }
    cx.back();
}

/// The app that a command deploys, as far as it says so.
fn target(model: &Model, command: &Command, cx: &Cx<'_>) -> Option<usize> {
    if let Some(name) = command.flag(&["-a", "--app"]) {
        return model.apps.iter().position(|app| app.name.as_str() == name);
    }
    let path = command.flag(&["-c", "--config"])?.trim_start_matches("./");
    let is_it = |app: &App| {
        let name = cx.path(app.file);
        app.is_plain() && name.strip_suffix(path).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    let mut found = model.apps.iter().enumerate().filter(|(_, app)| is_it(app));
    let first = found.next()?.0;
    found.next().is_none().then_some(first)
}

/// Whether an app calls another.
fn calls(model: &Model, app: usize, other: usize, cx: &Cx<'_>) -> bool {
    let other = ResourceId { kind: Kind::App, index: other };
    let used = model.apps[app].uses.iter().any(|used| used.target.value == other);
    used || cx.calls.from(app).iter().any(|call| call.zone.is_private() && call.called == Some(other.index))
}
