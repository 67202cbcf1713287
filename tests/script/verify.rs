//! `verify.sh`: says what is as the spec says and what is not, and changes nothing.

use std::collections::BTreeMap;

use flyarch::sim::state::Record;
use serde_json::Value as Json;

use super::options::SMALL;
use super::runs::everything;
use super::world::{Account, REFERENCE, Run, Tree};

const VERIFY: &str = "verify.sh";

/// The results of a run with `--json`, as `RESULT ID WHAT: FOUND`, but for those that are ok.
fn not_ok(run: &Run) -> Vec<String> {
    let document: Json = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}\n{run}"));
    let text = |check: &Json, key: &str| check[key].as_str().unwrap().to_owned();
    let checks = document["checks"].as_array().unwrap();
    let bad: Vec<String> = checks
        .iter()
        .filter(|check| check["result"] != "ok")
        .map(|check| {
            let [result, id, what, found] = ["result", "id", "what", "found"].map(|key| text(check, key));
            format!("{result} {id} {what}: {found}")
        })
        .collect();
    assert_eq!(document["ok"] == true, !bad.iter().any(|line| !line.starts_with("note")), "{run}");
    bad
}

/// Runs it with `--json`, and tells what is not ok.
#[track_caller]
fn verified(account: &Account, tree: &Tree, code: i32) -> Vec<String> {
    let run = account.run_script(tree, VERIFY, &["--json"]);
    run.ends(code).changes_nothing();
    not_ok(&run)
}

pub(crate) fn a_finished_system_is_as_the_spec_says() {
    let tree = Tree::new(REFERENCE);
    let mut account = Account::reference();
    account.run(&tree, &[]).ends(10);
    let waits = "waits app.web/certificate-shop.example.com certificate: awaits DNS records";
    assert_eq!(verified(&account, &tree, 10), [waits]);
    account.publish(&["shop.example.com"]);
    assert!(verified(&account, &tree, 0).is_empty());

    let run = account.run_script(&tree, VERIFY, &[]);
    run.ends(0).changes_nothing().says("RESULT  CHECK").says("0 wrong, 0 waiting for a person");
    run.says("ok      app.web/scale-app-iad").says("ok      fly/platform");
    // One call of each kind and app, however many checks there are.
    let mut lines: Vec<String> = run.calls.iter().map(|call| call.argv.join(" ")).collect();
    let count = lines.len();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), count, "something is asked for twice\n{run}");
}

pub(crate) fn everything_can_be_verified() {
    let (tree, account) = everything();
    account.run(&tree, &[]).ends(10);
    let bad = verified(&account, &tree, 1);
    assert!(bad.contains(&"waits app.web/secret-LICENSE secret: missing".to_owned()), "{bad:#?}");
    assert!(bad.contains(&"wrong app.web/deploy release: missing".to_owned()), "{bad:#?}");
    account.fly("secrets set LICENSE=bought --stage -a all-web");
    account.run(&tree, &[]).ends(0);
    assert_eq!(verified(&account, &tree, 0), [""; 0]);
}

pub(crate) fn nothing_there_is_told() {
    let (tree, account) = everything();
    let bad = verified(&account, &tree, 1);
    for wrong in
        ["app.web/create app: missing", "postgres.main/create clusters: 0", "redis.cache/create database: missing"]
    {
        assert!(bad.contains(&format!("wrong {wrong}")), "{wrong}\n{bad:#?}");
    }
}

/// What somebody broke, and the line that says so.
pub(crate) fn what_is_wrong_is_told() {
    let spec = SMALL.replace(
        "[app.web]",
        "[app.web]\nsecrets = [\"TOKEN\"]\nmounts = { source = \"data\", destination = \"/data\", initial_size = \"5gb\", snapshot_retention = 7 }",
    );
    let tree = Tree::new(&spec);
    let mut account = Account::new("personal").with("TOKEN", "t");
    account.run(&tree, &[]).ends(0);
    assert_eq!(verified(&account, &tree, 0), [""; 0]);

    let finished = account.state();
    let mut broken = |change: &mut dyn FnMut(&mut flyarch::sim::state::App), code: i32, expected: &str| {
        account.edit(|state| {
            *state = finished.clone();
            change(state.apps.get_mut("small-web").unwrap());
        });
        let bad = verified(&account, &tree, code);
        assert!(bad.iter().any(|line| line == expected), "{expected}\n{bad:#?}");
    };
    broken(&mut |app| drop(app.machines.remove(0)), 1, "wrong app.web/scale-app-iad machines: 1");
    broken(&mut |app| app.addresses.retain(|a| a.kind != "v6"), 1, "wrong app.web/ip-v6 address: missing");
    broken(&mut |app| app.secrets.clear(), 1, "wrong app.web/secret-TOKEN secret: missing");
    broken(
        &mut |app| app.secrets.get_mut("TOKEN").unwrap().updated = 1 << 40,
        1,
        "wrong app.web/secret-TOKEN secret: staged",
    );
    broken(
        &mut |app| app.volumes[0].snapshot_retention = 1,
        1,
        "wrong app.web/volumes-data-iad snapshots: 1 days, 7 days",
    );
    broken(&mut |app| app.volumes[0].size_gb = 3, 1, "wrong app.web/volumes-data-iad size: 3 GB");
    broken(&mut |app| drop(app.volumes.remove(0)), 1, "wrong app.web/volumes-data-iad volumes: 1");
    broken(
        &mut |app| "failed".clone_into(&mut app.machines[0].state),
        1,
        &format!("wrong app.web/verify lost machines: {} failed", finished.apps["small-web"].machines[0].id),
    );
    broken(&mut |app| "failed".clone_into(&mut app.releases[0].status), 1, "wrong app.web/deploy release: failed");
    broken(
        &mut |app| app.releases[0].config["http_service"]["internal_port"] = 81.into(),
        1,
        "wrong app.web/deploy configuration: another",
    );
    broken(
        &mut |app| "nrt".clone_into(&mut app.machines[0].region),
        1,
        "note app.web/verify other machines: app in nrt",
    );
}

pub(crate) fn health_checks_that_fail_are_told() {
    let tree = Tree::new(SMALL);
    let mut account = Account::new("personal");
    account.run(&tree, &[]).ends(0);
    let machine = |state: &str, status: &str| {
        format!(
            "[{{\"id\":\"m1\",\"state\":\"{state}\",\"checks\":[{{\"name\":\"http\",\"status\":\"{status}\",\"output\":\"no\"}}]}}]"
        )
    };
    account.set("FLY_SIM_GARBLE", "machine list");
    for (state, status, code) in [("started", "passing", 0), ("started", "critical", 1), ("stopped", "critical", 0)] {
        account.set("FLY_SIM_GARBLE_WITH", machine(state, status));
        let bad = verified(&account, &tree, code);
        assert_eq!(bad.len(), usize::try_from(code).unwrap(), "{bad:?}");
        assert!(bad.iter().all(|line| line == "wrong app.web/verify failing checks: m1 http critical"), "{bad:?}");
    }
}

pub(crate) fn a_private_app_with_a_public_address_is_wrong() {
    let tree = Tree::new(&SMALL.replace("[app.web]", "[app.web]\naccess = \"private\""));
    let account = Account::new("personal");
    account.run(&tree, &[]).ends(0);
    assert_eq!(verified(&account, &tree, 0), [""; 0]);
    account.fly("ips allocate-v6 -a small-web");
    let bad = verified(&account, &tree, 1);
    assert!(bad.len() == 1 && bad[0].starts_with("wrong app.web/verify public address: 2a09:"), "{bad:?}");
}

pub(crate) fn what_cannot_be_seen_is_no_result() {
    let tree = Tree::new(SMALL);
    let mut account = Account::new("personal");
    account.run(&tree, &[]).ends(0);
    for listing in ["apps list", "ips list", "scale show", "secrets list", "volumes list", "machine list", "releases"] {
        account.set("FLY_SIM_FAIL", listing);
        let run = account.run_script(&tree, VERIFY, &["--json"]);
        run.ends(21);
        assert_eq!(run.stdout, "", "{listing}");
    }
    // Of the status page nothing depends.
    account.set("FLY_SIM_FAIL", "platform status");
    assert_eq!(verified(&account, &tree, 0), ["note fly/platform platform: unknown"]);
    account.unset("FLY_SIM_FAIL");
    for (words, code) in [(&["--only", "app.web/create"][..], 0), (&["--only", "app.api"], 2), (&["--unknown"], 2)] {
        account.run_script(&tree, VERIFY, words).ends(code);
    }
    account.run_script(&tree, VERIFY, &["--help"]).ends(0).says("exit codes");
    account.unset("FLY_API_TOKEN");
    account.run_script(&tree, VERIFY, &[]).ends(20).says("no token");
}

pub(crate) fn a_failure_never_reads_as_all_is_well() {
    never_reads_as_all_is_well(&["server-error", "empty-reply"]);
}

pub(crate) fn a_wrong_answer_never_reads_as_all_is_well() {
    never_reads_as_all_is_well(&["not-json", "sees-less"]);
}

/// Has faults happen at the last call of each command, where everything else has been found to be well.
fn never_reads_as_all_is_well(faults: &[&str]) {
    let (tree, mut account) = everything();
    account.fly("apps create all-web --org acme --network all-net");
    account.fly("secrets set LICENSE=bought --stage -a all-web");
    account.run(&tree, &[]).ends(0);
    let undisturbed = account.run_script(&tree, VERIFY, &["--json"]);
    undisturbed.ends(0).changes_nothing();
    let finished = account.state();
    let last: BTreeMap<&str, &Record> = undisturbed.calls.iter().map(|call| (call.command.as_str(), call)).collect();
    assert!(last.len() > 10, "{:?}", last.keys());
    for (command, call) in last {
        for &fault in faults {
            account.edit(|state| *state = finished.clone());
            account.set(
                "FLY_SIM_FAULT",
                format!("{}:{fault}", call.number - undisturbed.calls[0].number + finished.calls + 1),
            );
            let run = account.run_script(&tree, VERIFY, &["--json"]);
            run.changes_nothing();
            let hit = run.calls.iter().find(|call| call.command == command).unwrap();
            match (command, fault) {
                // The status page is none of the organisation.
                ("platform status", "server-error" | "empty-reply" | "not-json") => {
                    run.ends(0);
                    assert_eq!(not_ok(&run), ["note fly/platform platform: unknown"]);
                }
                // Only the exit code is asked.
                ("orgs show", "empty-reply" | "not-json") => assert!(run.code == 0 && hit.discarded, "{run}"),
                ("version" | "orgs show", "server-error" | "empty-reply" | "not-json") => {
                    run.ends(20);
                }
                // What is not seen is missing, or cannot be asked for.
                (_, "sees-less") => {
                    assert!([1, 20, 21].contains(&run.code), "{fault} at {command}\n{run}");
                    assert!(run.code != 1 || !not_ok(&run).is_empty(), "{fault} at {command}\n{run}");
                }
                _ => {
                    run.ends(21);
                }
            }
            assert!(run.code == 0 || run.code == 1 || run.stdout.is_empty(), "{fault} at {command}\n{run}");
        }
    }
}
