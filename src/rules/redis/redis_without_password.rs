use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that a Redis with a service asks for a password.
    ///
    /// ## Why
    ///
    /// The image of Redis has no password and listens on every address: whoever reaches its port reads and deletes
    /// everything, and can make it run code. A service makes that port reachable through the proxy: for the whole
    /// organisation by Flycast, and for the internet as soon as the app has a public address, which the first deploy
    /// gives it unless it is told not to.
    ///
    /// Found is the official image whose command has neither `--requirepass` nor a file of settings.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.cache]
    /// build = { image = "redis:7" }
    ///
    /// [[app.cache.services]]
    /// internal_port = 6379
    /// ports = [{ port = 6379 }]
    /// ```
    ///
    /// ```toml,good
    /// [app.cache]
    /// build = { image = "redis:7" }
    /// processes = { app = "sh -c 'exec redis-server --requirepass $REDIS_PASSWORD'" }
    ///
    /// [[app.cache.services]]
    /// internal_port = 6379
    /// ports = [{ port = 6379 }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Docker Hub, redis
    /// - Fly.io, networking/flycast
    static RULE = {
        name: "redis-without-password",
        code: "FA557",
        group: Group::Security,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(service) = app.services.first() else { return };
    let Some(image) = app.toml.build.as_ref().and_then(|build| build.image.as_ref()) else { return };
    let name = image.split(['@', ':']).next().unwrap_or(image);
    if !matches!(name.rsplit("library/").next(), Some("redis" | "valkey/valkey")) {
        return;
    }
    let protected = |text: &str| ["requirepass", ".conf", "aclfile"].iter().any(|sign| text.contains(sign));
    if app.command_words().any(protected) || !app.toml.files.is_empty() {
        return;
    }
    cx.report(image.origin, format!("whoever reaches `{}` may read and delete everything in it", app.name.value))
        .label("the image asks for no password")
        .related(Origin::written(service.at), "and is reached here")
        .help(format!(
            "start it with `--requirepass` and a secret: {}; without a service, other apps reach it by its .internal name",
            app.secret("REDIS_PASSWORD")
        ));
}
