use crate::diag::fix::string_literal;
use crate::model::Model;
use crate::rules::variables::each_variable;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no variable has quotes or blanks around its value.
    ///
    /// ## Why
    ///
    /// A line of an `.env` file that is copied into fly.toml brings its quotes along: the value is then `"https://…"`
    /// with the quotes, which no program takes for a URL. A blank or a line break at the end is not seen at all, and
    /// makes a name, a key or a password another one.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// API_URL = '"https://api.example.com"'
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// API_URL = "https://api.example.com"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// LOG_LEVEL = "info "
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// LOG_LEVEL = "info"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - TOML, strings
    static RULE = {
        name: "stray-characters-in-value",
        code: "FA690",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    each_variable(model, cx, |(_, app), name, value, cx| {
        let text = value.as_str();
        let Some((what, inner)) = stray(text) else { return };
        // A text of several lines has its own form.
        let written = cx.text(value.origin);
        if written.starts_with("\"\"\"") || written.starts_with("'''") {
            return;
        }
        let edit = cx.edits().replace(value.range(), string_literal(inner));
        let fix = cx.unsafe_fix("write the value without them", Some(edit));
        let finding =
            cx.report(value.origin, format!("`{}` of `{}` has {what} around its value", name.value, app.name.value));
        finding.label("part of the value").help("write the value without them").fix(fix);
    });
}

/// What stands around a value, and what is left without it.
fn stray(text: &str) -> Option<(&'static str, &str)> {
    let trimmed = text.trim();
    if trimmed.len() < text.len() && !trimmed.is_empty() {
        return Some(("blanks", trimmed));
    }
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inner = text.get(1..)?.strip_suffix(quote)?;
    (!inner.is_empty() && !inner.contains(quote)).then_some(("quotes", inner))
}
