use crate::fly_toml::Protocol;
use crate::model::{App, ServiceForm};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that a website is asked for a page, and not only for a connection.
    ///
    /// ## Why
    ///
    /// A TCP check connects and is content. A server accepts connections before it has loaded anything, and still does when its
    /// database is gone, when it answers every request with an error, or when all of its workers hang: the kernel accepts for
    /// it. An HTTP check wants an answer of 2xx. A deploy then notices that the new version does not work, and the proxy leaves
    /// a broken machine alone ([cratesio-mcp#137](https://github.com/joshrotenberg/cratesio-mcp/pull/137)).
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    ///
    /// [[app.web.services.ports]]
    /// port = 443
    /// handlers = ["tls", "http"]
    ///
    /// [[app.web.services.tcp_checks]]
    /// interval = "15s"
    /// timeout = "2s"
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    ///
    /// [[app.web.services.http_checks]]
    /// path = "/healthz"
    /// interval = "15s"
    /// timeout = "5s"
    /// grace_period = "10s"
    ///
    /// [[app.web.services.ports]]
    /// port = 443
    /// handlers = ["tls", "http"]
    ///
    /// [[app.web.services.tcp_checks]]
    /// interval = "15s"
    /// timeout = "2s"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/health-checks
    /// - https://github.com/joshrotenberg/cratesio-mcp/pull/137
    static RULE = {
        name: "tcp-check-of-website",
        code: "FA377",
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
    for service in app.services.iter().filter(|service| service.protocol == Protocol::Tcp) {
        let ServiceForm::General(index) = service.form else { continue };
        let section = &app.toml.services[index];
        let Some(first) = section.tcp_checks.first() else { continue };
        if !section.http_checks.is_empty() || !service.ports.iter().any(|port| port.http) {
            continue;
        }
        // A check speaks HTTP/1.1, and such an app may not.
        let options = section.ports.iter().filter_map(|port| port.http_options.as_ref());
        if options.filter_map(|options| options.h2_backend).any(|h2| h2.value) {
            continue;
        }
        let boot = app.workload.boot_seconds.map_or(0, |seconds| i64::from(seconds.value));
        let grace = (boot + 5).clamp(10, cx.facts.checks.service_seconds_max);
        let entries = [
            ("path", "\"/healthz\"".to_owned()),
            ("interval", "\"15s\"".to_owned()),
            ("timeout", "\"5s\"".to_owned()),
            ("grace_period", format!("\"{grace}s\"")),
        ];
        let edit = cx.edits().insert_list_of_tables(service.at, "http_checks", &entries);
        let fix = cx.unsafe_fix("ask for /healthz every 15 seconds", edit);
        cx.report(
            Origin::written(first.range()),
            format!("a machine of `{}` that answers with errors counts as healthy", app.name.value),
        )
        .label("content with a connection")
        .help(format!(
            "add `{}` with a `path` that answers 200 when the machine can do its work",
            app.list_of_tables("services.http_checks")
        ))
        .fix(fix);
    }
}
