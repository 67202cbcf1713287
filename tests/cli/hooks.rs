//! What others run flyarch by: the hooks of pre-commit, the action and the problem matcher. Each says what the command
//! line takes, and does what it says.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use regex::Regex;
use saphyr_parser::{Event, Parser, StrInput};
use serde_json::{Map, Value, json};

use super::lint_files::PLAIN;
use super::world::{FLYARCH, Run, World, clean, with_error, with_warning};

pub(super) fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// A YAML text, in which every scalar is a text.
pub(super) fn yaml(text: &str) -> Value {
    fn next<'a>(parser: &mut Parser<'a, StrInput<'a>>) -> Event<'a> {
        parser.next_event().unwrap().unwrap().0
    }
    fn node<'a>(event: Event<'a>, parser: &mut Parser<'a, StrInput<'a>>) -> Value {
        if let Event::Scalar(text, ..) = event {
            return Value::from(text.as_ref());
        }
        if let Event::SequenceStart(..) = event {
            let mut list = Vec::new();
            loop {
                let event = next(parser);
                if let Event::SequenceEnd = event {
                    return Value::Array(list);
                }
                list.push(node(event, parser));
            }
        }
        assert!(matches!(event, Event::MappingStart(..)), "{event:?}");
        let mut map = Map::new();
        loop {
            let Event::Scalar(key, ..) = next(parser) else { return Value::Object(map) };
            let key = key.into_owned();
            let event = next(parser);
            assert!(map.insert(key, node(event, parser)).is_none(), "a key is given twice");
        }
    }
    let mut parser = Parser::new_from_str(text);
    loop {
        let event = next(&mut parser);
        if !matches!(event, Event::StreamStart | Event::DocumentStart(_)) {
            return node(event, &mut parser);
        }
    }
}

fn hooks() -> Vec<Value> {
    yaml(&read(".pre-commit-hooks.yaml")).as_array().unwrap().clone()
}

/// Runs a hook as pre-commit does: with the files of the folder that it wants.
fn run_hook(hook: &Value, world: &World) -> Option<Run> {
    let files = Regex::new(hook["files"].as_str().unwrap()).unwrap();
    let wanted: Vec<String> = world.names(".").into_iter().filter(|name| files.is_match(name)).collect();
    if wanted.is_empty() {
        return None;
    }
    let mut words = shlex::split(hook["entry"].as_str().unwrap()).unwrap();
    assert_eq!(words.remove(0), "flyarch");
    if hook["pass_filenames"] != "false" {
        words.extend(wanted);
    }
    Some(world.run(&words.iter().map(String::as_str).collect::<Vec<_>>()))
}

fn hook(id: &str) -> Value {
    hooks().into_iter().find(|hook| hook["id"] == id).unwrap_or_else(|| panic!("no hook {id}"))
}

#[test]
fn hooks_are_quiet_where_nothing_is_wrong() {
    let world = World::with(clean());
    world.run(&["build"]).exits(0);
    world.write("plain/fly.toml", PLAIN);
    world.run(&["fmt", "plain"]).exits(0);
    for hook in hooks() {
        let run = run_hook(&hook, &world).unwrap().exits(0);
        // pre-commit shows what a hook says only when it fails.
        assert_eq!(run.stdout, "", "{hook:#}\n{run}");
        for key in ["id", "name", "description", "entry", "language", "files"] {
            assert!(hook[key].is_string(), "{key}: {hook:#}");
        }
        assert_eq!(hook["language"], "rust", "what is in this repository is what runs");
    }
}

#[test]
fn hooks_find_what_they_are_for() {
    let world = World::with(with_error());
    assert!(run_hook(&hook("flyarch-lint"), &world).unwrap().exits(1).stdout.contains("removed-region"));
    assert!(run_hook(&hook("flyarch-lint-fly-toml"), &world).is_none(), "a spec is no fly.toml");

    let world = World::with(clean());
    world.run(&["build"]).exits(0);
    world.write("spec.toml", with_warning());
    let run = run_hook(&hook("flyarch-build-check"), &world).unwrap().exits(1);
    assert!(run.stderr.contains("out is stale"), "{run}");

    let world = World::new();
    world.write("a/fly.staging.toml", PLAIN.replace("internal_port = 8080", "internal_port = \"x\""));
    assert!(run_hook(&hook("flyarch-lint-fly-toml"), &world).unwrap().exits(1).stdout.contains("wrong-type"));
    world.write("a/fly.staging.toml", PLAIN.replace(" = ", "="));
    run_hook(&hook("flyarch-fmt"), &world).unwrap().exits(0);
    assert!(!world.read("a/fly.staging.toml").contains("app="), "a hook that changes a file has failed");
}

/// What is generated is the business of the spec: its author can change nothing in it.
#[test]
fn hooks_pass_over_what_is_generated() {
    let world = World::with(with_warning());
    world.run(&["build"]).exits(0);
    let path = "out/web/fly.toml";
    let text = world.read(path).replace("  ", " ").replace("internal_port = 8080", "internal_port = 80800");
    world.write(path, &text);
    world.run(&["lint", path]).exits(1);
    for id in ["flyarch-lint-fly-toml", "flyarch-fmt"] {
        run_hook(&hook(id), &world).unwrap().exits(0).prints_nothing().says("");
    }
    assert_eq!(world.read(path), text);
}

#[test]
fn hooks_want_the_files_that_there_are() {
    let wants = |id: &str, path: &str| Regex::new(hook(id)["files"].as_str().unwrap()).unwrap().is_match(path);
    for path in ["spec.toml", "infra/spec.toml", "flyarch.toml", "spec.staging.toml"] {
        assert!(wants("flyarch-lint", path) && !wants("flyarch-lint-fly-toml", path), "{path}");
    }
    for path in ["fly.toml", "apps/web/fly.toml", "fly.staging.toml", "fly-dev.toml", "fly.json", "fly.yaml"] {
        assert!(wants("flyarch-lint-fly-toml", path) && !wants("flyarch-lint", path), "{path}");
    }
    for path in ["Cargo.toml", "butterfly.toml", "spec.toml.j2", "myspec.toml", "spec/other.toml", "fly.toml.bak"] {
        assert!(!hooks().iter().any(|hook| wants(hook["id"].as_str().unwrap(), path)), "{path}");
    }
    assert!(!wants("flyarch-fmt", "fly.json"), "JSON is not formatted");
}

/// All that `build` writes brings the check about when it is changed.
#[test]
fn a_change_of_any_generated_file_is_looked_at() {
    let world = World::with(clean());
    world.run(&["build"]).exits(0);
    let files = hook("flyarch-build-check")["files"].as_str().map(Regex::new).unwrap().unwrap();
    for name in world.names(".") {
        assert!(files.is_match(&name), "{name}");
    }
    // The trees of all specs, each in a folder of its own.
    let trees = walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/build")).min_depth(2);
    let mut seen = 0;
    for entry in trees.into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file()) {
        assert!(files.is_match(entry.path().to_str().unwrap()), "{}", entry.path().display());
        seen += 1;
    }
    assert!(seen > 200, "{seen}");
}

fn action() -> Value {
    yaml(&read("action.yml"))
}

fn steps(action: &Value) -> &Vec<Value> {
    action["runs"]["steps"].as_array().unwrap()
}

/// The script of a step, in the shell that runs it, with its variables made of inputs.
fn run_step(name: &str, world: &World, inputs: &[(&str, &str)]) -> Run {
    let action = action();
    let step = steps(&action).iter().find(|step| step["name"] == name).unwrap_or_else(|| panic!("no step {name}"));
    assert_eq!(step["shell"], "bash");
    let bin = world.path("temp/flyarch/bin");
    fs::create_dir_all(&bin).unwrap();
    let _ = std::os::unix::fs::symlink(FLYARCH, bin.join("flyarch"));
    let mut command: Command = world.command("bash");
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"].as_str().unwrap()]);
    command.env("RUNNER_TEMP", world.path("temp")).env("GITHUB_OUTPUT", world.path("temp/output"));
    command.env("GITHUB_ACTION_PATH", env!("CARGO_MANIFEST_DIR"));
    command.env("GITHUB_STEP_SUMMARY", world.path("temp/summary.md"));
    command.env("GITHUB_PATH", world.path("temp/path"));
    // Nothing is installed: what stands in for cargo says what it was told.
    world.write("temp/tools/cargo", "#!/bin/sh\npwd >\"$RUNNER_TEMP/cargo-is-in\"\nprintf '%s\\n' \"$@\"\n");
    fs::set_permissions(world.path("temp/tools/cargo"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let tools = std::iter::once(world.path("temp/tools")).chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(tools).unwrap());
    for (name, value) in step["env"].as_object().into_iter().flatten() {
        let of = value.as_str().unwrap().strip_prefix("${{ ").unwrap().strip_suffix(" }}").unwrap();
        // An input, or what GitHub knows, which a test says under its whole name.
        let input = of.strip_prefix("inputs.");
        let given = inputs.iter().find(|(name, _)| *name == input.unwrap_or(of)).map(|(_, value)| *value);
        let default = input.map(|input| action["inputs"][input]["default"].as_str().unwrap());
        command.env(name, given.or(default).unwrap_or_else(|| panic!("what is {of}?")));
    }
    Run::of(&mut command)
}

#[test]
fn the_action_takes_inputs_as_data() {
    let action = action();
    let inputs = action["inputs"].as_object().unwrap();
    assert!(
        inputs.values().all(|input| input["description"].is_string() && input["default"].is_string()),
        "{inputs:#?}"
    );
    let pinned = Regex::new("^[a-z-]+/[a-z-]+(/[a-z-]+)?@[0-9a-f]{40}$").unwrap();
    let input = Regex::new(r"inputs\.([a-z-]+)").unwrap();
    for step in steps(&action).iter().chain(steps(&yaml(&read("comment/action.yml")))) {
        assert!(!step["run"].as_str().unwrap_or("").contains("${{"), "a value becomes a part of the script: {step:#}");
        if let Some(uses) = step["uses"].as_str() {
            assert!(pinned.is_match(uses), "{uses} may become something else");
        }
    }
    let text = read("action.yml");
    let used: Vec<&str> = input.captures_iter(&text).map(|found| found.get(1).unwrap().as_str()).collect();
    assert!(used.iter().all(|name| inputs.contains_key(*name)), "{used:?}");
    assert!(inputs.keys().all(|name| used.contains(&name.as_str())), "{used:?}");
    for (name, of) in [("docs/ci.md", "flyarch/flyarch@"), ("README.md", "flyarch/flyarch@")] {
        let page = read(name);
        let Some((_, example)) = page.split_once(of) else { continue };
        let with = example.split_once("with:\n").map_or("", |(_, rest)| rest.split("```").next().unwrap());
        for key in with.lines().filter_map(|line| line.trim().split_once(':')).map(|(key, _)| key) {
            assert!(inputs.contains_key(key) || key.contains(' '), "{name}: {key} is no input");
        }
    }
}

#[test]
fn the_action_builds_what_was_chosen() {
    let world = World::new();
    let words = |version: &str| -> Vec<String> {
        let run = run_step("Build", &world, &[("version", version)]).exits(0).says("");
        run.stdout.lines().map(str::to_owned).collect()
    };
    let own = words("");
    assert_eq!(own[..2], ["install", "--locked"]);
    // Not where a pull request could say which toolchain is run.
    assert_eq!(world.read("temp/cargo-is-in").trim_end(), env!("CARGO_MANIFEST_DIR"));
    assert_eq!(own[own.len() - 2..], ["--path", env!("CARGO_MANIFEST_DIR")]);
    let tag = words("--config=$(id) 'x'");
    assert_eq!(tag[tag.len() - 3..], [env!("CARGO_PKG_REPOSITORY"), "--tag=--config=$(id) 'x'", "flyarch"]);
    let hash = |version: &str| {
        world.write("temp/output", "");
        run_step("Look what is to be built", &world, &[("version", version)]).exits(0).says("");
        world.read("temp/output")
    };
    assert_ne!(hash(""), hash("v0.1.0"));
    assert!(Regex::new("^hash=[0-9a-f]{40}\n$").unwrap().is_match(&hash("")), "{}", hash(""));
}

#[test]
fn the_scripts_of_the_actions_are_clean() {
    let world = World::new();
    let actions = [action(), yaml(&read("comment/action.yml"))];
    let files = ["comment/post.sh", "comment/from-run.sh", "packaging/check", ".ci/run"]
        .map(|path| json!({ "run": read(path) }));
    for (i, step) in actions.iter().flat_map(steps).chain(&files).enumerate() {
        let Some(script) = step["run"].as_str() else { continue };
        let name = format!("step-{i}.sh");
        world.write(&name, script);
        match Command::new("shellcheck").arg("--shell=bash").arg(world.path(&name)).output() {
            Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout)),
            Err(error) => {
                assert!(std::env::var_os("FLYARCH_REQUIRE_TOOLS").is_none(), "shellcheck is not installed: {error}");
                println!("skipped: shellcheck is not installed");
            }
        }
    }
}

#[test]
fn the_action_shows_findings_and_fails_by_them() {
    let world = World::with(with_error());
    world.write("-odd name/$(touch x)/fly.toml", PLAIN);
    let run = run_step("Check", &world, &[]).exits(1).says("");
    assert!(run.stdout.starts_with("::error file=spec.toml,line=5,"), "{run}");
    let paths = "-odd name/$(touch x)\n\nspec.toml\n";
    assert_eq!(run_step("Check", &world, &[("path", paths)]).exits(1).stdout, run.stdout);
    run_step("Check", &world, &[("path", "-odd name")]).exits(0).prints_nothing();
    assert!(!world.exists("x") && !world.exists("-odd name/x"));
    run_step("Check", &world, &[("path", "none.toml")]).exits(3);
    run_step("Check", &world, &[("fail-level", "--fix")]).exits(2);
    let world = World::with(with_warning());
    run_step("Check", &world, &[]).exits(0);
    run_step("Check", &world, &[("fail-level", "warning")]).exits(1);
}

#[test]
fn the_action_writes_what_code_scanning_takes() {
    let world = World::with(with_error());
    let name = "Check for code scanning";
    run_step(name, &world, &[]).exits(0).prints_nothing().says("");
    let log: Value = serde_json::from_str(&world.read("temp/flyarch.sarif")).unwrap();
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "removed-region");
    run_step(name, &world, &[("path", "none.toml")]).exits(3);
}

#[test]
fn the_action_writes_the_page_of_a_pull_request() {
    let world = World::with(clean());
    let git = |args: &[&str]| {
        let config = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"];
        Run::of(world.command("git").env("GIT_CONFIG_GLOBAL", "/dev/null").args(config).args(args)).exits(0);
    };
    let page = |inputs: &[(&str, &str)]| {
        world.write("temp/summary.md", "");
        let number = ("github.event.pull_request.number", "7");
        run_step("Write the page for the comment", &world, &[inputs, &[number, ("comment", "true")]].concat())
    };
    git(&["init", "-q"]);
    git(&["add", "spec.toml"]);
    git(&["commit", "-qm", "one"]);
    // No merge is here, as in a clone of depth 1.
    page(&[]).exits(2).mentions("fetch-depth");
    git(&["checkout", "-qb", "change"]);
    world.write("spec.toml", with_warning());
    git(&["commit", "-qam", "two"]);
    git(&["checkout", "-q", "main"]);
    git(&["merge", "-q", "--no-ff", "-m", "merge", "change"]);
    page(&[]).exits(0).prints_nothing().says("");
    let text = world.read("temp/flyarch-review/comment.md");
    assert!(text.contains("rolling restart") && text.contains("### Findings: 1 warning"), "{text}");
    assert_eq!(world.read("temp/flyarch-review/number"), "7\n");
    assert!(world.read("temp/summary.md").ends_with(&text));
    page(&[("base", "change")]).exits(0);
    assert!(world.read("temp/flyarch-review/comment.md").contains("no effect"));
    // What cannot be read is a finding on the page; what is not there is none.
    world.write("spec.toml", "[");
    page(&[]).exits(0);
    assert!(world.read("temp/flyarch-review/comment.md").contains("toml-syntax"));
    page(&[("spec", "-o$(touch x).toml")]).exits(3);
    page(&[("base", "--output=x")]).exits(2);
    page(&[("comment", "yes")]).exits(2).mentions("true, false or artifact");
    assert!(!world.exists("x"));
}

/// Only what posts has a token, and it runs where the token may write: pull requests of forks and of Dependabot have
/// another way.
#[test]
fn one_step_has_a_token() {
    let action = action();
    let with_token: Vec<&Value> = steps(&action).iter().filter(|step| step["env"]["GH_TOKEN"].is_string()).collect();
    assert_eq!(with_token.len(), 1, "{with_token:#?}");
    let [post, leave] = ["Post the comment", "Leave the page to another workflow"].map(|name| {
        steps(&action).iter().find(|step| step["name"] == name).unwrap()["if"].as_str().unwrap().to_owned()
    });
    assert_eq!(with_token[0]["if"], post);
    for (in_post, in_leave) in [
        ("inputs.comment == 'true'", "inputs.comment == 'artifact'"),
        (
            "github.event.pull_request.head.repo.full_name == github.repository",
            "github.event.pull_request.head.repo.full_name != github.repository",
        ),
        ("github.actor != 'dependabot[bot]'", "github.actor == 'dependabot[bot]'"),
    ] {
        assert!(post.contains(in_post) && leave.contains(in_leave), "{post}\n{leave}");
    }
    let second = yaml(&read("comment/action.yml"));
    assert!(steps(&second).iter().all(|step| step["uses"].is_null()), "nothing is checked out beside the token");
}

#[test]
fn steps_behind_the_action_find_flyarch() {
    let world = World::new();
    run_step("Put it on the path", &world, &[]).exits(0).prints_nothing();
    let folder = world.read("temp/path");
    assert!(Path::new(folder.trim_end()).join("flyarch").is_file(), "{folder}");
}

/// The patterns of a matcher: where the problem's parts are in what they match.
fn matched(line: &str) -> Option<Value> {
    let matchers: Value = serde_json::from_str(&read(".github/flyarch-matcher.json")).unwrap();
    for matcher in matchers["problemMatcher"].as_array().unwrap() {
        let pattern = &matcher["pattern"][0];
        let Some(found) = Regex::new(pattern["regexp"].as_str().unwrap()).unwrap().captures(line) else { continue };
        let mut problem = Map::new();
        for (part, group) in pattern.as_object().unwrap().iter().filter(|(_, group)| group.is_u64()) {
            let text = &found[usize::try_from(group.as_u64().unwrap()).unwrap()];
            problem.insert(part.clone(), Value::from(text));
        }
        if let Some(severity) = matcher.get("severity") {
            problem.insert("severity".to_owned(), severity.clone());
        }
        return Some(Value::Object(problem));
    }
    None
}

#[test]
fn the_problem_matcher_reads_the_concise_format() {
    let world = World::with(with_error());
    world.write("odd: 1:2: name/fly.toml", PLAIN.replace("kill_signal", "kil_signal"));
    let run = world.run(&["lint", ".", "--format", "concise"]).exits(1);
    let problems: Vec<Value> =
        run.stdout.lines().map(|line| matched(line).unwrap_or_else(|| panic!("{line}"))).collect();
    assert!(problems.len() >= 2, "{run}");
    assert!(problems.contains(&json!({
        "file": "spec.toml", "line": "5", "column": "19", "severity": "error", "code": "removed-region",
        "message": "the region `mad` (Madrid) was withdrawn",
    })));
    assert!(problems.iter().any(|problem| problem["file"] == "odd: 1:2: name/fly.toml"), "{problems:#?}");
    let info = matched("a.toml:1:2: info[some-rule] a message").unwrap();
    assert_eq!((&info["severity"], &info["code"]), (&json!("notice"), &json!("some-rule")));
    for line in ["1 error", "error: cannot read a.toml", "a.toml:1:2: fatal[x] y", "--- a.toml"] {
        assert_eq!(matched(line), None, "{line}");
    }
}

/// The documents name the hooks that there are.
#[test]
fn documents_name_hooks_that_exist() {
    let ids: Vec<String> = hooks().iter().map(|hook| hook["id"].as_str().unwrap().to_owned()).collect();
    let mut named = 0;
    for name in ["README.md", "docs/ci.md"] {
        for line in read(name).lines() {
            let Some(id) = line.trim().strip_prefix("- id: ") else { continue };
            let id = id.split(' ').next().unwrap().to_owned();
            assert!(ids.contains(&id), "{name}: there is no hook {id}");
            named += 1;
        }
    }
    assert!(named >= ids.len(), "docs/ci.md shows all of {ids:?}");
}
