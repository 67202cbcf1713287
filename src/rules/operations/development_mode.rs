use crate::model::Model;
use crate::rules::variables::each_variable;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that nothing in production runs as on the computer of a developer.
    ///
    /// ## Why
    ///
    /// In development frameworks show whoever asks their stack traces, settings and sometimes a console, reload what
    /// has changed and cache nothing. The variable that says so was right on the computer where the file was made.
    ///
    /// Values of variables that frameworks define are looked at, such as `RAILS_ENV` and `FLASK_DEBUG`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// RAILS_ENV = "development"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// RAILS_ENV = "production"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, apps/going-to-production
    /// - Rails, Django, Flask, Phoenix, Gin and Node.js: their guides to deployment
    static RULE = {
        name: "development-mode",
        code: "FA681",
        group: Group::Security,
        levels: Levels { production: Level::Warn, staging: Level::Allow, development: Level::Allow },
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    each_variable(model, cx, |(_, app), name, value, cx| {
        let Some(mode) = cx.facts.names.modes.iter().find(|mode| mode.variable == name.as_str()) else { return };
        if !mode.development.iter().any(|word| value.as_str().eq_ignore_ascii_case(word)) {
            return;
        }
        let right = format!("\"{}\"", mode.production);
        let fix = cx.unsafe_fix(format!("write {right}"), Some(cx.edits().replace(value.range(), right.as_str())));
        let finding = cx.report(value.origin, format!("`{}` of production runs as in development", app.name.value));
        finding.label("errors are shown in full").help(format!("write `{} = {right}`", name.value)).fix(fix);
    });
}
