use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that every service of a compose file has an image or is built.
    ///
    /// ## Why
    ///
    /// flyctl makes each service into a container, and refuses the file when it does not know what one of them runs.
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
    ///   cache:
    ///     ports: ["6379:6379"]
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
    ///   cache:
    ///     image: redis:7.4
    ///     ports: ["6379:6379"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/containerconfig/compose.go
    /// - Fly.io, machines/guides-examples/multi-container-machines
    static RULE = {
        name: "compose-service-without-image",
        code: "FA861",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: false,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (index, app) in model.apps.iter().enumerate() {
        let Some(compose) = model.beside.compose(index) else { continue };
        for service in compose.services.iter().filter(|service| service.build.is_none() && service.image.is_none()) {
            let (name, at) = &service.name;
            cx.about(index)
                .within(compose.file)
                .report(
                    Origin::written(*at),
                    format!("flyctl refuses to deploy `{}`: `{name}` runs nothing", app.name.value),
                )
                .label("no `image`, and no `build`")
                .help("say what it runs: `image: redis:7.4`");
        }
    }
}
