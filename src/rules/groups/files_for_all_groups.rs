use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that nobody relies on `processes` of `[[files]]`.
    ///
    /// ## Why
    ///
    /// The key is accepted, and flyctl does not look at it: every file is written to the machines of every group. A file with a
    /// secret in it reaches groups that were not meant to have it.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// processes = { web = "node server.js", worker = "node worker.js" }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// processes = ["web"]
    ///
    /// [[app.web.files]]
    /// guest_path = "/etc/app/tls.key"
    /// secret_name = "TLS_KEY"
    /// processes = ["web"]
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// processes = { web = "node server.js", worker = "node worker.js" }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// processes = ["web"]
    ///
    /// [[app.web.files]]
    /// guest_path = "/etc/app/tls.key"
    /// secret_name = "TLS_KEY"
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/appconfig/config.go
    static RULE = {
        name: "files-for-all-groups",
        code: "FA390",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for file in &app.toml.files {
        let Some(groups) = file.processes.as_ref().filter(|groups| !groups.is_empty()) else { continue };
        // A file for all groups goes where it should.
        if app.groups.iter().all(|group| groups.iter().any(|name| name.value == group.name.value)) {
            continue;
        }
        let fix = cx.unsafe_fix("remove it", cx.edits().remove(groups.range()));
        cx.report(groups.origin, format!("every group of `{}` gets this file", app.name.value))
            .label("flyctl does not look at it")
            .help("remove `processes`, and put a file that others must not have into an app of its own")
            .fix(fix);
    }
}
