use crate::facts::{SecretKind, secret_in};
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no build argument is a secret.
    ///
    /// ## Why
    ///
    /// Build arguments stand in fly.toml, which is committed, and stay in the image: `docker history` shows them to
    /// everybody who may pull it, layers of later builds keep them. A secret that a build needs belongs in a build
    /// secret, which is mounted for one command and leaves nothing behind. That secrets end up in images is what
    /// users report: <https://github.com/jupyterhealth/jupyterhealth-exchange/issues/187>.
    ///
    /// A value is taken for a secret as `secret-in-env` does. What a tool for browsers writes into its files by
    /// design, such as `VITE_…`, is no secret unless it has the format of a known token. What only its name makes a
    /// secret is a warning: some keys are made for browsers. The message never shows the value.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.build.args]
    /// NODE_VERSION = "22"
    /// NPM_TOKEN = "correct horse battery"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.build.args]
    /// NODE_VERSION = "22"
    /// NEXT_PUBLIC_API_KEY = "k-2024"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, apps/build-secrets
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "secret-in-build-args",
        code: "FA641",
        group: Group::Security,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(build) = &app.toml.build else { return };
    for (name, value) in &build.args {
        let Some(kind) = secret_in(cx.facts, name, value) else { continue };
        if cx.facts.names.inlined(name).is_some() && !matches!(kind, SecretKind::Token(_)) {
            continue;
        }
        let what = match kind {
            SecretKind::Named => "by its name it is a secret".to_owned(),
            SecretKind::Token(what) => format!("it is {what}"),
            SecretKind::UrlPassword => "the URL holds a password".to_owned(),
            SecretKind::UrlParameter => "a parameter of the URL is a secret".to_owned(),
            SecretKind::Random => "it is random, as keys are".to_owned(),
        };
        let message = format!("the image of `{}` keeps `{}` for all who can pull it", app.name.value, name.value);
        // Some keys are made to be shown in browsers, and no name tells which.
        let certain = matches!(kind, SecretKind::Token(_) | SecretKind::UrlPassword);
        let finding = if certain { cx.report(name.origin, message) } else { cx.warn(name.origin, message) };
        finding.label(what).redact(value.origin).help(format!(
            "remove it, let the Dockerfile mount it (RUN --mount=type=secret,id={0}) and give it to `fly deploy --build-secret {0}=…`; and replace it if this file was ever shared",
            name.value
        ));
    }
}
