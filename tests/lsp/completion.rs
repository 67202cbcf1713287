//! What can be written at a place, in texts that are right and in those that are being written.

use serde_json::{Value, json};

use super::client::{Client, PROJECT, WEB, edited};

/// What can be written at the `|` of a text.
fn items(client: &mut Client, name: &str, marked: &str) -> Vec<Value> {
    let answer = client.ask_at("textDocument/completion", name, marked);
    assert_eq!(answer["isIncomplete"], false);
    answer["items"].as_array().unwrap().clone()
}

/// Its labels.
fn labels(client: &mut Client, marked: &str) -> Vec<String> {
    let items = items(client, "spec.toml", &format!("{PROJECT}{marked}"));
    items.iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
}

/// The item of a label.
#[track_caller]
fn item(client: &mut Client, marked: &str, label: &str) -> Value {
    let items = items(client, "spec.toml", &format!("{PROJECT}{marked}"));
    items.iter().find(|item| item["label"] == label).unwrap_or_else(|| panic!("no {label} in {items:#?}")).clone()
}

/// The text after an item was chosen.
fn chosen(marked: &str, item: &Value) -> String {
    let text = format!("{PROJECT}{marked}").replace('|', "");
    edited(&text, &json!([item["textEdit"]]))[PROJECT.len()..].to_owned()
}

#[test]
fn keys_of_a_table_with_what_they_mean() {
    let mut client = Client::new();
    let all = labels(&mut client, "[app.web]\nsource = \"web\"\n|\n[app.web.env]\nA = 1\n");
    for there in ["regions", "http_service", "uses", "kill_timeout"] {
        assert!(all.iter().any(|label| label == there), "{all:?}");
    }
    assert!(!all.iter().any(|label| label == "source" || label == "env"), "what is there already: {all:?}");
    let key = item(&mut client, "[app.web]\nkill_t|\n", "kill_timeout");
    assert_eq!(key["insertTextFormat"], 2);
    assert!(key["documentation"]["value"].as_str().unwrap().contains("before it is ended"), "{key}");
    assert_eq!(chosen("[app.web]\nkill_t|\n", &key), "[app.web]\nkill_timeout = \"$1\"$0\n");
    // A key that has a value is replaced alone.
    let key = item(&mut client, "[app.web]\nkill| = \"30s\"\n", "kill_timeout");
    assert_eq!(chosen("[app.web]\nkill| = \"30s\"\n", &key), "[app.web]\nkill_timeout = \"30s\"\n");
    // Those that must be there are first.
    assert_eq!(labels(&mut client, "[app.web.schedule.x]\n|")[..2], ["command", "every"]);
    // In braces, in overlays and templates, in one of several tables.
    assert!(labels(&mut client, "[app.web]\nvm = { size = \"x\", |\n").contains(&"memory".to_owned()));
    assert!(labels(&mut client, "[environment.staging.app.web]\n|").contains(&"regions".to_owned()));
    assert!(labels(&mut client, "[template.node.http_service]\n|").contains(&"internal_port".to_owned()));
    let second = labels(&mut client, "[[app.web.vm]]\nsize = \"x\"\n[[app.web.vm]]\nmemory = \"1gb\"\n|");
    assert!(second.contains(&"size".to_owned()) && !second.contains(&"memory".to_owned()), "{second:?}");
    assert_eq!(client.leave(), 0);
}

#[test]
fn an_editor_without_snippets_gets_plain_text() {
    let mut client = Client::with(&json!({}));
    let key = item(&mut client, "[app.web]\nkill_t|\n", "kill_timeout");
    assert_eq!(key["insertTextFormat"], 1);
    assert_eq!(chosen("[app.web]\nkill_t|\n", &key), "[app.web]\nkill_timeout = \"\"\n");
    assert_eq!(client.leave(), 0);
}

#[test]
fn headers() {
    let mut client = Client::new();
    let all = labels(&mut client, "[|\n");
    assert!(all.contains(&"app".to_owned()) && all.contains(&"environment".to_owned()), "{all:?}");
    assert!(!all.contains(&"version".to_owned()), "no table: {all:?}");
    assert_eq!(labels(&mut client, "[app.web]\n[app.|]"), ["web"]);
    let below = labels(&mut client, "[app.web.|]");
    assert!(below.contains(&"http_service".to_owned()) && !below.contains(&"kill_signal".to_owned()), "{below:?}");
    assert_eq!(
        labels(&mut client, "[app.web.processes]\nweb = \"x\"\njobs = \"y\"\n[app.web.group.|"),
        ["web", "jobs"]
    );
    assert_eq!(labels(&mut client, "[postgres.db]\n[environment.x.postgres.|"), ["db"]);
    assert_eq!(client.leave(), 0);
}

#[test]
fn values_are_words_regions_sizes_and_plans() {
    let mut client = Client::new();
    assert_eq!(labels(&mut client, "[app.web]\naccess = |\n"), ["public", "private", "internal"]);
    assert_eq!(labels(&mut client, "[app.web]\nenabled = |\n"), ["true", "false"]);
    let marked = "[app.web]\nregions = [\"l|\n";
    let region = item(&mut client, marked, "lhr");
    assert_eq!(region["detail"].as_str().unwrap().split(',').next(), Some("London"));
    assert_eq!(region["filterText"], "\"lhr\"");
    assert_eq!(chosen(marked, &region), "[app.web]\nregions = [\"lhr\"\n");
    let marked = "[app.web]\nregions = { l|";
    assert_eq!(chosen(marked, &item(&mut client, marked, "lhr")), "[app.web]\nregions = { lhr = ${1:1}$0");
    let size = item(&mut client, "[app.web.vm]\nsize = \"|\"\n", "performance-1x");
    let detail = size["detail"].as_str().unwrap();
    assert!(detail.starts_with("1 performance CPU, 2 GB; ") && detail.contains(" USD a month in iad"), "{detail}");
    let plan = item(&mut client, "[postgres.db]\nplan = |", "basic");
    assert!(plan["detail"].as_str().unwrap().contains("USD a month without storage"), "{plan}");
    let groups = "[app.web.processes]\nweb = \"x\"\njobs = \"y\"\n[app.web.http_service]\nprocesses = [\"|\"]\n";
    assert_eq!(labels(&mut client, groups), ["web", "jobs"]);
    let rules = labels(&mut client, "[app.web.allow]\n|");
    assert!(rules.contains(&"multi-region".to_owned()), "{rules:?}");
    assert!(!rules.contains(&"auto-extend".to_owned()), "it cannot be waived");
    assert_eq!(client.leave(), 0);
}

#[test]
fn references_are_those_that_are_declared() {
    let mut client = Client::new();
    let declared = "[app.web]\n[app.api]\n[postgres.db]\n[redis.cache]\n[template.node]\n";
    let after = |text: &str| format!("{declared}{text}");
    assert_eq!(
        labels(&mut client, &after("[app.web.uses]\nX = \"|\"\n")),
        ["app.api", "postgres.db", "redis.cache"],
        "all but the app itself"
    );
    assert_eq!(labels(&mut client, &after("[app.one]\nimage_from = |\n")), ["app.web", "app.api"]);
    assert_eq!(labels(&mut client, &after("[app.one]\nextends = [\"|\"]\n")), ["node"]);
    let marked = after("[app.one.env]\nX = \"http://${app.a|/x\"\n");
    let url = item(&mut client, &marked, "app.api.url");
    assert!(chosen(&marked, &url).ends_with("X = \"http://${app.api.url}/x\"\n"), "{url}");
    assert_eq!(client.leave(), 0);
    // Those of included files too.
    let mut client = Client::new();
    client.write("spec.toml", &PROJECT.replacen('\n', "\ninclude = [\"apps/*.toml\"]\n", 1));
    client.write("apps/web.toml", WEB);
    client.write("apps/api.toml", "[app.api]\n[postgres.main]\n");
    client.open("apps/web.toml", WEB);
    let marked = format!("{WEB}[app.web.uses]\nDB = \"|");
    client.change("apps/web.toml", &json!([{ "text": marked.replace('|', "") }]));
    let at = client.at("apps/web.toml", &marked);
    let items = client.ask("textDocument/completion", &at);
    let labels: Vec<&str> = items["items"].as_array().unwrap().iter().map(|i| i["label"].as_str().unwrap()).collect();
    assert!(labels.contains(&"postgres.main") && labels.contains(&"app.api"), "{labels:?}");
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_plain_file_has_the_keys_of_fly_toml_and_no_others() {
    let mut client = Client::new();
    let all = items(&mut client, "fly.toml", "app = \"x\"\n|");
    let labels: Vec<&str> = all.iter().map(|item| item["label"].as_str().unwrap()).collect();
    assert!(labels.contains(&"primary_region") && labels.contains(&"http_service"), "{labels:?}");
    assert!(!labels.contains(&"uses") && !labels.contains(&"app"), "{labels:?}");
    let sizes = items(&mut client, "fly.toml", "app = \"x\"\nprimary_region = \"ams\"\n[[vm]]\nsize = \"|\"\n");
    assert!(sizes[0]["detail"].as_str().unwrap().contains("in ams"), "{}", sizes[0]);
    assert_eq!(client.leave(), 0);
}
