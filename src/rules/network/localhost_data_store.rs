use crate::model::Model;
use crate::rules::variables::each_variable;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no variable looks for a data store in the machine itself.
    ///
    /// ## Why
    ///
    /// `localhost` in a machine is that machine, in which nothing runs but the image of the app. On the computer of a
    /// developer a database listens there, and the variable was copied: the app then starts on Fly.io and fails with
    /// "connection refused", or its release command does, and with it the deploy.
    ///
    /// URLs are looked at whose scheme is that of a data store. An app with a volume may run the store itself, and
    /// nothing is said of it; that an image holds both is rare, so this is a warning.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// CACHE_URL = "redis://localhost:6379/0"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// uses = { CACHE_URL = "redis.cache" }
    ///
    /// [redis.cache]
    /// eviction = true
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/private-networking
    /// - Fly.io, apps/secrets
    static RULE = {
        name: "localhost-data-store",
        code: "FA640",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

/// Names and addresses of the machine itself.
const HERE: [&str; 4] = ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"];

fn check(model: &Model, cx: &mut Cx<'_>) {
    each_variable(model, cx, |(_, app), name, value, cx| {
        let Some((scheme, rest)) = value.as_str().split_once("://") else { return };
        let scheme = scheme.split('+').next().unwrap_or(scheme);
        let Some(store) = cx.facts.names.stores.iter().find(|store| store.schemes.contains(&scheme)) else {
            return;
        };
        let authority = rest.split(['/', '?']).next().unwrap_or(rest);
        let host = authority.rsplit('@').next().unwrap_or(authority);
        let here = HERE
            .iter()
            .any(|here| host.strip_prefix(here).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')));
        if !here || !app.toml.mounts.is_empty() {
            return;
        }
        let message = format!("`{}` of `{}` looks for {} in its own machine", name.value, app.name.value, store.what);
        let finding = cx.report(value.origin, message);
        finding
            .label("nothing but the app runs there")
            .help(format!("let it be a secret with the real address: {}", app.secret(name)));
    });
}
