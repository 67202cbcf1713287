//! What is shown under the pointer, and the ways from a word to another.

use serde_json::{Value, json};

use super::client::{Client, PROJECT, WEB, edited};

const SHOP: &str = include_str!("../../specs/two-organisations.toml");

/// What is shown at the `|` of a text.
fn shown(client: &mut Client, name: &str, marked: &str) -> String {
    let shown = client.ask_at("textDocument/hover", name, marked);
    shown["contents"]["value"].as_str().unwrap_or_else(|| panic!("{shown} at {marked}")).to_owned()
}

/// A text with the mark in it, before a part of it.
fn before(text: &str, part: &str) -> String {
    assert!(text.contains(part), "{part}");
    text.replacen(part, &format!("|{part}"), 1)
}

#[test]
fn what_a_word_means() {
    let mut client = Client::new();
    let web = format!("{PROJECT}{WEB}");
    let mut tells = |part: &str, words: &[&str]| {
        let shown = shown(&mut client, "spec.toml", &before(&web, part));
        for word in words {
            assert!(shown.contains(word), "{part}: {shown}");
        }
    };
    tells("kill_timeout", &["**kill_timeout**", "before it is ended"]);
    tells("name = \"my\"", &["(must be there)"]);
    tells("lhr", &["London, GB"]);
    tells("shared-cpu-1x", &["1 shared CPU, 256 MB", "USD a month in iad"]);
    tells("web]\nkill_signal", &["**app.web**", "`my-web`, 2 machines in iad, lhr; ", " USD a month"]);
    tells("suspend", &["auto_stop_machines", "nothing to do"]);
    assert!(client.ask_at("textDocument/hover", "spec.toml", "version = 1 # co|mment\n").is_null());
    assert!(shown(&mut client, "fly.toml", "app = \"x\"\nkill_ti|meout = 5\n").contains("before it is ended"));
    assert_eq!(client.leave(), 0);
}

#[test]
fn values_as_they_are_in_each_environment() {
    let mut client = Client::new();
    let overlaid = shown(&mut client, "spec.toml", &before(SHOP, "min_machines_running = 1"));
    assert!(overlaid.contains("- app.web in production: `1` (spec.toml:"), "{overlaid}");
    assert!(overlaid.contains("- app.web in staging: `0` (spec.toml:"), "{overlaid}");
    let same = shown(&mut client, "spec.toml", &before(SHOP, "kill_timeout"));
    assert!(same.contains("- app.web: `\"30s\"` (spec.toml:"), "through another template: {same}");
    let header = shown(&mut client, "spec.toml", &before(SHOP, "web]\nextends"));
    assert!(header.contains("In production: `shop-web`, 3 machines") && header.contains("In staging: "), "{header}");
    let reference = shown(&mut client, "spec.toml", &before(SHOP, "redis.cache\""));
    assert!(reference.contains("```toml\n[redis.cache]\n"), "{reference}");
    assert_eq!(client.leave(), 0);
}

#[test]
fn references_lead_to_declarations() {
    let mut client = Client::new();
    let mut leads = |part: &str, to: &str| {
        let place = client.ask_at("textDocument/definition", "spec.toml", &before(SHOP, part));
        let line = SHOP.lines().position(|line| line == to).unwrap();
        assert_eq!(place["range"]["start"]["line"], line, "{part}: {place}");
        assert_eq!(place["uri"], client.uri("spec.toml"));
    };
    leads("postgres.db\"", "[postgres.db]");
    leads("app.api.url", "[app.api]");
    leads("http\"\nsource", "[template.http]");
    assert!(client.ask_at("textDocument/definition", "spec.toml", &before(SHOP, "kill_timeout")).is_null());

    client.write("spec.toml", &PROJECT.replacen('\n', "\ninclude = [\"apps/*.toml\"]\n", 1));
    client.write("apps/web.toml", WEB);
    client.write("apps/api.toml", "[app.api]\nimage_from = \"app.web\"\n");
    let spec = PROJECT.replacen('\n', "\ninclude = [\"ap|ps/*.toml\"]\n", 1);
    let files = client.ask_at("textDocument/definition", "spec.toml", &spec);
    assert_eq!(files.as_array().unwrap().len(), 2);
    assert_eq!(files[0]["uri"], client.uri("apps/api.toml"));
    let place = client.ask_at("textDocument/definition", "apps/api.toml", "[app.api]\nimage_from = \"|app.web\"\n");
    assert_eq!(place["uri"], client.uri("apps/web.toml"));
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_new_name_is_one_everywhere() {
    let mut client = Client::new();
    client.open("spec.toml", SHOP);
    let rename = |client: &mut Client, part: &str, new: &str| {
        let mut at = client.at("spec.toml", &before(SHOP, part));
        at["newName"] = new.into();
        at
    };
    let at = rename(&mut client, "node]\nkill", "base");
    let edits = client.ask("textDocument/rename", &at);
    let new = edited(SHOP, &edits["changes"][client.uri("spec.toml")]);
    assert_eq!(new.matches("template.base").count(), SHOP.matches("template.node").count());
    assert!(
        new.contains("extends = \"base\"") && new.contains("extends = [\"base\"]") && !new.contains("template.node")
    );
    assert_eq!(
        client.ask("textDocument/references", &at).as_array().unwrap().len(),
        SHOP.matches("node\"").count() + 2
    );
    // What would be another app on Fly.io is not renamed in silence.
    let at = rename(&mut client, "web]\nextends", "front");
    let (code, why) = client.refused("textDocument/rename", &at);
    assert!(code == -32803 && why.contains("Write `name` in [app.web] first"), "{why}");
    assert_eq!(client.refused("textDocument/prepareRename", &at).1, why);
    let at = rename(&mut client, "node]\nkill", "No Key");
    assert!(client.refused("textDocument/rename", &at).1.contains("is no key"));
    assert_eq!(client.leave(), 0);
}

#[test]
fn the_outline_and_the_form() {
    let mut client = Client::new();
    client.open("spec.toml", SHOP);
    let document = json!({ "textDocument": { "uri": client.uri("spec.toml") } });
    let symbols = client.ask("textDocument/documentSymbol", &document);
    let names: Vec<&str> = symbols.as_array().unwrap().iter().map(|symbol| symbol["name"].as_str().unwrap()).collect();
    let headers: Vec<&str> =
        SHOP.lines().filter(|line| line.starts_with('[')).map(|line| line.trim_matches(['[', ']'])).collect();
    assert_eq!(names, headers);
    let line = SHOP.lines().position(|line| line == "[app.web]").unwrap();
    let web = &symbols[names.iter().position(|name| *name == "app.web").unwrap()];
    assert_eq!(web["selectionRange"]["start"]["line"], line);
    assert!(web["range"]["end"]["line"].as_u64() > web["range"]["start"]["line"].as_u64());
    assert_eq!(client.ask("textDocument/formatting", &document), Value::Null, "specs are left as they are");

    let plain = "# é\r\n[http_service]\r\n  internal_port=8080\r\n";
    client.open("fly.toml", plain);
    let document = json!({ "textDocument": { "uri": client.uri("fly.toml") }, "options": {} });
    let new = edited(plain, &client.ask("textDocument/formatting", &document));
    assert_eq!(new, "# é\r\n[http_service]\r\n  internal_port = 8080\r\n");
    client.change("fly.toml", &json!([{ "text": new }]));
    assert_eq!(client.ask("textDocument/formatting", &document), json!([]));
    assert_eq!(client.leave(), 0);
}
