use crate::model::{App, ServiceForm};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that settings for `[http_service]` do not stand in `[services]`.
    ///
    /// ## Why
    ///
    /// `[http_service]` is a section of its own. `[services.concurrency]` beside it does not set its limits: flyctl makes a
    /// second service of it, one without a port, without a protocol and without ports of its own, and says nothing. The limits
    /// apply to no request ([flyctl#2521](https://github.com/superfly/flyctl/issues/2521)).
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    ///
    /// [app.web.services.concurrency]
    /// type = "requests"
    /// soft_limit = 200
    /// hard_limit = 250
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// internal_port = 3000
    ///
    /// [app.web.http_service.concurrency]
    /// type = "requests"
    /// soft_limit = 200
    /// hard_limit = 250
    /// ```
    ///
    /// ## Sources
    ///
    /// - https://github.com/superfly/flyctl/issues/2521
    /// - flyctl, internal/appconfig/service.go
    static RULE = {
        name: "key-of-other-service-form",
        code: "FA331",
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
    let Some(http) = app.services.iter().find(|service| service.form == ServiceForm::Http) else { return };
    for service in &app.services {
        let ServiceForm::General(index) = service.form else { continue };
        let section = &app.toml.services[index];
        if section.internal_port.is_some() || !section.ports.is_empty() {
            continue;
        }
        let written = section.concurrency.as_ref();
        let at = written.map_or(service.at, |concurrency| concurrency.range());
        let header = cx.text(Origin::written(at));
        let alone = section.tcp_checks.is_empty() && section.http_checks.is_empty();
        let fits = alone && http.concurrency.is_none() && header.starts_with('[') && !header.starts_with("[[");
        let right = header.rsplit_once("services.").map(|(before, after)| format!("{before}http_service.{after}"));
        let edit = right.filter(|_| fits && written.is_some()).map(|right| cx.edits().replace(at, right));
        let fix = cx.safe_fix("move it to `http_service`", edit);
        cx.report(Origin::written(at), format!("this says nothing about the http_service of `{}`", app.name.value))
            .label("a second service, with no port")
            .related(Origin::written(http.at), "the service that is meant")
            .help(format!("write `{}` and its like", app.table("http_service.concurrency")))
            .fix(fix);
    }
}
