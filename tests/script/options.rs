//! What the script is told, what it finds in its way, and what it leaves to people.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use flyarch::facts::FACTS;
use flyarch::sim::state::{App, Bucket, Database};

use super::runs::everything;
use super::tools::tool;
use super::view::{ids, things};
use super::world::{Account, EVERYTHING, REFERENCE, Tree, bash, bin, program};

/// A spec without anything that needs a person.
pub(crate) const SMALL: &str = r#"
version = 1
[project]
name = "small"
org = "personal"
tier = "development"
regions = { iad = 2, lhr = 1 }
[app.web]
build = { image = "registry.example.com/web:1" }
http_service = { internal_port = 8080 }
"#;

pub(crate) fn a_name_of_somebody_else_is_refused() {
    let (tree, stranger) = (Tree::new(REFERENCE), "stranger".to_owned());
    let mut account = Account::reference();
    account.edit(|state| {
        state.apps.insert("my-web".to_owned(), App { org: stranger.clone(), ..App::default() });
    });
    account.run(&tree, &[]).ends(22).changes_nothing().says("the name my-web belongs to somebody else");

    // Whole names count: others that begin or end alike are nothing to us.
    let mut account = Account::reference();
    account.edit(|state| {
        for name in ["my-web-2", "not-my-web"] {
            state.apps.insert(name.to_owned(), App { org: "personal".to_owned(), ..App::default() });
        }
    });
    account.run(&tree, &[]).ends(10);

    let (tree, mut account) = everything();
    account.edit(|state| {
        let bucket = Bucket { org: stranger.clone(), app: String::new(), public: false, domain: String::new() };
        state.buckets.insert("all-assets".to_owned(), bucket);
    });
    account.run(&tree, &[]).ends(22).says("the bucket name all-assets is taken");

    let (tree, mut account) = everything();
    account.edit(|state| {
        state.apps.insert("all-old".to_owned(), App { org: stranger.clone(), ..App::default() });
    });
    account.run(&tree, &[]).ends(22).says("the name all-old belongs to somebody else");

    let (tree, mut account) = everything();
    account.edit(|state| {
        let database = Database {
            org: stranger,
            region: "iad".to_owned(),
            replicas: Vec::new(),
            plan: String::new(),
            eviction: false,
            prodpack: false,
        };
        state.databases.insert("all-cache".to_owned(), database);
    });
    account.run(&tree, &[]).ends(22).says("all-cache");
}

/// A `PATH` with all that the script needs, but for one tool.
fn path_without(account: &Account, missing: &str) -> OsString {
    let folder = account.folder().join("../bin");
    fs::create_dir(&folder).unwrap();
    let needed = [
        "bash", "basename", "base64", "cat", "dirname", "grep", "head", "mktemp", "mv", "od", "rm", "sed", "sh",
        "tail", "tr", "wc",
    ];
    for name in needed {
        symlink(tool(name).unwrap(), folder.join(name)).unwrap();
    }
    for name in ["fly", "jq"].iter().filter(|name| **name != missing) {
        symlink(bin().join(name), folder.join(name)).unwrap();
    }
    folder.into_os_string()
}

pub(crate) fn a_missing_tool_or_token_is_said() {
    let tree = Tree::new(REFERENCE);
    for (tool, text) in [("jq", "jq is missing"), ("fly", "flyctl is missing")] {
        let mut account = Account::reference();
        let path = path_without(&account, tool);
        account.set("PATH", path);
        account.run(&tree, &[]).ends(20).changes_nothing().says(text);
    }
    let mut account = Account::reference();
    let path = path_without(&account, "");
    account.set("PATH", path);
    account.run(&tree, &[]).ends(10);

    let mut account = Account::reference();
    account.unset("FLY_API_TOKEN");
    account.run(&tree, &[]).ends(20).changes_nothing().says("no token");

    // flyctl takes the first variable that exists, even an empty one.
    let account = Account::reference().with("FLY_ACCESS_TOKEN", "");
    account.run(&tree, &[]).ends(10);

    let mut account = Account::reference();
    account.edit(|state| drop(state.organizations.remove("personal")));
    account.run(&tree, &[]).ends(20).changes_nothing().says("does not see the organisation personal");
}

pub(crate) fn an_old_flyctl_is_refused() {
    let tree = Tree::new(SMALL);
    let parts: Vec<u32> = FACTS.flyctl_minimum.split('.').map(|part| part.parse().unwrap()).collect();
    let [major, minor, fix] = parts.as_slice() else { panic!("{}", FACTS.flyctl_minimum) };
    let old = format!("{major}.{minor}.{}", fix - 1);
    let new = format!("v{major}.{}.0-dev.1", minor + 1);
    for (version, code) in [(old.as_str(), 20), ("unknown", 20), ("", 20), (FACTS.flyctl_minimum, 0), (&new, 0)] {
        let mut account = Account::new("personal");
        let folder = account.folder().join("../bin");
        fs::create_dir(&folder).unwrap();
        let fly = format!(
            "#!/bin/sh\nif [ \"$1\" = version ]; then echo '{{\"Version\":\"{version}\"}}'; exit 0; fi\nexec {}/fly \"$@\"\n",
            bin().display()
        );
        program(&folder.join("fly"), &fly);
        let path = std::env::join_paths([folder, bin().to_owned(), "/usr/bin".into(), PathBuf::from("/bin")]).unwrap();
        account.set("PATH", path);
        let run = account.run(&tree, &[]);
        assert_eq!(run.code, code, "{version}\n{run}");
    }
}

pub(crate) fn surplus_machines_stay_unless_asked() {
    let tree = Tree::new(SMALL);
    let account = Account::new("personal");
    account.run(&tree, &[]).ends(0);
    account.fly("scale count app=4 --region lhr -a small-web --yes");
    account.fly("scale count app=1 --region nrt -a small-web --yes");
    let run = account.run(&tree, &[]);
    run.ends(24).changes_nothing().says("has 4 machines of app in lhr, not 1").says("the spec does not name: app:nrt");
    let run = account.run(&tree, &["--allow-scale-down"]);
    run.ends(0);
    let app = &account.state().apps["small-web"];
    assert_eq!((app.count("app", "iad"), app.count("app", "lhr")), (2, 1));
    // Nobody asked for those of a region that the spec does not know.
    assert_eq!(app.count("app", "nrt"), 1);
}

pub(crate) fn a_group_that_is_gone_keeps_its_machines_unless_asked() {
    let (tree, account) = everything();
    account.run(&tree, &[]).ends(10);
    account.fly("secrets set LICENSE=bought --stage -a all-web");
    account.run(&tree, &[]).ends(0);
    let before = account.state();
    let without: String = {
        let mut spec = EVERYTHING.replace(", jobs = \"node jobs.js\"", "");
        for section in [
            "[app.web.group.jobs]",
            "[[app.web.mounts]]\nsource = \"spool\"",
            "[[app.web.vm]]\nsize = \"performance-1x\"",
        ] {
            let at = spec.find(section).unwrap();
            let end = at + spec[at..].find("\n\n").unwrap();
            spec.replace_range(at..end, "");
        }
        spec
    };
    tree.rebuild(&without);
    account.run(&tree, &[]).ends(24).changes_nothing().says("jobs");
    assert_eq!(ids(&account.state()), ids(&before));
    account.run(&tree, &["--allow-scale-down"]).ends(0);
    let app = &account.state().apps["all-web"];
    assert!(app.machines.iter().all(|machine| machine.group() == "web"));
    assert_eq!(app.volumes.len(), 8, "volumes stay");
}

pub(crate) fn what_a_person_must_do_is_said_and_waited_for() {
    let tree = Tree::new(REFERENCE);
    let mut account = Account::reference();
    account.unset("SESSION_KEY");
    let run = account.run(&tree, &[]);
    run.ends(10).says("set SESSION_KEY in the environment of this script");
    let state = account.state();
    assert!(!state.apps["my-web"].deployed && state.apps["my-web"].machines.is_empty());
    assert!(!state.apps["my-worker"].deployed, "its image is that of my-web");
    account.run(&tree, &[]).ends(10).changes_nothing();
    account.set("SESSION_KEY", "");
    account.run(&tree, &[]).ends(10).changes_nothing().says("is empty");
    account.set("SESSION_KEY", "k");
    account.run(&tree, &[]).ends(10);
    assert!(account.state().apps["my-worker"].deployed);
}

pub(crate) fn a_dry_run_changes_nothing() {
    let tree = Tree::new(REFERENCE);
    let mut account = Account::reference();
    let run = account.run(&tree, &["--dry-run"]);
    run.ends(0).changes_nothing().says("would run").says("dry run: 18 changes to make, 0 things stand");
    assert!(run.calls.iter().all(|call| call.exit == 0), "{run}");
    account.run(&tree, &[]).ends(10);
    account.publish(&["shop.example.com"]);
    account.run(&tree, &["--dry-run"]).ends(0).changes_nothing().says("dry run: 0 changes to make");

    let (tree, account) = everything();
    account.run(&tree, &["--dry-run"]).ends(10).changes_nothing();

    // What a secret brings about is foreseen.
    let account = Account::new("personal").with("TOKEN", "t");
    let tree = Tree::new(SMALL);
    account.run(&tree, &[]).ends(0);
    tree.rebuild(&SMALL.replace("[app.web]", "[app.web]\nsecrets = [\"TOKEN\"]"));
    let run = account.run(&tree, &["--dry-run"]);
    run.ends(0).changes_nothing().says("would set secret TOKEN").says("deploy").says("2 changes to make");
}

pub(crate) fn parts_of_the_plan() {
    let tree = Tree::new(REFERENCE);
    let account = Account::reference();
    let run = account.run(&tree, &["--only", "app.web/create"]);
    run.ends(0).says("[1/20] 0:").says(" app.web/create\n");
    assert_eq!(account.state().apps.keys().collect::<Vec<_>>(), ["my-web"]);
    account.run(&tree, &["--only", "app.worker/create"]).ends(0);
    let run = account.run(&tree, &["--from", "postgres.db/create"]);
    // What was left out is missed at the end.
    run.ends(23).says("[5/20] ").says("my-web has no shared_v4 address");
    assert!(!run.stdout.contains("app.web/create") && account.state().apps["my-web"].deployed, "{run}");
    account.run(&tree, &[]).ends(10);
    let run = account.run(&tree, &["--only", "app.worker"]);
    run.ends(0).changes_nothing().says("app.worker/deploy");
    assert!(!run.stdout.contains("app.web/"), "{run}");

    let account = Account::reference();
    account.run(&tree, &["--only", "app.web/create", "--from", "app.web/create"]).ends(0);
    for args in [&["--only", "app.nothing"][..], &["--from", "app.web"], &["--only", "app.web/creat*"]] {
        account.run(&tree, args).ends(2).changes_nothing().says("there is no step");
    }
    for args in [&["--only"][..], &["--only", ""], &["--from", ""], &["--now"], &["app.web"], &["-x"], &[""]] {
        let run = account.run(&tree, args);
        run.ends(2);
        assert!(run.calls.is_empty(), "{run}");
    }
    for args in [&["--help"][..], &["-h"], &["--dry-run", "--help"]] {
        let run = account.run(&tree, args);
        run.ends(0).says("usage: setup.sh");
        assert!(run.calls.is_empty(), "{run}");
    }
}

pub(crate) fn asked_for_again() {
    let tree = Tree::new(&SMALL.replace("[app.web]", "[app.web]\nsecrets = [\"TOKEN\"]"));
    let mut account = Account::new("personal").with("TOKEN", "one");
    account.run(&tree, &[]).ends(0);
    let digest = |account: &Account| account.state().apps["small-web"].secrets["TOKEN"].digest.clone();
    let first = digest(&account);
    account.set("TOKEN", "two");
    account.run(&tree, &[]).ends(0).changes_nothing();
    account.run(&tree, &["--update-secrets"]).ends(0).says("secrets are staged");
    assert_ne!(digest(&account), first);
    let releases = |account: &Account| account.state().apps["small-web"].releases.len();
    assert_eq!(releases(&account), 2);
    account.run(&tree, &["--redeploy"]).ends(0).says("asked for");
    assert_eq!(releases(&account), 3);
    tree.rebuild(&SMALL.replace("8080", "9090").replace("[app.web]", "[app.web]\nsecrets = [\"TOKEN\"]"));
    account.run(&tree, &[]).ends(0).says("its configuration has changed");
    account.run(&tree, &[]).ends(0).changes_nothing();
}

pub(crate) fn inherited_variables_change_nothing() {
    let tree = Tree::new(REFERENCE);
    let account = Account::reference();
    account.run(&tree, &[]).ends(10);
    let expected = things(&account.state());
    let mut account = Account::reference();
    let inherited = [
        "FLY_APP",
        "FLY_REGION",
        "FLY_ORG",
        "FLY_ORGANIZATION",
        "FLY_JSON",
        "FLYCTL_OUTPUT_HAR",
        "LOG_LEVEL",
        "FLY_VERBOSE",
    ];
    for name in inherited {
        account.set(name, "other");
    }
    for name in ["STATE", "ONLY", "DRY_RUN", "SECRET", "HERE", "STEP", "YES", "REDEPLOY"] {
        account.set(name, "inherited");
    }
    // `cd` with a path of this kind may go elsewhere, and prints where.
    account.set("CDPATH", "/:/tmp");
    account.set("GREP_OPTIONS", "-v");
    let run = account.run(&tree, &[]);
    run.ends(10);
    assert_eq!(things(&account.state()), expected);
    for call in &run.calls {
        let seen: Vec<&str> = inherited.into_iter().filter(|name| call.environment.contains_key(*name)).collect();
        assert!(seen.is_empty(), "{seen:?} in the environment of fly {}", call.argv.join(" "));
    }
    // As `bash setup.sh` in its folder, and by a name without a folder.
    let account = Account::reference().with("CDPATH", "/:/tmp");
    account
        .command(bash(), ["-c", "cd \"$0\" && bash setup.sh", tree.script().parent().unwrap().to_str().unwrap()])
        .ends(10);
}

pub(crate) fn a_cluster_that_is_being_made_is_waited_for() {
    let tree = Tree::new(REFERENCE);
    let mut account = Account::reference();
    account.run(&tree, &["--only", "postgres.db/create"]).ends(0);
    account.edit(|state| state.clusters[0].creating = 3);
    account.run(&tree, &["--only", "postgres.db/create"]).ends(0).says("is creating; waiting");
    account.edit(|state| {
        let twin = state.clusters[0].clone();
        state.clusters.push(twin);
    });
    account.run(&tree, &["--only", "postgres.db/create"]).ends(23).says("2 clusters called my-db");
}

pub(crate) fn what_differs_is_told_and_left() {
    let tree = Tree::new(&SMALL.replace("org = ", "network = \"net\"\norg = ").replace(
        "[app.web]",
        "[app.web]\nmounts = { source = \"data\", destination = \"/data\", initial_size = \"5gb\", snapshot_retention = 7 }",
    ));
    let mut account = Account::new("personal");
    account.fly("apps create small-web --org personal");
    account.fly("volumes create data -a small-web --region lhr --size 3 --yes --scheduled-snapshots=false");
    account.fly("volumes create data -a small-web --region lhr --size 9 --yes");
    account.fly("volumes create other -a small-web --region lhr --yes");
    account.fly("secrets set A=1 --stage -a small-web");
    account.fly("certs add old.example.com -a small-web");
    account.fly("ips allocate-v4 --yes -a small-web");
    let run = account.run(&tree, &[]);
    run.ends(0).says("is on network ''").says("has 2 volumes data in lhr, not 1");
    run.says("volumes that the spec does not name: other").says("secrets that the spec does not name: A");
    run.says("certificates that the spec does not name: old.example.com")
        .says("addresses that the spec does not name: v4");
    let state = account.state();
    let data = state.apps["small-web"].volumes.iter().filter(|volume| volume.name == "data");
    let sizes: Vec<_> =
        data.map(|v| (v.region.as_str(), v.size_gb, v.snapshot_retention, v.auto_backup_enabled)).collect();
    // What is smaller than the spec grows, what has another policy gets the one of the spec, nothing shrinks.
    assert_eq!(sizes, [("lhr", 5, 7, true), ("lhr", 9, 7, true), ("iad", 5, 7, true), ("iad", 5, 7, true)]);
    account.run(&tree, &[]).ends(0).changes_nothing();
    account.edit(|state| state.apps.get_mut("small-web").unwrap().secrets.clear());
    account.run(&tree, &[]).ends(0).changes_nothing();
}

pub(crate) fn a_bucket_whose_credentials_were_lost() {
    let (tree, mut account) = everything();
    account.run(&tree, &["--only", "app.web/create"]).ends(0);
    account.run(&tree, &["--only", "bucket.assets"]).ends(0).says("all-assets.t3.tigrisbucket.io");
    let run = account.run(&tree, &["--only", "bucket.assets"]);
    run.ends(0).changes_nothing().says("0 changes made");
    account.edit(|state| state.apps.get_mut("all-web").unwrap().secrets.clear());
    account.run(&tree, &["--only", "bucket.assets"]).ends(10).changes_nothing().says("storage dashboard all-assets");

    // One bucket per app: that is not a matter of the name.
    let (tree, account) = everything();
    account.run(&tree, &["--only", "app.web/create"]).ends(0);
    account.fly("storage create --name another -a all-web --yes");
    account.run(&tree, &["--only", "bucket.assets"]).ends(23).says("already exists for app all-web");
}
