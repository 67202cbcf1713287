use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that the release command is not the server.
    ///
    /// ## Why
    ///
    /// A deploy waits until the release command has ended, and gives up when its time is over. A server never ends:
    /// each deploy fails after five minutes, with a message about a timeout. The release command is for what must be
    /// done once before a release, such as a migration; servers are started by `processes`, or by the image.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// processes = { web = "node server.js" }
    /// http_service = { internal_port = 3000, processes = ["web"] }
    ///
    /// [app.web.deploy]
    /// release_command = "node server.js"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// processes = { web = "node server.js" }
    /// http_service = { internal_port = 3000, processes = ["web"] }
    ///
    /// [app.web.deploy]
    /// release_command = "node migrate.js"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "release-command-never-ends",
        code: "FA670",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let command = app.toml.deploy.as_ref().and_then(|deploy| deploy.release_command.as_ref());
    let Some(command) = command.filter(|command| !command.trim().is_empty()) else { return };
    let same = |other: &str| other.split_whitespace().eq(command.split_whitespace());
    let server = app.groups.iter().filter(|group| group.serves).filter_map(|group| group.command.as_ref());
    let server: Option<Origin> = { server }.find(|other| same(other)).map(|other| other.origin);
    let waits = same("sleep infinity") || command.starts_with("tail -f ");
    if server.is_none() && !waits {
        return;
    }
    let finding = cx.report(command.origin, format!("the release command of `{}` never ends", app.name.value));
    let finding = match server {
        Some(server) => finding.related(server, "a server"),
        None => finding,
    };
    finding.label("a deploy waits for its end").help("write what is done once before a release, or remove it");
}
