//! Jobs and tokens: machines that run at intervals, and secrets that the script makes at Fly.io.

use flyarch::sim::state::{Machine, State, Token};

use super::world::{Account, Run, Tree};

/// What it runs is what a careless script would take for flags, for placeholders and for words of a shell.
const JOBS: &str = r#"
version = 1
[project]
name = "shop"
org = "personal"
tier = "development"
regions = { iad = 1, lhr = 1 }
[app.web]
build = { image = "registry.example.com/web:1" }
env = { GREETING = "it's $HOME", OLD = "x" }
[app.web.schedule.report]
command = "report --all IMAGE '$(id)' \"it's\" -- RELEASE"
every = "daily"
[app.web.schedule.clean]
command = "clean"
every = "hourly"
"#;

const WORDS: [&str; 7] = ["report", "--all", "IMAGE", "$(id)", "it's", "--", "RELEASE"];

fn made(spec: &str) -> (Tree, Account) {
    let (tree, account) = (Tree::new(spec), Account::new("personal"));
    account.run(&tree, &[]).ends(0);
    account.run(&tree, &[]).ends(0).changes_nothing();
    account.run_script(&tree, "verify.sh", &[]).ends(0);
    (tree, account)
}

#[track_caller]
fn job(state: &State, name: &str) -> Machine {
    let ours = |machine: &&Machine| machine.config.metadata.get("flyarch_job").is_some_and(|job| job == name);
    let mut found = state.apps["shop-web"].machines.iter().filter(ours);
    let job = found.next().unwrap_or_else(|| panic!("no machine of {name}: {state:#?}")).clone();
    assert!(found.next().is_none(), "two machines of {name}");
    job
}

fn changed(tree: &Tree, account: &Account, spec: &str) -> State {
    tree.rebuild(spec);
    account.run(tree, &[]).ends(0);
    account.run(tree, &[]).ends(0).changes_nothing();
    account.run_script(tree, "verify.sh", &[]).ends(0);
    account.state()
}

pub(crate) fn a_job_gets_its_words_variables_and_size() {
    let (_, account) = made(JOBS);
    let report = job(&account.state(), "report");
    assert_eq!(report.config.init.cmd, WORDS);
    assert_eq!(report.config.env["GREETING"], "it's $HOME");
    assert_eq!(report.config.env["PRIMARY_REGION"], "iad");
    assert_eq!((report.config.schedule.as_str(), report.region.as_str()), ("daily", "iad"));
    assert_eq!((report.config.guest.cpus, report.config.guest.memory_mb), (1, 256));
    assert_eq!(report.config.image, "registry.example.com/web:1");
    assert!(!report.is_of_platform(), "deploys and scales would take it for theirs");
}

pub(crate) fn a_job_follows_the_spec() {
    let (tree, account) = made(JOBS);
    let before = job(&account.state(), "report");
    let spec = JOBS
        .replace("every = \"daily\"", "every = \"weekly\"\nvm = { size = \"shared-cpu-2x\", memory = \"1gb\" }")
        .replace("report --all", "report --some")
        .replace(", OLD = \"x\"", ", NEW = \"y\"");
    let after = job(&changed(&tree, &account, &spec), "report");
    assert_eq!(after.id, before.id, "it is updated in place");
    assert_eq!(after.state, "stopped", "it is not started by that");
    assert_eq!((after.config.schedule.as_str(), after.config.init.cmd[1].as_str()), ("weekly", "--some"));
    assert_eq!((after.config.guest.cpus, after.config.guest.memory_mb), (2, 1024));
    assert_eq!(after.config.env.get("OLD"), None);
    assert_eq!(after.config.env["NEW"], "y");
    let moved = spec.replace("every = \"weekly\"", "every = \"weekly\"\nregion = \"lhr\"");
    let moved = job(&changed(&tree, &account, &moved), "report");
    assert!(moved.id != after.id && moved.region == "lhr");
}

pub(crate) fn a_job_runs_the_image_of_the_newest_release() {
    let (tree, account) = made(JOBS);
    let config = tree.script().with_file_name("web/fly.toml");
    account.fly(&format!(
        "deploy . -c {} -a shop-web --image registry.example.com/web:2 --ha=false --yes",
        config.display()
    ));
    let run = account.run_script(&tree, "verify.sh", &[]);
    run.ends(1).says("settings of job");
    account.run(&tree, &[]).ends(0);
    assert_eq!(job(&account.state(), "report").config.image, "registry.example.com/web:2");
    account.run_script(&tree, "verify.sh", &[]).ends(0);
}

pub(crate) fn a_job_at_work_is_left_alone() {
    let (tree, mut account) = made(JOBS);
    account.edit(|state| {
        for machine in &mut state.apps.get_mut("shop-web").unwrap().machines {
            "started".clone_into(&mut machine.state);
        }
    });
    account.run(&tree, &[]).ends(0).changes_nothing();
    tree.rebuild(&JOBS.replace("\"clean\"", "\"clean --more\""));
    let run = account.run(&tree, &[]);
    run.ends(10).changes_nothing().says("the job clean of shop-web is at work");
}

pub(crate) fn a_job_that_is_gone_or_twice_there_is_refused() {
    let (tree, account) = made(JOBS);
    let (without, _) = JOBS.split_once("[app.web.schedule.clean]").unwrap();
    tree.rebuild(without);
    let refused = |run: Run| {
        run.ends(24).changes_nothing().says("a machine of the job clean too many");
    };
    refused(account.run(&tree, &[]));
    account.run(&tree, &["--allow-scale-down"]).ends(0);
    let second = "machine run i:1 -a shop-web --region iad --schedule daily --metadata flyarch_job=report";
    account.fly(second);
    account.run(&tree, &[]).ends(24).changes_nothing().says("a machine of the job report too many");
    account.run(&tree, &["--allow-scale-down"]).ends(0);
    assert_eq!(job(&account.state(), "report").config.init.cmd, WORDS, "the first one stays");
    // Also when no job is left at all.
    let (none, _) = JOBS.split_once("[app.web.schedule.report]").unwrap();
    tree.rebuild(none);
    account.run(&tree, &[]).ends(24).says("a machine of the job report too many");
}

const TOKENS: &str = r#"
version = 1
[project]
name = "shop"
org = "personal"
tier = "development"
regions = { iad = 1 }
[app.scaler]
build = { image = "registry.example.com/scaler:1" }
[app.scaler.secrets]
API = { token = { kind = "deploy", app = "app.worker", expiry = "8760h" } }
METRICS = { token = { kind = "readonly" } }
[app.worker]
build = { image = "registry.example.com/worker:1" }
"#;

fn valid(state: &State) -> Vec<&Token> {
    state.tokens.iter().filter(|token| !token.revoked).collect()
}

pub(crate) fn tokens_are_made_once_and_for_as_little_as_is_said() {
    let (_, account) = made(TOKENS);
    let state = account.state();
    let [api, metrics] = valid(&state)[..] else { panic!("{:#?}", state.tokens) };
    assert_eq!([&api.name, &api.kind, &api.app, &api.expiry], ["shop-scaler/API", "deploy", "shop-worker", "8760h"]);
    assert_eq!([&metrics.name, &metrics.kind, &metrics.app], ["shop-scaler/METRICS", "readonly", ""]);
    assert_eq!(state.apps["shop-scaler"].secrets.len(), 2);
}

pub(crate) fn a_token_that_was_lost_is_revoked() {
    let (tree, account) = (Tree::new(TOKENS), Account::new("personal"));
    account.run(&tree, &["--only", "app.worker"]);
    account.fly("tokens create deploy -a shop-worker --name shop-scaler/API");
    account.fly("tokens create readonly --org personal --name somebody-elses");
    account.run(&tree, &[]).ends(0);
    let state = account.state();
    let names: Vec<&str> = valid(&state).iter().map(|token| token.name.as_str()).collect();
    assert_eq!(names, ["somebody-elses", "shop-scaler/API", "shop-scaler/METRICS"]);
}

pub(crate) fn a_token_is_replaced_and_the_old_one_named() {
    let (tree, account) = made(TOKENS);
    let old = account.state().tokens[0].id.clone();
    let run = account.run(&tree, &["--update-secrets", "--only", "app.scaler/secret-API"]);
    run.ends(10).says(&format!("tokens revoke {old}"));
    assert_eq!(valid(&account.state()).len(), 3, "machines work with the old one until the deploy");
    account.run(&tree, &["--only", "app.scaler/deploy"]).ends(0);
    assert_eq!(account.state().apps["shop-scaler"].releases.len(), 2);
}

pub(crate) fn tokens_go_with_their_app() {
    let (tree, account) = made(TOKENS);
    account.fly("tokens create readonly --org personal --name somebody-elses");
    account.run_script(&tree, "teardown.sh", &["--yes-destroy", "shop"]).ends(0);
    let state = account.state();
    let names: Vec<&str> = valid(&state).iter().map(|token| token.name.as_str()).collect();
    assert_eq!(names, ["somebody-elses"]);
    let run = account.run_script(&tree, "teardown.sh", &["--yes-destroy", "shop"]);
    run.ends(0).changes_nothing();
}
