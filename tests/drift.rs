//! `flyarch plan` on dumps: twelve differences that were planted, each found and nothing else; what is not known; dumps
//! that somebody fell asleep over; the commands that it names. On what scripts have made: tests/script/drift.rs.
//!
//! `SNAPSHOTS=overwrite cargo test --test drift` rewrites golden/plan: read the difference before it is committed.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

mod support;
#[allow(dead_code, reason = "each test takes what it needs")]
#[path = "cli/world.rs"]
mod world;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use flyarch::drift::{Class, Declared, Drift, Footing, Next, compare, json, markdown, text};
use flyarch::facts::FACTS;
use flyarch::live::{Dump, Live};
use flyarch::model::Model;
use flyarch::sim::catalogue;
use flyarch::source::Source;
use flyarch::{Options, interpret};
use proptest::prelude::*;
use serde_json::{Value as Json, json as value};
use support::cases;
use world::{World, golden};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/plan/drifts")
}

fn spec() -> Source {
    Source::new("spec.toml", fs::read_to_string(folder().join("spec.toml")).unwrap())
}

fn model(source: &Source) -> Model {
    interpret(source, &FACTS, &Options::default()).model.unwrap()
}

/// Everything that is dumped of the shop.
fn dumps() -> Vec<(Dump, &'static str)> {
    let of_apps = ["shop-web", "shop-search"].into_iter().flat_map(|app| Dump::OF_APP.map(|dump| (dump, app)));
    [(Dump::Apps, "")].into_iter().chain(of_apps).chain(Dump::OF_ORG.map(|dump| (dump, "acme"))).collect()
}

fn read(dump: Dump, of: &str) -> String {
    fs::read_to_string(folder().join("live").join(dump.path(of))).unwrap()
}

/// What runs, with some of the dumps changed.
fn live(change: impl Fn(Dump, &str, String) -> Option<String>) -> Live {
    let mut live = Live::default();
    for (dump, of) in dumps() {
        if let Some(text) = change(dump, of, read(dump, of)) {
            live.add(dump, of, &text).unwrap();
        }
    }
    live
}

fn drift(live: &Live) -> Drift {
    let source = spec();
    let declared = Declared { source: &source, model: &model(&source), elsewhere: &BTreeSet::new() };
    compare(declared, live, &FACTS)
}

/// One dump of JSON, changed.
fn edited(dump: Dump, of: &'static str, edit: impl Fn(&mut Json)) -> Live {
    live(|other, app, text| {
        if (other, app) != (dump, of) {
            return Some(text);
        }
        let mut json = serde_json::from_str(&text).unwrap();
        edit(&mut json);
        Some(json.to_string())
    })
}

fn titles(drift: &Drift) -> Vec<String> {
    drift
        .findings
        .iter()
        .map(|finding| format!("{} {}: {}", finding.class.as_str(), finding.name, finding.what))
        .collect()
}

/// What the second has and the first has not.
fn new(before: &Drift, after: &Drift) -> Vec<String> {
    let before = titles(before);
    titles(after).into_iter().filter(|title| !before.contains(title)).collect()
}

#[test]
fn the_twelve_are_found_and_nothing_else() {
    let world = World::new();
    world.write("spec.toml", spec().text());
    for (dump, of) in dumps() {
        world.write(&format!("live/{}", dump.path(of)), read(dump, of));
    }
    for (format, file) in [("text", "plan.txt"), ("json", "plan.json"), ("markdown", "plan.md")] {
        let run = world.run(&["plan", "--live", "live", "--format", format]).exits(0).says("");
        golden(&format!("plan/drifts/{file}"), &run.stdout);
    }
    world.run(&["plan", "--live", "live", "--exit-code"]).exits(1);
    let found = drift(&live(|_, _, text| Some(text)));
    let count = |class| found.count(class);
    assert_eq!(Class::ALL.map(count), [4, 2, 1, 1, 1, 3], "{:#?}", titles(&found));
    assert_eq!(found.unknown, []);
    assert!(found.findings.iter().all(|finding| finding.at.as_ref().is_some_and(|at| at.line > 2 && at.column > 0)));
}

#[test]
fn one_edit_is_one_difference() {
    let before = drift(&live(|_, _, text| Some(text)));
    let one = |after: &Live, class: Class, what: &str| {
        let after = drift(after);
        let found = new(&before, &after);
        assert!(
            matches!(&found[..], [one] if one.contains(what) && one.starts_with(class.as_str())),
            "{what}: {found:#?}"
        );
    };
    let machine = |edit: fn(&mut Json)| edited(Dump::Machines, "shop-search", move |all| edit(&mut all[0]["config"]));
    one(&machine(|c| c["env"]["EXTRA"] = value!("1")), Class::Overwritten, "EXTRA");
    one(&machine(|c| c["env"]["PRIMARY_REGION"] = value!("fra")), Class::Overwritten, "PRIMARY_REGION");
    one(&machine(|c| c["init"]["cmd"] = value!(["bin/search", "--shards", "8"])), Class::Overwritten, "the command");
    one(&machine(|c| c["mounts"][0]["path"] = value!("/data")), Class::Overwritten, "`path` of the first mount");
    one(&machine(|c| c["stop_config"]["timeout"] = value!("5s")), Class::Overwritten, "`kill_timeout`");
    one(&machine(|c| c["metrics"] = value!({"port": 9091, "path": "/metrics"})), Class::Overwritten, "metrics");
    one(&machine(|c| c["checks"] = value!({"up": {"type": "tcp", "port": 1}})), Class::Overwritten, "the check `up`");
    one(&machine(|c| c["image"] = value!("registry.example.com/shop/search:1.8")), Class::Overwritten, "the image");
    one(&machine(|c| c["schedule"] = value!("daily")), Class::Changed, "the schedule");
    let web =
        |edit: fn(&mut Json)| edited(Dump::Machines, "shop-web", move |all| edit(&mut all[0]["config"]["services"][0]));
    one(&web(|s| s["autostop"] = value!(false)), Class::Overwritten, "auto_stop_machines");
    one(&web(|s| s["min_machines_running"] = value!(0)), Class::Overwritten, "min_machines_running");
    one(&web(|s| s["checks"][0]["path"] = value!("/")), Class::Overwritten, "checks.0.path");
    one(
        &web(|s| drop(s["ports"][0].as_object_mut().unwrap().remove("force_https"))),
        Class::Overwritten,
        "force_https",
    );
    one(&web(|s| drop(s["ports"].as_array_mut().unwrap().pop())), Class::Overwritten, "ports.1");
    let volume = |edit: fn(&mut Json)| edited(Dump::Volumes, "shop-search", move |all| edit(&mut all[0]));
    one(&volume(|v| v["size_gb"] = value!(9)), Class::Changed, "the size");
    one(&volume(|v| v["size_gb"] = value!(11)), Class::Changed, "the size");
    let more = |edit: fn(&mut Json)| {
        edited(Dump::Volumes, "shop-search", move |all| {
            let mut other = all[0].clone();
            (other["id"], other["attached_machine_id"]) = (value!("vol_other"), Json::Null);
            (other["snapshot_retention"], other["name"]) = (value!(14), other["name"].clone());
            edit(&mut other);
            all.as_array_mut().unwrap().push(other);
        })
    };
    one(&more(|_| {}), Class::Undeclared, "a volume `shards` in iad");
    one(&more(|v| v["name"] = value!("old")), Class::Undeclared, "a volume `old`");
    one(&more(|v| v["region"] = value!("fra")), Class::Undeclared, "a volume `shards` in fra");
    one(
        &edited(Dump::Ips, "shop-web", |all| all.as_array_mut().unwrap().retain(|ip| ip["Type"] != "v6")),
        Class::Missing,
        "IPv6",
    );
    one(
        &edited(Dump::Certs, "shop-search", |all| *all = value!([{"hostname": "x.example.com"}])),
        Class::Undeclared,
        "x.example.com",
    );
    one(&edited(Dump::Secrets, "shop-web", waiting), Class::Changed, "the secret");
    one(&edited(Dump::Apps, "", |all| all[0]["Network"] = value!("other")), Class::Changed, "network");
    one(
        &edited(Dump::Apps, "", |all| all[0]["Organization"]["Slug"] = value!("other")),
        Class::Changed,
        "organisation",
    );
    one(&edited(Dump::Clusters, "acme", |all| all[0]["plan"] = value!("launch")), Class::Changed, "the plan");
    one(&edited(Dump::Clusters, "acme", |all| all[0]["disk"] = value!(40)), Class::Changed, "the storage");
    one(&edited(Dump::Clusters, "acme", |all| *all = value!([])), Class::Missing, "cluster");
    one(
        &edited(Dump::Config, "shop-web", |c| c["console_command"] = value!("/bin/sh")),
        Class::Changed,
        "console_command",
    );
    let table = |dump: Dump, from: &'static str, to: &'static str| {
        live(move |other, _, text| Some(if other == dump { text.replace(from, to) } else { text }))
    };
    one(&table(Dump::Databases, "Enabled", "Disabled"), Class::Changed, "eviction");
    one(&table(Dump::Databases, "shop-cache", "else-cache"), Class::Missing, "Redis");
    one(&table(Dump::Buckets, "shop-uploads", "else-uploads"), Class::Missing, "bucket");
}

/// A secret that is on no machine.
fn waiting(all: &mut Json) {
    let secrets = all.as_array_mut().unwrap();
    let secret = secrets.iter_mut().find(|secret| secret["name"] == "SESSION_KEY").unwrap();
    secret["status"] = value!("Staged");
}

#[test]
fn what_is_not_dumped_is_unknown() {
    for (missing, of) in dumps() {
        let found = drift(&live(|dump, app, text| ((dump, app) != (missing, of)).then_some(text)));
        let line = missing.line(of);
        assert!(found.unknown.iter().any(|unknown| unknown.why.contains(&line)), "{line}: {:?}", found.unknown);
    }
    let nothing = drift(&Live::default());
    assert_eq!(nothing.findings.len(), 0, "{:#?}", titles(&nothing));
    let footing = Footing { project: "shop".to_owned(), environment: None };
    assert!(text(&nothing, &footing).contains("nothing differs in what was looked at; "));
    assert!(markdown(&nothing, &footing).contains("Not known"));
}

/// What a person is told to run is what flyctl has.
#[test]
fn the_commands_are_in_the_catalogue() {
    let all = [
        drift(&live(|_, _, text| Some(text))),
        // Nothing is there but an empty account.
        {
            let mut live = Live::default();
            live.add(Dump::Apps, "", "[]").unwrap();
            live.add(Dump::Clusters, "acme", "[]").unwrap();
            drift(&live)
        },
        drift(&edited(Dump::Apps, "", |all| {
            all[0]["Network"] = value!("other");
            all[0]["Organization"]["Slug"] = value!("other");
        })),
        drift(&edited(Dump::Volumes, "shop-search", |all| {
            let mut other = all[0].clone();
            (other["id"], other["attached_machine_id"], other["size_gb"]) = (value!("vol_1"), Json::Null, value!(1));
            all.as_array_mut().unwrap().push(other);
        })),
        drift(&edited(Dump::Certs, "shop-web", |all| *all = value!([{"hostname": "x.example.com"}]))),
        drift(&edited(Dump::Secrets, "shop-web", waiting)),
        drift(&edited(Dump::Machines, "shop-search", |all| {
            all[0]["config"]["schedule"] = value!("daily");
            all[0]["config"]["metadata"]["fly_process_group"] = value!("old");
        })),
        drift(&edited(Dump::Clusters, "acme", |all| {
            let mut other = all[0].clone();
            other["name"] = value!("shop-old");
            let second = all[0].clone();
            all.as_array_mut().unwrap().extend([other, second]);
        })),
        drift(&edited(Dump::Ips, "shop-web", |all| {
            all.as_array_mut().unwrap().push(value!({"Type": "egress_v4", "Address": "198.51.100.7", "Region": "iad"}));
        })),
    ];
    let mut seen = BTreeSet::new();
    for finding in all.iter().flat_map(|drift| &drift.findings) {
        for (i, code) in finding.person.split('`').chain(finding.then.split('`')).enumerate() {
            if let Some(words) = code.strip_prefix("fly ").filter(|_| i % 2 == 1) {
                let words = shlex::split(words).unwrap();
                let call = catalogue::check(&words).unwrap_or_else(|why| panic!("fly {code}: {why}"));
                seen.insert(call.command);
            }
        }
        assert!(!finding.then.is_empty() && !finding.person.is_empty(), "{finding:?}");
        assert!(finding.next != Next::Unknown, "{finding:?}");
    }
    assert!(seen.len() >= 14, "{seen:?}");
}

#[test]
fn values_that_may_be_secret_are_not_shown() {
    let footing = Footing { project: "shop".to_owned(), environment: None };
    let planted = edited(Dump::Machines, "shop-web", |all| {
        let env = &mut all[0]["config"]["env"];
        env["API_TOKEN"] = value!("s3cr3t-one");
        env["PLAIN"] = value!("s3cr3t-two");
        env["LOG_LEVEL"] = value!("postgres://u:s3cr3t-three@host/db");
        all[0]["config"]["services"][0]["checks"][0]["headers"] =
            value!([{"name": "Authorization", "values": ["Bearer s3cr3t-four"]}]);
        all[0]["config"]["init"]["cmd"] = value!(["run", "--password=s3cr3t-five-0123456789abcdef"]);
    });
    let found = drift(&planted);
    for name in ["API_TOKEN", "PLAIN", "LOG_LEVEL", "Authorization", "the command"] {
        assert!(found.findings.iter().any(|finding| finding.what.contains(name)), "{name}: {:#?}", titles(&found));
    }
    for text in [text(&found, &footing), markdown(&found, &footing), json(&[(found, footing)])] {
        assert!(!text.contains("s3cr3t"), "{text}");
        assert!(!text.contains("0123456789abcdef"), "the digest of a secret: {text}");
    }
}

#[test]
fn wrong_dumps_are_told_with_their_places() {
    let world = World::new();
    world.write("spec.toml", spec().text());
    let told = |file: &str, text: &[u8], why: &str| {
        world.write(&format!("live/{file}"), text);
        world.run(&["plan", "--live", "live"]).exits(3).prints_nothing().mentions(file).mentions(why);
        fs::remove_file(world.path(&format!("live/{file}"))).unwrap();
    };
    world.run(&["plan", "--live", "live"]).exits(3).mentions("there is no such folder");
    fs::create_dir(world.path("live")).unwrap();
    world.run(&["plan", "--live", "live"]).exits(3).mentions("`flyarch plan --collect` prints a script");
    told("apps.json", b"[{\"Name\": 1}]", "line 1 column 11");
    told("apps.json", b"", "the file is empty");
    told("apps.json", b"\xff", "is not UTF-8");
    told("shop-web/machines.json", b"[{\n  \"id\": [\n", "line 2");
    told("shop-web/config.json", b"[]", "line 1");
    told("redis.acme.txt", b"Error: no\n", "line 1 column 1 is not the head of a table of NAME, ORG");
    told("storage.acme.txt", " NAME \u{2502} ORG\n alone\n".as_bytes(), "line 2 column 1 is no row");
    let deep = format!("[{{\"config\": {}", "[".repeat(100_000));
    told("shop-web/machines.json", deep.as_bytes(), "recursion limit");
    for args in [&["plan"][..], &["plan", "--live", "live", "--fly"], &["plan", "--collect", "--format", "json"]] {
        world.run(args).exits(2).prints_nothing();
    }
    world.run(&["plan", "--live", "live", "--env", "prod"]).exits(2).mentions("has no environments");
    // A spec that is wrong is told on standard error, as everywhere.
    world.write("spec.toml", "version = 1\n");
    world.run(&["plan", "--live", "live"]).exits(1).prints_nothing().mentions("missing-key");
}

fn any_json() -> impl Strategy<Value = Json> {
    static WORDS: [&str; 11] =
        ["", "v2", "web", "index", "iad", "stop", "15s", "-1h", "9999999999999999999h", "Staged", "\u{1b}[2J|<b>"];
    static KEYS: [&str; 30] = [
        "id",
        "name",
        "Name",
        "config",
        "env",
        "guest",
        "cpus",
        "services",
        "ports",
        "checks",
        "headers",
        "values",
        "metadata",
        "fly_process_group",
        "fly_platform_version",
        "flyarch_job",
        "mounts",
        "restart",
        "init",
        "cmd",
        "Type",
        "Region",
        "region",
        "state",
        "hostname",
        "status",
        "Organization",
        "Slug",
        "app",
        "http_service",
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        prop::sample::select(&WORDS[..]).prop_map(Json::from),
        ".{0,8}".prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::vec((prop::sample::select(&KEYS[..]), inner), 0..7)
                .prop_map(|entries| entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #![proptest_config(cases(256))]

    /// Whatever is in a dump, or in the place of a part of one: an error or a comparison, and never a panic.
    #[test]
    fn no_dump_brings_a_panic(json in any_json(), at in 0_usize..16, part in 0_usize..200) {
        let (dump, of) = dumps()[at % dumps().len()];
        let mut live = live(|_, _, text| Some(text));
        if let Ok(mut whole) = serde_json::from_str::<Json>(&read(dump, of)) {
            replace(&mut whole, &mut part.clone(), &json);
            drop(live.add(dump, of, &whole.to_string()));
        }
        show(&drift(&live));
        drop(live.add(dump, of, &json.to_string()));
        show(&drift(&live));
    }

    #[test]
    fn no_text_brings_a_panic(text in "\\PC{0,80}", table in " NAME │ ORG( │ [A-Z ]{0,9}){0,5}\n(.{0,9}│?){0,9}\n") {
        let mut live = Live::default();
        for (dump, of) in dumps() {
            drop(live.add(dump, of, &text));
            drop(live.add(dump, of, &table));
        }
        show(&drift(&live));
    }
}

/// Puts a value into the place of a part.
fn replace(whole: &mut Json, at: &mut usize, with: &Json) {
    if *at == 0 {
        *whole = with.clone();
        return;
    }
    *at -= 1;
    match whole {
        Json::Array(items) => items.iter_mut().for_each(|item| replace_unless_done(item, at, with)),
        Json::Object(table) => table.iter_mut().for_each(|(_, item)| replace_unless_done(item, at, with)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn replace_unless_done(item: &mut Json, at: &mut usize, with: &Json) {
    if *at != usize::MAX {
        replace(item, at, with);
        if *at == 0 {
            *at = usize::MAX;
        }
    }
}

fn show(drift: &Drift) {
    let footing = Footing { project: "shop".to_owned(), environment: None };
    for text in [text(drift, &footing), markdown(drift, &footing)] {
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    }
    drop(json(&[(drift.clone(), footing)]));
}
