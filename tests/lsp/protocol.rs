//! The order of messages, and what is answered to those that make no sense.

use serde_json::{Value, json};

use super::client::{Client, PROJECT};

#[test]
fn a_session_begins_and_ends() {
    let mut client = Client::new();
    assert_eq!(client.server["serverInfo"]["name"], "flyarch");
    assert_eq!(client.server["capabilities"]["positionEncoding"], "utf-16");
    assert_eq!(client.ask("shutdown", &Value::Null), Value::Null);
    let (code, message) = client.refused("textDocument/hover", &json!({}));
    assert_eq!((code, message.as_str()), (-32600, "the server was shut down"));
    client.tell("exit", &Value::Null);
    assert_eq!(client.wait(), 0);
}

#[test]
fn who_leaves_without_a_word_is_told_by_the_exit_code() {
    let mut client = Client::new();
    client.tell("exit", &Value::Null);
    assert_eq!(client.wait(), 1);
    assert_eq!(Client::new().wait(), 1, "the editor has gone");
}

#[test]
fn nothing_is_answered_before_initialize() {
    let mut client = Client::silent();
    assert_eq!(client.refused("textDocument/hover", &json!({})).0, -32002);
    client.open_quietly("spec.toml", PROJECT);
    client.ask("initialize", &json!({ "capabilities": {} }));
    assert_eq!(client.refused("initialize", &json!({})).0, -32600);
    assert_eq!(client.leave(), 0);
}

#[test]
fn what_makes_no_sense_is_refused_and_the_next_message_is_answered() {
    let mut client = Client::new();
    assert_eq!(client.refused("textDocument/nonsense", &json!({})).0, -32601);
    assert_eq!(client.refused("textDocument/hover", &json!({ "textDocument": 7 })).0, -32602);
    client.send_bytes(b"Content-Length: 3\r\n\r\n{{{");
    assert_eq!(client.receive().unwrap()["error"]["code"], -32700);
    client.send_bytes(b"Content-Length: 2\r\n\r\n[]");
    assert_eq!(client.receive().unwrap()["error"]["code"], -32600);
    client.tell("$/setTrace", &json!({ "value": "off" }));
    client.tell("textDocument/didOpen", &json!("nothing"));
    client.tell("$/cancelRequest", &json!({ "id": 1 }));
    let unknown = json!({ "textDocument": { "uri": client.uri("x.toml") }, "position": { "line": 0, "character": 0 } });
    assert_eq!(client.ask("textDocument/hover", &unknown), Value::Null);
    assert_eq!(client.leave(), 0);
}

#[test]
fn what_is_no_message_ends_it() {
    let mut client = Client::new();
    client.send_bytes(b"Content-Length: 99999999999\r\n\r\n{");
    assert_eq!(client.wait(), 3);
    let mut client = Client::new();
    client.send_bytes(b"GET / HTTP/1.1\r\n\r\n");
    assert_eq!(client.wait(), 3);
}

#[test]
fn files_are_watched_where_the_editor_can() {
    let watched = json!({ "didChangeWatchedFiles": { "dynamicRegistration": true } });
    let mut client = Client::with(&json!({ "workspace": watched }));
    let asked = client.receive().unwrap();
    assert_eq!(asked["method"], "client/registerCapability");
    let answer = json!({ "jsonrpc": "2.0", "id": asked["id"], "result": null }).to_string();
    client.send_bytes(format!("Content-Length: {}\r\n\r\n{answer}", answer.len()).as_bytes());
    assert_eq!(client.leave(), 0);
}
