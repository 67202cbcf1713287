use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that addresses of databases do not lead to the machine itself.
    ///
    /// ## Why
    ///
    /// `localhost` is right on a developer's computer, where the database runs beside the program. On Fly.io a machine
    /// runs the program alone: nothing listens there, the connection is refused, and the app ends before its first
    /// request. The value was copied from `.env`.
    ///
    /// A machine can run a database beside the program, by a supervisor or in containers. With containers nothing is
    /// reported, and neither is an app whose command starts a database.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// REDIS_URL = "redis://localhost:6379"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// REDIS_URL = "redis://my-redis.internal:6379"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// PGHOST = "127.0.0.1"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/private-networking
    /// - Fly.io, postgres/connecting
    static RULE = {
        name: "database-on-localhost",
        code: "FA527",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

const SCHEMES: [&str; 10] =
    ["postgres", "postgresql", "mysql", "mysql2", "mariadb", "mongodb", "redis", "rediss", "amqp", "memcached"];
const VARIABLES: [&str; 9] = [
    "PGHOST",
    "DB_HOST",
    "DATABASE_HOST",
    "POSTGRES_HOST",
    "MYSQL_HOST",
    "MYSQLHOST",
    "MONGO_HOST",
    "REDIS_HOST",
    "REDISHOST",
];
const SERVERS: [&str; 6] = ["redis", "postgres", "mysqld", "mariadbd", "mongod", "supervisor"];

fn check(app: &App, cx: &mut Cx<'_>) {
    let mut found = app.toml.env.iter().filter(|(_, value)| value.origin.is_written()).filter(|(name, value)| {
        let text = value.as_str();
        (text.contains("://")
            && text.split_once("://").is_some_and(|(scheme, rest)| {
                SCHEMES.contains(&scheme.split('+').next().unwrap_or(scheme)) && is_local(host(rest))
            }))
            || (is_local(text) && VARIABLES.contains(&name.value.as_str()))
    });
    let Some(first) = found.next() else { return };
    let mut commands = app.groups.iter().filter_map(|group| group.command.as_ref());
    if app.has_containers() || commands.any(|command| SERVERS.iter().any(|server| command.contains(server))) {
        return;
    }
    for (name, value) in std::iter::once(first).chain(found) {
        cx.report(value.origin, format!("`{}` looks for `{}` in its own machine", app.name.value, name.value))
            .label("a machine runs the program alone")
            .help(format!(
                "write the address of the database on the private network, such as my-db.internal; with a password it is a secret: {}",
                app.secret(&name.value)
            ));
    }
}

/// The host of a URL without its scheme.
fn host(rest: &str) -> &str {
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    if host.starts_with('[') {
        host.split_inclusive(']').next().unwrap_or(host)
    } else {
        host.split(':').next().unwrap_or(host)
    }
}

fn is_local(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]" | "::1" | "0.0.0.0")
}
