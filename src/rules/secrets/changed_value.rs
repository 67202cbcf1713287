use crate::diag::fix::string_literal;
use crate::model::Model;
use crate::rules::variables::each_variable;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that numbers in variables arrive as they are written.
    ///
    /// ## Why
    ///
    /// A variable is text. A number without quotes is turned into text by the rules of a number: `1.0` arrives as
    /// `1`, `1_000` as `1000`, `0x1F` as `31`, and `1000000.0` as `1e+06`. A version, an amount or a bit mask is then
    /// another one. In quotes it stays what it is. In a fly.toml `changed-text` says the same.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// regions = ["iad", "lhr"]
    /// env = { API_VERSION = 1.0 }
    ///
    /// [app.web]
    /// kill_timeout = "30s"
    /// ```
    ///
    /// ```toml,good
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// regions = ["iad", "lhr"]
    /// env = { API_VERSION = "1.0" }
    ///
    /// [app.web]
    /// kill_timeout = "30s"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/appconfig/patches.go
    static RULE = {
        name: "changed-value",
        code: "FA654",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    each_variable(model, cx, |(_, app), name, value, cx| {
        let written = cx.text(value.origin);
        if written == value.as_str()
            || !written.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))
        {
            return;
        }
        let literal = string_literal(written);
        let message = format!("`{}` of `{}` arrives as {}", name.value, app.name.value, value.as_str());
        let fix = cx.unsafe_fix(format!("write {literal}"), Some(cx.edits().replace(value.range(), literal.as_str())));
        let finding = cx.report(value.origin, message);
        finding.label("a number, which becomes text").help(format!("put it in quotes: {literal}")).fix(fix);
    });
}
