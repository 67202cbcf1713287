//! `secrets`: names and digests, and flyctl's own way of reading values.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Cx, Outcome, deploy};
use crate::sim::output;
use crate::sim::state::{App, Secret};

/// Above this many machines flyctl does not say whether a secret is deployed (internal/command/secrets/list.go).
const MAX_MACHINES: usize = 100;
/// The longest line that `secrets import` reads, in bytes: the buffer of Go's bufio.Scanner.
const MAX_LINE: usize = 64 * 1024;
/// The longest value that `secrets set NAME=-` reads, in bytes.
const MAX_VALUE: usize = 64 * 1024;

/// flyctl internal/command/secrets/list.go: `Deployed` when every machine runs a release that is younger.
pub(super) fn list(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.app_name()?;
    let app = cx.app(&name)?;
    let with_status = app.machines.len() <= MAX_MACHINES;
    let shown: Vec<Json> = app
        .secrets
        .iter()
        .map(|(name, secret)| {
            let digest = secret.digest.get(..16).unwrap_or_default();
            if with_status {
                json!({"name": name, "digest": digest, "status": status(app, secret)})
            } else {
                json!({"name": name, "digest": digest})
            }
        })
        .collect();
    if cx.call.on("json") {
        cx.print_json(&shown);
    } else {
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        let rows: Vec<_> = shown.iter().map(|s| vec![text(&s["name"]), text(&s["digest"])]).collect();
        cx.print(output::table(&["Name", "Digest"], &rows));
    }
    Ok(())
}

/// Whether a secret has reached the machines that a deploy looks after (fly-go flaps_machines.go, ListFlyAppsMachines).
pub(super) fn status(app: &App, secret: &Secret) -> &'static str {
    let created = |version: &str| app.releases.iter().find(|r| r.version.to_string() == version).map(|r| r.created);
    let machines = || app.machines.iter().filter(|machine| machine.is_of_platform());
    let runs = machines().filter_map(|machine| machine.config.metadata.get("fly_release_version"));
    let with = runs.filter_map(|version| created(version)).filter(|created| secret.updated <= *created).count();
    match with {
        0 => "Staged",
        n if n == machines().count() => "Deployed",
        _ => "Partial",
    }
}

/// flyctl internal/command/secrets/import.go.
pub(super) fn import(cx: &mut Cx<'_>) -> Outcome {
    let app = cx.app_name()?;
    let input = cx.read_stdin()?;
    let secrets = parse(&input).map_err(|error| format!("Failed to parse secrets from stdin: {error}"))?;
    if secrets.is_empty() {
        return Err("requires at least one SECRET=VALUE pair".to_owned());
    }
    store(cx, &app, &secrets);
    Ok(())
}

/// flyctl internal/command/secrets/set.go: a value `-` is what comes through standard input, without blanks around it.
pub(super) fn set(cx: &mut Cx<'_>) -> Outcome {
    let app = cx.app_name()?;
    let mut secrets = BTreeMap::new();
    for word in cx.call.words.clone() {
        let (name, value) = word
            .split_once('=')
            .ok_or_else(|| format!("could not parse secrets: '{word}': must be in the format NAME=VALUE"))?;
        let value = if value == "-" {
            let input = cx.read_stdin()?;
            if input.len() > MAX_VALUE {
                return Err(format!(
                    "error reading stdin for '{name}': Input exceeded max length of {MAX_VALUE} bytes"
                ));
            }
            go_text(&input).trim().as_bytes().to_vec()
        } else {
            value.as_bytes().to_vec()
        };
        secrets.insert(name.as_bytes().to_vec(), value);
    }
    store(cx, &app, &secrets);
    Ok(())
}

/// Values travel as JSON, which is text: what is no UTF-8 does not arrive as it is (encoding/json).
fn store(cx: &mut Cx<'_>, app: &str, secrets: &BTreeMap<Vec<u8>, Vec<u8>>) {
    for (name, value) in secrets {
        let now = cx.state.tick();
        cx.app_mut(app).set_secret(&go_text(name), go_text(value).as_bytes(), now);
    }
    if cx.call.on("stage") {
        cx.print("Secrets have been staged, but not set on VMs. Deploy or update machines in this app for the secrets to take effect.\n");
    } else {
        deploy::restart(cx, app);
    }
}

/// Bytes as Go makes text of them: every byte that is part of no character becomes a replacement character.
fn go_text(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    out
}

/// The parser of `secrets import` (flyctl-commands 4.2, flyctl internal/command/secrets/parser.go), with its losses.
fn parse(input: &[u8]) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, String> {
    let mut secrets = BTreeMap::new();
    // The name and the text so far of a value over several lines.
    let mut open: Option<(Vec<u8>, Vec<u8>)> = None;
    for line in lines(input) {
        if let Some((name, mut value)) = open.take() {
            if let Some(last) = line.strip_suffix(b"\"\"\"") {
                value.extend(last);
                secrets.insert(name, value);
            } else {
                value.extend(line);
                value.push(b'\n');
                open = Some((name, value));
            }
            continue;
        }
        if line.starts_with(b"#") || go_text(line).trim().is_empty() {
            continue;
        }
        let Some(at) = line.iter().position(|b| *b == b'=') else {
            return Err(format!("Secrets must be provided as NAME=VALUE pairs ({} is invalid)", go_text(line)));
        };
        let name = go_text(line.get(..at).unwrap_or_default()).trim().as_bytes().to_vec();
        let mut value = line.get(at + 1..).unwrap_or_default();
        value = value.get(value.iter().take_while(|b| **b == b' ').count()..).unwrap_or_default();
        if let Some(hash) = value.iter().position(|b| *b == b'#') {
            let before = value.get(..hash).unwrap_or_default();
            let quoted = before.iter().fold(false, |open, b| open != (*b == b'"'));
            if !quoted {
                let blanks = before.iter().rev().take_while(|b| **b == b' ').count();
                value = before.get(..before.len() - blanks).unwrap_or_default();
            }
        }
        if let Some(rest) = value.strip_prefix(b"\"\"\"") {
            match rest.strip_suffix(b"\"\"\"") {
                Some(inside) => drop(secrets.insert(name, inside.to_vec())),
                None => open = Some((name, [rest, b"\n"].concat())),
            }
        } else {
            secrets.insert(name, unquoted(value)?);
        }
    }
    // A value that is not closed is lost in silence.
    Ok(secrets)
}

fn unquoted(value: &[u8]) -> Result<Vec<u8>, String> {
    for quote in [b"\"", b"'"] {
        if value.starts_with(quote) && value.ends_with(quote) {
            // flyctl takes a slice of negative length here, and crashes.
            let inside = value.get(1..value.len() - 1).ok_or("panic: slice bounds out of range [1:0]")?;
            return Ok(inside.to_vec());
        }
    }
    Ok(value.to_vec())
}

/// Lines as Go's bufio.Scanner finds them: without the CR before a line break, and none after one that is too long.
fn lines(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = input;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.iter().position(|b| *b == b'\n');
        let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        if line.len() >= MAX_LINE {
            rest = &[];
            return None;
        }
        rest = end.and_then(|end| rest.get(end + 1..)).unwrap_or_default();
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    })
}

#[cfg(test)]
mod tests {
    use super::{MAX_LINE, parse};

    fn one(input: &str) -> String {
        let secrets = parse(input.as_bytes()).unwrap();
        assert_eq!(secrets.len(), 1, "{input:?}: {secrets:?}");
        String::from_utf8(secrets.into_values().next().unwrap()).unwrap()
    }

    #[test]
    fn values() {
        assert_eq!(one("A=x"), "x");
        assert_eq!(one("# c\n\n  \nA =  x \n"), "x ");
        assert_eq!(one("A=x # c"), "x");
        assert_eq!(one("A=x#y"), "x");
        assert_eq!(one("A=\"x#y\""), "x#y");
        assert_eq!(one("A='x#y'"), "'x");
        assert_eq!(one("A='x\\n'"), "x\\n");
        assert_eq!(one("A=\"\""), "");
        assert_eq!(one("A=\"\"\"x\"\"\""), "x");
        assert_eq!(one("A=\"\"\"x\ny\r\n\"\"\"\n"), "x\ny\n");
        assert_eq!(one("A=\"\"\"\"\"\nb\"\"\""), "\"\"\nb");
        assert_eq!(one("export A=1"), "1");
    }

    #[test]
    fn losses() {
        assert!(parse(b"A=\"\"\"x\ny").unwrap().is_empty());
        assert!(parse(b"nothing").is_err());
        assert!(parse(b"A=\"").is_err());
        let long = format!("A=1\nB={}\nC=3", "x".repeat(MAX_LINE - 2));
        assert_eq!(parse(long.as_bytes()).unwrap().len(), 1);
        let short = format!("A=1\nB={}\nC=3", "x".repeat(MAX_LINE - 3));
        assert_eq!(parse(short.as_bytes()).unwrap().len(), 3);
    }
}
