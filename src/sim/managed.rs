//! `mpg`: Managed Postgres (flyctl-commands 1.9).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Cx, Outcome, fake_secret};
use crate::facts::FACTS;
use crate::sim::output;
use crate::sim::state::Cluster;

/// The first database of a cluster, and its first user (flyctl internal/command/mpg/v1/run_attach.go).
const DATABASE: &str = "fly-db";
const USER: &str = "fly-user";

/// The extensions that every database can have here, some of those that Postgres brings along.
const EXTENSIONS: [&str; 6] = ["citext", "pg_stat_statements", "pg_trgm", "pgcrypto", "uuid-ossp", "vector"];

/// What a cluster holds beyond what every cluster does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holds {
    /// Databases.
    pub databases: BTreeSet<String>,
    /// Users, with their roles.
    pub users: BTreeMap<String, String>,
    /// Extensions, as database and name.
    pub extensions: BTreeSet<(String, String)>,
}

/// The commands take no login token of the old kind (flyctl internal/command/mpg/mpg.go).
fn require_macaroon(cx: &Cx<'_>) -> Outcome {
    let token = cx.token.strip_prefix("FlyV1 ").unwrap_or(&cx.token);
    if ["fm2_", "fm1a_", "fm1r_"].iter().any(|prefix| token.starts_with(prefix)) {
        return Ok(());
    }
    Err("MPG commands require updated tokens but found older-style tokens.".to_owned())
}

/// flyctl internal/command/mpg/list.go: a sentence in place of JSON when there is nothing.
pub(super) fn list(cx: &mut Cx<'_>) -> Outcome {
    require_macaroon(cx)?;
    let org = cx.org()?;
    let shown: Vec<_> = cx
        .state
        .clusters
        .iter_mut()
        .filter(|cluster| cluster.org == org)
        .map(|cluster| {
            let status = if cluster.creating == 0 { "ready" } else { "creating" };
            cluster.creating = cluster.creating.saturating_sub(1);
            let attached: Vec<_> = cluster.attached.iter().map(|name| json!({"name": name, "id": 1})).collect();
            json!({"id": cluster.id, "mpgd_cluster_id": cluster.id, "version": 2, "name": cluster.name,
                "region": cluster.region, "status": status, "plan": cluster.plan, "disk": cluster.disk, "replicas": 1,
                "organization": {"ID": "", "Name": "", "Slug": org, "RawSlug": org},
                "ip_assignments": {"direct": "fdaa:0:1::3"}, "attached_apps": attached})
        })
        .collect();
    if shown.is_empty() {
        cx.print(format_args!("No managed postgres clusters found in organization {org}\n"));
    } else if cx.call.on("json") {
        cx.print_json(&shown);
    } else {
        let cell = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let rows: Vec<_> = shown.iter().map(|c| vec![cell(&c["id"]), cell(&c["name"]), cell(&c["status"])]).collect();
        cx.print(output::table(&["ID", "Name", "Status"], &rows));
    }
    Ok(())
}

/// flyctl internal/command/mpg/create.go: no look for an equal name, and a plan that is not known becomes `basic`.
pub(super) fn create(cx: &mut Cx<'_>) -> Outcome {
    require_macaroon(cx)?;
    let org = cx.org()?;
    let region = cx.region()?;
    if FACTS.region(&region).is_none_or(|region| !region.mpg) {
        return Err(format!("region {region} is not available for Managed Postgres"));
    }
    let major = cx.call.number("pg-major-version").unwrap_or(16);
    if major != 16 && major != 17 {
        return Err(format!("invalid Postgres major version: {major}. Supported versions are 16 and 17"));
    }
    let plan = cx.call.text("plan").unwrap_or_default().trim().to_lowercase();
    let plan = if ["basic", "starter", "launch", "scale"].contains(&plan.as_str()) { plan } else { "basic".to_owned() };
    let id = cx.state.id("mpg");
    let cluster = Cluster {
        id: id.clone(),
        name: cx.call.text("name").unwrap_or_default().to_owned(),
        org,
        region,
        plan,
        disk: cx.call.number("volume-size").unwrap_or(10),
        major,
        postgis: cx.call.on("enable-postgis-support"),
        creating: 0,
        attached: BTreeSet::new(),
        holds: Holds::default(),
    };
    let url = url(&id, USER, DATABASE);
    cx.print(format_args!("Managed Postgres cluster created successfully!\n  ID: {id}\n  Connection string: {url}\n"));
    cx.state.clusters.push(cluster);
    Ok(())
}

fn url(id: &str, user: &str, database: &str) -> String {
    let of = if user == USER { id.to_owned() } else { format!("{id}-{user}") };
    format!("postgresql://{user}:{}@pgbouncer.{id}.flympg.net/{database}", fake_secret("mpg", &of))
}

/// The cluster of an id, which the token must see.
fn cluster<'a>(cx: &'a mut Cx<'_>, id: &str) -> Result<&'a mut Cluster, String> {
    require_macaroon(cx)?;
    let organizations = &cx.state.organizations;
    let found = cx.state.clusters.iter_mut().find(|c| c.id == id && organizations.contains_key(&c.org));
    found.ok_or_else(|| format!("managed postgres cluster \"{id}\" not found"))
}

fn first_word(cx: &Cx<'_>) -> String {
    cx.call.words.first().cloned().unwrap_or_default()
}

fn flag(cx: &Cx<'_>, name: &str) -> String {
    cx.call.text(name).unwrap_or_default().to_owned()
}

/// flyctl internal/command/mpg/v2/run_status.go: the password is in the JSON, and nowhere else.
pub(super) fn status(cx: &mut Cx<'_>) -> Outcome {
    let id = first_word(cx);
    let found = cluster(cx, &id)?;
    let (name, region, plan) = (found.name.clone(), found.region.clone(), found.plan.clone());
    let status = if found.creating == 0 { "ready" } else { "creating" };
    if !cx.call.on("json") {
        let rows = [("ID", id), ("Name", name), ("Region", region), ("Status", status.to_owned())];
        cx.print(output::vertical("Cluster Status", &rows));
        return Ok(());
    }
    let credentials = json!({"status": "ready", "user": USER, "password": fake_secret("mpg", &id), "dbname": DATABASE,
        "pgbouncer_uri": url(&id, USER, DATABASE)});
    cx.print_json(&json!({"data": {"id": id, "name": name, "region": region, "plan": plan, "status": status},
        "credentials": credentials}));
    Ok(())
}

/// flyctl internal/command/mpg/v2/run_databases.go.
pub(super) fn databases(cx: &mut Cx<'_>) -> Outcome {
    let id = first_word(cx);
    let more = cluster(cx, &id)?.holds.databases.clone();
    let names = std::iter::once(DATABASE.to_owned()).chain(more);
    let shown: Vec<_> = names.map(|name| json!({"name": name})).collect();
    cx.print_json(&shown);
    Ok(())
}

/// flyctl internal/command/mpg/v2/run_databases.go. What a second one of a name gets is up to the server: here an error.
pub(super) fn create_database(cx: &mut Cx<'_>) -> Outcome {
    let (id, name) = (first_word(cx), flag(cx, "name"));
    if name == DATABASE || !cluster(cx, &id)?.holds.databases.insert(name.clone()) {
        return Err(format!("failed to create database: {name} already exists"));
    }
    cx.print(format_args!("Database created successfully!\n  Name: {name}\n"));
    Ok(())
}

/// flyctl internal/command/mpg/v2/run_users.go.
pub(super) fn users(cx: &mut Cx<'_>) -> Outcome {
    let id = first_word(cx);
    let more = cluster(cx, &id)?.holds.users.clone();
    let all = std::iter::once((USER.to_owned(), "schema_admin".to_owned())).chain(more);
    let shown: Vec<_> = all.map(|(name, role)| json!({"name": name, "role": role})).collect();
    cx.print_json(&shown);
    Ok(())
}

/// flyctl internal/command/mpg/v2/run_users.go: `users create`, and `users set-role` of one that is there.
pub(super) fn set_user(cx: &mut Cx<'_>) -> Outcome {
    let (id, name, role) = (first_word(cx), flag(cx, "username"), flag(cx, "role"));
    if !["schema_admin", "writer", "reader"].contains(&role.as_str()) {
        return Err(format!("invalid role {role:?}. Must be one of: schema_admin, writer, reader"));
    }
    let creates = cx.call.command == "mpg users create";
    let users = &mut cluster(cx, &id)?.holds.users;
    match (creates, users.contains_key(&name)) {
        (true, true) => return Err(format!("failed to create user: {name} already exists")),
        (false, false) => return Err(format!("failed to update user role: {name} not found")),
        _ => users.insert(name.clone(), role.clone()),
    };
    cx.print(format_args!("User set successfully!\n  Name: {name}\n  Role: {role}\n"));
    Ok(())
}

fn known_database(cx: &mut Cx<'_>, id: &str) -> Result<String, String> {
    let database = flag(cx, "database");
    if database == DATABASE || cluster(cx, id)?.holds.databases.contains(&database) {
        return Ok(database);
    }
    Err(format!("database {database} not found in cluster {id}"))
}

/// flyctl internal/command/mpg/v2/run_extensions.go: all that there are, each with what is installed.
pub(super) fn extensions(cx: &mut Cx<'_>) -> Outcome {
    let id = first_word(cx);
    let postgis = cluster(cx, &id)?.postgis;
    let database = known_database(cx, &id)?;
    let enabled = cluster(cx, &id)?.holds.extensions.clone();
    let names = EXTENSIONS.into_iter().chain(postgis.then_some("postgis"));
    let shown: Vec<_> = names
        .map(|name| {
            let installed = enabled.contains(&(database.clone(), name.to_owned()));
            let installed = installed.then(|| json!({"version": "1.0", "schema": "public"}));
            json!({"name": name, "description": "", "default_version": "1.0", "is_system": false, "installed": installed})
        })
        .collect();
    cx.print_json(&shown);
    Ok(())
}

/// flyctl internal/command/mpg/v2/run_extensions.go.
pub(super) fn enable_extension(cx: &mut Cx<'_>) -> Outcome {
    let (name, id) = (first_word(cx), flag(cx, "cluster"));
    let postgis = cluster(cx, &id)?.postgis;
    let database = known_database(cx, &id)?;
    let offered = EXTENSIONS.contains(&name.as_str()) || (postgis && name == "postgis");
    if !offered {
        return Err(format!("extension {name} is not available"));
    }
    cluster(cx, &id)?.holds.extensions.insert((database.clone(), name.clone()));
    cx.print(format_args!("Extension {name} enabled on database {database}.\n"));
    Ok(())
}

/// flyctl internal/command/mpg/v1/run_attach.go: by id alone; refuses when the secret is there; stages it.
pub(super) fn attach(cx: &mut Cx<'_>) -> Outcome {
    require_macaroon(cx)?;
    let app = cx.app_name()?;
    let id = cx.call.words.first().cloned().unwrap_or_default();
    let org = cx.app(&app)?.org.clone();
    let Some(cluster) = cx.state.clusters.iter().find(|cluster| cluster.id == id) else {
        return Err(format!("failed retrieving cluster {id}: not found"));
    };
    if cluster.org != org {
        return Err(format!("app {app} is in organization {org}, but cluster {id} is in organization {}", cluster.org));
    }
    let variable = cx.call.text("variable-name").unwrap_or("DATABASE_URL").to_owned();
    if cx.app(&app)?.secrets.contains_key(&variable) {
        return Err(format!(
            "app {app} already has {variable} set. Use 'fly secrets unset {variable}' to remove it first"
        ));
    }
    // flyctl asks for the password of the user, and takes the name of the database as it is. The stand-in knows both.
    let user = cx.call.text("username").unwrap_or(USER).to_owned();
    let database = cx.call.text("database").unwrap_or(DATABASE).to_owned();
    let holds = &cluster.holds;
    if user != USER && !holds.users.contains_key(&user) {
        return Err(format!("failed retrieving credentials for user {user}: not found"));
    }
    if database != DATABASE && !holds.databases.contains(&database) {
        return Err(format!("the URL would lead to nothing: cluster {id} has no database {database}"));
    }
    let (url, now) = (url(&id, &user, &database), cx.state.tick());
    cx.app_mut(&app).set_secret(&variable, url.as_bytes(), now);
    if let Some(cluster) = cx.state.clusters.iter_mut().find(|cluster| cluster.id == id) {
        cluster.attached.insert(app.clone());
    }
    cx.print(format_args!("\nPostgres cluster {id} is being attached to {app}\n"));
    cx.print(format_args!("The following secret was added to {app}:\n  {variable}={url}\n"));
    Ok(())
}
