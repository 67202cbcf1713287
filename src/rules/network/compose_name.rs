use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that addresses do not have the names that containers have in a compose file.
    ///
    /// ## Why
    ///
    /// `postgres://db:5432` works where Docker Compose has put a container `db` on the same network. On Fly.io there is
    /// no such network: a name without a dot is not found, and the app ends when it first asks. Apps find each other by
    /// `<app>.internal` or `<app>.flycast`.
    ///
    /// Containers of one machine, by `build.compose` or `machine_config`, are left alone.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// REDIS_URL = "redis://redis:6379/0"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// REDIS_URL = "redis://my-redis.internal:6379/0"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// API_URL = "http://api:8080"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/private-networking
    static RULE = {
        name: "compose-name",
        code: "FA528",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

const SCHEMES: [&str; 17] = [
    "http",
    "https",
    "ws",
    "wss",
    "tcp",
    "grpc",
    "postgres",
    "postgresql",
    "mysql",
    "mysql2",
    "mariadb",
    "mongodb",
    "redis",
    "rediss",
    "amqp",
    "amqps",
    "nats",
];

fn check(app: &App, cx: &mut Cx<'_>) {
    for (_, value) in app.toml.env.iter().filter(|(_, value)| value.origin.is_written()) {
        let Some((scheme, rest)) = value.as_str().split_once("://") else { continue };
        let Some(host) = container(rest) else { continue };
        if !SCHEMES.contains(&scheme.split('+').next().unwrap_or(scheme)) || app.has_containers() {
            continue;
        }
        let other = cx.model.apps.iter().find(|other| !other.is_plain() && other.key.as_str() == host);
        let help = match other {
            Some(other) => format!("let `uses` set the variable: `uses = {{ … = \"app.{}\" }}`", other.key.value),
            None => format!(
                "write the name of its app: <app>.internal, or <app>.flycast for one with a service, in place of {host}"
            ),
        };
        cx.report(value.origin, format!("there is no host `{host}` on the private network"))
            .label("a name of a container, not of an app")
            .help(help);
    }
}

/// The host of a URL without its scheme, when it has no dot and could be the name of a container.
fn container(rest: &str) -> Option<&str> {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let name = match host.split_once(':') {
        Some((name, port)) if port.parse::<u16>().is_ok() => name,
        Some(_) => return None,
        None => host,
    };
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(fits);
    // The machine's own names, of which Fly.io has two more.
    let own = matches!(name, "localhost" | "fly-local-6pn" | "fly-global-services");
    (is_name && !own).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::container;

    #[test]
    fn names_of_containers() {
        for (rest, name) in [
            ("redis:6379/0", Some("redis")),
            ("user:pw@db:5432/app", Some("db")),
            ("api", Some("api")),
            ("localhost:3000", None),
            ("my-db.internal:5432", None),
            ("$HOST:80", None),
            ("{host}/", None),
            ("0.0.0.0:80", None),
            ("a,b:9092", None),
        ] {
            assert_eq!(container(rest), name, "{rest}");
        }
    }
}
