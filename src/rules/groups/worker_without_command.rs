use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that an app without a service runs something else than the app whose image it shares.
    ///
    /// ## Why
    ///
    /// A worker is mostly built together with the app that answers requests, and started with another command. Without
    /// `processes` it starts what the image says, which is the server: machines run and are paid for, answer nobody, and
    /// the queue is worked off by nobody.
    ///
    /// When the image itself decides, by a variable for instance, waive the rule and say so.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    ///
    /// [app.jobs]
    /// image_from = "app.web"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// internal_port = 3000
    ///
    /// [app.jobs]
    /// image_from = "app.web"
    /// processes = { worker = "node worker.js" }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, launch/processes
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "worker-without-command",
        code: "FA323",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(image_from) = &app.image_from else { return };
    let other = &cx.model.apps[image_from.value];
    if runs_the_image(app) && app.services.is_empty() && runs_the_image(other) && !other.services.is_empty() {
        let (name, key, other_key) = (&app.name.value, &app.key.value, &other.key.value);
        cx.report(image_from.origin, format!("`{name}` runs the same command as `{}`", other.name.value))
            .label("no command of its own, and no service")
            .help(format!(
                "say what it runs, such as `processes = {{ worker = \"node worker.js\" }}`; \
                 or give it a service if it shall answer requests like app.{other_key}"
            ))
            .note(format!("if the image decides what it does in app.{key}, waive this with a reason"));
    }
}

/// Whether every machine starts what the image says.
fn runs_the_image(app: &App) -> bool {
    let own = app.toml.experimental.as_ref().map(|experimental| &experimental.value);
    let own = own.is_some_and(|own| own.cmd.is_some() || own.entrypoint.is_some() || own.exec.is_some());
    !own && app.groups.iter().all(|group| group.command.is_none())
}
