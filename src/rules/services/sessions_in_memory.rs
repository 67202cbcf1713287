use crate::kinds::app::Sessions;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that sessions which live in the memory of a machine have one machine to live in.
    ///
    /// ## Why
    ///
    /// The proxy sends every request to the machine that is nearest and least busy. With two machines the next request of a
    /// visitor may reach the one that has never heard of him, and he is logged out; a deploy or a stop logs everybody out.
    /// A store that all machines share, or requests that are replayed to the machine with the session, keep it.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// workload = { sessions = "memory" }
    /// http_service = { internal_port = 3000 }
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// workload = { sessions = "external" }
    /// http_service = { internal_port = 3000 }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, blueprints/sticky-sessions
    /// - Fly.io, networking/dynamic-request-routing
    static RULE = {
        name: "sessions-in-memory",
        code: "FA358",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(sessions) = app.workload.sessions.filter(|sessions| sessions.value == Sessions::Memory) else { return };
    let Some(group) = app.groups.iter().find(|group| group.serves && group.machines() > 1) else { return };
    // Sessions that are replayed to their machine stay where they are.
    let cached = app.toml.http_service.iter().filter_map(|http| http.http_options.as_ref());
    if cached.flat_map(|options| options.replay_cache.iter()).next().is_some() {
        return;
    }
    let at = group.placement.first().map_or(Origin::written(app.header), |(region, _)| region.origin);
    cx.report(
        sessions.origin,
        format!("visitors of `{}` lose their session from one request to the next", app.name.value),
    )
    .label("each machine has its own")
    .related(at, format!("{} machines", group.machines()))
    .help("keep sessions in a store that all machines share, or replay requests to the machine that has them");
}
