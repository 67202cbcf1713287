//! `flyarch plan` on what scripts have made: nothing differs where a script has just run, and what it says of the next
//! run is what the next run does.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;

use flyarch::sim::state::Release;

use super::world::{Account, REFERENCE, Run, Tree, bash};

/// What `plan` may ask, whatever of it is behind the command.
const LOOKS: [&str; 11] = [
    "version",
    "apps list",
    "ips list",
    "volumes list",
    "secrets list",
    "certs list",
    "machine list",
    "config show",
    "mpg list",
    "redis list",
    "storage list",
];

fn plan(account: &Account, tree: &Tree, args: &[&str]) -> Run {
    let spec = tree.script().ancestors().nth(2).unwrap().join("spec.toml");
    let args: Vec<OsString> =
        [OsString::from("plan"), spec.into_os_string()].into_iter().chain(args.iter().map(OsString::from)).collect();
    let run = account.command(env!("CARGO_BIN_EXE_flyarch"), args);
    for call in &run.calls {
        assert!(LOOKS.contains(&call.command.as_str()), "fly {}\n{run}", call.argv.join(" "));
        assert!(!call.changed, "fly {}\n{run}", call.argv.join(" "));
    }
    run
}

/// Where a script has just run, nothing differs and nothing is unknown.
pub(crate) fn nothing_differs(account: &Account, tree: &Tree) {
    plan(account, tree, &["--fly", "--exit-code"]).ends(0).says(": nothing differs\n");
}

fn reference() -> (Account, Tree) {
    let tree = Tree::new(REFERENCE);
    let mut account = Account::reference();
    account.publish(&["shop.example.com"]);
    account.run(&tree, &[]).ends(0);
    (account, tree)
}

pub(crate) fn what_was_set_by_hand_is_found_and_put_back() {
    let (account, tree) = reference();
    nothing_differs(&account, &tree);
    let machine = account.state().apps["my-web"].machines[0].id.clone();
    account.fly(&format!("machine update {machine} -a my-web --vm-memory 1024 --env API_TOKEN=hunter2 --yes"));
    let found = plan(&account, &tree, &["--fly", "--exit-code"]);
    found.ends(1).says("2 differences").says("512 MB").says("1024 MB").says("the variable API_TOKEN");
    assert!(!found.stdout.contains("hunter2"), "{found}");
    // It says that the script does not see this; and so it is.
    found.says("`setup.sh` does not see it until it deploys for");
    account.run(&tree, &[]).ends(0).changes_nothing();
    // And that a deploy puts it back.
    account.run(&tree, &["--redeploy", "--only", "app.web/deploy"]).ends(0);
    // What is left is the other app that runs this one's image, which was built anew.
    let left = plan(&account, &tree, &["--fly", "--exit-code"]);
    left.ends(1).says("1 difference").says("app.worker (my-worker): the image of its machines");
    account.run(&tree, &[]).ends(0);
    nothing_differs(&account, &tree);
}

pub(crate) fn the_script_collects_what_fly_tells() {
    let (account, tree) = reference();
    account.fly("secrets set STRANGER=1 --stage -a my-web");
    let by_fly = plan(&account, &tree, &["--fly"]);
    let script = tree.root().join("collect.sh");
    fs::write(&script, &plan(&account, &tree, &["--collect"]).stdout).unwrap();
    let live = tree.root().join("live");
    let collected = account.command(bash(), [script.as_os_str(), live.as_os_str()]);
    collected.ends(0).changes_nothing();
    let by_dumps = plan(&account, &tree, &["--live", live.to_str().unwrap()]);
    by_dumps.ends(0).says("STRANGER").says("secrets set, and not declared");
    assert!(by_dumps.calls.is_empty(), "{by_dumps}");
    assert_eq!(by_dumps.stdout, by_fly.stdout);
    // Both ask the same.
    let asked = |run: &Run| -> BTreeSet<String> {
        let calls = run.calls.iter().filter(|call| call.command != "version");
        calls.map(|call| call.argv.join(" ")).collect()
    };
    assert_eq!(asked(&collected), asked(&by_fly));
    // What is not dumped is unknown, and no equality.
    fs::remove_file(live.join("my-web/ips.json")).unwrap();
    fs::remove_file(live.join("storage.personal.txt")).unwrap();
    let less = plan(&account, &tree, &["--live", live.to_str().unwrap()]);
    less.ends(0).says("2 things are not known").says("`fly ips list -a my-web --json`").says("the buckets of personal");
}

pub(crate) fn what_is_not_there_and_what_waits_is_found() {
    let (mut account, tree) = reference();
    account.edit(|state| {
        state.apps.remove("my-worker");
        let web = state.apps.get_mut("my-web").unwrap();
        web.machines.pop();
        web.addresses.retain(|address| address.kind != "v6");
        let last: &mut Release = web.releases.last_mut().unwrap();
        last.config["console_command"] = "/bin/sh".into();
    });
    let found = plan(&account, &tree, &["--fly", "--exit-code"]);
    found.ends(1).says("4 differences").says("my-worker").says("an IPv6 address").says("console_command");
    // Whatever it says that the script adds and puts back is there afterwards.
    account.run(&tree, &[]).ends(0);
    nothing_differs(&account, &tree);
    // A wrong token, and none, are said in words that have no token in them.
    account.unset("FLY_API_TOKEN");
    let refused = plan(&account, &tree, &["--fly"]);
    refused.ends(3).says("fly is not logged in");
    account.set("FLY_API_TOKEN", "fm2_token-of-the-tests");
    account.set("PATH", OsStr::new("/nowhere"));
    plan(&account, &tree, &["--fly"]).ends(3).says("fly is not there");
}
