use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that apps do not use a Postgres cluster as its superuser.
    ///
    /// ## Why
    ///
    /// The role `postgres` owns the cluster: it reads all databases, changes all roles, and runs programs on the
    /// machine with `COPY … TO PROGRAM`. An app that has it turns a hole in one query into the loss of all data of all
    /// apps. `fly postgres attach` makes a user for each app; with `--superuser=false` it is an ordinary one.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// DATABASE_URL = "postgresql://postgres@my-db.internal:5432/shop"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// DATABASE_URL = "postgresql://shop@my-db.internal:5432/shop"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// PGHOST = "my-db.flycast"
    /// PGUSER = "postgres"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, postgres/managing/users-and-roles
    /// - Fly.io, postgres/managing/attach-detach
    static RULE = {
        name: "postgres-superuser",
        code: "FA532",
        group: Group::Security,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

const ENDINGS: [&str; 2] = [".internal", ".flycast"];
const SUPERUSER: &str = "postgres";

fn check(app: &App, cx: &mut Cx<'_>) {
    let private = |host: &str| ENDINGS.iter().any(|ending| host.ends_with(ending));
    for (name, value) in app.toml.env.iter().filter(|(_, value)| value.origin.is_written()) {
        let found = if name.value == "PGUSER" {
            let host = app.toml.env.get("PGHOST").is_some_and(|(_, host)| private(host.as_str()));
            value.as_str() == SUPERUSER && host
        } else {
            as_superuser(value.as_str(), private)
        };
        if !found {
            continue;
        }
        let finding = cx.report(value.origin, format!("`{}` may do everything in the whole cluster", app.name.value));
        // There may be a password beside the name.
        let finding = if value.as_str().contains('@') { finding.redact(value.origin) } else { finding };
        finding
            .label(format!("as `{SUPERUSER}`, the superuser"))
            .help("make a user for the app: `fly postgres attach` with `--superuser=false`");
    }
}

/// Whether a URL leads to a cluster on the private network as its superuser.
fn as_superuser(url: &str, private: impl Fn(&str) -> bool) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    if !matches!(scheme.split('+').next(), Some("postgres" | "postgresql")) {
        return false;
    }
    let Some((user, rest)) = rest.split_once('@') else { return false };
    let host = rest.split([':', '/', '?']).next().unwrap_or(rest);
    user.split(':').next() == Some(SUPERUSER) && private(host)
}
