//! `sweep.sh`: previews whose time is over go with all that is their own, and nothing else does.

use std::fs;
use std::path::Path;

use flyarch::sim::state::State;

use super::world::{Account, Run, program};

/// Previews have a Redis database, a volume and a bucket of their own, and share a cluster with staging.
const SPEC: &str = r#"
version = 1

[project]
name = "shop"
org = "acme"
tier = "development"
regions = ["iad"]

[app.web]
build = { image = "registry.example.com/web:1" }
uses = { DATABASE_URL = "postgres.db", REDIS_URL = "redis.cache", FILES = "bucket.files" }

[app.web.http_service]
internal_port = 8080

[app.worker]
name = "jobs"
build = { image = "registry.example.com/worker:1" }

[[app.worker.mounts]]
source = "data"
destination = "/data"
initial_size = "1gb"

[postgres.db]
plan = "basic"

[redis.cache]

[bucket.files]
owner = "app.web"

[environment.staging]
suffix = "-staging"

[environment.staging.app.worker]
name = "jobs-staging"

[environment.preview]
ttl = "72h"

[environment.preview.postgres.db]
name = "shop-db-staging"
"#;

/// Seconds since 1970 at which the clock of the stand-in begins.
const BEGIN: u64 = 1_767_225_600;
const DAY: u64 = 86_400;

/// A repository in which everything is built, with an account in which all of it runs.
struct World {
    account: Account,
}

impl World {
    fn new() -> Self {
        let mut account = Account::new("acme");
        let programs = account.home().join("bin");
        fs::create_dir(&programs).unwrap();
        program(&programs.join("date"), "#!/bin/sh\necho \"$TEST_NOW\"\n");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_flyarch"), programs.join("flyarch")).unwrap();
        account.prefer(&programs);
        fs::write(account.home().join("spec.toml"), SPEC).unwrap();
        let world = Self { account };
        world.build(&[]).ends(0);
        world.script("staging/setup.sh", &[]).ends(0);
        for preview in ["pr-1", "pr-2"] {
            world.build(&["--preview", preview]).ends(0);
            world.script(&format!("preview/{preview}/setup.sh"), &[]).ends(0);
        }
        let mut world = world;
        world.deployed("pr-1", 0);
        world.deployed("pr-2", 5 * DAY);
        world.now(5 * DAY + 3600);
        world
    }

    fn build(&self, args: &[&str]) -> Run {
        let (spec, out) = (self.account.home().join("spec.toml"), self.account.home().join("out"));
        let words = ["build", spec.to_str().unwrap(), "-o", out.to_str().unwrap()];
        self.account.command(env!("CARGO_BIN_EXE_flyarch"), words.iter().chain(args))
    }

    fn script(&self, path: &str, args: &[&str]) -> Run {
        let script = self.account.home().join("out").join(path);
        self.account.command(super::world::bash(), [script.to_str().unwrap()].iter().chain(args))
    }

    fn sweep(&self, args: &[&str]) -> Run {
        self.script("preview/sweep.sh", args)
    }

    /// Says when the apps of a preview were deployed, in seconds after the beginning.
    fn deployed(&mut self, preview: &str, at: u64) {
        self.account.edit(|state| {
            for app in state.apps.iter_mut().filter(|(name, _)| name.ends_with(preview)).map(|(_, app)| app) {
                app.releases.iter_mut().for_each(|release| release.created = at);
            }
        });
    }

    fn now(&mut self, at: u64) {
        self.account.set("TEST_NOW", (BEGIN + at).to_string());
    }

    fn apps(&self) -> Vec<String> {
        self.account.state().apps.into_keys().collect()
    }
}

fn data(state: &State) -> (Vec<&str>, Vec<&String>, Vec<&String>) {
    let clusters = state.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
    (clusters, state.databases.keys().collect(), state.buckets.keys().collect())
}

pub(crate) fn what_is_old_goes_and_nothing_else() {
    let mut world = World::new();
    let of_staging = ["jobs-staging", "shop-web-staging"];
    let of_previews = ["jobs-pr-1", "jobs-pr-2", "shop-web-pr-1", "shop-web-pr-2"];
    let mut all = [&of_staging[..], &of_previews].concat();
    all.sort_unstable();
    assert_eq!(world.apps(), all);
    // Somebody's app with such a name, and one that an earlier spec made for the preview.
    world.account.fly("apps create shop-web-pr-9 --org acme");
    world.account.edit(|state| {
        let old = state.apps["shop-web-pr-1"].clone();
        state.apps.insert("shop-old-pr-1".to_owned(), old);
    });

    world.sweep(&[]).ends(24).changes_nothing().says("--yes-destroy shop");
    let run = world.sweep(&["--dry-run"]);
    run.ends(0).changes_nothing().says("pr-1: deployed 121 h ago").says("would run: ");
    run.says("pr-2: stays; deployed 1 h ago").says("dry run: to take down: 1, stay: 1");
    run.says("shop-db-staging (postgres.db)").says("shop-web-pr-9").says("shop-web-staging");
    run.says("shop-old-pr-1 is of this preview too");

    let run = world.sweep(&["--yes-destroy", "shop"]);
    run.ends(0).says("done: taken down: 1, stay: 1");
    for call in run.changes() {
        let named: Vec<&String> =
            call.argv.iter().filter(|word| word.contains("shop") || word.contains("jobs")).collect();
        assert!(!named.is_empty() && named.iter().all(|name| name.ends_with("-pr-1")), "{run}");
    }
    let left = ["jobs-pr-2", "jobs-staging", "shop-old-pr-1", "shop-web-pr-2", "shop-web-pr-9", "shop-web-staging"];
    assert_eq!(world.apps(), left);
    let state = world.account.state();
    let (clusters, databases, buckets) = data(&state);
    assert_eq!(clusters, ["shop-db-staging"]);
    assert_eq!(databases, ["shop-cache-pr-2", "shop-cache-staging"]);
    assert_eq!(buckets, ["shop-files-pr-2", "shop-files-staging"]);
    assert_eq!(state.apps["jobs-pr-2"].volumes.len(), 1);
    world.sweep(&["--yes-destroy", "shop"]).ends(0).changes_nothing();
}

pub(crate) fn what_is_kept_or_not_known_stays() {
    let mut world = World::new();
    world.sweep(&["--yes-destroy", "shop", "--keep", "pr-1"]).ends(0).changes_nothing().says("pr-1: stays (--keep)");
    // One of its apps was deployed now: the preview is in use.
    world.account.edit(|state| state.apps.get_mut("jobs-pr-1").unwrap().releases[0].created = 5 * DAY);
    world.sweep(&["--yes-destroy", "shop"]).ends(0).changes_nothing().says("pr-1: stays; deployed 1 h ago");
    world.account.edit(|state| state.apps.get_mut("jobs-pr-1").unwrap().releases.clear());
    let run = world.sweep(&["--yes-destroy", "shop"]);
    run.ends(0).changes_nothing().says("pr-1: stays, because it is not known when it was deployed");
    for words in [&["--keep"][..], &["--yes-destroy"], &["--other"]] {
        world.sweep(words).ends(2).changes_nothing();
    }
}

pub(crate) fn a_preview_that_cannot_be_built_stays() {
    let world = World::new();
    fs::write(world.account.home().join("spec.toml"), SPEC.replace("plan = \"basic\"", "")).unwrap();
    let run = world.sweep(&["--yes-destroy", "shop"]);
    run.ends(23).changes_nothing().says("not taken down:").says("--preview pr-1 failed");
    fs::remove_file(world.account.home().join("spec.toml")).unwrap();
    world.sweep(&["--yes-destroy", "shop"]).ends(20).changes_nothing().says("spec.toml is not there");
}

pub(crate) fn a_listing_that_fails_destroys_nothing() {
    let mut world = World::new();
    let start = world.account.state();
    // The calls that come before the first teardown.
    let calls = world.sweep(&["--yes-destroy", "shop", "--keep", "pr-1"]).calls.len() as u64;
    for call in 1..=calls {
        for fault in ["server-error", "not-json", "empty-reply"] {
            world.account.edit(|state| *state = start.clone());
            world.account.set("FLY_SIM_FAULT", format!("{}:{fault}", start.calls + call));
            let run = world.sweep(&["--yes-destroy", "shop"]);
            let others = world.apps().iter().filter(|name| !name.ends_with("-pr-1")).count();
            assert_eq!(others, 4, "call {call}, {fault}: {run}");
            if fault == "server-error" {
                assert_ne!(run.code, 0, "call {call}: {run}");
                run.changes_nothing();
            }
        }
    }
}

/// What lies on disk is what the build made.
pub(crate) fn the_script_is_built_with_the_rest() {
    let world = World::new();
    let script = world.account.home().join("out/preview/sweep.sh");
    assert!(script.is_file() && !Path::new(&script.with_file_name("setup.sh")).exists());
    world.build(&["--check"]).ends(0);
    // The tree of the environment alone has it too, and each build leaves the other's files.
    world.build(&["--env", "preview"]).ends(0);
    assert!(script.with_file_name("setup.sh").is_file());
    world.build(&["--check"]).ends(0);
    world.build(&["--env", "preview", "--check"]).ends(0);
}
