use crate::kinds::app::SecretSource;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no secret is made up which somebody else issues.
    ///
    /// ## Why
    ///
    /// `generate` makes random digits. That is right for what an app alone must know, such as the key of its
    /// sessions. The key of a payment provider, the address of a database or the key that belongs to an encrypted
    /// file in the repository exist already: the set-up succeeds, and the first call fails.
    ///
    /// A secret is taken for one of those by its name. Secrets of webhooks may be chosen freely, and are left alone.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.secrets.STRIPE_SECRET_KEY]
    /// generate = "hex32"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.secrets.STRIPE_SECRET_KEY]
    /// env = "STRIPE_SECRET_KEY"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, apps/secrets
    /// - the documentation of each provider
    static RULE = {
        name: "generated-foreign-secret",
        code: "FA692",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for secret in app.secrets.iter().filter(|secret| matches!(secret.source, SecretSource::Generate(_))) {
        let name = &secret.name;
        if !cx.facts.names.is_issued(name) {
            continue;
        }
        cx.report(name.origin, format!("random digits are no `{}` for `{}`", name.value, app.name.value))
            .label("issued by somebody else")
            .help(format!("take it from there: `env = \"{}\"`, `file` or `command`", name.value));
    }
}
