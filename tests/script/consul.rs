//! Consul for LiteFS: attached once, before the deploy, and never believed.

use super::world::{Account, Tree};

const SPEC: &str = r#"
version = 1

[project]
name = "huts"
org = "personal"
tier = "development"
regions = { ams = 2, ord = 1 }

[app.guide]

[app.guide.litefs]
target_port = 3000
database = "huts.db"
exec = "node server.js"

[[app.guide.mounts]]
source = "litefs"
destination = "/var/lib/litefs"
snapshot_retention = 7

[app.guide.http_service]
internal_port = 8080
auto_stop_machines = "off"
"#;

pub(crate) fn attached_once_and_before_the_deploy() {
    let (tree, account) = (Tree::new(SPEC), Account::new("personal"));
    let run = account.run(&tree, &[]);
    run.ends(0);
    let place = |command: &str| run.calls.iter().position(|call| call.command == command && call.changed).unwrap();
    assert!(place("consul attach") < place("deploy"), "{run}");
    let guide = &account.state().apps["huts-guide"];
    assert!(guide.secrets.contains_key("FLY_CONSUL_URL"));
    assert_eq!(guide.releases.len(), 1, "nothing was deployed twice");
    account.run(&tree, &[]).ends(0).changes_nothing().says("stands: FLY_CONSUL_URL");
    account.run_script(&tree, "verify.sh", &[]).ends(0).changes_nothing();
}

pub(crate) fn an_attach_without_an_effect_is_found() {
    let (tree, mut account) = (Tree::new(SPEC), Account::new("personal"));
    // flyctl ends with 0, and nothing is there.
    account.set("FLY_SIM_FAIL", "consul attach");
    let run = account.run(&tree, &[]);
    run.ends(23).says("attached nothing to huts-guide").says("stopped in step app.guide/consul");
    assert!(account.state().apps["huts-guide"].releases.is_empty(), "nothing was deployed without it: {run}");
    account.unset("FLY_SIM_FAIL");
    account.run(&tree, &[]).ends(0);
    account.edit(|state| {
        state.apps.get_mut("huts-guide").unwrap().secrets.remove("FLY_CONSUL_URL");
    });
    account.run_script(&tree, "verify.sh", &["--only", "app.guide/consul"]).ends(1).says("missing");
}

pub(crate) fn a_dry_run_says_it() {
    let (tree, account) = (Tree::new(SPEC), Account::new("personal"));
    account.run(&tree, &["--dry-run"]).ends(0).changes_nothing().says("consul attach -a huts-guide");
}
