use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that commands in a compose file are lists of words.
    ///
    /// ## Why
    ///
    /// Docker splits `command: npm start` into words. flyctl hands it over as one: the container looks for a program of
    /// the name `npm start`, with the blank in it, and does not start. A list of words works in both.
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
    ///     command: npm start
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
    ///     command: ["npm", "start"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/containerconfig/compose.go
    /// - Fly.io, machines/guides-examples/multi-container-machines
    static RULE = {
        name: "compose-command-in-one-word",
        code: "FA864",
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
        for (key, (text, at)) in compose.services.iter().flat_map(|service| &service.commands) {
            if text.trim().contains(char::is_whitespace) {
                cx.about(index)
                    .within(compose.file)
                    .report(
                        Origin::written(*at),
                        format!("a container of `{}` looks for one program of this name", app.name.value),
                    )
                    .label("one word for flyctl")
                    .help(format!("write a list of words: `{key}: [\"npm\", \"start\"]`"));
            }
        }
    }
}
