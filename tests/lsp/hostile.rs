//! No document, place or order of messages ends the server.

use proptest::prelude::*;
use serde_json::json;

use super::client::{Client, PROJECT, WEB};
use crate::support;

const METHODS: [&str; 9] = [
    "completion",
    "hover",
    "definition",
    "references",
    "prepareRename",
    "rename",
    "documentSymbol",
    "codeAction",
    "formatting",
];

/// Pieces of TOML, and of what is none.
fn pieces() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "[",
            "]",
            "{",
            "}",
            "=",
            ".",
            ",",
            "\"",
            "'",
            "\"\"\"",
            "'''",
            "#",
            "\n",
            "\r\n",
            "\r",
            " ",
            "\t",
            "\u{feff}",
            "é",
            "𝄞",
            "${",
            "${app.web",
            "[app.",
            "[[app.web.vm]]\n",
            "[template.x]\n",
            "[environment.e.app.web]\n",
            "extends",
            "uses",
            "regions",
            "\"iad\"",
            "\"postgres.db\"",
            "[postgres.db]\n",
            "include = [\"*.toml\"]\n",
            "a.b.c",
            "1.5",
            "1979-05-27",
            "size = \"sh",
            "\u{0}",
            "\\",
            "http_service",
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ]
}

#[derive(Clone, Debug)]
enum Step {
    /// Two places, and a text between them.
    Edit([u32; 4], String),
    Whole(String),
    Ask(usize, u32, u32),
    Close,
}

fn steps() -> impl Strategy<Value = Step> {
    let place = || prop_oneof![4 => 0..30_u32, 1 => any::<u32>()];
    let text = || prop::collection::vec(pieces(), 0..6).prop_map(|pieces| pieces.concat());
    prop_oneof![
        4 => ([place(), place(), place(), place()], text()).prop_map(|(at, text)| Step::Edit(at, text)),
        1 => text().prop_map(Step::Whole),
        6 => (0..METHODS.len(), place(), place()).prop_map(|(method, line, character)| Step::Ask(method, line, character)),
        1 => Just(Step::Close),
    ]
}

#[test]
fn random_edits_and_places_never_end_it() {
    let names = ["spec.toml", "fly.toml", "fly.json", "apps/x.toml"];
    proptest!(support::cases(60), |(steps in prop::collection::vec((0..names.len(), steps()), 1..40), utf8 in any::<bool>())| {
        let encodings = if utf8 { json!(["utf-8"]) } else { json!([]) };
        let mut client = Client::with(&json!({ "general": { "positionEncodings": encodings } }));
        for name in names {
            client.open_quietly(name, &format!("{PROJECT}{WEB}"));
        }
        for (name, step) in steps {
            let name = names[name];
            match step {
                Step::Edit([a, b, c, d], text) => {
                    let range = json!({ "start": { "line": a, "character": b }, "end": { "line": c, "character": d } });
                    client.change(name, &json!([{ "range": range, "text": text }]));
                }
                Step::Whole(text) => client.change(name, &json!([{ "text": text }])),
                Step::Close => {
                    let uri = client.uri(name);
                    client.tell("textDocument/didClose", &json!({ "textDocument": { "uri": uri } }));
                }
                Step::Ask(method, line, character) => {
                    let place = json!({ "line": line, "character": character });
                    let params = json!({
                        "textDocument": { "uri": client.uri(name) }, "position": place, "newName": "other",
                        "range": { "start": place, "end": place }, "context": { "diagnostics": [] },
                    });
                    let answer = client.answer(&format!("textDocument/{}", METHODS[method]), &params);
                    // Only what cannot be renamed is refused.
                    prop_assert!(answer["error"].is_null() || answer["error"]["code"] == -32803, "{answer}");
                }
            }
        }
        prop_assert_eq!(client.leave(), 0);
    });
}

#[test]
fn every_place_of_a_spec_has_answers() {
    let text = include_str!("../../specs/every-key.toml");
    let mut client = Client::new();
    client.open("spec.toml", text);
    let document = json!({ "uri": client.uri("spec.toml") });
    for (line, content) in text.lines().enumerate().step_by(3) {
        for character in (0..=content.len()).step_by(5) {
            let params = json!({ "textDocument": document, "position": { "line": line, "character": character } });
            client.ask("textDocument/completion", &params);
            client.ask("textDocument/definition", &params);
        }
    }
    assert_eq!(client.leave(), 0);
}

#[test]
fn deep_and_long_documents_are_answered() {
    let mut client = Client::new();
    for text in
        ["[".repeat(100_000), "a.".repeat(100_000), format!("x = {}", "{a=".repeat(50_000)), "\"".repeat(99_999)]
    {
        client.open("spec.toml", &text);
        for method in ["completion", "hover", "documentSymbol"] {
            let params = json!({ "textDocument": { "uri": client.uri("spec.toml") }, "position": { "line": 0, "character": 9_999 } });
            client.ask(&format!("textDocument/{method}"), &params);
        }
    }
    assert_eq!(client.leave(), 0);
}
