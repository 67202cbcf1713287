//! `postgres`: an app with a cluster image (flyctl-commands 1.8).

use super::{Cx, Outcome, apps, fake_secret, ips, machine, volumes};
use crate::sim::state::{App, Guest, MachineConfig};

/// Sizes that `postgres create` knows by name: kind, CPUs, memory in MiB. A table of its own, with other memory than
/// elsewhere (flyctl internal/command/postgres/create.go).
const SIZES: [(&str, &str, u32, u32); 9] = [
    ("shared-cpu-1x", "shared", 1, 256),
    ("shared-cpu-2x", "shared", 2, 4096),
    ("shared-cpu-4x", "shared", 4, 8192),
    ("shared-cpu-8x", "shared", 8, 16384),
    ("performance-1x", "performance", 1, 2048),
    ("performance-2x", "performance", 2, 4096),
    ("performance-4x", "performance", 4, 8192),
    ("performance-8x", "performance", 8, 16384),
    ("performance-16x", "performance", 16, 32768),
];

/// The largest cluster that is made at once.
const MAX_NODES: i64 = 100;

/// flyctl flypg/launcher.go: the app, a Flycast address, its own secrets, then one volume and machine after the other.
pub(super) fn create(cx: &mut Cx<'_>) -> Outcome {
    let org = cx.org()?;
    let region = cx.region()?;
    let name = cx.call.text("name").unwrap_or_default().to_owned();
    let guest = guest(cx)?;
    apps::take_name(cx, &name)?;
    cx.effect()?;
    cx.state.apps.insert(name.clone(), App { org, postgres: true, ..App::default() });
    ips::allocate(cx, &name, "private_v6", "global");
    for secret in ["FLY_CONSUL_URL", "OPERATOR_PASSWORD", "REPL_PASSWORD", "SSH_CERT", "SSH_KEY", "SU_PASSWORD"] {
        let now = cx.state.tick();
        cx.app_mut(&name).set_secret(secret, fake_secret("postgres", &name).as_bytes(), now);
    }
    let gigabytes = cx.call.number("volume-size").unwrap_or(10);
    for i in 0..cx.call.number("initial-cluster-size").unwrap_or(1).clamp(0, MAX_NODES) {
        let mut config =
            MachineConfig { guest: guest.clone(), image: "flyio/postgres-flex:17".to_owned(), ..Default::default() };
        config.env.insert("PRIMARY_REGION".to_owned(), region.clone());
        for (key, value) in [("fly_platform_version", "v2"), ("fly-managed-postgres", "true")] {
            config.metadata.insert(key.to_owned(), value.to_owned());
        }
        let volume = volumes::new(cx, "pg_data", &region, gigabytes, "postgres create");
        cx.app_mut(&name).volumes.push(volume.clone());
        let role = if i == 0 { "primary" } else { "replica" };
        machine::launch(cx, &name, &region, config, Some((volume, "/data")), Some(role))?;
    }
    let password = fake_secret("postgres", &name);
    cx.print(format_args!("Postgres cluster {name} created\n  Username:    postgres\n  Password:    {password}\n"));
    cx.print(format_args!("  Connection string: postgres://postgres:{password}@{name}.flycast:5432\n"));
    Ok(())
}

fn guest(cx: &Cx<'_>) -> Result<Guest, String> {
    let size = cx.call.text("vm-size").unwrap_or("shared-cpu-1x");
    let Some((_, kind, cpus, memory)) = SIZES.iter().find(|(name, ..)| *name == size) else {
        return Err(format!(
            "VM size \"{size}\" is not valid. For a full list of supported sizes use the command 'flyctl platform vm-sizes'"
        ));
    };
    let memory_mb = match cx.call.text("vm-memory") {
        Some(text) => super::config::megabytes(text)?,
        None => *memory,
    };
    Ok(Guest { cpu_kind: (*kind).to_owned(), cpus: *cpus, memory_mb })
}

/// flyctl internal/command/postgres/attach.go. A user that exists is refused whatever the flags say.
pub(super) fn attach(cx: &mut Cx<'_>) -> Outcome {
    let cluster = cx.call.words.first().cloned().unwrap_or_default();
    let app = cx.app_name()?;
    let found = cx.app(&cluster).map_err(|error| format!("failed retrieving postgres app {cluster}: {error}"))?;
    if !found.postgres {
        return Err(format!("app {cluster} is not a postgres app"));
    }
    if !found.machines.iter().any(|machine| machine.role.as_deref() == Some("primary")) {
        return Err("no active machines found".to_owned());
    }
    let flycast = found.addresses.iter().any(|address| address.kind == "private_v6");
    let variable = cx.call.text("variable-name").unwrap_or("DATABASE_URL").to_owned();
    if cx.app(&app)?.secrets.contains_key(&variable) {
        return Err(format!("consumer app \"{app}\" already contains a secret named {variable}"));
    }
    let underscored = |flag: &str| cx.call.text(flag).unwrap_or(&app).to_lowercase().replace('-', "_");
    let (user, database) = (underscored("database-user"), underscored("database-name"));
    if found.users.contains(&user) {
        return Err(format!(
            "database user \"{user}\" already exists. Please specify a new database user via --database-user"
        ));
    }
    let password = fake_secret("attach", &format!("{cluster}-{user}"));
    let host = if flycast { format!("{cluster}.flycast") } else { format!("top2.nearest.of.{cluster}.internal") };
    let url = format!("postgres://{user}:{password}@{host}:5432/{database}?sslmode=disable");
    let now = cx.state.tick();
    cx.effect()?;
    let pg = cx.app_mut(&cluster);
    pg.users.insert(user);
    pg.databases.insert(database);
    // Half of it leaves a user behind, whom a second try meets.
    cx.effect()?;
    cx.app_mut(&app).set_secret(&variable, url.as_bytes(), now);
    cx.print(format_args!("\nPostgres cluster {cluster} is now attached to {app}\n"));
    cx.print(format_args!("The following secret was added to {app}:\n  {variable}={url}\n"));
    Ok(())
}
