//! What Managed Postgres holds and how apps get into it, and volumes that do not begin empty.

use flyarch::sim::state::{State, digest};

use super::world::{Account, Tree};

const HEAD: &str =
    "version = 1\n[project]\nname = \"shop\"\norg = \"personal\"\ntier = \"development\"\nregions = [\"iad\"]\n";

const DATABASE: &str = r#"
[app.api]
build = { image = "registry.example.com/api:1" }
uses = { DATABASE_URL = "postgres.db", DIRECT_URL = { of = "postgres.db", url = "direct" }, SUMS_URL = { of = "postgres.db", url = "direct", database = "sums" }, READ_URL = { of = "postgres.db", database = "sums", username = "reports" } }
[postgres.db]
plan = "basic"
databases = ["sums"]
users = { reports = "reader" }
extensions = { fly-db = ["vector"], sums = ["pg_trgm", "uuid-ossp"] }
"#;

const VOLUMES: &str = r#"
[app.store]
build = { image = "registry.example.com/store:1" }
regions = { iad = 2, fra = 1 }
mounts = { source = "data", destination = "/data", initial_size = "3gb", snapshot_retention = 9 }
"#;

fn secret(state: &State, name: &str) -> String {
    state.apps["shop-api"].secrets[name].digest.clone()
}

pub(crate) fn urls_lead_where_the_spec_says() {
    let tree = Tree::new(&format!("{HEAD}{DATABASE}"));
    let account = Account::new("personal");
    let first = account.run(&tree, &[]);
    first.ends(0);
    let state = account.state();
    let id = &state.clusters[0].id;
    let url = |user: &str, of: &str, host: &str, database: &str| {
        digest(format!("postgresql://{user}:s3cr3t-mpg-{of}@{host}.{id}.flympg.net/{database}").as_bytes())
    };
    assert_eq!(secret(&state, "DATABASE_URL"), url("fly-user", id, "pgbouncer", "fly-db"));
    assert_eq!(secret(&state, "DIRECT_URL"), url("fly-user", id, "direct", "fly-db"));
    assert_eq!(secret(&state, "SUMS_URL"), url("fly-user", id, "direct", "sums"));
    assert_eq!(secret(&state, "READ_URL"), url("reports", &format!("{id}-reports"), "pgbouncer", "sums"));
    assert!(!first.stdout.contains("s3cr3t") && !first.stderr.contains("s3cr3t"), "{first}");
    account.run(&tree, &[]).ends(0).changes_nothing();
    account.run_script(&tree, "verify.sh", &[]).ends(0);
}

pub(crate) fn an_answer_without_a_pooled_url_is_refused() {
    let tree = Tree::new(&format!("{HEAD}{DATABASE}"));
    let account = Account::new("personal");
    account.run(&tree, &[]).ends(0);
    // The secret is gone, and the script has another idea of the answer than the platform.
    let mut account = account;
    account.edit(|state| drop(state.apps.get_mut("shop-api").unwrap().secrets.remove("DIRECT_URL")));
    let script = std::fs::read_to_string(tree.script()).unwrap();
    tree.file("out/setup.sh", script.replace(".credentials.pgbouncer_uri", ".credentials.another"));
    let run = account.run(&tree, &[]);
    run.ends(21).says("shows no URL of the pooler").changes_nothing();
    assert!(!run.stderr.contains("s3cr3t"), "{run}");
}

pub(crate) fn what_a_cluster_holds_is_mended_and_nothing_is_taken_away() {
    let tree = Tree::new(&format!("{HEAD}{DATABASE}"));
    let mut account = Account::new("personal");
    account.run(&tree, &[]).ends(0);
    account.edit(|state| {
        let holds = &mut state.clusters[0].holds;
        holds.users.insert("reports".to_owned(), "schema_admin".to_owned());
        holds.users.insert("somebody".to_owned(), "writer".to_owned());
        holds.databases.insert("other".to_owned());
        holds.extensions.remove(&("sums".to_owned(), "pg_trgm".to_owned()));
    });
    let verified = account.run_script(&tree, "verify.sh", &[]);
    verified.ends(1).says("schema_admin").says("missing");
    let run = account.run(&tree, &[]);
    run.ends(0);
    assert_eq!(run.changes().count(), 2, "{run}");
    let holds = &account.state().clusters[0].holds;
    assert_eq!(holds.users["reports"], "reader");
    assert!(holds.users.contains_key("somebody") && holds.databases.contains("other"));
    account.run_script(&tree, "verify.sh", &[]).ends(0);
}

pub(crate) fn what_a_cluster_will_hold_is_said_by_a_dry_run() {
    let more =
        |line: &str| line.starts_with("databases") || line.starts_with("users") || line.starts_with("extensions");
    let fewer: Vec<&str> = DATABASE.lines().filter(|line| !more(line) && !line.starts_with("uses")).collect();
    let tree = Tree::new(&format!("{HEAD}{}\n", fewer.join("\n")));
    let account = Account::new("personal");
    account.run(&tree, &[]).ends(0);
    tree.rebuild(&format!("{HEAD}{DATABASE}"));
    let run = account.run(&tree, &["--dry-run"]);
    run.ends(0).changes_nothing();
    assert_eq!(run.stdout.matches("/fly mpg ").count(), 7, "{run}");
    account.run_script(&tree, "verify.sh", &[]).ends(1).says("extension-sums.pg_trgm");
    account.run(&tree, &[]).ends(0);
    account.run_script(&tree, "verify.sh", &[]).ends(0);
}

pub(crate) fn an_extension_that_is_not_offered_is_told() {
    let tree = Tree::new(&format!("{HEAD}{DATABASE}").replace("vector", "timescaledb"));
    Account::new("personal").run(&tree, &[]).ends(23).says("no extension timescaledb to offer");
}

pub(crate) fn only_the_first_volume_does_not_begin_empty() {
    for (line, made_by) in [
        ("volume.data.from_snapshot = \"vs_abc\"\n", "volumes create from vs_abc"),
        ("volume.data.fork_of = \"vol_abc\"\n", "volumes fork"),
    ] {
        let tree = Tree::new(&format!("{HEAD}{VOLUMES}{line}"));
        let account = Account::new("personal");
        let dry = account.run(&tree, &["--dry-run"]);
        dry.ends(0).changes_nothing();
        assert_eq!(dry.stdout.matches("/fly volumes ").count(), 3, "{dry}");
        account.run(&tree, &[]).ends(0);
        let volumes = account.state().apps["shop-store"].volumes.clone();
        let made: Vec<_> = volumes.iter().map(|v| (v.made_by.as_str(), v.region.as_str())).collect();
        assert_eq!(made, [(made_by, "iad"), ("volumes create", "iad"), ("volumes create", "fra")]);
        assert!(volumes.iter().all(|v| v.size_gb == 3 && v.snapshot_retention == 9), "{volumes:#?}");
        account.run(&tree, &[]).ends(0).changes_nothing();
        account.run_script(&tree, "verify.sh", &[]).ends(0);
    }
}

pub(crate) fn a_volume_that_stands_is_never_replaced() {
    let tree = Tree::new(&format!("{HEAD}{VOLUMES}"));
    let account = Account::new("personal");
    account.run(&tree, &[]).ends(0);
    tree.rebuild(&format!("{HEAD}{VOLUMES}volume.data.from_snapshot = \"vs_abc\"\n"));
    account.run(&tree, &[]).ends(0).changes_nothing();
}
