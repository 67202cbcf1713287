use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that an app which says how much a machine takes says when others should help.
    ///
    /// ## Why
    ///
    /// `hard_limit` is where the proxy stops sending to a machine. Where it begins to prefer and to start others is
    /// `soft_limit`, and without one that is at 20. An app that takes 200 requests at a time then has its machines started long
    /// before one of them has anything to do, and with `auto_stop_machines` they are counted as needed from 20 on.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    /// concurrency = { type = "requests", hard_limit = 250 }
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// internal_port = 3000
    /// concurrency = { soft_limit = 200, type = "requests", hard_limit = 250 }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, apps/concurrency
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "default-soft-limit",
        code: "FA369",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for limits in app.services.iter().filter_map(|service| service.concurrency.as_ref()) {
        let Some(hard) = limits.hard_limit.filter(|_| !limits.soft_limit.origin.is_written()) else { continue };
        let default = limits.soft_limit.value;
        // Near the default, or below it, `concurrency-limits` has the word.
        let suggestion = hard.value / 5 * 4 + hard.value % 5 * 4 / 5;
        if suggestion <= default {
            continue;
        }
        let edit = cx.edits().insert_entry(limits.at, "soft_limit", &suggestion.to_string());
        let fix = cx.unsafe_fix(format!("set a soft limit of {suggestion}"), edit);
        cx.report(
            Origin::written(limits.at),
            format!("machines of `{}` count as busy from {default} {} on", app.name.value, limits.kind.value),
        )
        .label("no `soft_limit`")
        .related(hard.origin, format!("takes {}", hard.value))
        .help(format!("say from when others should help: a soft limit of about {suggestion}"))
        .fix(fix);
    }
}
