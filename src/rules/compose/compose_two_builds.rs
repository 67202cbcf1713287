use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that one service of a compose file is built, and no more.
    ///
    /// ## Why
    ///
    /// flyctl makes the services of `[build.compose]` into containers of one machine. It builds one image, and refuses a
    /// file in which two services say `build`. The others need an image that is there already.
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
    ///   worker:
    ///     build: ./worker
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
    ///   worker:
    ///     image: registry.fly.io/my-worker:v3
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/containerconfig/compose.go
    /// - Fly.io, machines/guides-examples/multi-container-machines
    static RULE = {
        name: "compose-two-builds",
        code: "FA860",
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
        let mut built = compose.services.iter().filter_map(|service| Some((&service.name.0, service.build?)));
        if let (Some((first, at)), Some((second, again))) = (built.next(), built.next()) {
            cx.about(index)
                .within(compose.file)
                .report(
                    Origin::written(again),
                    format!("flyctl refuses to deploy `{}`: two services are built", app.name.value),
                )
                .label(format!("`{second}` is the second"))
                .related_in(compose.file, Origin::written(at), format!("`{first}` is the first"))
                .help(format!("push the image of `{second}` somewhere, and name it with `image`"));
        }
    }
}
