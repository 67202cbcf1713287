//! A spec that changed, over the system that the old one made: the new state with nothing lost, or a refusal.

use flyarch::sim::state::{App, State};

use super::options::SMALL;
use super::view::ids;
use super::world::{Account, Run, Tree};

/// A spec with a group that mounts volumes and one that does not.
const OLD: &str = r#"
version = 1
[project]
name = "shop"
org = "personal"
tier = "development"
regions = { iad = 2 }
[app.web]
build = { image = "registry.example.com/web:1" }
processes = { web = "serve", jobs = "work" }
http_service = { internal_port = 8080, processes = ["web"] }
[[app.web.mounts]]
source = "data"
destination = "/data"
initial_size = "5gb"
snapshot_retention = 7
processes = ["web"]
"#;

/// A system that an old spec made, and then the run of a new one.
struct Change {
    tree: Tree,
    account: Account,
    before: State,
}

impl Change {
    fn of(old: &str) -> Self {
        let tree = Tree::new(old);
        let account = Account::new("personal").with("TOKEN", "value").with("KEY", "another");
        account.run(&tree, &[]).ends(0);
        let before = account.state();
        Self { tree, account, before }
    }

    /// Runs the script of the new spec, which must lose nothing, and then change nothing more.
    #[track_caller]
    fn to(&self, new: &str) -> State {
        self.tree.rebuild(new);
        self.account.run(&self.tree, &[]).ends(0);
        let after = self.account.state();
        self.loses_nothing(&after);
        self.account.run(&self.tree, &[]).ends(0).changes_nothing();
        self.account.run_script(&self.tree, "verify.sh", &[]).ends(0);
        after
    }

    /// Runs the script of the new spec, which must refuse and change nothing.
    #[track_caller]
    fn is_refused(&self, new: &str) -> Run {
        self.tree.rebuild(new);
        let run = self.account.run(&self.tree, &[]);
        run.ends(24).changes_nothing();
        run
    }

    #[track_caller]
    fn loses_nothing(&self, after: &State) {
        let there = ids(after);
        for id in ids(&self.before) {
            assert!(there.contains(&id), "{id} is lost");
        }
    }
}

fn web(state: &State) -> &App {
    &state.apps["shop-web"]
}

fn new(from: &str, to: &str) -> String {
    assert!(OLD.contains(from), "{from}");
    OLD.replace(from, to)
}

pub(crate) fn more_regions() {
    let change = Change::of(OLD);
    let after = change.to(&new("{ iad = 2 }", "{ iad = 2, lhr = 1, nrt = 1 }"));
    let app = web(&after);
    for group in ["web", "jobs"] {
        assert_eq!(["iad", "lhr", "nrt"].map(|region| app.count(group, region)), [2, 1, 1]);
    }
    assert_eq!(app.volumes.len(), 4);
    assert!(app.volumes.iter().all(|v| (v.size_gb, v.snapshot_retention) == (5, 7) && v.attached_machine_id.is_some()));
    assert_eq!(app.releases.len(), 1, "numbers are no release: {:?}", app.releases);
}

pub(crate) fn fewer_regions_and_machines_are_told() {
    let change = Change::of(&new("{ iad = 2 }", "{ iad = 2, lhr = 1 }"));
    change.tree.rebuild(OLD);
    let run = change.account.run(&change.tree, &[]);
    run.ends(0).changes_nothing().says("machines that the spec does not name: jobs:lhr");
    let run = change.is_refused(&new("{ iad = 2 }", "{ iad = 1 }"));
    run.says("has 2 machines of web in iad, not 1: --allow-scale-down destroys the surplus");
    change.account.run(&change.tree, &["--allow-scale-down"]).ends(0);
    let after = change.account.state();
    assert_eq!((web(&after).count("web", "iad"), web(&after).count("jobs", "iad")), (1, 1));
    assert_eq!(web(&after).volumes.len(), 3, "volumes stay");
}

pub(crate) fn larger_volumes_grow_and_never_shrink() {
    let change = Change::of(OLD);
    let after = change.to(&new("5gb", "12gb"));
    assert!(web(&after).volumes.iter().all(|volume| volume.size_gb == 12));
    change.tree.rebuild(OLD);
    let run = change.account.run(&change.tree, &[]);
    run.ends(0).says("of 12 GB, not 5: a volume cannot shrink");
    assert!(web(&change.account.state()).volumes.iter().all(|volume| volume.size_gb == 12));
}

pub(crate) fn another_retention() {
    let change = Change::of(OLD);
    let after = change.to(&new("snapshot_retention = 7", "snapshot_retention = 30"));
    assert!(web(&after).volumes.iter().all(|volume| volume.snapshot_retention == 30));
    let after = change.to(&new("snapshot_retention = 7", "snapshot_retention = 30\nscheduled_snapshots = false"));
    assert!(web(&after).volumes.iter().all(|volume| !volume.auto_backup_enabled));
}

pub(crate) fn another_secret() {
    let with = |names: &str| new("[app.web]", &format!("[app.web]\nsecrets = [{names}]"));
    let change = Change::of(&with("\"TOKEN\""));
    let after = change.to(&with("\"TOKEN\", \"KEY\""));
    let app = web(&after);
    assert_eq!(app.secrets["TOKEN"], web(&change.before).secrets["TOKEN"], "what is there is not set again");
    assert_eq!(app.releases.len(), 2, "one release carries it");
    let version = app.releases[1].version.to_string();
    assert!(app.machines.iter().all(|machine| machine.config.metadata["fly_release_version"] == version));
    // What the spec no longer names stays, and is told.
    change.tree.rebuild(&with("\"KEY\""));
    let run = change.account.run(&change.tree, &[]);
    run.ends(0).changes_nothing().says("secrets that the spec does not name: TOKEN");
}

pub(crate) fn a_renamed_group_is_refused_with_what_would_be_destroyed() {
    // A group without volumes.
    let change = Change::of(OLD);
    let renamed = new("jobs =", "batch =");
    let run = change.is_refused(&renamed);
    run.says("machines of group jobs, which the spec no longer has: 2 in iad");
    change.account.run(&change.tree, &["--allow-scale-down"]).ends(0);
    let after = change.account.state();
    assert_eq!(["web", "jobs", "batch"].map(|group| web(&after).count(group, "iad")), [2, 0, 2]);

    // A group with volumes: the new one gets them, with what is in them.
    let change = Change::of(OLD);
    let renamed = new("web = \"serve\"", "front = \"serve\"").replace("[\"web\"]", "[\"front\"]");
    change.is_refused(&renamed).says("machines of group web, which the spec no longer has: 2 in iad");
    change.account.run(&change.tree, &["--allow-scale-down"]).ends(0);
    let after = change.account.state();
    let volumes = |state: &State| web(state).volumes.iter().map(|volume| volume.id.clone()).collect::<Vec<_>>();
    assert_eq!(volumes(&after), volumes(&change.before));
    assert_eq!((web(&after).count("web", "iad"), web(&after).count("front", "iad")), (0, 2));
    assert!(web(&after).volumes.iter().all(|volume| volume.attached_machine_id.is_some()));
    change.account.run(&change.tree, &[]).ends(0).changes_nothing();
}

pub(crate) fn a_new_app_in_the_middle() {
    let app = |key: &str, more: &str| {
        format!(
            "[app.{key}]\nbuild = {{ image = \"registry.example.com/{key}:1\" }}\n{more}http_service = {{ internal_port = 8080 }}\n"
        )
    };
    let head = SMALL.split("[app.web]").next().unwrap();
    let old = format!("{head}{}{}", app("first", ""), app("last", ""));
    let change = Change::of(&old);
    let middle = app("middle", "uses = { FIRST_URL = \"app.first\" }\n");
    let after = change.to(&format!("{head}{}{middle}{}", app("first", ""), app("last", "after = [\"app.middle\"]\n")));
    assert_eq!(after.apps.keys().collect::<Vec<_>>(), ["small-first", "small-last", "small-middle"]);
    for name in ["small-first", "small-last"] {
        assert_eq!(after.apps[name], change.before.apps[name], "{name} is not touched");
    }
    assert_eq!(after.apps["small-middle"].machines.len(), 3);
}

pub(crate) fn a_mount_for_a_group_that_runs() {
    let start = OLD.find("[[app.web.mounts]]").unwrap();
    let change = Change::of(&OLD[..start].replace("{ iad = 2 }", "{ iad = 2, lhr = 1 }"));
    change.tree.rebuild(&new("{ iad = 2 }", "{ iad = 2, lhr = 1 }"));
    change.account.run(&change.tree, &[]).ends(0);
    let after = change.account.state();
    // flyctl replaces machines that get their first mount; every one has its volume, in its region.
    let app = web(&after);
    assert_eq!((app.count("web", "iad"), app.count("web", "lhr"), app.count("jobs", "iad")), (2, 1, 2));
    assert_eq!(app.volumes.len(), 3);
    for volume in &app.volumes {
        let machine = app.machine(volume.attached_machine_id.as_ref().unwrap()).unwrap();
        assert_eq!((machine.group(), &machine.region), ("web", &volume.region));
        assert_eq!((volume.size_gb, volume.snapshot_retention), (5, 7));
    }
    change.account.run(&change.tree, &[]).ends(0).changes_nothing();
}

pub(crate) fn a_mount_that_is_gone_or_renamed_is_refused() {
    let start = OLD.find("[[app.web.mounts]]").unwrap();
    for spec in [OLD[..start].to_owned(), new("\"data\"", "\"other\"")] {
        let change = Change::of(OLD);
        change.tree.rebuild(&spec);
        let run = change.account.run(&change.tree, &[]);
        run.ends(24).says("no longer mounts what its machines have (web:data)");
        let after = change.account.state();
        change.loses_nothing(&after);
        assert_eq!(web(&after).releases.len(), 1, "no deploy is begun that cannot end");
    }
}
