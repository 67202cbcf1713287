use crate::kinds::app::SecretSource;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that a secret that is made has the length that its framework asks for.
    ///
    /// ## Why
    ///
    /// Phoenix ends with an error when `SECRET_KEY_BASE` has fewer than 64 characters, Laravel when the key in
    /// `APP_KEY` has not 32. The set-up succeeds, the deploy fails, and the message is in the logs of a machine that
    /// has stopped. Another framework may use the same name and be content, so this is a warning.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.secrets.SECRET_KEY_BASE]
    /// generate = "hex16"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.secrets.SECRET_KEY_BASE]
    /// generate = "hex32"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Phoenix, Plug.Session.COOKIE
    /// - Laravel, encryption
    static RULE = {
        name: "generated-length",
        code: "FA693",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for secret in &app.secrets {
        let SecretSource::Generate(generator) = secret.source else { continue };
        let lengths = cx.facts.names.generated.iter();
        let Some(wanted) = { lengths }.find(|wanted| wanted.variable == secret.name.as_str()) else { continue };
        let length = generator.characters();
        if (wanted.shortest..=wanted.longest).contains(&length) {
            continue;
        }
        let than = if length < wanted.shortest { "short" } else { "long" };
        let message = format!("`{}` of `{}` is too {than} for {}", secret.name.value, app.name.value, wanted.framework);
        cx.report(secret.name.origin, message)
            .label(format!("{length} characters from \"{}\"", generator.as_str()))
            .help(format!("write `generate = \"{}\"`", wanted.generator));
    }
}
