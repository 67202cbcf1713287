use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that a compose file needs no variables of its surroundings.
    ///
    /// ## Why
    ///
    /// Docker replaces `${NAME}` in a compose file, and reads the files of `env_file`. flyctl does neither: the container
    /// gets the text `${NAME}` as it stands, or nothing. Secrets of the app and `[env]` of fly.toml reach all containers
    /// by themselves.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- fly.toml
    /// app = "my-web"
    ///
    /// [build.compose]
    ///
    /// [http_service]
    /// internal_port = 8080
    ///
    /// # --- compose.yaml
    /// services:
    ///   web:
    ///     build: .
    ///     environment:
    ///       DATABASE_URL: ${DATABASE_URL}
    /// ```
    ///
    /// ```toml,files,good
    /// # --- fly.toml
    /// app = "my-web"
    ///
    /// [build.compose]
    ///
    /// [http_service]
    /// internal_port = 8080
    ///
    /// # --- compose.yaml
    /// services:
    ///   web:
    ///     build: .
    ///     environment:
    ///       LOG_LEVEL: info
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/containerconfig/compose.go
    /// - Fly.io, machines/guides-examples/multi-container-machines
    static RULE = {
        name: "compose-variable",
        code: "FA866",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (index, app) in model.apps.iter().enumerate() {
        let Some(compose) = model.beside.compose(index) else { continue };
        for service in &compose.services {
            let image = service.image.iter().map(|(image, at)| ("image", image, *at));
            let values = service.environment.iter().map(|(name, (value, at))| (name.as_str(), value, *at));
            let open = image.chain(values).find(|(_, text, _)| text.contains("${") && !text.contains("$${"));
            let (message, at, help) = if let Some((name, _, at)) = open {
                let help = if name == "image" {
                    "write the image out"
                } else {
                    "leave it out: secrets of the app reach every container"
                };
                (format!("`{name}` of `{}` is this text, and no value", service.name.0), at, help)
            } else if let Some(at) = service.env_file {
                let message = format!("`{}` of `{}` gets none of these variables", service.name.0, app.name.value);
                (message, at, "write them under `environment`, and set what is secret with `fly secrets`")
            } else {
                continue;
            };
            cx.about(index)
                .within(compose.file)
                .report(Origin::written(at), message)
                .label("flyctl leaves it as it is")
                .help(help);
        }
    }
}
