//! What can be done about findings.

use serde_json::{Value, json};

use super::client::{Client, PROJECT, WEB, codes, edited};

/// What can be done in the lines of a document; of some kinds.
fn actions(client: &mut Client, name: &str, only: &Value) -> Vec<Value> {
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 999, "character": 0 } });
    let context = json!({ "diagnostics": [], "only": only });
    let params = json!({ "textDocument": { "uri": client.uri(name) }, "range": range, "context": context });
    client.ask("textDocument/codeAction", &params).as_array().unwrap().clone()
}

fn after(client: &Client, name: &str, text: &str, action: &Value) -> String {
    edited(text, &action["edit"]["changes"][client.uri(name)])
}

#[test]
fn fixes_are_offered_and_mend() {
    let mut client = Client::new();
    // A key that is written as fly.toml once had it, after a character of two units.
    let text = format!("# 𝄞\n{PROJECT}{WEB}").replace("\"15s\"", "15");
    let found = client.open("spec.toml", &text);
    assert!(!found.is_empty());
    let all = actions(&mut client, "spec.toml", &Value::Null);
    let fix = all
        .iter()
        .find(|action| action["kind"] == "quickfix" && !action["title"].as_str().unwrap().starts_with("Waive"));
    let fix = fix.unwrap_or_else(|| panic!("no fix for {found:#?} in {all:#?}"));
    assert_eq!(fix["diagnostics"][0], found[0]);
    let new = after(&client, "spec.toml", &text, fix);
    client.change("spec.toml", &json!([{ "text": new }]));
    let left = client.findings("spec.toml");
    assert!(left.len() < found.len(), "{new}: {left:#?}");
    assert_eq!(client.leave(), 0);
}

#[test]
fn safe_fixes_are_preferred_and_unsafe_ones_say_so() {
    let mut client = Client::new();
    let plain = "app = \"a\"\nprimary_region = \"iad\"\nkill_timeout = 30\n[http_service]\ninternal_port = 8080\n";
    client.open("fly.toml", plain);
    let all = actions(&mut client, "fly.toml", &json!(["quickfix"]));
    let fixes: Vec<&Value> =
        all.iter().filter(|action| !action["title"].as_str().unwrap().starts_with("Waive")).collect();
    assert!(!fixes.is_empty());
    for fix in &fixes {
        let says = fix["title"].as_str().unwrap().ends_with("(chooses for you: look at it)");
        assert_eq!(says, fix["isPreferred"] != true, "{fix}");
        let new = after(&client, "fly.toml", plain, fix);
        assert_ne!(new, plain);
    }
    let safe = fixes.iter().position(|fix| fix["isPreferred"] != true).unwrap_or(fixes.len());
    assert!(fixes[safe..].iter().all(|fix| fix["isPreferred"] != true), "safe ones are first");
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_waiver_is_an_error_until_it_has_a_reason() {
    let mut client = Client::new();
    let text = format!("{PROJECT}{WEB}").replace("kill_signal = \"SIGTERM\"\nkill_timeout = \"30s\"\n", "");
    let found = client.open("spec.toml", &text);
    let rule = codes(&found)[0].to_owned();
    let all = actions(&mut client, "spec.toml", &json!(["quickfix"]));
    let title = format!("Waive {rule}: the reason is yours to write");
    let waive = all.iter().find(|action| action["title"] == title).unwrap_or_else(|| panic!("{all:#?}"));
    assert_ne!(waive["isPreferred"], true);
    let new = after(&client, "spec.toml", &text, waive);
    assert!(new.ends_with(&format!("\n[app.web.allow]\n{rule} = \"\"\n")), "{new}");
    client.change("spec.toml", &json!([{ "text": new }]));
    assert_eq!(codes(&client.findings("spec.toml")), ["invalid-value"]);
    let new = new.replace("= \"\"", "= \"nothing is lost when it ends\"");
    client.change("spec.toml", &json!([{ "text": new }]));
    assert!(client.findings("spec.toml").is_empty());
    assert_eq!(client.leave(), 0);
}

#[test]
fn all_safe_fixes_at_once() {
    let mut client = Client::new();
    let text = format!("{PROJECT}{WEB}").replace("= 8080", "= \"8080\"").replace("= true", "= \"true\"");
    let found = client.open("spec.toml", &text);
    assert_eq!(codes(&found), ["wrong-type", "wrong-type"]);
    let all = actions(&mut client, "spec.toml", &json!(["source.fixAll"]));
    assert_eq!(all.len(), 1, "{all:#?}");
    assert_eq!(all[0]["kind"], "source.fixAll.flyarch");
    let new = after(&client, "spec.toml", &text, &all[0]);
    assert_eq!(new, format!("{PROJECT}{WEB}"));
    assert!(actions(&mut client, "spec.toml", &json!(["refactor"])).is_empty());
    client.change("spec.toml", &json!([{ "text": new }]));
    assert!(client.findings("spec.toml").is_empty());
    assert!(actions(&mut client, "spec.toml", &json!(["source.fixAll"])).is_empty());
    assert_eq!(client.leave(), 0);
}
