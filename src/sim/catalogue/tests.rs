//! The catalogue takes what flyctl takes, and refuses what it refuses.

use super::{Line, TEXT, check, parts};

fn ok(line: &str) {
    let words: Vec<&str> = line.split(' ').collect();
    if let Err(error) = check(&words) {
        panic!("{line}: {error}");
    }
}

fn refused(line: &str, why: &str) {
    let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
    match check(&words) {
        Ok(call) => panic!("{line} is taken for {call:?}"),
        Err(error) => assert!(error.contains(why), "{line}: {error}"),
    }
}

#[test]
fn words_and_aliases() {
    assert_eq!(check(&["vol", "ls", "-a", "x"]).unwrap().command, "volumes list");
    assert_eq!(check(&["-t", "token", "m", "list", "-a", "x"]).unwrap().command, "machine list");
    refused("", "no command");
    refused("bogus", "unknown command");
    refused("volumes bogus -a x", "help and exits with 0");
    refused("volumes", "holds other commands");
    refused("apps suspend x", "does nothing");
    refused("launch --force-name", "hidden");
}

#[test]
fn flags() {
    let call = check(&["volumes", "create", "data", "-ax", "-s10", "--region=iad", "-y"]).unwrap();
    assert_eq!((call.text("app"), call.number("size"), call.text("region")), (Some("x"), Some(10), Some("iad")));
    assert!(call.on("yes"));
    assert_eq!(check(&["apps", "list", "-qj", "-o", "x"]).unwrap().flags.len(), 3);
    assert!(!check(&["deploy", "-a", "x", "--ha=false"]).unwrap().on("ha"));
    assert_eq!(check(&["scale", "count", "-a", "x", "--yes", "--", "-1"]).unwrap().words, ["-1"]);
    refused("deploy -a x --ha false", "only as --ha=false");
    refused("deploy -a x --region iad", "unknown flag: --region");
    refused("volumes create data -a x -s ten -y -r iad", "whole number");
    refused("volumes create data -a x -y -r", "needs an argument");
    refused("volumes create data -a x --memory 512 -y -r iad", "old spelling of --vm-memory");
    refused("volumes create data -a x --fs-type raw -y -r iad", "hidden");
    refused("machine stop id -a x -w 9q", "a duration");
    ok("machine stop id -a x -w 1h30m");
    refused("redis list --json", "unknown flag");
    refused("certs import host -a x --fullchain f", "--private-key");
}

#[test]
fn arguments_and_apps() {
    refused("releases rollback 3 -a x", "at most 0");
    refused("volumes create -a x -y -r iad", "needs 1");
    refused("machine clone -a x", "needs 1");
    refused("ips list", "without --app");
    refused("volumes update vol_1 --snapshot-retention 7", "without --app");
}

#[test]
fn questions() {
    refused("volumes create data -a x -r iad", "--yes");
    refused("volumes create data -a x --yes", "which region");
    refused("scale count app=2 -a x", "--yes");
    refused("apps create x", "which organization");
    ok("apps create x --org o");
    refused("ips allocate-v4 -a x", "--yes");
    ok("ips allocate-v4 --shared -a x");
    ok("ips allocate-v4 --yes -a x");
    ok("ips allocate-v6 --private -a x");
    refused("ips allocate-egress -a x --region iad", "confirmation");
    let postgres = "postgres create --name x --org o --region iad --vm-size shared-cpu-1x";
    refused(postgres, "preset size");
    ok(&format!("{postgres} --initial-cluster-size 1 --volume-size 10"));
    ok(&format!("{postgres} --initial-cluster-size 1 --volume-size 10 --vm-memory 512"));
    refused("postgres attach pg -a x", "--yes");
    refused("mpg create --name x --org o --region iad", "plan");
    ok("mpg create --name x --org o --region iad --plan basic");
    ok("mpg attach ID -a x");
    refused("mpg list", "which organization");
    ok("mpg list --org o --json");
    let redis = "redis create --name x --org o --region iad";
    refused(redis, "replica regions");
    refused(&format!("{redis} --no-replicas"), "eviction");
    refused(&format!("{redis} --no-replicas --disable-eviction"), "ProdPack");
    let redis = format!("{redis} --no-replicas --disable-eviction --enable-prodpack=false");
    ok(&redis);
    refused(&format!("{redis} --plan p"), "auto-upgrade");
    ok(&format!("{redis} --plan p --enable-auto-upgrade=false"));
    refused("storage create --name b -a x", "terms");
    refused("storage create -a x --yes", "terms");
    ok("storage create --name b -a x --yes");
    ok("storage update b --public");
    refused("storage update b --custom-domain d", "--custom-domain");
    refused("redis connect", "which database");
    refused("ips allocate -a x", "always fails");
    ok("deploy . -c fly.toml -a x");
}

#[test]
fn lines_are_commands() {
    let file: serde_json::Value = serde_json::from_str(TEXT).unwrap();
    let lines: Vec<Line<'_>> = parts().1.collect();
    let commands = file["commands"].as_array().unwrap();
    assert_eq!(lines.len(), commands.len());
    for (line, command) in lines.iter().zip(commands) {
        let mut path: Vec<&str> = command["path"].as_array().unwrap().iter().map(|w| w.as_str().unwrap()).collect();
        let name = path.pop().unwrap();
        let parent: String = path.iter().map(|word| format!("{word:?},")).collect();
        assert!(line.is_child(&parent, name), "{}", line.0);
        assert_eq!(line.as_parent(), format!("{parent}{name:?},"));
        for alias in command["aliases"].as_array().into_iter().flatten() {
            assert!(line.is_child(&parent, alias.as_str().unwrap()), "{}", line.0);
        }
        assert!(line.read().is_ok(), "{}", line.0);
    }
}

#[test]
fn hostile_lines_are_refused_in_peace() {
    for line in ["-", "--", "---", "-=", "--=", "-é", "volumes -é", "-t", "--access-token", "\u{0}"] {
        assert!(check(&[line]).is_err(), "{line}");
    }
    let long = "x".repeat(1 << 20);
    assert!(check(&[long.as_str()]).is_err());
    assert!(check(&vec!["-"; 10_000]).is_err());
}
