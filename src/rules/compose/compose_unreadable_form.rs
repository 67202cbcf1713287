use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that a compose file has the forms that flyctl reads.
    ///
    /// ## Why
    ///
    /// Docker takes variables as a list (`- NAME=value`) and volumes and ports as tables. flyctl takes variables as a
    /// table and the others as texts, and ends with an error for anything else: the same file works at home, and cannot be
    /// deployed.
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
    ///       - RAILS_ENV=production
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
    ///       RAILS_ENV: production
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/containerconfig/compose.go
    /// - Fly.io, machines/guides-examples/multi-container-machines
    static RULE = {
        name: "compose-unreadable-form",
        code: "FA862",
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
        for (key, at, form) in compose.services.iter().filter_map(|service| service.unreadable) {
            cx.about(index)
                .within(compose.file)
                .report(
                    Origin::written(at),
                    format!("flyctl refuses to deploy `{}`: it cannot read `{key}`", app.name.value),
                )
                .label("Docker takes this form, flyctl does not")
                .help(format!("write {form}"));
        }
    }
}
