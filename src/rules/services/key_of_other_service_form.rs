use crate::diag::{Applicability, Edit, Fix};
use crate::model::{App, Service, ServiceForm};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::source::TextRange;
use crate::spec::Level;
use crate::value::{Origin, Sourced};

declare_rule! {
    /// Checks that settings for `[http_service]` do not stand in `[services]`.
    ///
    /// ## Why
    ///
    /// `[http_service]` is a section of its own. `[services.concurrency]` beside it does not set its limits: flyctl makes a
    /// second service of it, one without a port, without a protocol and without ports of its own, and says nothing. The limits
    /// apply to no request ([flyctl#2521](https://github.com/superfly/flyctl/issues/2521)). The same happens to
    /// `[[services.http_checks]]`: nothing is checked.
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
    /// ```toml,files,bad
    /// app = "my-shop"
    ///
    /// [http_service]
    /// internal_port = 3000
    ///
    /// [[services.http_checks]]
    /// path = "/healthz"
    /// grace_period = "10s"
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
    for service in app.services.iter().filter(|service| app.is_stray(service)) {
        let ServiceForm::General(index) = service.form else { continue };
        let section = &app.toml.services[index];
        let concurrency = section.concurrency.as_ref().map(Sourced::range);
        let checks: Vec<TextRange> = section.http_checks.iter().map(Sourced::range).collect();
        let right = if concurrency.is_some() {
            app.table("http_service.concurrency")
        } else {
            app.list_of_tables("http_service.checks")
        };
        let fix = if section.tcp_checks.is_empty() { fix(concurrency, &checks, http, cx) } else { None };
        let at = concurrency.or(checks.first().copied()).unwrap_or(service.at);
        cx.report(Origin::written(at), format!("this says nothing about the http_service of `{}`", app.name.value))
            .label("a second service, with no port")
            .related(Origin::written(http.at), "the service that is meant")
            .help(format!("write `{right}`"))
            .fix(fix);
    }
}

/// Other headers for what has some.
fn fix(concurrency: Option<TextRange>, checks: &[TextRange], http: &Service, cx: &Cx<'_>) -> Option<Fix> {
    if concurrency.is_some() && (http.concurrency.is_some() || !checks.is_empty()) {
        return None;
    }
    let (tables, old, new) = match &concurrency {
        Some(table) => (std::slice::from_ref(table), "services.concurrency]", "http_service.concurrency]"),
        None => (checks, "services.http_checks]]", "http_service.checks]]"),
    };
    let edit = |table: &TextRange| {
        let header = cx.text(Origin::written(*table));
        let before = header.strip_suffix(old).filter(|before| before.starts_with('['))?;
        Some(cx.edits().replace(*table, format!("{before}{new}")))
    };
    let edits: Option<Vec<Edit>> = tables.iter().map(edit).collect();
    let edits = edits.filter(|edits| !edits.is_empty())?;
    // A number without a unit is another time in the other section.
    Some(Fix { title: "move it to `http_service`".to_owned(), applicability: Applicability::Unsafe, edits })
}
