use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that no service of a compose file keeps data in a volume of Docker.
    ///
    /// ## Why
    ///
    /// Of `volumes` flyctl copies single files into the container. Volumes with a name, and those without a place on the
    /// host, do not exist on Fly.io: what is written there is gone when the machine restarts. A database loses everything
    /// with the first deploy.
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
    ///     volumes: ["uploads:/app/uploads"]
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
    ///     volumes: ["./nginx.conf:/etc/nginx.conf:ro"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/containerconfig/compose.go
    /// - Fly.io, machines/guides-examples/multi-container-machines
    static RULE = {
        name: "compose-volume",
        code: "FA863",
        group: Group::Reliability,
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
            let (name, _) = &service.name;
            let named = service.volumes.iter().find(|(volume, _)| is_volume(volume));
            if let Some((_, at)) = named {
                cx.about(index)
                    .within(compose.file)
                    .report(
                        Origin::written(*at),
                        format!("what `{name}` of `{}` keeps is gone after a restart", app.name.value),
                    )
                    .label("no volume of Fly.io")
                    .help("mount one with `[mounts]` in fly.toml, or run what keeps data as an app of its own");
            }
        }
    }
}

/// Whether this is no file of the host: a name, or a place in the container alone.
fn is_volume(volume: &str) -> bool {
    let host = volume.split_once(':').map_or("", |(host, _)| host);
    !host.starts_with(['.', '/', '~', '$'])
}
