//! The scripts that post the comment on a pull request, under bash, with a stand-in for `gh`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::world::{Run, World};

const TOKEN: &str = "ghs_the-token-of-the-job";
const SHA: &str = "0123456789abcdef0123456789abcdef01234567";
const MARKER: &str = "<!-- flyarch:review -->";
const BOT: &str = "github-actions[bot]";

/// What stands in for `gh`: the comments of one pull request, and what one run has left. It writes down its words, and
/// takes no token but that of its environment.
const GH: &str = r#"#!/usr/bin/env bash
set -euo pipefail
cd "$GH_STATE"
printf '%s\n' "$*" >>calls.txt
[ "${GH_TOKEN:-}" = "$GH_EXPECTED" ] || { echo 'gh: Bad credentials (HTTP 401)' >&2; exit 1; }
[ "$1" = api ]
shift
method=GET path='' input=''
while [ $# -gt 0 ]; do
  case $1 in
    --paginate | --silent) ;;
    --method) method=$2; shift ;;
    --input) input=$2; shift ;;
    -*) exit 9 ;;
    *) path=$1 ;;
  esac
  shift
done
case "$method $path" in
  'GET repos/acme/shop/issues/7/comments?per_page=100')
    # Two pages, as two texts.
    jq '.[:1]' comments.json
    jq '.[1:]' comments.json
    ;;
  'POST repos/acme/shop/issues/7/comments')
    jq --slurpfile new "$input" '. + [{id: (100 + length), user: {login: "github-actions[bot]"}, body: $new[0].body}]' \
      comments.json >new.json
    mv new.json comments.json
    ;;
  'PATCH repos/acme/shop/issues/comments/'*)
    jq --slurpfile new "$input" --argjson id "${path##*/}" 'map(if .id == $id then .body = $new[0].body else . end)' \
      comments.json >new.json
    mv new.json comments.json
    ;;
  'GET repos/acme/shop/actions/runs/99/artifacts?name=flyarch-review&per_page=100') cat artifacts.json ;;
  'GET repos/acme/shop/actions/artifacts/5/zip') cat review.zip ;;
  'GET repos/acme/shop/pulls/'*) cat "pull-${path##*/}.json" ;;
  *) echo "gh: Not Found (HTTP 404)" >&2; exit 1 ;;
esac
"#;

/// A pull request with these comments.
fn world(comments: &Value) -> World {
    let world = World::new();
    world.write("bin/gh", GH);
    fs::set_permissions(world.path("bin/gh"), fs::Permissions::from_mode(0o755)).unwrap();
    world.write("state/comments.json", comments.to_string());
    world.write("state/calls.txt", "");
    world
}

fn comment(id: u32, author: &str, body: &str) -> Value {
    json!({ "id": id, "user": { "login": author }, "body": body })
}

fn comments(world: &World) -> Vec<Value> {
    serde_json::from_str(&world.read("state/comments.json")).unwrap()
}

/// Runs one of the scripts. Neither what it prints nor any command line has the token.
fn script(name: &str, world: &World, env: &[(&str, &str)], args: &[&str]) -> Run {
    let path = std::env::var_os("PATH").unwrap();
    let tools = std::iter::once(world.path("bin")).chain(std::env::split_paths(&path));
    let mut command: Command = world.command(Path::new(env!("CARGO_MANIFEST_DIR")).join("comment").join(name));
    command.env("PATH", std::env::join_paths(tools).unwrap()).env("GH_STATE", world.path("state"));
    command.env("GH_TOKEN", TOKEN).env("GH_EXPECTED", TOKEN).envs(env.iter().copied()).args(args);
    let run = Run::of(&mut command);
    for text in [&run.stdout, &run.stderr, &world.read("state/calls.txt")] {
        assert!(!text.contains(TOKEN), "the token is in it: {text}");
    }
    run
}

fn post(world: &World, page: &str) -> Run {
    world.write("page.md", page);
    script("post.sh", world, &[("REPOSITORY", "acme/shop"), ("NUMBER", "7"), ("COMMIT", SHA)], &["page.md"])
}

/// Whether the tools are there that the scripts need.
#[expect(clippy::print_stdout, reason = "says what is skipped")]
fn tools() -> bool {
    let missing: Vec<&str> =
        ["jq", "unzip"].into_iter().filter(|tool| Command::new(tool).arg("-h").output().is_err()).collect();
    if !missing.is_empty() {
        assert!(std::env::var_os("FLYARCH_REQUIRE_TOOLS").is_none(), "{missing:?} are not installed");
        println!("skipped: {missing:?} are not installed");
    }
    missing.is_empty()
}

#[test]
fn the_first_run_posts_and_the_second_updates() {
    if !tools() {
        return;
    }
    let world = world(&json!([comment(1, "ann", "LGTM")]));
    assert_eq!(post(&world, "# one\n\"quoted\" $(id) `id`\n").exits(0).says("").stdout, "posted a comment\n");
    let first = comments(&world);
    let body = first[1]["body"].as_str().unwrap();
    assert_eq!(body, format!("{MARKER}\n# one\n\"quoted\" $(id) `id`\n\n<sub>For {SHA}.</sub>\n"));
    assert_eq!(post(&world, "# two\n").exits(0).says("").stdout, "updated the comment 101\n");
    let second = comments(&world);
    assert_eq!(second.len(), 2);
    assert_eq!((&second[0], &second[1]["id"]), (&first[0], &first[1]["id"]));
    assert!(second[1]["body"].as_str().unwrap().starts_with(&format!("{MARKER}\n# two\n")), "{second:?}");
}

#[test]
fn comments_of_others_are_not_touched() {
    if !tools() {
        return;
    }
    let others = json!([
        comment(1, "mallory", &format!("{MARKER}\nfaked")),
        comment(2, BOT, "another tool's"),
        comment(3, BOT, &format!("another tool that quotes {MARKER}")),
        comment(4, "github-actions", &format!("{MARKER}\nfaked")),
    ]);
    let world = world(&others);
    post(&world, "# page\n").exits(0);
    post(&world, "# page again\n").exits(0);
    let all = comments(&world);
    assert_eq!(all[..4], others.as_array().unwrap()[..]);
    assert_eq!(all.len(), 5, "{all:?}");
}

#[test]
fn what_cannot_be_posted_is_said() {
    if !tools() {
        return;
    }
    let world = world(&json!([]));
    world.write("page.md", "# page\n");
    let good = [("REPOSITORY", "acme/shop"), ("NUMBER", "7"), ("COMMIT", SHA)];
    for (at, bad) in [(0, "acme/shop/../../x"), (0, ""), (1, "7/../8"), (1, "-1"), (1, ""), (2, "main"), (2, "$(id)")] {
        let mut env = good;
        env[at].1 = bad;
        script("post.sh", &world, &env, &["page.md"]).exits(2).mentions("::error::");
    }
    assert_eq!(world.read("state/calls.txt"), "", "nothing was asked of GitHub");
    post(&world, "").exits(2).mentions("there is no page");
    std::os::unix::fs::symlink(world.path("page.md"), world.path("link.md")).unwrap();
    script("post.sh", &world, &good, &["link.md"]).exits(2);
    world.write("page.md", "# page\n");
    let refused = [good.as_slice(), &[("GH_TOKEN", "another")]].concat();
    script("post.sh", &world, &refused, &["page.md"]).exits(2).mentions("pull-requests: write");
    // A page that no flyarch wrote.
    post(&world, &"é".repeat(100_000)).exits(0);
    let length = comments(&world)[0]["body"].as_str().unwrap().chars().count();
    assert!((64_000..65_000).contains(&length), "{length}");
}

/// An archive whose members are stored as they are.
fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let crc = |bytes: &[u8]| {
        !bytes.iter().fold(!0_u32, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 })
        })
    };
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    let word = |n: usize| u16::try_from(n).unwrap().to_le_bytes();
    let long = |n: usize| u32::try_from(n).unwrap().to_le_bytes();
    for (name, bytes) in members {
        let mut about = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        about.extend(crc(bytes).to_le_bytes());
        about.extend([long(bytes.len()), long(bytes.len())].concat());
        about.extend([word(name.len()), word(0)].concat());
        directory.extend(
            [b"PK\x01\x02", &[20, 0][..], &about, &[0; 6], &[0; 4], &long(out.len()), name.as_bytes()].concat(),
        );
        out.extend([b"PK\x03\x04", about.as_slice(), name.as_bytes(), bytes].concat());
    }
    let end = [word(members.len()), word(members.len())].concat();
    let places = [long(directory.len()), long(out.len())].concat();
    [out, directory, [b"PK\x05\x06", &[0; 4][..], &end, &places, &[0, 0]].concat()].concat()
}

/// What a run of a fork has left, and the pull request 7 that it was for.
fn fork(members: &[(&str, &[u8])]) -> World {
    let world = world(&json!([]));
    let packed = zip(members);
    let artifact = json!({ "id": 5, "name": "flyarch-review", "expired": false, "size_in_bytes": packed.len() });
    world.write("state/artifacts.json", json!({ "artifacts": [artifact] }).to_string());
    world.write("state/review.zip", packed);
    pull(&world, 7, "open", SHA, "fork/shop");
    world
}

fn pull(world: &World, number: u32, state: &str, sha: &str, from: &str) {
    let (head, base) =
        (json!({ "sha": sha, "repo": { "full_name": from } }), json!({ "repo": { "full_name": "acme/shop" } }));
    let pull = json!({ "number": number, "state": state, "head": head, "base": base });
    world.write(&format!("state/pull-{number}.json"), pull.to_string());
}

fn from_run(world: &World) -> Run {
    let env = [("REPOSITORY", "acme/shop"), ("RUN_ID", "99"), ("HEAD_SHA", SHA), ("HEAD_REPOSITORY", "fork/shop")];
    script("from-run.sh", world, &env, &[])
}

#[test]
fn a_page_of_a_fork_is_posted() {
    if !tools() {
        return;
    }
    let page = "## flyarch\n\n<details><summary>a</summary>\n\n`x <Y>`\n\n```mermaid\na[\"<b>a</b><br/>\"]\n```\n\n</details>\n";
    let world = fork(&[("comment.md", page.as_bytes()), ("number", b"7\n")]);
    assert_eq!(from_run(&world).exits(0).says("").stdout, "posted a comment\n");
    let body = comments(&world)[0]["body"].as_str().unwrap().to_owned();
    let note = "Written by a run of fork/shop, whose workflow its owner may have changed.";
    let page = page.replace("<Y>", "<\u{200b}Y>");
    assert_eq!(body, format!("{MARKER}\n{page}\n<sub>{note}<br>For {SHA}.</sub>\n"));
    assert_eq!(from_run(&world).exits(0).says("").stdout, "updated the comment 100\n");
}

#[test]
fn what_a_fork_leaves_is_only_a_body() {
    if !tools() {
        return;
    }
    let hostile =
        "@everyone ![x](https://e.example/x.png)<img src=x onerror=y><!-- flyarch:review --> $(touch x) `touch x`\n";
    let world = fork(&[
        ("number", b"7\n"),
        ("comment.md", hostile.as_bytes()),
        ("../../outside", b"x"),
        ("post.sh", b"touch x"),
    ]);
    from_run(&world).exits(0).says("");
    let body = comments(&world)[0]["body"].as_str().unwrap().to_owned();
    let page = body.strip_prefix(MARKER).unwrap();
    for active in ["@e", "![", "<img", "<!--"] {
        assert!(!page.contains(active), "{active}: {page}");
    }
    assert!(page.contains("$(touch x) `touch x`"), "{page}");
    for name in world.names(".") {
        let own = ["bin/gh", "state/calls.txt", "state/comments.json", "state/artifacts.json", "state/review.zip"];
        assert!(own.contains(&name.as_str()) || name == "state/pull-7.json", "{name} was written");
    }
}

#[test]
fn the_number_counts_only_if_github_says_so() {
    if !tools() {
        return;
    }
    let posted = |world: &World| comments(world).len();
    let page = ("comment.md", b"# page".as_slice());
    // Another pull request, one that has moved on, one that is closed, the same commit in another fork, none at all.
    let others = [
        ("open", "f".repeat(40), "fork/shop"),
        ("open", SHA.to_owned(), "victim/shop"),
        ("closed", SHA.to_owned(), "fork/shop"),
    ];
    for (state, sha, from) in others {
        let world = fork(&[("number", b"7"), page]);
        pull(&world, 7, state, &sha, from);
        from_run(&world).exits(0).says("").mentions("is not open at the commit of this run: nothing is posted");
        assert_eq!(posted(&world), 0);
    }
    let world = fork(&[("number", b"8"), page]);
    from_run(&world).exits(0).mentions("there is no pull request 8");
    for number in ["", "7/../8", "7; id", "-7", "07", "99999999999", "\0", "\n7"] {
        let world = fork(&[("number", number.as_bytes()), page]);
        from_run(&world).exits(2).mentions("has no number of a pull request");
        assert!(!world.read("state/calls.txt").contains("pulls/"), "{number:?}");
        assert_eq!(posted(&world), 0);
    }
}

#[test]
fn an_artifact_that_is_none_is_refused() {
    if !tools() {
        return;
    }
    let world = fork(&[("number", b"7")]);
    from_run(&world).exits(2).mentions("has no page");
    let world = fork(&[("comment.md", b"x")]);
    from_run(&world).exits(2).mentions("has no number");
    let world = fork(&[]);
    world.write("state/review.zip", "no archive");
    from_run(&world).exits(2);
    world.write(
        "state/artifacts.json",
        r#"{"artifacts":[{"id":5,"name":"flyarch-review","expired":false,"size_in_bytes":2000000}]}"#,
    );
    from_run(&world).exits(2).mentions("too large");
    world.write("state/artifacts.json", r#"{"artifacts":[{"id":6,"name":"other","expired":false,"size_in_bytes":1}]}"#);
    from_run(&world).exits(0).mentions("the run has left no page: nothing is posted");
    let large = "a".repeat(600_000);
    let world = fork(&[("number", b"7"), ("comment.md", large.as_bytes())]);
    from_run(&world).exits(0).says("");
    assert!(comments(&world)[0]["body"].as_str().unwrap().len() < 65_536);
}
