//! Findings while somebody types.

use serde_json::json;

use super::client::{Client, PROJECT, WEB, codes};

#[test]
fn a_finding_has_its_place_its_page_and_what_belongs_to_it() {
    let mut client = Client::new();
    let found = client.open("spec.toml", &format!("{PROJECT}{WEB}").replace("\"lhr\"", "\"mad\""));
    assert_eq!(codes(&found), ["removed-region"]);
    let finding = &found[0];
    assert_eq!(
        finding["range"],
        json!({ "start": { "line": 4, "character": 18 }, "end": { "line": 4, "character": 23 } })
    );
    assert_eq!(finding["severity"], 1);
    assert_eq!(finding["source"], "flyarch");
    let page = finding["codeDescription"]["href"].as_str().unwrap();
    assert!(page.ends_with("/docs/rules/removed-region.md"), "{page}");
    assert!(finding["message"].as_str().unwrap().contains("\nhelp: "), "{finding}");

    let found = client.open("flyarch.toml", &format!("{PROJECT}[app.web]\n[app.web]\n"));
    assert_eq!(codes(&found), ["toml-syntax"]);
    let related = &found[0]["relatedInformation"][0];
    assert_eq!(related["location"]["uri"], client.uri("flyarch.toml"));
    assert_eq!(related["location"]["range"]["start"]["line"], 5);

    let unused = format!("{PROJECT}{WEB}[template.x]\nkill_signal = \"SIGTERM\"\n");
    let found = client.open("spec.toml", &unused);
    assert_eq!((codes(&found), &found[0]["tags"]), (vec!["unused-template"], &json!([1])));
    assert_eq!(client.leave(), 0);
}

#[test]
fn changes_of_ranges_are_followed() {
    let mut client = Client::new();
    let text = format!("{PROJECT}{WEB}");
    assert!(client.open("spec.toml", &text).is_empty());
    let range = |line: u32, from: u32, to: u32| json!({ "start": { "line": line, "character": from }, "end": { "line": line, "character": to } });
    // Two in one message: the second is about the text that the first has made.
    client.change(
        "spec.toml",
        &json!([{ "range": range(0, 0, 0), "text": "# é𝄞\n" }, { "range": range(5, 19, 22), "text": "mad" }]),
    );
    let found = client.findings("spec.toml");
    assert_eq!(codes(&found), ["removed-region"]);
    assert_eq!(found[0]["range"], range(5, 18, 23));
    client.change("spec.toml", &json!([{ "text": text }]));
    assert!(client.findings("spec.toml").is_empty());
    // Closed without saving: what is on the disk holds, which is nothing, and nothing is shown.
    let uri = client.uri("spec.toml");
    client.change("spec.toml", &json!([{ "text": "version = 2\n" }]));
    assert!(!client.findings("spec.toml").is_empty());
    client.tell("textDocument/didClose", &json!({ "textDocument": { "uri": uri } }));
    assert!(client.findings("spec.toml").is_empty());
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_burst_of_changes_is_looked_at_once() {
    let mut client = Client::new();
    client.open("spec.toml", &format!("{PROJECT}{WEB}"));
    for _ in 0..50 {
        let start = json!({ "line": 0, "character": 0 });
        client.change("spec.toml", &json!([{ "range": { "start": start, "end": start }, "text": "#\n" }]));
    }
    assert!(client.findings("spec.toml").is_empty());
    assert!(client.notices.len() < 5, "{} messages for 50 changes", client.notices.len());
    assert_eq!(client.leave(), 0);
}

#[test]
fn positions_are_in_the_units_that_were_agreed_on() {
    let text = format!("{PROJECT}{WEB}").replace('\n', "\r\n").replace("\"iad\"", "\"é𝄞\"");
    for (encodings, unit, end) in [(json!(["utf-16", "utf-8"]), "utf-8", 19), (json!(["utf-16"]), "utf-16", 16)] {
        let mut client = Client::with(&json!({ "general": { "positionEncodings": encodings } }));
        assert_eq!(client.server["capabilities"]["positionEncoding"], unit);
        let found = client.open("spec.toml", &text);
        let range = &found[0]["range"];
        assert_eq!(range["start"], json!({ "line": 4, "character": 11 }), "{found:?}");
        assert_eq!(range["end"], json!({ "line": 4, "character": end }), "{found:?}");
        assert_eq!(client.leave(), 0);
    }
}

#[test]
fn an_included_file_is_looked_at_with_its_spec() {
    let mut client = Client::new();
    client.write("spec.toml", &PROJECT.replacen('\n', "\ninclude = [\"apps/*.toml\"]\n", 1));
    client.write("apps/web.toml", WEB);
    assert!(client.open("apps/web.toml", WEB).is_empty());
    client.change("apps/web.toml", &json!([{ "text": WEB.replace("internal_port", "internal_prot") }]));
    let found = client.findings("apps/web.toml");
    assert_eq!(codes(&found), ["unknown-key"]);
    assert_eq!(found[0]["range"]["start"]["line"], 6);
    client.change("apps/web.toml", &json!([{ "text": WEB.replace("iad", "mad").replace("\"30s\"", "\"30\"") }]));
    assert_eq!(codes(&client.findings("apps/web.toml")), ["invalid-value"]);
    client.change("apps/web.toml", &json!([{ "text": WEB }]));
    assert!(client.findings("apps/web.toml").is_empty());
    // What the spec itself says is shown there, though nobody has opened it; and goes when it is right again.
    client.write("spec.toml", &PROJECT.replacen('\n', "\ninclude = [\"apps/*.toml\"]\n", 1).replace("lhr", "mad"));
    client.tell("workspace/didChangeWatchedFiles", &json!({ "changes": [] }));
    assert_eq!(codes(&client.findings("spec.toml")), ["removed-region"]);
    client.write("spec.toml", &PROJECT.replacen('\n', "\ninclude = [\"apps/*.toml\"]\n", 1));
    client.tell("workspace/didChangeWatchedFiles", &json!({ "changes": [] }));
    assert!(client.findings("spec.toml").is_empty());
    assert_eq!(client.leave(), 0);
}

#[test]
fn plain_files_and_the_configuration() {
    let mut client = Client::new();
    let plain = "app = \"a\"\nprimary_region = \"iad\"\n[http_service]\ninternal_port = 8080\nforce_https = false\n";
    let found = client.open("fly.toml", plain);
    let all = found.len();
    assert!(all > 0 && found.iter().all(|finding| finding["source"] == "flyarch"));
    let first = found[0]["code"].as_str().unwrap().to_owned();
    // Levels, waivers and what is passed over are those of `flyarch lint`.
    client.write(".flyarch.toml", &format!("ignore = [\"{first}\"]\n"));
    let uri = client.uri("fly.toml");
    client.tell("textDocument/didSave", &json!({ "textDocument": { "uri": uri } }));
    let found = client.findings("fly.toml");
    assert!(found.len() < all && !codes(&found).contains(&first.as_str()), "{found:?}");
    client.write(".flyarch.toml", "ignore = [\"nonsense\"]\n");
    client.tell("textDocument/didSave", &json!({ "textDocument": { "uri": uri } }));
    client.findings("fly.toml");
    let complaint = client.notices.iter().find(|notice| notice["method"] == "window/showMessage").unwrap();
    assert!(complaint["params"]["message"].as_str().unwrap().contains("nonsense"), "{complaint}");
    assert_eq!(client.leave(), 0);
}

#[test]
fn what_is_neither_a_spec_nor_a_fly_toml_is_left_alone() {
    let mut client = Client::new();
    let cargo = "[package]\nname = \"x\"\nversion = \"1.0.0\"\n";
    client.open_quietly("Cargo.toml", cargo);
    client.open_quietly("pyproject.toml", "[project]\nname = \"x\"\nversion = 1\n[tool.x]\n");
    let untitled = json!({ "uri": "untitled:Untitled-1", "languageId": "toml", "version": 1, "text": PROJECT });
    client.tell("textDocument/didOpen", &json!({ "textDocument": untitled }));
    // A spec of another name looks like one.
    assert!(codes(&client.open("shop.toml", &format!("{PROJECT}[app.web]\nx = 1\n"))).contains(&"unknown-key"));
    assert!(client.notices.is_empty(), "{:?}", client.notices);
    let at = client.at("Cargo.toml", "[pack|age]");
    assert!(client.ask("textDocument/completion", &at)["items"].as_array().unwrap().is_empty());
    assert!(client.ask("textDocument/hover", &at).is_null());
    assert_eq!(client.leave(), 0);
}
