//! Tokens: what one is for.

use super::super::{SecretSource, TokenKind};
use crate::lower::{CONFLICT, LowerCx, WRONG_REFERENCE};
use crate::model::Secret;
use crate::schema::{INVALID_VALUE, MISSING_KEY};
use crate::spec::Kind;
use crate::value::{EnvName, Sourced};

/// A secret; of a token, with the app that it is for.
pub(super) fn secret(name: Sourced<EnvName>, source: SecretSource, cx: &mut LowerCx<'_>) -> Secret {
    let token_for = app_of(&name, &source, cx);
    Secret { name, source, token_for }
}

fn app_of(name: &Sourced<EnvName>, source: &SecretSource, cx: &mut LowerCx<'_>) -> Option<usize> {
    let SecretSource::Token(token) = source else { return None };
    if let Some(expiry) = token.expiry.filter(|expiry| expiry.nanoseconds() <= 0) {
        cx.report
            .error(INVALID_VALUE, expiry.origin, format!("the token `{}` would be over at once", name.value))
            .help("say how long it is valid, such as `expiry = \"8760h\"`, which is a year");
    }
    match (token.kind.value, &token.app) {
        (TokenKind::Deploy, None) => {
            cx.report
                .error(MISSING_KEY, token.kind.origin, format!("the deploy token `{}` is for no app", name.value))
                .help("a deploy token is for one app: add `app = \"app.web\"`");
            None
        }
        (TokenKind::Deploy, Some(app)) => {
            let id = cx.resolve(app)?;
            if id.kind != Kind::App {
                cx.report
                    .error(WRONG_REFERENCE, app.origin, format!("`{}` is no app", app.value))
                    .help("a deploy token is for an app, such as \"app.web\"");
                return None;
            }
            Some(id.index)
        }
        (TokenKind::Readonly | TokenKind::Org, None) => None,
        (kind @ (TokenKind::Readonly | TokenKind::Org), Some(app)) => {
            cx.report
                .error(CONFLICT, app.origin, format!("a token of kind `{}` is not for one app", kind.as_str()))
                .related(token.kind.origin, "for the whole organisation")
                .help("remove `app`, or write `kind = \"deploy\"`");
            None
        }
    }
}
