use crate::model::{App, Model};
use crate::rules::variables::{each_variable, references};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no value counts on another variable being put into it.
    ///
    /// ## Why
    ///
    /// `[env]` is no script: `"https://$FLY_APP_NAME.fly.dev"` arrives with the dollar sign and the name in it.
    /// Nobody puts values in, unless the program does so itself, as some frameworks do with `${…}`; so this is a
    /// warning.
    ///
    /// The rule speaks of names that the platform sets and of those that the app has itself. `$PATH` in `PATH` is the
    /// worst of them: no program is found any more.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// PUBLIC_URL = "https://$FLY_APP_NAME.fly.dev"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// PUBLIC_URL = "https://my-web.fly.dev"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, machines/runtime-environment
    static RULE = {
        name: "unexpanded-variable",
        code: "FA691",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    each_variable(model, cx, |(_, app), name, value, cx| {
        // In a spec `${` is refused, and `$${` says that it is meant.
        let text = value.as_str();
        if !text.contains('$') || (!app.is_plain() && text.contains("${")) {
            return;
        }
        let names = &cx.facts.environment;
        let set =
            |other: &str| other.starts_with(names.reserved_prefix) || other == names.primary_region || has(app, other);
        let Some(other) = references(text).find(|other| set(other)) else { return };
        let message = format!("`{}` of `{}` arrives with `${other}` in it, not its value", name.value, app.name.value);
        let finding = cx.report(value.origin, message);
        finding.label("nobody puts it in").help("write the value itself, or let the program put the two together");
    });
}

fn has(app: &App, name: &str) -> bool {
    app.toml.env.get(name).is_some() || app.secrets.iter().any(|secret| secret.name.as_str() == name)
}
