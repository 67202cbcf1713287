use crate::fly_toml::ReplayCache;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::list;
use crate::spec::Level;
use crate::value::{Origin, Sourced};

declare_rule! {
    /// Checks that rules for the replay cache are complete.
    ///
    /// ## Why
    ///
    /// An entry of `replay_cache` says for which requests, by which cookie or header, and for how long the proxy remembers
    /// where it replayed a session to. All four keys are needed: without a name there is nothing to recognise a session by, and
    /// every request goes the long way through the first machine. flyctl passes on whatever is there.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    ///
    /// [[app.web.http_service.http_options.replay_cache]]
    /// ttl_seconds = 300
    /// type = "cookie"
    /// name = "session_id"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// internal_port = 3000
    ///
    /// [[app.web.http_service.http_options.replay_cache]]
    /// path_prefix = "/"
    /// ttl_seconds = 300
    /// type = "cookie"
    /// name = "session_id"
    /// ```
    ///
    /// ```toml,files,bad
    /// app = "my-web"
    ///
    /// [http_service]
    /// internal_port = 3000
    ///
    /// [[http_service.http_options.replay_cache]]
    /// path_prefix = "/"
    /// ttl_seconds = 300
    /// type = "cookie"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/dynamic-request-routing
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "incomplete-replay-cache",
        code: "FA350",
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
    let http = app.toml.http_service.iter().filter_map(|service| service.http_options.as_ref());
    let ports = app.toml.services.iter().flat_map(|service| service.ports.iter());
    let options = http.chain(ports.filter_map(|port| port.http_options.as_ref()));
    for cache in options.flat_map(|options| options.replay_cache.iter()) {
        incomplete(app, cache, cx);
    }
}

fn incomplete(app: &App, cache: &Sourced<ReplayCache>, cx: &mut Cx<'_>) {
    let keys = [
        ("path_prefix", cache.path_prefix.is_none()),
        ("ttl_seconds", cache.ttl_seconds.is_none()),
        ("type", cache.kind.is_none()),
        ("name", cache.name.is_none()),
    ];
    let missing: Vec<&str> = keys.iter().filter(|(_, missing)| *missing).map(|(key, _)| *key).collect();
    if missing.is_empty() {
        return;
    }
    let edit = cx.edits().insert_entry(cache.range(), "path_prefix", "\"/\"").filter(|_| missing == ["path_prefix"]);
    let fix = cx.unsafe_fix("let it be for every path", edit);
    cx.report(
        Origin::written(cache.range()),
        format!("a replay cache of `{}` has no {}", app.name.value, list(&missing, "and")),
    )
    .label("remembers nothing")
    .help(format!("add {}", list(&missing, "and")))
    .fix(fix);
}
