use crate::diag::{Applicability, Fix};
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that a range of ports has two ends, the lower one first.
    ///
    /// ## Why
    ///
    /// `start_port` and `end_port` make a service listen on every port between them. flyctl does not compare the two, and
    /// Fly.io refuses a range that ends before it begins. Where one of them is missing, flyctl takes the range to reach to the
    /// end of all ports, which asks for a dedicated address at the first deploy.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ start_port = 8085, end_port = 8080 }]
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ start_port = 8080, end_port = 8085 }]
    /// ```
    ///
    /// ```toml,bad
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ start_port = 8080 }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/appconfig/config.go
    static RULE = {
        name: "port-range",
        code: "FA328",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: false,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for port in app.toml.services.iter().flat_map(|service| service.ports.iter()) {
        match (port.start_port, port.end_port) {
            (Some(start), Some(end)) if start.value.get() > end.value.get() => {
                let edits = cx.edits();
                let mut swap = vec![
                    edits.replace(start.range(), end.value.to_string()),
                    edits.replace(end.range(), start.value.to_string()),
                ];
                swap.sort_by_key(|edit| edit.span.range);
                let title = "swap the two".to_owned();
                let fix = Some(Fix { title, applicability: Applicability::Safe, edits: swap });
                cx.report(start.origin, format!("no port lies between {} and {}", start.value, end.value))
                    .label("the lower end is above the upper one")
                    .related(end.origin, "the upper end")
                    .help(format!("write `start_port = {}` and `end_port = {}`", end.value, start.value))
                    .fix(fix);
            }
            (Some(only), None) | (None, Some(only)) if port.port.is_none() => {
                let missing = if port.start_port.is_some() { "end_port" } else { "start_port" };
                cx.warn(only.origin, format!("a range of ports has no `{missing}`"))
                    .label("one end of a range")
                    .help(format!("add `{missing}`, or write `port = {}` if one port is meant", only.value));
            }
            _ => {}
        }
    }
}
