//! How an app opens a Postgres cluster: what only managed ones have, and what is declared in it.

use crate::lower::{CONFLICT, LowerCx, WRONG_REFERENCE};
use crate::model::{FIRST_DATABASE, FIRST_USER, Model, Postgres, Use};
use crate::spec::Kind;
use crate::value::{Origin, PostgresName, Sourced};

/// Looks at one entry of `uses`, once all declarations are known.
pub(super) fn check(used: &Use, model: &Model, cx: &mut LowerCx<'_>) {
    let said = [
        ("url", used.url.as_ref().map(|url| url.origin)),
        ("database", used.database.as_ref().map(|database| database.origin)),
        ("username", used.username.as_ref().map(|user| user.origin)),
    ];
    let Some((key, at)) = said.into_iter().find_map(|(key, at)| Some((key, at?))) else { return };
    if used.target.kind != Kind::Postgres {
        let target = model.reference(used.target.value);
        cx.report
            .error(CONFLICT, at, format!("`{key}` of {target}"))
            .label("a key of Managed Postgres")
            .help("remove the key: only a Postgres cluster has several ways in");
        return;
    }
    let cluster = &model.postgres[used.target.index];
    if !cluster.is_managed() {
        let help = match key {
            "url" => "remove the key: no pooler stands before an unmanaged cluster, so that its URL is direct already",
            _ => "remove the key: `fly postgres attach` makes a database and a user with the name of the app",
        };
        cx.report.error(CONFLICT, at, format!("an unmanaged cluster has no `{key}`")).help(help);
        return;
    }
    if let (true, Some(user)) = (used.is_direct(), &used.username) {
        cx.report
            .error(CONFLICT, user.origin, "`username` beside `url = \"direct\"`")
            .label("flyctl shows the password of `fly-user` alone")
            .help(format!(
                "remove `username`, so that it is `{FIRST_USER}`; or set the URL of another user as a secret"
            ));
    }
    declared(used.database.as_ref(), "database", FIRST_DATABASE, cluster.databases.iter(), cluster, cx);
    declared(used.username.as_ref(), "user", FIRST_USER, cluster.users.iter().map(|(name, _)| name), cluster, cx);
}

/// `fly mpg attach` takes any name, and makes a URL that leads to nothing.
fn declared<'m>(
    name: Option<&Sourced<PostgresName>>,
    what: &str,
    first: &str,
    mut known: impl Iterator<Item = &'m Sourced<PostgresName>>,
    cluster: &Postgres,
    cx: &mut LowerCx<'_>,
) {
    let Some(name) = name else { return };
    if name.as_str() == first || known.any(|known| known.value == name.value) {
        return;
    }
    let (key, name_of) = (&cluster.key.value, &name.value);
    let example = if what == "user" {
        format!("users = {{ {name_of} = \"writer\" }}")
    } else {
        format!("databases = [\"{name_of}\"]")
    };
    cx.report
        .error(WRONG_REFERENCE, name.origin, format!("postgres.{key} has no {what} `{name_of}`"))
        .related(Origin::written(cluster.header), "declared here")
        .help(format!("declare it there: `{example}`; every cluster has `{first}`"));
}
