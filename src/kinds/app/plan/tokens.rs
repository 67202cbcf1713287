//! The step that makes a token, and puts it into a secret.

use crate::kinds::app::TokenSpec;
use crate::model::{App, Model, Secret};
use crate::plan::{Arg, word};

/// What a token is called on Fly.io: whose secret it is. So a person can find it, and the script too.
pub(crate) fn token_name(app: &App, secret: &Secret) -> String {
    format!("{}/{}", app.name.value, secret.name.value)
}

/// How long a token is valid, as people would write it.
pub(crate) fn expiry(token: &TokenSpec) -> Option<String> {
    const HOUR: i64 = 3600 * 1_000_000_000;
    let expiry = token.expiry.as_ref()?.value;
    let hours = expiry.nanoseconds() / HOUR;
    Some(if expiry.nanoseconds() % HOUR == 0 { format!("{hours}h") } else { expiry.to_string() })
}

/// The call of the function, and the command that makes the token.
pub(super) fn text<'m>(
    secret: &'m Secret,
    token: &'m TokenSpec,
    model: &'m Model,
    app: &'m App,
) -> (Vec<Arg<'m>>, Vec<Arg<'m>>) {
    let target = secret.token_for.map(|target| model.apps[target].name.as_str());
    let name = token_name(app, secret);
    let call = vec![
        "secret_token".into(),
        word(app.name.as_str()),
        word(secret.name.as_str()),
        word(target.unwrap_or("")),
        name.clone().into(),
    ];
    let mut command: Vec<Arg<'m>> = vec!["fly".into(), "tokens".into(), "create".into(), token.kind.as_str().into()];
    command.extend(match target {
        Some(target) => ["-a".into(), word(target)],
        None => ["--org".into(), word(model.project().org.as_str())],
    });
    command.extend(["--name".into(), name.into()]);
    if let Some(expiry) = expiry(token) {
        command.extend(["--expiry".into(), expiry.into()]);
    }
    command.push("--json".into());
    (call, command)
}
