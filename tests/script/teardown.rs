//! `teardown.sh`: nothing without the name, no data without its kind, nothing that is not the spec's.

use std::collections::BTreeSet;

use flyarch::sim::state::State;

use super::options::SMALL;
use super::runs::everything;
use super::view::things;
use super::world::{Account, KILLED, Tree};

const TEARDOWN: &str = "teardown.sh";
const YES: [&str; 2] = ["--yes-destroy", "all"];

/// Everything, finished.
fn finished() -> (Tree, Account) {
    let (tree, account) = everything();
    account.fly("apps create all-web --org acme --network all-net");
    account.fly("secrets set LICENSE=bought --stage -a all-web");
    account.run(&tree, &[]).ends(0);
    (tree, account)
}

fn names(state: &State) -> Vec<&str> {
    state.apps.keys().map(String::as_str).collect()
}

pub(crate) fn nothing_is_destroyed_without_the_name() {
    let (tree, account) = finished();
    let before = account.state();
    for words in [&[][..], &["--yes-destroy", "other"], &["--volumes", "--clusters", "--redis", "--buckets"]] {
        let run = account.run_script(&tree, TEARDOWN, words);
        run.ends(24).changes_nothing().says("--yes-destroy all");
    }
    let all = ["--dry-run", "--volumes", "--clusters", "--redis", "--buckets"];
    let run = account.run_script(&tree, TEARDOWN, &all);
    run.ends(0).changes_nothing().says("would run:").says("to be changed by:\n  - app.worker/destroy");
    assert!(account.state().same_things(&before));
    account.run_script(&tree, TEARDOWN, &["--help"]).ends(0).says("--yes-destroy NAME");
    account.run_script(&tree, TEARDOWN, &["--only"]).ends(2);
    account.run_script(&tree, TEARDOWN, &["--only", "app.none", YES[0], YES[1]]).ends(2);
}

pub(crate) fn data_stays_unless_its_kind_is_named() {
    let (tree, account) = finished();
    let run = account.run_script(&tree, TEARDOWN, &YES);
    run.ends(0).says("still there, and still costing money:").says("uploads in iad, 20 GB");
    for kept in ["Postgres cluster all-old", "Redis database all-cache", "bucket all-assets"] {
        run.says(kept);
    }
    let state = account.state();
    assert_eq!(names(&state), ["all-old", "all-web"]);
    let web = &state.apps["all-web"];
    assert_eq!((web.machines.len(), web.volumes.len()), (0, 8), "machines cost, and volumes hold data");
    assert!(web.addresses.iter().all(|address| address.kind == "v6"), "{:?}", web.addresses);
    assert_eq!((state.clusters.len(), state.databases.len(), state.buckets.len()), (1, 2, 1));
    account.run_script(&tree, TEARDOWN, &YES).ends(0).changes_nothing();

    // And back again, with the same volumes.
    let volumes: Vec<String> = web.volumes.iter().map(|volume| volume.id.clone()).collect();
    let mut account = account;
    account.edit(|state| state.apps.get_mut("all-old").unwrap().users.clear());
    account.run(&tree, &[]).ends(0);
    let state = account.state();
    let web = &state.apps["all-web"];
    assert_eq!(web.machines.len(), 8);
    assert!(web.volumes.iter().map(|volume| volume.id.clone()).eq(volumes));
    assert!(web.volumes.iter().all(|volume| volume.attached_machine_id.is_some()));
}

pub(crate) fn all_kinds_named_leave_nothing() {
    let (tree, mut account) = finished();
    // What is not the spec's.
    account.fly("apps create all-other --org acme");
    account.fly(
        "redis create --name other --org acme --region iad --no-replicas --disable-eviction --enable-prodpack=false",
    );
    let words = [YES[0], YES[1], "--volumes", "--clusters", "--redis", "--buckets"];
    let run = account.run_script(&tree, TEARDOWN, &words);
    run.ends(0);
    assert!(!run.stdout.contains("still there"), "{run}");
    let state = account.state();
    assert_eq!(names(&state), ["all-other"]);
    assert!(state.clusters.is_empty() && state.buckets.is_empty());
    assert_eq!(state.databases.keys().collect::<Vec<_>>(), ["other"]);
    // Apps go before what they need.
    let order: Vec<&str> = run.changes().map(|call| call.argv[2].as_str()).collect();
    let at = |name: &str| order.iter().position(|word| *word == name).unwrap();
    assert!(
        at("all-worker") < at("all-web") && at("all-web") < at("all-api") && at("all-api") < at("all-assets"),
        "{order:?}"
    );
    account.run_script(&tree, TEARDOWN, &words).ends(0).changes_nothing();

    // Somebody else's of the same name is nobody's to destroy.
    account.edit(|state| {
        state.apps.insert(
            "all-web".to_owned(),
            flyarch::sim::state::App { org: "stranger".to_owned(), ..Default::default() },
        );
    });
    account.run_script(&tree, TEARDOWN, &words).ends(0).changes_nothing();
}

/// The words that name every kind of data.
const ALL_KINDS: [&str; 6] = [YES[0], YES[1], "--volumes", "--clusters", "--redis", "--buckets"];

/// Interrupts it at every call that changes something, in some ways, and repeats it: it ends where an undisturbed run
/// ends, and what that leaves is there all the time.
fn interrupted(words: &[&str], faults: &[&str]) {
    let (tree, mut account) = finished();
    let start = account.state();
    let undisturbed = account.run_script(&tree, TEARDOWN, words);
    undisturbed.ends(0);
    let end = things(&account.state());
    let kept = account.state().ids();
    // Runs are functions of the state: what was shown for one state holds for all equal ones.
    let mut shown = BTreeSet::new();
    for call in undisturbed.calls.iter().filter(|call| call.changed) {
        for fault in faults {
            account.edit(|state| *state = start.clone());
            account.set("FLY_SIM_FAULT", format!("{}:{fault}", call.number));
            let run = account.run_script(&tree, TEARDOWN, words);
            account.unset("FLY_SIM_FAULT");
            let codes: &[i32] = match *fault {
                "server-error" => &[23],
                // A half is not the whole; of one thing there is no half.
                "half-done" => &[0, 23],
                fault if fault.starts_with("killed") => &[KILLED],
                _ => &[0, 23],
            };
            assert!(codes.contains(&run.code), "{fault} at {}\n{run}", call.number);
            let after = account.state();
            assert!(
                kept.is_subset(&after.ids()),
                "{fault} at {}: something is gone that was to stay\n{run}",
                call.number
            );
            if run.code == 0 {
                assert_eq!(things(&after), end, "{fault} at {}: not all is gone\n{run}", call.number);
            }
            if shown.insert(serde_json::to_string(&State { calls: 0, ..after }).unwrap()) {
                account.run_script(&tree, TEARDOWN, words).ends(0);
                assert_eq!(things(&account.state()), end, "{fault} at {}\n{run}", call.number);
                assert!(kept.is_subset(&account.state().ids()), "{fault} at {}\n{run}", call.number);
            }
        }
    }
}

pub(crate) fn interrupted_anywhere_it_goes_on() {
    interrupted(&ALL_KINDS, &["server-error", "reply-lost", "killed-after"]);
}

pub(crate) fn interrupted_anywhere_it_keeps_the_data() {
    interrupted(&YES, &["server-error", "timeout", "half-done", "killed-halfway"]);
}

pub(crate) fn without_an_answer_it_destroys_nothing_more() {
    let (tree, mut account) = finished();
    let (start, words) = (account.state(), ALL_KINDS);
    for listing in ["apps list", "volumes list", "redis list", "storage list", "mpg list"] {
        account.edit(|state| *state = start.clone());
        account.set("FLY_SIM_FAIL", listing);
        let run = account.run_script(&tree, TEARDOWN, &words);
        run.ends(21);
        let at = run.calls.iter().position(|call| call.command == listing).unwrap();
        assert!(run.calls[at..].iter().all(|call| !call.changed), "{run}");
        account.unset("FLY_SIM_FAIL");
    }
}

pub(crate) fn what_others_need_or_made_is_left_alone() {
    let spec = format!(
        "{}\n[postgres.db]\nplan = \"basic\"\n",
        SMALL.replace(
            "[app.web]",
            "[app.web]\nuses = { DATABASE_URL = \"postgres.db\" }\nmounts = { source = \"data\", destination = \"/data\", initial_size = \"5gb\" }"
        )
    );
    let tree = Tree::new(&spec);
    let mut account = Account::new("personal");
    account.run(&tree, &[]).ends(0);
    account.fly("volumes create theirs -a small-web --region lhr --yes");
    account.fly("apps create theirs --org personal");
    account.edit(|state| state.clusters[0].attached.extend(["theirs".to_owned()]));
    let run = account.run_script(&tree, TEARDOWN, &["--yes-destroy", "small", "--volumes", "--clusters"]);
    run.ends(24).says("for volumes that the spec does not name: theirs");
    run.says("is attached to theirs, which is no app of this spec");
    let state = account.state();
    assert_eq!((state.clusters.len(), state.apps["small-web"].volumes.len()), (1, 4));
}
