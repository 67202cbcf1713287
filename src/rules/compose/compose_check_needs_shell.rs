use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that health checks in a compose file are lists of words for a program.
    ///
    /// ## Why
    ///
    /// A check that is one text, or that stands behind `CMD-SHELL`, is for a shell. flyctl runs it without one, as a
    /// program with that name: it fails each time, and what waits for `service_healthy` never starts.
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
    ///     healthcheck:
    ///       test: curl -f http://localhost:8080/up
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
    ///     healthcheck:
    ///       test: ["CMD", "curl", "-f", "http://localhost:8080/up"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/containerconfig/compose.go
    /// - Fly.io, machines/guides-examples/multi-container-machines
    static RULE = {
        name: "compose-check-needs-shell",
        code: "FA865",
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
        for (text, at) in compose.services.iter().filter_map(|service| service.health.as_ref()) {
            if text.trim().contains(char::is_whitespace) {
                cx.about(index)
                    .within(compose.file)
                    .report(Origin::written(*at), format!("this check of `{}` fails each time", app.name.value))
                    .label("no shell runs this")
                    .help("write a list: `[\"CMD\", \"curl\", …]`, or `[\"CMD\", \"sh\", \"-c\", \"…\"]`");
            }
        }
    }
}
