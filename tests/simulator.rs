//! The simulated Fly.io by itself: what scripts of today do not do yet, or seldom meet.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

use std::ffi::OsString;
use std::fs;

use flyarch::sim;
use flyarch::sim::state::State;
use serde_json::Value as Json;
use tempfile::TempDir;

struct Account(TempDir);

impl Account {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn call(&self, words: &str, env: &[(&str, &str)]) -> (i32, String, String) {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        let env = [("FLY_API_TOKEN", "fm2_t")].into_iter().chain(env.iter().copied());
        let env = env.map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let (stdout, stderr) = (&mut out, &mut err);
        let streams = sim::Streams { stdin: &mut std::io::empty(), stdout, stderr, discarded: false };
        let code = sim::main(self.0.path(), &words, env, streams);
        (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }

    #[track_caller]
    fn ok(&self, words: &str) -> String {
        let (code, out, err) = self.call(words, &[]);
        assert_eq!(code, 0, "fly {words}: {err}");
        out
    }

    #[track_caller]
    fn fails(&self, words: &str, why: &str) {
        let (code, _, err) = self.call(words, &[]);
        assert!(code == 1 && err.contains(why), "fly {words}: {code} {err}");
    }

    fn state(&self) -> State {
        State::load(self.0.path()).unwrap()
    }

    /// Takes the room of a host away.
    fn fills(&self, host: &str) {
        let mut state = self.state();
        state.full_hosts.insert(host.to_owned());
        state.save(self.0.path()).unwrap();
    }

    /// Deploys an app of one group, which mounts a volume if one is named.
    fn deployed(&self, app: &str, mount: &str) {
        self.ok(&format!("apps create {app} --org personal"));
        let mounts = if mount.is_empty() {
            String::new()
        } else {
            format!("[[mounts]]\nsource = \"{mount}\"\ndestination = \"/d\"\n")
        };
        let path = self.0.path().join("fly.toml");
        fs::write(&path, format!("app = \"{app}\"\nprimary_region = \"iad\"\n[build]\nimage = \"i:1\"\n{mounts}"))
            .unwrap();
        self.ok(&format!("deploy {} -c {} -a {app} --ha=false --yes", self.0.path().display(), path.display()));
    }
}

#[test]
fn every_token_is_another_one() {
    let account = Account::new();
    account.ok("apps create my-web --org personal");
    let made = |words: &str| serde_json::from_str::<Json>(&account.ok(words)).unwrap()["token"].clone();
    let first = made("tokens create deploy -a my-web -n ci -x 8760h --json");
    assert!(first.as_str().unwrap().starts_with("FlyV1 fm2_"), "{first}");
    assert_ne!(first, made("tokens create deploy -a my-web -n ci -x 8760h --json"));
    made("tokens create org personal --name all --json");
    let listed = account.ok("tokens list -a my-web");
    assert_eq!(listed.matches("ci").count(), 2, "{listed}");
    assert!(account.ok("tokens list -o personal").contains("all"));
    let id = account.state().tokens[0].id.clone();
    account.ok(&format!("tokens revoke {id}"));
    assert!(account.state().tokens[0].revoked && !account.state().ids().contains(&id));
    // What cannot be revoked is no error.
    assert!(account.ok("tokens revoke nothing").contains("not found"));
}

#[test]
fn calls_that_only_look_are_counted() {
    let account = Account::new();
    account.ok("apps create my-web --org personal");
    let before = account.state();
    account.ok("apps list --org personal --json");
    account.ok("ips list -a my-web --json");
    assert_eq!(account.state(), State { calls: before.calls + 2, ..before });
}

#[test]
fn half_of_several_things_can_be_gone() {
    let account = Account::new();
    account.deployed("my-web", "");
    account.ok("scale count app=2 --region iad -a my-web --yes");
    let state = account.state();
    let ids: Vec<&str> = state.apps["my-web"].machines.iter().map(|machine| machine.id.as_str()).collect();
    let words = format!("machine destroy {} --force -a my-web", ids.join(" "));
    let fault = format!("{}:half-done", state.calls + 1);
    let (code, out, _) = account.call(&words, &[("FLY_SIM_FAULT", &fault)]);
    let left = account.state().apps["my-web"].machines.len();
    assert_eq!((code, out.as_str(), ids.len(), left), (1, "", 2, 1));
}

#[test]
fn consul_restarts_every_time() {
    let account = Account::new();
    account.deployed("my-web", "");
    for releases in [2, 3] {
        account.ok("consul attach -a my-web");
        let app = account.state().apps["my-web"].clone();
        assert!(app.secrets.contains_key("FLY_CONSUL_URL"));
        assert_eq!(app.releases.len(), releases);
    }
    account.ok("consul detach -a my-web");
    assert!(account.state().apps["my-web"].secrets.is_empty());
}

#[test]
fn consul_says_nothing_of_errors() {
    let account = Account::new();
    account.deployed("my-web", "");
    let (code, _, _) = account.call("consul attach -a my-web", &[("FLY_SIM_FAIL", "consul attach")]);
    assert_eq!((code, account.state().apps["my-web"].secrets.len()), (0, 0));
}

#[test]
fn scheduled_machines_are_left_alone() {
    let account = Account::new();
    account.deployed("my-web", "");
    for _ in 0..2 {
        account.ok("machine run i:1 -a my-web --region lhr --schedule daily --metadata job=clean");
    }
    account.ok("scale count app=2 --region iad -a my-web --yes");
    let path = account.0.path().join("fly.toml");
    let (folder, file) = (account.0.path().display(), path.display());
    account.ok(&format!("deploy {folder} -c {file} -a my-web --ha=false --yes"));
    let app = account.state().apps["my-web"].clone();
    let scheduled: Vec<_> = app.machines.iter().filter(|m| m.config.schedule == "daily").collect();
    assert_eq!((scheduled.len(), app.machines.len()), (2, 4));
    assert!(scheduled.iter().all(|m| m.config.metadata["job"] == "clean" && m.region == "lhr"));
    let shown: Json = serde_json::from_str(&account.ok("scale show -a my-web --json")).unwrap();
    assert_eq!(shown[0]["Count"], 2);
    account.fails("machine run i:1 -a my-web --region lhr --schedule often", "invalid schedule");
}

#[test]
fn a_volume_is_bound_to_a_host() {
    let account = Account::new();
    account.fills("iad-1");
    account.ok("apps create my-web --org personal");
    // Without a word about the machine a volume may land where there is no room for it.
    account.ok("volumes create data -a my-web --region iad --size 1 --yes");
    account.ok("volumes create data -a my-web --region iad --size 1 --vm-memory 512 --yes");
    let hosts: Vec<String> = account.state().apps["my-web"].volumes.iter().map(|v| v.host.clone()).collect();
    assert_eq!(hosts, ["iad-1", "iad-2"]);

    let account = Account::new();
    account.deployed("my-data", "data");
    let host = account.state().apps["my-data"].volumes[0].host.clone();
    account.ok("volumes create data -a my-data --region iad --size 1 --yes");
    let other = account.state().apps["my-data"].volumes[1].host.clone();
    assert_ne!(host, other, "volumes of one name are apart");
    account.fills(&other);
    account.fails("scale count app=2 --region iad -a my-data --yes", "insufficient resources");
}

#[test]
fn a_fault_happens_to_one_call() {
    let account = Account::new();
    let fault = |words: &str, fault: &str| account.call(words, &[("FLY_SIM_FAULT", fault)]);
    let create = "apps create my-web --org personal";
    assert_eq!(fault(create, "1:server-error").0, 1);
    assert!(account.state().apps.is_empty());
    let (code, out, err) = fault(create, "2:timeout");
    assert_eq!((code, out.as_str()), (126, ""));
    assert!(err.contains("deadline") && account.state().apps.contains_key("my-web"), "{err}");
    let list = "apps list --org personal --json";
    assert_eq!(fault(list, "3:empty-reply"), (0, String::new(), String::new()));
    assert!(fault(list, "4:not-json").1.starts_with("<html>"));
    assert!(fault(list, "9:not-json").1.contains("my-web"));
    // A token that sees less does so from there on, and can do nothing.
    assert_eq!(fault(list, "5:sees-less").1.trim(), "[]");
    let (code, _, err) = fault("apps create other --org personal", "5:sees-less");
    assert!(code == 1 && err.contains("not authorized"), "{err}");
    let (_, _, err) = fault(create, "5:sees-less");
    assert!(err.contains("already been taken"), "{err}");
    assert_eq!(account.state().apps.len(), 1);
    let (_, _, err) = fault("apps create third --org personal", "9:name-taken");
    assert!(err.contains("already been taken"), "{err}");
    assert_eq!(account.state().apps["third"].org, sim::faults::STRANGER);
    assert_eq!(account.ok(list).matches("\"Name\": \"third\"").count(), 0);
}
