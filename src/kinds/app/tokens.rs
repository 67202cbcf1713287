//! `{ token = … }` as written: a secret that is a token of Fly.io, made by the set-up.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spec::Reference;
use crate::value::{Duration, Seconds, Sourced};

/// A token that the set-up makes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenSpec {
    /// What may be done with it.
    pub kind: Sourced<TokenKind>,
    /// The app that a deploy token is for.
    pub app: Option<Sourced<Reference>>,
    /// How long it is valid, such as "8760h". Default of Fly.io: 20 years.
    pub expiry: Option<Sourced<Duration<Seconds>>>,
}

/// What may be done with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum TokenKind {
    /// Everything in one app.
    Deploy,
    /// Looking at everything in the organisation.
    Readonly,
    /// Everything in the organisation.
    Org,
}

impl TokenKind {
    /// The word behind `fly tokens create`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Readonly => "readonly",
            Self::Org => "org",
        }
    }
}
