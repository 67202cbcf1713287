use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that no two variables of an app differ in capital letters alone.
    ///
    /// ## Why
    ///
    /// `Log_Level` and `LOG_LEVEL` are two variables. A program reads one of them, and whoever changes the other
    /// waits for an effect. Often the second came with a secret or a copied line. `http_proxy` and its like, which
    /// tools read in both spellings, are not meant.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// LOG_LEVEL = "info"
    /// Log_Level = "debug"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// LOG_LEVEL = "info"
    /// HTTP_PROXY = "http://proxy.example.com:3128"
    /// http_proxy = "http://proxy.example.com:3128"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "variables-differ-by-case",
        code: "FA684",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    // Nearly all names are in capitals: those that are not are compared with the others.
    let env = app.toml.env.iter().map(|(name, _)| (name.as_str(), name.origin));
    let secrets = app.secrets.iter().map(|secret| (secret.name.as_str(), secret.name.origin));
    let all = || env.clone().chain(secrets.clone());
    for (name, at) in all().filter(|(name, _)| name.bytes().any(|b| b.is_ascii_lowercase())) {
        let proxy = name.len() > 6 && name[name.len() - 6..].eq_ignore_ascii_case("_proxy");
        let other = |(other, _): &(&str, Origin)| *other != name && other.eq_ignore_ascii_case(name);
        let Some((other, place)) = all().find(other).filter(|_| !proxy) else { continue };
        // Of two with small letters the second is told.
        if other.bytes().any(|b| b.is_ascii_lowercase()) && place.range.start > at.range.start {
            continue;
        }
        cx.report(at, format!("`{name}` and `{other}` of `{}` are two variables", app.name.value))
            .label("differs in capital letters alone")
            .related(place, "the other one")
            .help("keep the one that the program reads");
    }
}
