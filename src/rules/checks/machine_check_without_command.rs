use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that every test of new machines has a command.
    ///
    /// ## Why
    ///
    /// The command is the test: its exit code decides whether the deploy goes on. Without one flyctl stops the deploy with
    /// "missing command for test machine", after the image has been built and the first machine replaced; `fly config validate`
    /// finds nothing wrong.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    ///
    /// [[app.web.http_service.machine_checks]]
    /// image = "curlimages/curl"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// internal_port = 3000
    ///
    /// [[app.web.http_service.machine_checks]]
    /// image = "curlimages/curl"
    /// entrypoint = ["/bin/sh", "-c"]
    /// command = ["curl -f http://[$FLY_TEST_MACHINE_IP]:3000"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/appconfig/machines.go
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "machine-check-without-command",
        code: "FA379",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: false,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let http = app.toml.http_service.iter().flat_map(|service| &service.machine_checks);
    let services = app.toml.services.iter().flat_map(|service| &service.machine_checks);
    for check in app.toml.machine_checks.iter().chain(http).chain(services) {
        if check.command.as_ref().is_none_or(|command| command.is_empty()) {
            cx.report(
                Origin::written(check.range()),
                format!("a machine check of `{}` has no command", app.name.value),
            )
            .label("flyctl stops the deploy")
            .help("add `command`, a list of words: `command = [\"curl\", \"-f\", \"…\"]`");
        }
    }
}
