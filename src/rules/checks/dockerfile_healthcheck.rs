use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that an image with a `HEALTHCHECK` is checked by Fly.io too.
    ///
    /// ## Why
    ///
    /// Fly.io runs the file system of an image in a virtual machine, and not its `HEALTHCHECK`. Whoever wrote one wants the app
    /// to be looked at; without a check in fly.toml nobody does, and a deploy goes on to the next machine as soon as the first
    /// one has started.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- fly.toml
    /// app = "my-web"
    ///
    /// [http_service]
    /// internal_port = 8080
    ///
    /// # --- Dockerfile
    /// FROM node:22-slim
    /// HEALTHCHECK CMD curl -f http://localhost:8080/healthz
    /// CMD ["node", "server.js"]
    /// ```
    ///
    /// ```toml,files,good
    /// # --- fly.toml
    /// app = "my-web"
    ///
    /// [http_service]
    /// internal_port = 8080
    /// checks = [{ path = "/healthz", interval = "15s", timeout = "5s", grace_period = "10s" }]
    ///
    /// # --- Dockerfile
    /// FROM node:22-slim
    /// HEALTHCHECK CMD curl -f http://localhost:8080/healthz
    /// CMD ["node", "server.js"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/health-checks
    /// - Docker, reference/dockerfile
    static RULE = {
        name: "dockerfile-healthcheck",
        code: "FA804",
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
    for (index, app) in model.apps.iter().enumerate() {
        let Some((dockerfile, stage)) = model.image(index) else { continue };
        let checked = app.services.iter().any(|service| !service.checks.is_empty())
            || !app.toml.checks.is_empty()
            || app.machine_checks().next().is_some();
        let of_image = stage.iter().rfind(|i| i.name == "HEALTHCHECK");
        let Some(of_image) = of_image.filter(|i| i.words.first().is_none_or(|word| word.text != "NONE")) else {
            continue;
        };
        if checked {
            continue;
        }
        let message = format!("nobody checks whether machines of `{}` work", app.name.value);
        cx.about(index)
            .within(dockerfile.file)
            .report(Origin::written(of_image.range), message)
            .label("Fly.io does not run this")
            .help(format!("say it in fly.toml too: {}", app.list_of_tables("http_service.checks")));
    }
}
