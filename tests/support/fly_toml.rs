//! Arbitrary fly.toml files over the whole surface.

use flyarch::fly_toml::FlyToml;
use serde_json::Value;

/// The schema of a whole fly.toml, for `documents::valid`: that of the types that read it.
pub(crate) fn schema() -> Value {
    flyarch::schema::generate_for::<FlyToml>()
}
