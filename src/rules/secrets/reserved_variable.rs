use crate::model::{App, Model};
use crate::rules::variables::each_variable;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{Origin, Scalar, Sourced};

declare_rule! {
    /// Checks that no variable has a name that Fly.io keeps for its own.
    ///
    /// ## Why
    ///
    /// Names that begin with `FLY_` belong to the platform: it sets `FLY_REGION`, `FLY_MACHINE_ID` and others in every
    /// machine, and more of them as time goes by. A variable of that kind is refused, or silently has another value
    /// than the file says. `FLY_API_TOKEN` as a secret is the exception: it is what flyctl reads in a machine.
    ///
    /// `PRIMARY_REGION` is set from the key `primary_region`, whatever `env` says: this is a warning.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// primary_region = "iad"
    ///
    /// [app.web.env]
    /// LOG_LEVEL = "info"
    /// PRIMARY_REGION = "lhr"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// primary_region = "iad"
    ///
    /// [app.web.env]
    /// LOG_LEVEL = "info"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// FLY_MODE = "replica"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// secrets = ["FLY_API_TOKEN"]
    ///
    /// [app.web.env]
    /// MODE = "replica"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, machines/runtime-environment
    /// - flyctl, internal/appconfig/machines.go
    static RULE = {
        name: "reserved-variable",
        code: "FA320",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    let names = &cx.facts.environment;
    let reserved = |name: &str| name.starts_with(names.reserved_prefix);
    each_variable(model, cx, |(_, app), name, value, cx| {
        if reserved(name) {
            refused(app, name, name.origin, cx);
        } else if name.as_str() == names.primary_region {
            overridden(app, name, value, cx);
        }
    });
    for (index, app) in model.apps.iter().enumerate() {
        for used in app.uses.iter().filter(|used| reserved(&used.variable)) {
            refused(app, &used.variable, used.variable.origin, cx.about(index));
        }
        for secret in app.secrets.iter().filter(|secret| reserved(&secret.name)) {
            if !names.tokens.contains(&secret.name.as_str()) {
                refused(app, &secret.name, secret.name.origin, cx.about(index));
            }
        }
    }
}

/// Reports a name.
fn refused(app: &App, name: &str, at: Origin, cx: &mut Cx<'_>) {
    let prefix = cx.facts.environment.reserved_prefix;
    let other = name.strip_prefix(prefix).filter(|other| !other.is_empty()).unwrap_or("NAME");
    let token = cx.facts.environment.tokens.contains(&name);
    let finding = cx.report(at, format!("`{name}` of `{}` is a name of Fly.io's own", app.name.value));
    let help = if token {
        format!("make it a secret: {}", app.secret(name))
    } else {
        format!("choose a name without {prefix}, such as `APP_{other}`")
    };
    finding.label(format!("{prefix} is reserved")).help(help);
}

/// Reports a value that never arrives.
fn overridden(app: &App, name: &Sourced<String>, value: &Sourced<Scalar>, cx: &mut Cx<'_>) {
    // Without the key the variable is what the file says.
    let Some(region) = &app.primary_region else { return };
    let fix = cx.safe_fix("remove it", cx.edits().remove_entry(name.range(), value.range()));
    let message = format!("`{}` is always `{}` in `{}`, whatever `env` says", name.value, region.value, app.name.value);
    let finding = cx.warn(name.origin, message);
    let finding = if region.origin.is_written() {
        finding.related(region.origin, "sets the variable")
    } else {
        finding.note("the variable is set from the key `primary_region`, or its default")
    };
    finding.label("has no effect").help("remove it; another primary region is chosen with `primary_region`").fix(fix);
}
